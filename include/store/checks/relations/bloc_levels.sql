-- L of each bloc (contract, section 5) at the bars of the windows, and the index
select
    levels.bar,
    of.bloc,
    of.level,
    100 * exp(of.level) as index
from levels
cross join lateral (values
    ('commodity', (aud + cad + nzd) / 3), ('safe_haven', (chf + jpy) / 2), ('euro', eur), ('usd', usd)
) as of (bloc, level)
