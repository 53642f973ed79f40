-- the pairs that have moved in the last 60 and 240 bars
with lately as (
    select
        bar,
        ts_utc,
        bit_or(moved) over (order by bar rows 59 preceding) as moved_60
    from grid
)

select
    lately.ts_utc,
    moved_60,
    moved_60 | lag(moved_60, 60, 0) over in_order | lag(moved_60, 120, 0) over in_order
    | lag(moved_60, 180, 0) over in_order as moved_240
from lately
window in_order as (order by bar)
