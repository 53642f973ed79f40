-- the bars that are recomputed: 200 pseudo-random ones, five each at 40 places, so that they share what they
-- look back on; the months' first bars; bars after the longest gaps; bars at which pairs have no bar, and
-- such at which pairs have no price that is not too old
with bars as (
    select
        bar,
        ts_utc,
        filled <> (1 << 28) - 1 as lacks_prices,
        present <> (1 << 28) - 1 as lacks_bars,
        ts_utc - lag(ts_utc) over in_order as gap,
        coalesce(
            date_trunc('month', ts_utc at time zone 'UTC')
            > date_trunc('month', lag(ts_utc) over in_order at time zone 'UTC'),
            true
        ) as begins_month,
        hashint8extended(bar, hashtextextended(options.seed, 0)) as lot
    from grid, options
    window in_order as (order by bar)
),

candidates as materialized (
    select bars.*
    from bars, months
    where ts_utc >= months.range_start and ts_utc < months.range_end
),

places as (
    select
        bar,
        lot
    from candidates
    order by lot limit 40
),

near as (
    select
        grid.bar,
        row_number() over (partition by places.bar order by hashint8extended(grid.bar, places.lot)) as turn
    from places
    join grid on (grid.bar between places.bar and places.bar + 120)
),

chosen as (
    select bar
    from near
    where turn <= 5
    union
    select bar
    from candidates
    where begins_month
    union
    (
        select bar
        from candidates
        where gap is not null
        order by gap desc, lot asc limit 6
    )
    union
    (
        select bar
        from candidates
        where lacks_bars
        order by lot limit 6
    )
    union
    (
        select bar
        from candidates
        where lacks_prices
        order by lot limit 6
    )
)

select
    bar,
    ts_utc
from chosen
join candidates using (bar)
