-- ln(I_c / 100) of each currency (contract, sections 2 and 3) at the bars of the windows, in one row
select
    value.bar,
    8 / 7.0::double precision * (value.aud - base.aud) as aud,
    8 / 7.0::double precision * (value.cad - base.cad) as cad,
    8 / 7.0::double precision * (value.chf - base.chf) as chf,
    8 / 7.0::double precision * (value.eur - base.eur) as eur,
    8 / 7.0::double precision * (value.gbp - base.gbp) as gbp,
    8 / 7.0::double precision * (value.jpy - base.jpy) as jpy,
    8 / 7.0::double precision * (value.nzd - base.nzd) as nzd,
    8 / 7.0::double precision * (value.usd - base.usd) as usd
from (
    select
        log_prices.bar,
        sum(p * weights.aud) as aud,
        sum(p * weights.cad) as cad,
        sum(p * weights.chf) as chf,
        sum(p * weights.eur) as eur,
        sum(p * weights.gbp) as gbp,
        sum(p * weights.jpy) as jpy,
        sum(p * weights.nzd) as nzd,
        sum(p * weights.usd) as usd
    from log_prices
    join grid using (bar)
    join weights on (weights.filled = grid.filled and weights.k = log_prices.k)
    group by log_prices.bar
) as value
cross join tier1.basket_base as base
