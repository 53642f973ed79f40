-- the bars from the longest look-back before the months to their end, numbered; which pairs have a price
-- there, and which have one that is not too old (contract, section 1); which have surely moved in the last
-- 60 and 240 bars: one bit of each price tells, so that half of the moves are seen. This is the one time that
-- all prices are read.
-- What is true of one of many bars is put together from parts of them, which may overlap: PostgreSQL looks at
-- a window's rows again at every bar.
with bars as (
    select
        ts_utc,
        bit_or(1 << k) as present,
        bit_or((hashfloat8(close) & 1) << k) as bits
    from prices_of_months
    group by ts_utc
),

numbered as (
    select
        (row_number() over in_order - 1)::integer as bar,
        ts_utc,
        present,
        present & lag(present, 1, 0) over in_order
        & (bits | lag(bits, 1, 0) over in_order) & ~(bits & lag(bits, 1, 0) over in_order) as moved
    from bars
    window in_order as (order by ts_utc)
),

parts as (
    select
        max_stale_bars + 1 as of_all,
        (max_stale_bars + 4) / 4 as of_part,
        (max_stale_bars + 16) / 16 as of_piece
    from options
),

pieces as (
    select
        bar,
        ts_utc,
        present,
        bit_or(present) over (
            order by bar rows between (select of_piece - 1 from parts) preceding and current row -- noqa: PRS
        ) as present_piece,
        bit_or(moved) over (order by bar rows 4 preceding) as moved_5
    from numbered
),

lately as (
    select
        bar,
        ts_utc,
        present,
        present_piece
        | lag(present_piece, least(of_piece, of_part - of_piece), 0) over in_order
        | lag(present_piece, least(2 * of_piece, of_part - of_piece), 0) over in_order
        | lag(present_piece, of_part - of_piece, 0) over in_order as present_part,
        moved_5 | lag(moved_5, 5, 0) over in_order | lag(moved_5, 10, 0) over in_order as moved_15
    from pieces, parts
    window in_order as (order by bar)
),

put_together as (
    select
        bar,
        ts_utc,
        present,
        present_part
        | lag(present_part, least(of_part, of_all - of_part), 0) over in_order
        | lag(present_part, least(2 * of_part, of_all - of_part), 0) over in_order
        | lag(present_part, of_all - of_part, 0) over in_order as filled,
        moved_15 | lag(moved_15, 15, 0) over in_order | lag(moved_15, 30, 0) over in_order
        | lag(moved_15, 45, 0) over in_order as moved_60
    from lately, parts
    window in_order as (order by bar)
)

select
    bar,
    ts_utc,
    present,
    filled,
    moved_60,
    moved_60 | lag(moved_60, 60, 0) over in_order | lag(moved_60, 120, 0) over in_order
    | lag(moved_60, 180, 0) over in_order as moved_240
from put_together
window in_order as (order by bar)
