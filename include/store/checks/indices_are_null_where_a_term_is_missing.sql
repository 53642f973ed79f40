-- A value of stage 2.3 is NULL exactly where a term of its formula is missing (contract, section 3); that is
-- told from the prices: a level is there where the pairs with a price connect all currencies.
-- looks at: bars
-- figure: values of a bar that are NULL or not against the claim, at least
select
    bar.*,
    bar.total as figure,
    bar.total = 0 as holds
from (
    select
        value.*,
        abs(value.index - 8 * coalesce(terms.level, true)::integer)
        + abs(value.strength_vs_major - 8 * coalesce(terms.level, true)::integer)
        + abs(value.strength_vs_safe_haven - 8 * coalesce(terms.level, true)::integer)
        + abs(value.strength_vs_commodity - 8 * coalesce(terms.level, true)::integer)
        + abs(value.momentum_60 - 8 * coalesce(terms.lag_60, true)::integer)
        + abs(value.momentum_roc_60 - 8 * coalesce(terms.lag_60, true)::integer)
        + abs(value.momentum_90 - 8 * coalesce(terms.lag_90, true)::integer)
        + abs(value.momentum_roc_90 - 8 * coalesce(terms.lag_90, true)::integer)
        + abs(value.momentum_150 - 8 * coalesce(terms.lag_150, true)::integer)
        + abs(value.momentum_roc_150 - 8 * coalesce(terms.lag_150, true)::integer)
        + abs(value.momentum_240 - 8 * coalesce(terms.lag_240, true)::integer)
        + abs(value.momentum_roc_240 - 8 * coalesce(terms.lag_240, true)::integer)
        + abs(value.momentum_390 - 8 * coalesce(terms.lag_390, true)::integer)
        + abs(value.momentum_roc_390 - 8 * coalesce(terms.lag_390, true)::integer)
        + abs(value.momentum_630 - 8 * coalesce(terms.lag_630, true)::integer)
        + abs(value.momentum_roc_630 - 8 * coalesce(terms.lag_630, true)::integer)
        + abs(value.momentum_accel_60 - 8 * coalesce(terms.accel_60, true)::integer)
        + abs(value.momentum_accel_90 - 8 * coalesce(terms.accel_90, true)::integer)
        + abs(value.momentum_accel_150 - 8 * coalesce(terms.accel_150, true)::integer)
        + abs(value.momentum_accel_240 - 8 * coalesce(terms.accel_240, true)::integer)
        + abs(value.momentum_accel_390 - 8 * coalesce(terms.accel_390, true)::integer)
        + abs(value.momentum_accel_630 - 8 * coalesce(terms.accel_630, true)::integer)
        + abs(value.volatility_60 - 8 * coalesce(terms.run_60, true)::integer)
        + abs(value.volatility_90 - 8 * coalesce(terms.run_90, true)::integer)
        + abs(value.volatility_150 - 8 * coalesce(terms.run_150, true)::integer)
        + abs(value.volatility_240 - 8 * coalesce(terms.run_240, true)::integer)
        + abs(value.volatility_390 - 8 * coalesce(terms.run_390, true)::integer)
        + abs(value.volatility_630 - 8 * coalesce(terms.run_630, true)::integer) as total
    from index_values as value
    left join terms using (ts_utc)
    -- so it is counted once, though it is named twice above
    offset 0 -- noqa: AM09
) as bar
