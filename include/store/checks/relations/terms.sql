-- which terms of the formulas are there, bar by bar, told from the prices alone (contract, sections 3 to 5).
-- level: the pairs with a price connect all currencies; lag_w: also w bars before; accel_w: also half-way;
-- run_w: at all w + 1 bars up to here. moves_60: the pairs with a price here and 60 bars before.
-- together_w of a bloc: its border pairs have a price at all w + 1 bars, and two of them have moved.
with border_of as (
    select
        bit_or(bit) filter (where bloc = 'commodity') as commodity,
        bit_or(bit) filter (where bloc = 'safe_haven') as safe_haven,
        bit_or(bit) filter (where bloc = 'euro') as euro,
        bit_or(bit) filter (where bloc = 'usd') as usd
    from border
),

seen as (
    select
        grid.bar,
        grid.ts_utc,
        grid.filled,
        solutions.inverse is not null as level,
        bit_or(grid.moved) over (order by grid.bar rows 59 preceding) as moved_60
    from grid
    join solutions on (solutions.filled = grid.filled)
),

told as (
    select
        seen.*,
        seen.filled & lag(seen.filled, 60, 0) over in_order as moves_60,
        seen.moved_60 | lag(seen.moved_60, 60, 0) over in_order | lag(seen.moved_60, 120, 0) over in_order
        | lag(seen.moved_60, 180, 0) over in_order as moved_240,
        coalesce(max(bar) filter (where not level) over in_order, -1) as last_gap,
        coalesce(max(bar) filter (where filled & commodity <> commodity) over in_order, -1) as commodity_gap,
        coalesce(max(bar) filter (where filled & safe_haven <> safe_haven) over in_order, -1) as safe_haven_gap,
        coalesce(max(bar) filter (where filled & euro <> euro) over in_order, -1) as euro_gap,
        coalesce(max(bar) filter (where filled & usd <> usd) over in_order, -1) as usd_gap,
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
    from seen, border_of
    window in_order as (order by bar)
)

select
    told.bar,
    told.ts_utc,
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
    moves_60 & commodity = commodity as commodity_moves_60,
    moves_60 & safe_haven = safe_haven as safe_haven_moves_60,
    moves_60 & euro = euro as euro_moves_60,
    moves_60 & usd = usd as usd_moves_60,
    bar - 60 > commodity_gap and bit_count((moved_60 & commodity)::bit(32)) > 1 as commodity_together_60,
    bar - 240 > commodity_gap and bit_count((moved_240 & commodity)::bit(32)) > 1 as commodity_together_240,
    bar - 60 > safe_haven_gap and bit_count((moved_60 & safe_haven)::bit(32)) > 1 as safe_haven_together_60,
    bar - 240 > safe_haven_gap and bit_count((moved_240 & safe_haven)::bit(32)) > 1 as safe_haven_together_240,
    bar - 60 > euro_gap and bit_count((moved_60 & euro)::bit(32)) > 1 as euro_together_60,
    bar - 240 > euro_gap and bit_count((moved_240 & euro)::bit(32)) > 1 as euro_together_240,
    bar - 60 > usd_gap and bit_count((moved_60 & usd)::bit(32)) > 1 as usd_together_60,
    bar - 240 > usd_gap and bit_count((moved_240 & usd)::bit(32)) > 1 as usd_together_240
from told, border_of, months
where told.ts_utc >= months.range_start and told.ts_utc < months.range_end
