-- The view features has each bar once, with the values that the three tables have there.
-- looks at: sampled bars
-- figure: values of a bar that differ, or are not there
with bars as materialized (
    select
        sample.ts_utc,
        to_jsonb(indices) || to_jsonb(arbitrage) || to_jsonb(blocs) as stored,
        array(
            select to_jsonb(row) from tier1.features as row
            where row.ts_utc = sample.ts_utc
        ) as shown
    from sample
    join tier1.currency_indices as indices using (ts_utc)
    join tier1.triangular_arbitrage as arbitrage using (ts_utc)
    join tier1.currency_blocs as blocs using (ts_utc)
)

select
    ts_utc,
    cardinality(shown) as rows_of_view,
    different.first_of_them,
    different.total as figure,
    shown = array[stored] as holds
from bars
cross join lateral (
    select
        count(*) as total,
        min(name) as first_of_them
    from jsonb_object_keys(stored) as name
    where shown[1] -> name is distinct from stored -> name
) as different
