-- the bars from the longest look-back before the months to their end, numbered; which pairs have a price
-- there, which have one that is not too old (contract, section 1), and which have moved since their price
-- before. This is the one time that all prices are read.
with bars as (
    select
        ts_utc,
        bit_or(1 << k) as present,
        coalesce(bit_or(1 << k) filter (where has_moved), 0) as moved
    from price_marks
    group by ts_utc
)

select
    (row_number() over in_order - 1)::integer as bar,
    ts_utc,
    present,
    moved,
    bit_or(present) over (
        order by ts_utc rows between (select max_stale_bars from options) preceding and current row
    ) as filled
from bars
window in_order as (order by ts_utc)
