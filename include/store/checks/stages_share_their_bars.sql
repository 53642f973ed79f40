-- a bar that one stage has is in the other two
select
    not exists (
        select from (
            select ts_utc from tier1.currency_indices
            where ts_utc >= months.range_start and ts_utc < months.range_end
            union all
            select ts_utc from tier1.triangular_arbitrage
            where ts_utc >= months.range_start and ts_utc < months.range_end
            union all
            select ts_utc from tier1.currency_blocs
            where ts_utc >= months.range_start and ts_utc < months.range_end
        ) as bar
        group by bar.ts_utc
        having count(*) <> 3
    )
