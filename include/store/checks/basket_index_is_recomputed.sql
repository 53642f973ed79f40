-- The basket index is what SQL computes from the prices: the least squares of section 2 of the contract, on
-- the scale of the base bar.
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        indices.currency,
        indices.index as stored,
        now.index as expected
    from sample
    join indices using (ts_utc)
    left join currency_levels as now using (bar, currency)
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
