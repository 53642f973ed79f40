-- Each month of a stage has the very bits that were published: the digest of its rows is that of its marker.
-- Months that an older version has computed have none, and are not looked at.
-- looks at: months of stages
-- figure: none
with digests as ( -- each month is a partition
    select
        'currency_indices' as stage,
        date_trunc('month', min(ts_utc) at time zone 'UTC')::date as month,
        sum(hash_record_extended(bar, 0)) as digest
    from months
    join tier1.currency_indices as bar on (ts_utc >= range_start and ts_utc < range_end)
    group by bar.tableoid
    union all
    select
        'triangular_arbitrage',
        date_trunc('month', min(ts_utc) at time zone 'UTC')::date as month,
        sum(hash_record_extended(bar, 0))
    from months
    join tier1.triangular_arbitrage as bar on (ts_utc >= range_start and ts_utc < range_end)
    group by bar.tableoid
    union all
    select
        'currency_blocs',
        date_trunc('month', min(ts_utc) at time zone 'UTC')::date as month,
        sum(hash_record_extended(bar, 0))
    from months
    join tier1.currency_blocs as bar on (ts_utc >= range_start and ts_utc < range_end)
    group by bar.tableoid
)

select
    stage,
    month,
    marker.rows_digest as published,
    digests.digest as stored,
    marker.finished as published_at,
    null as figure,
    marker.rows_digest = coalesce(digests.digest, 0) as holds
from months
join tier1.completion_marker as marker on (
    marker.month >= (range_start at time zone 'UTC')::date
    and marker.month < (range_end at time zone 'UTC')::date
)
left join digests using (stage, month)
where marker.rows_digest is not null
