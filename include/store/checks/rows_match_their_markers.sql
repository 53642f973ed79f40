-- Each month of a stage has as many rows as its marker says.
-- looks at: months of stages
-- figure: rows too many or too few
with stored as (
    select
        'currency_indices' as stage,
        ts_utc
    from tier1.currency_indices
    union all
    select
        'triangular_arbitrage',
        ts_utc
    from tier1.triangular_arbitrage
    union all
    select
        'currency_blocs',
        ts_utc
    from tier1.currency_blocs
),

counted as (
    select
        stored.stage,
        date_trunc('month', stored.ts_utc at time zone 'UTC')::date as month,
        count(*) as rows
    from stored, months
    where stored.ts_utc >= months.range_start and stored.ts_utc < months.range_end
    group by 1, 2
)

select
    stage,
    month,
    marker.rows as in_marker,
    counted.rows as in_table,
    abs(coalesce(marker.rows, 0) - coalesce(counted.rows, 0)) as figure,
    coalesce(marker.rows = coalesce(counted.rows, 0), false) as holds
from counted
full join (
    select marker.*
    from tier1.completion_marker as marker, months
    where
        marker.month >= (months.range_start at time zone 'UTC')::date
        and marker.month < (months.range_end at time zone 'UTC')::date
) as marker using (stage, month)
