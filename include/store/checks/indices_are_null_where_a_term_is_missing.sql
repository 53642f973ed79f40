-- A value of stage 2.3 is NULL exactly where a term of its formula is missing (contract, section 3); that is told
-- from the prices: a level is there where the pairs with a price connect all currencies.
-- looks at: bars
-- figure: values of a bar that are NULL or not against the claim, at least
select
    ts_utc,
    terms.level,
    terms.lag_60,
    terms.lag_630,
    terms.run_60,
    terms.run_630,
    index_values.index as values_of_index,
    index_values.momentum_60 as values_of_momentum_60,
    index_values.momentum_630 as values_of_momentum_630,
    index_values.volatility_60 as values_of_volatility_60,
    index_values.volatility_630 as values_of_volatility_630,
    wrong.total as figure,
    wrong.total = 0 as holds
from terms
join index_values using (ts_utc)
cross join lateral (
    select
        abs(index_values.index - 8 * terms.level::integer)
        + abs(index_values.strength_vs_major - 8 * terms.level::integer)
        + abs(index_values.strength_vs_safe_haven - 8 * terms.level::integer)
        + abs(index_values.strength_vs_commodity - 8 * terms.level::integer)
        + abs(index_values.momentum_60 - 8 * terms.lag_60::integer)
        + abs(index_values.momentum_roc_60 - 8 * terms.lag_60::integer)
        + abs(index_values.momentum_90 - 8 * terms.lag_90::integer)
        + abs(index_values.momentum_roc_90 - 8 * terms.lag_90::integer)
        + abs(index_values.momentum_150 - 8 * terms.lag_150::integer)
        + abs(index_values.momentum_roc_150 - 8 * terms.lag_150::integer)
        + abs(index_values.momentum_240 - 8 * terms.lag_240::integer)
        + abs(index_values.momentum_roc_240 - 8 * terms.lag_240::integer)
        + abs(index_values.momentum_390 - 8 * terms.lag_390::integer)
        + abs(index_values.momentum_roc_390 - 8 * terms.lag_390::integer)
        + abs(index_values.momentum_630 - 8 * terms.lag_630::integer)
        + abs(index_values.momentum_roc_630 - 8 * terms.lag_630::integer)
        + abs(index_values.momentum_accel_60 - 8 * terms.accel_60::integer)
        + abs(index_values.momentum_accel_90 - 8 * terms.accel_90::integer)
        + abs(index_values.momentum_accel_150 - 8 * terms.accel_150::integer)
        + abs(index_values.momentum_accel_240 - 8 * terms.accel_240::integer)
        + abs(index_values.momentum_accel_390 - 8 * terms.accel_390::integer)
        + abs(index_values.momentum_accel_630 - 8 * terms.accel_630::integer)
        + abs(index_values.volatility_60 - 8 * terms.run_60::integer)
        + abs(index_values.volatility_90 - 8 * terms.run_90::integer)
        + abs(index_values.volatility_150 - 8 * terms.run_150::integer)
        + abs(index_values.volatility_240 - 8 * terms.run_240::integer)
        + abs(index_values.volatility_390 - 8 * terms.run_390::integer)
        + abs(index_values.volatility_630 - 8 * terms.run_630::integer) as total
) as wrong
