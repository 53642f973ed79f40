-- which terms of the formulas are there, told from the prices alone (contract, sections 3 to 5), at each bar
-- that has a bar without all prices at most 630 bars before it, or fewer bars before it. At all others every
-- term is. level: the pairs with a price connect all currencies; lag_w: also w bars before; accel_w: also
-- half-way; run_w: at all w + 1 bars up to here. moves_60: the pairs with a price here and 60 bars before;
-- of each bloc: the last bar up to here at which a border pair has no price, -1 where there is none.
with bars as (
    select
        grid.bar,
        grid.ts_utc,
        grid.filled,
        solutions.inverse is not null as level
    from grid
    join solutions using (filled)
),

told as (
    select
        bars.*,
        max(bar) filter (where filled <> (1 << 28) - 1) over in_order as last_incomplete,
        coalesce(max(bar) filter (where not level) over in_order, -1) as last_gap,
        coalesce(max(bar) filter (where filled & masks.commodity <> masks.commodity) over in_order, -1)
            as commodity,
        coalesce(max(bar) filter (where filled & masks.safe_haven <> masks.safe_haven) over in_order, -1)
            as safe_haven,
        coalesce(max(bar) filter (where filled & masks.euro <> masks.euro) over in_order, -1) as euro,
        coalesce(max(bar) filter (where filled & masks.usd <> masks.usd) over in_order, -1) as usd,
        filled & lag(filled, 60, 0) over in_order as moves_60,
        lag(level, 30, false) over in_order as at_30,
        lag(level, 45, false) over in_order as at_45,
        lag(level, 60, false) over in_order as at_60,
        lag(level, 75, false) over in_order as at_75,
        lag(level, 90, false) over in_order as at_90,
        lag(level, 120, false) over in_order as at_120,
        lag(level, 150, false) over in_order as at_150,
        lag(level, 195, false) over in_order as at_195,
        lag(level, 240, false) over in_order as at_240,
        lag(level, 315, false) over in_order as at_315,
        lag(level, 390, false) over in_order as at_390,
        lag(level, 630, false) over in_order as at_630
    from bars
    cross join border_masks as masks
    window in_order as (order by bar)
)

select
    bar,
    ts_utc,
    level,
    level and at_60 as lag_60,
    level and at_90 as lag_90,
    level and at_150 as lag_150,
    level and at_240 as lag_240,
    level and at_390 as lag_390,
    level and at_630 as lag_630,
    level and at_30 and at_60 as accel_60,
    level and at_45 and at_90 as accel_90,
    level and at_75 and at_150 as accel_150,
    level and at_120 and at_240 as accel_240,
    level and at_195 and at_390 as accel_390,
    level and at_315 and at_630 as accel_630,
    bar - 60 > last_gap as run_60,
    bar - 90 > last_gap as run_90,
    bar - 150 > last_gap as run_150,
    bar - 240 > last_gap as run_240,
    bar - 390 > last_gap as run_390,
    bar - 630 > last_gap as run_630,
    moves_60,
    commodity,
    safe_haven,
    euro,
    usd
from told
cross join months
where
    ts_utc >= months.range_start and ts_utc < months.range_end
    and (bar < 630 or bar - 630 <= last_incomplete)
