-- the pairs that have moved in the last 60 and 240 bars, where the grid is not sure of two border pairs
-- of each bloc: told from each price and the one before it
with unsure as (
    select
        bar,
        bar - lag(bar) over (order by bar) > 240 + options.max_stale_bars as is_far
    from grid
    cross join border_masks as masks
    cross join options
    where -- a mask without its lowest bit is 0 where it has no other one
        moved_60 & masks.commodity & ((moved_60 & masks.commodity) - 1) = 0
        or moved_60 & masks.safe_haven & ((moved_60 & masks.safe_haven) - 1) = 0
        or moved_60 & masks.euro & ((moved_60 & masks.euro) - 1) = 0
        or moved_60 & masks.usd & ((moved_60 & masks.usd) - 1) = 0
),

stretches as (
    select
        min(bar) - 240 - options.max_stale_bars as first_bar,
        max(bar) as last_bar
    from (
        select
            bar,
            count(*) filter (where is_far) over (order by bar) as stretch
        from unsure
    ) as numbered
    cross join options
    group by stretch, options.max_stale_bars
),

times as (
    select
        stretches.first_bar,
        min(grid.ts_utc) as first_ts,
        max(grid.ts_utc) as last_ts
    from stretches
    join grid on (grid.bar between stretches.first_bar and stretches.last_bar)
    group by stretches.first_bar
),

steps_of_prices as (
    select
        price.ts_utc,
        price.k,
        price.close <> lag(price.close) over (
            partition by times.first_bar, price.k order by price.ts_utc
        ) as has_moved
    from times
    cross join lateral (
        select * from pg_temp.prices_between(times.first_ts, times.last_ts)
        order by ts_utc offset 0 -- stretch by stretch, so by the keys of the price tables
    ) as price
),

bars as (
    select
        grid.bar,
        coalesce(bit_or(1 << k) filter (where has_moved), 0) as moved
    from steps_of_prices
    join grid using (ts_utc)
    group by grid.bar
)

select
    bar,
    bit_or(moved) over (order by bar range 59 preceding) as moved_60,
    bit_or(moved) over (order by bar range 239 preceding) as moved_240
from bars
