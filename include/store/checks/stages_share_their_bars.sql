-- a bar that one stage has is in the other two
select
    not exists (
        select from tier1.currency_indices as i
        full join tier1.triangular_arbitrage as a using (ts_utc)
        full join tier1.currency_blocs as b using (ts_utc)
        where
            ts_utc >= months.range_start and ts_utc < months.range_end
            and (i.ts_utc is null or a.ts_utc is null or b.ts_utc is null)
    )
