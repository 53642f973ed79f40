-- At the base bar all 28 pairs have a price, and the stored values of the eight currencies are what SQL
-- computes from them (contract, section 2).
-- looks at: currencies
-- figure: the largest distance between a stored value and its recomputation; at most 1e-9
with recent as (
    select min(ts_utc) as ts_utc
    from (
        select distinct prices.ts_utc
        from prices
        where prices.ts_utc <= (select ts_utc from tier1.basket_base)
        order by prices.ts_utc desc
        limit (select max_stale_bars + 1 from options)
    ) as bar
),

price as (
    select
        pairs.base,
        pairs.quote,
        ln((
            select prices.close
            from prices
            where
                prices.k = pairs.k
                and prices.ts_utc >= (select ts_utc from recent)
                and prices.ts_utc <= (select ts_utc from tier1.basket_base)
            order by prices.ts_utc desc
            limit 1
        )) as p
    from pairs
),

compared as (
    select
        of.currency,
        of.stored,
        (
            select sum(case price.base when of.currency then p else -p end) / 8
            from price
            where of.currency in (price.base, price.quote)
            having count(p) = 7
        ) as expected
    from (select) as nothing
    left join tier1.basket_base as base on true
    cross join lateral (values
        ('aud', base.aud), ('cad', base.cad), ('chf', base.chf), ('eur', base.eur), ('gbp', base.gbp),
        ('jpy', base.jpy), ('nzd', base.nzd), ('usd', base.usd)
    ) as of (currency, stored)
)

select
    compared.*,
    abs(stored - expected) as figure,
    abs(stored - expected) <= 1e-9 as holds
from compared
