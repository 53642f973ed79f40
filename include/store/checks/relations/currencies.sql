-- the 8 currencies, in the order used everywhere (contract, section 1)
select
    name.currency,
    name.ordinality::integer as position
from
    unnest(array['aud', 'cad', 'chf', 'eur', 'gbp', 'jpy', 'nzd', 'usd'])
        with ordinality as name (currency, ordinality)
