-- The momentum of each index is what SQL computes from the prices (contract, section 3).
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        indices.currency,
        of.bars,
        of.stored,
        now.index - past.index as expected
    from sample
    join indices using (ts_utc)
    cross join lateral (values
        (60, indices.momentum_60), (90, indices.momentum_90), (150, indices.momentum_150),
        (240, indices.momentum_240), (390, indices.momentum_390), (630, indices.momentum_630)
    ) as of (bars, stored)
    left join currency_levels as now using (bar, currency)
    left join currency_levels as past
        on (past.bar = sample.bar - of.bars and past.currency = indices.currency)
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
