-- The dispersion of each bloc is what SQL computes from the prices (contract, section 5).
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        blocs.bloc,
        blocs.dispersion_60 as stored,
        moves.dispersion as expected
    from sample
    join blocs using (ts_utc)
    left join moves using (bar, bloc)
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
