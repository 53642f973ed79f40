-- The volatility of each bloc is what SQL computes from the prices (contract, section 5).
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        blocs.bloc,
        of.bars,
        of.stored,
        deviations.deviation as expected
    from sample
    join blocs using (ts_utc)
    cross join lateral (values
        (60, blocs.volatility_60),
        (240, blocs.volatility_240), (630, blocs.volatility_630)
    ) as of (bars, stored)
    left join deviations on (
        deviations.bar = sample.bar and deviations.bars = of.bars
        and deviations.name = case blocs.bloc when 'euro' then 'eur' else blocs.bloc end
    )
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
