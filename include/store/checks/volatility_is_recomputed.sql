-- The volatility of each index, over every window, is what SQL computes from the prices (contract, section
-- 3).
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        indices.currency,
        of.bars,
        of.stored,
        deviations.deviation as expected
    from sample
    join indices using (ts_utc)
    cross join lateral (values
        (60, indices.volatility_60), (90, indices.volatility_90), (150, indices.volatility_150),
        (240, indices.volatility_240), (390, indices.volatility_390), (630, indices.volatility_630)
    ) as of (bars, stored)
    left join deviations
        on (deviations.bar = sample.bar and deviations.name = indices.currency and deviations.bars = of.bars)
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
