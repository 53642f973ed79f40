-- ln(I_c / 100) of each currency (contract, sections 2 and 3) at the bars of the windows, in one row
select
    log_prices.bar,
    8 / 7.0::double precision * (sum(p * weights.aud) - max(base.aud)) as aud,
    8 / 7.0::double precision * (sum(p * weights.cad) - max(base.cad)) as cad,
    8 / 7.0::double precision * (sum(p * weights.chf) - max(base.chf)) as chf,
    8 / 7.0::double precision * (sum(p * weights.eur) - max(base.eur)) as eur,
    8 / 7.0::double precision * (sum(p * weights.gbp) - max(base.gbp)) as gbp,
    8 / 7.0::double precision * (sum(p * weights.jpy) - max(base.jpy)) as jpy,
    8 / 7.0::double precision * (sum(p * weights.nzd) - max(base.nzd)) as nzd,
    8 / 7.0::double precision * (sum(p * weights.usd) - max(base.usd)) as usd
from log_prices
join grid using (bar)
join weights on (weights.filled = grid.filled and weights.k = log_prices.k)
cross join tier1.basket_base as base
group by log_prices.bar
