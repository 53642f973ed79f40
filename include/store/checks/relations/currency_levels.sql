-- the same, one row per currency, and the index
select
    levels.bar,
    of.currency,
    of.level,
    100 * exp(of.level) as index
from levels
cross join lateral (values
    ('aud', aud), ('cad', cad), ('chf', chf), ('eur', eur), ('gbp', gbp), ('jpy', jpy), ('nzd', nzd),
    ('usd', usd)
) as of (currency, level)
