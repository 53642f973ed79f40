-- A bar that one stage has is in the other two, once.
-- looks at: bars
-- figure: rows too many or too few
select
    bar.ts_utc,
    count(*) as rows,
    abs(count(*) - 3) as figure,
    count(*) = 3 as holds
from (
    select ts_utc from tier1.currency_indices
    union all
    select ts_utc from tier1.triangular_arbitrage
    union all
    select ts_utc from tier1.currency_blocs
) as bar, months
where bar.ts_utc >= months.range_start and bar.ts_utc < months.range_end
group by bar.ts_utc
