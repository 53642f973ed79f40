-- The bars of the range are the times at which a price table has a bar (contract, section 1): each is there
-- once, and no other one.
-- looks at: bars
-- figure: rows too many or too few
select
    ts_utc,
    count(*) filter (where source = 'prices') as in_prices,
    count(*) filter (where source = 'features') as in_features,
    abs(count(*) filter (where source = 'features') - count(*) filter (where source = 'prices')) as figure,
    count(*) filter (where source = 'features') = count(*) filter (where source = 'prices') as holds
from (
    select
        'prices' as source,
        ts_utc
    from grid
    union all
    select
        'features',
        ts_utc
    from tier1.currency_indices
) as bar, months
where bar.ts_utc >= months.range_start and bar.ts_utc < months.range_end
group by ts_utc
