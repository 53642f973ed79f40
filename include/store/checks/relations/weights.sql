-- with which weight a pair's log price counts in each currency's value, for each set of pairs with a price
select
    solutions.filled,
    pairs.k,
    inverse[base.position] - inverse[quote.position] as aud,
    inverse[8 + base.position] - inverse[8 + quote.position] as cad,
    inverse[16 + base.position] - inverse[16 + quote.position] as chf,
    inverse[24 + base.position] - inverse[24 + quote.position] as eur,
    inverse[32 + base.position] - inverse[32 + quote.position] as gbp,
    inverse[40 + base.position] - inverse[40 + quote.position] as jpy,
    inverse[48 + base.position] - inverse[48 + quote.position] as nzd,
    inverse[56 + base.position] - inverse[56 + quote.position] as usd
from solutions
join pairs on (solutions.filled & pairs.bit <> 0)
join currencies as base on (base.currency = pairs.base)
join currencies as quote on (quote.currency = pairs.quote)
where solutions.inverse is not null
