-- The strengths of each index are what SQL computes from the prices (contract, section 3).
-- looks at: values at sampled bars
-- figure: the largest error, relative, or absolute where the value is below 1; at most 1e-9 (contract, top)
with pairs_of_values as (
    select
        ts_utc,
        indices.currency,
        of.grouping,
        of.stored,
        now.index - others.index as expected
    from sample
    join indices using (ts_utc)
    cross join lateral (values
        ('major', indices.strength_vs_major), ('safe_haven', indices.strength_vs_safe_haven),
        ('commodity', indices.strength_vs_commodity)
    ) as of (grouping, stored)
    left join currency_levels as now using (bar, currency)
    cross join lateral (
        select avg(other.index) as index
        from groups
        join currency_levels as other on (other.bar = sample.bar and other.currency = groups.currency)
        where groups.grouping = of.grouping and groups.currency <> indices.currency
    ) as others
)

select
    pairs_of_values.*,
    abs(stored - expected) / greatest(1, abs(expected)) as figure,
    coalesce(
        abs(stored - expected) <= 1e-9 * greatest(1, abs(expected)), stored is null and expected is null
    ) as holds
from pairs_of_values
