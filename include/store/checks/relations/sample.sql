-- the bars that are recomputed: 200 pseudo-random ones, the months' first bars, bars after the longest gaps,
-- bars at which pairs have no bar, and such at which pairs have no price at all
with bars as (
    select
        bar,
        ts_utc,
        filled,
        present <> (1 << 28) - 1 as misses_pairs,
        ts_utc - lag(ts_utc) over in_order as gap,
        date_trunc('month', ts_utc at time zone 'UTC')
        is distinct from date_trunc('month', lag(ts_utc) over in_order at time zone 'UTC') as begins_month,
        hashint8extended(bar, hashtextextended(options.seed, 0)) as lot
    from grid, options
    window in_order as (order by bar)
),

candidates as (
    select bars.*
    from bars, months
    where ts_utc >= months.range_start and ts_utc < months.range_end
)

select distinct
    bar,
    ts_utc
from (
    (select bar, ts_utc from candidates order by lot limit 200)
    union all
    select bar, ts_utc from candidates where begins_month
    union all
    (select bar, ts_utc from candidates where gap is not null order by gap desc, lot limit 12)
    union all
    (select bar, ts_utc from candidates where misses_pairs order by lot limit 12)
    union all
    (select bar, ts_utc from candidates where filled <> (1 << 28) - 1 order by lot limit 12)
) as chosen
