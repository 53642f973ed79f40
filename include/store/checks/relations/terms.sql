-- which terms of the formulas are there, told from the prices alone (contract, sections 3 to 5), at each bar
-- that has a bar without all prices at most 630 bars before it, or fewer bars before it. At all others every
-- term is. level: the pairs with a price connect all currencies; lag_w: also w bars before; accel_w: also
-- half-way; run_w: at all w + 1 bars up to here. moves_60: the pairs with a price here and 60 bars before;
-- whole_w: the pairs with a price at all w + 1 bars.
with told as (
    select
        grid.bar,
        grid.ts_utc,
        grid.filled,
        solutions.inverse is not null as level,
        coalesce(max(bar) filter (where solutions.inverse is null) over in_order, -1) as last_gap,
        max(bar) filter (where filled <> (1 << 28) - 1) over in_order as last_incomplete
    from grid
    join solutions using (filled)
    window in_order as (order by bar)
),

judged as materialized (
    select told.*
    from told, months
    where
        told.ts_utc >= months.range_start and told.ts_utc < months.range_end
        and (told.bar < 630 or told.bar - 630 <= told.last_incomplete)
),

seen as (
    select
        judged.bar,
        bool_or(judged.bar - at.bar = 30) as at_30,
        bool_or(judged.bar - at.bar = 45) as at_45,
        bool_or(judged.bar - at.bar = 60) as at_60,
        bool_or(judged.bar - at.bar = 75) as at_75,
        bool_or(judged.bar - at.bar = 90) as at_90,
        bool_or(judged.bar - at.bar = 120) as at_120,
        bool_or(judged.bar - at.bar = 150) as at_150,
        bool_or(judged.bar - at.bar = 195) as at_195,
        bool_or(judged.bar - at.bar = 240) as at_240,
        bool_or(judged.bar - at.bar = 315) as at_315,
        bool_or(judged.bar - at.bar = 390) as at_390,
        bool_or(judged.bar - at.bar = 630) as at_630
    from judged
    cross join unnest(array[0, 30, 45, 60, 75, 90, 120, 150, 195, 240, 315, 390, 630]) as lag (bars)
    join grid as at on (at.bar = judged.bar - lag.bars)
    join solutions on (solutions.filled = at.filled and solutions.inverse is not null)
    where judged.level
    group by judged.bar
)

select
    judged.bar,
    judged.ts_utc,
    level,
    coalesce(at_60, false) as lag_60,
    coalesce(at_90, false) as lag_90,
    coalesce(at_150, false) as lag_150,
    coalesce(at_240, false) as lag_240,
    coalesce(at_390, false) as lag_390,
    coalesce(at_630, false) as lag_630,
    coalesce(at_30 and at_60, false) as accel_60,
    coalesce(at_45 and at_90, false) as accel_90,
    coalesce(at_75 and at_150, false) as accel_150,
    coalesce(at_120 and at_240, false) as accel_240,
    coalesce(at_195 and at_390, false) as accel_390,
    coalesce(at_315 and at_630, false) as accel_630,
    judged.bar - 60 > last_gap as run_60,
    judged.bar - 90 > last_gap as run_90,
    judged.bar - 150 > last_gap as run_150,
    judged.bar - 240 > last_gap as run_240,
    judged.bar - 390 > last_gap as run_390,
    judged.bar - 630 > last_gap as run_630,
    judged.filled & coalesce(sixty_before.filled, 0) as moves_60,
    case when judged.bar < 60 then 0 else (
        select bit_and(recent.filled)
        from grid as recent
        where recent.bar between judged.bar - 60 and judged.bar
    ) end as whole_60,
    case when judged.bar < 240 then 0 else (
        select bit_and(recent.filled)
        from grid as recent
        where recent.bar between judged.bar - 240 and judged.bar
    ) end as whole_240
from judged
left join seen using (bar)
left join grid as sixty_before on (sixty_before.bar = judged.bar - 60)
