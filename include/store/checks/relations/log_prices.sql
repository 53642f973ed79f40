-- p_k of each bar of the windows (contract, section 1): where a pair has no bar, that of the latest one that
-- is not too old; and d, its step since the bar before, NULL where that has none
with bars as materialized (
    select grid.*
    from windows
    join grid on (grid.bar between windows.first_bar and windows.last_bar)
),

stretches as (
    select
        min(bars.ts_utc) as first_ts,
        max(bars.ts_utc) as last_ts
    from windows
    join bars on (bars.bar between windows.first_bar and windows.last_bar)
    group by windows.first_bar
),

own as materialized (
    select
        bars.bar,
        price.k,
        ln(price.close) as p
    from stretches
    cross join lateral (
        select * from prices where prices.ts_utc between stretches.first_ts and stretches.last_ts
    ) as price
    join bars on (bars.ts_utc = price.ts_utc)
),

missing as (
    select
        bars.bar,
        pairs.k,
        (
            select earlier.bar
            from grid as earlier
            where earlier.bar < bars.bar and earlier.present & pairs.bit <> 0
            order by earlier.bar desc limit 1
        ) as source
    from bars
    join pairs on (bars.filled & ~bars.present & pairs.bit <> 0)
    where bars.filled <> bars.present
),

every as (
    select * from own
    union all
    select
        missing.bar,
        missing.k,
        own.p
    from missing
    join own on (own.bar = missing.source and own.k = missing.k)
)

select
    bar,
    k,
    p,
    case when lag(bar) over of_pair = bar - 1 then p - lag(p) over of_pair end as d
from every
window of_pair as (partition by k order by bar)
