-- p_k of each bar of the windows (contract, section 1): where a pair has no bar, that of the latest one that
-- is not too old; in one order, so that what is added up is added in that order at every bar
with own as materialized (
    select
        grid.bar,
        price.k,
        ln(price.close) as p
    from windows
    cross join lateral (
        select * from pg_temp.prices_between(windows.first_ts, windows.last_ts)
        order by ts_utc offset 0 -- stretch by stretch, so by the keys of the price tables
    ) as price
    join grid using (ts_utc)
),

missing as (
    select
        grid.bar,
        pairs.k,
        source.bar as source
    from windows
    join grid on (grid.bar between windows.first_bar and windows.last_bar and grid.filled <> grid.present)
    join pairs on (grid.filled & ~grid.present & pairs.bit <> 0)
    cross join lateral (
        select earlier.bar
        from grid as earlier
        where earlier.bar < grid.bar and earlier.present & pairs.bit <> 0
        order by earlier.bar desc limit 1
    ) as source
)

select * from own
union all
select
    missing.bar,
    missing.k,
    own.p
from missing
join own on (own.bar = missing.source and own.k = missing.k)
order by bar, k
