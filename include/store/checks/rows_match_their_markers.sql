-- each stage has as many rows in the range as its markers say
select
    not exists (
        select from (
            select
                'currency_indices' as stage,
                count(*) as rows
            from tier1.currency_indices
            where ts_utc >= months.range_start and ts_utc < months.range_end
            union all
            select
                'triangular_arbitrage',
                count(*)
            from tier1.triangular_arbitrage
            where ts_utc >= months.range_start and ts_utc < months.range_end
            union all
            select
                'currency_blocs',
                count(*)
            from tier1.currency_blocs
            where ts_utc >= months.range_start and ts_utc < months.range_end
        ) as stored
        where stored.rows is distinct from (
            select sum(marker.rows) from tier1.completion_marker as marker
            where
                marker.stage = stored.stage
                and marker.month >= (months.range_start at time zone 'UTC')::date
                and marker.month < (months.range_end at time zone 'UTC')::date
        )
    )
