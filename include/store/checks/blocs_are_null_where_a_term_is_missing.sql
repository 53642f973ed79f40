-- A value of stage 2.16B is NULL exactly where a term of its formula is missing, or for coherence where fewer than
-- two border pairs have moved, which makes its denominator 0 (contract, section 5); that is told from the prices.
-- looks at: bars
-- figure: values of a bar that are NULL or not against the claim, at least
select
    terms.*,
    wrong.total as figure,
    wrong.total = 0 as holds
from terms
join tier1.currency_blocs using (ts_utc)
cross join lateral (
    select
        abs(
            num_nonnulls(commodity_bloc_index, safe_haven_bloc_index, euro_bloc_index, usd_bloc_index)
            - 4 * terms.level::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_strength, safe_haven_bloc_strength, euro_bloc_strength, usd_bloc_strength)
            - 4 * terms.level::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_momentum_60, safe_haven_bloc_momentum_60, euro_bloc_momentum_60, usd_bloc_momentum_60)
            - 4 * terms.lag_60::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_momentum_240, safe_haven_bloc_momentum_240, euro_bloc_momentum_240, usd_bloc_momentum_240)
            - 4 * terms.lag_240::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_momentum_630, safe_haven_bloc_momentum_630, euro_bloc_momentum_630, usd_bloc_momentum_630)
            - 4 * terms.lag_630::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_volatility_60, safe_haven_bloc_volatility_60, euro_bloc_volatility_60, usd_bloc_volatility_60)
            - 4 * terms.run_60::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_volatility_240, safe_haven_bloc_volatility_240, euro_bloc_volatility_240, usd_bloc_volatility_240)
            - 4 * terms.run_240::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_volatility_630, safe_haven_bloc_volatility_630, euro_bloc_volatility_630, usd_bloc_volatility_630)
            - 4 * terms.run_630::integer
        )
        + abs(num_nonnulls(commodity_bloc_coherence_60) - terms.commodity_together_60::integer)
        + abs(num_nonnulls(commodity_bloc_coherence_240) - terms.commodity_together_240::integer)
        + abs(num_nonnulls(commodity_bloc_dispersion_60) - terms.commodity_moves_60::integer)
        + abs(num_nonnulls(commodity_bloc_breadth_60) - terms.commodity_moves_60::integer)
        + abs(num_nonnulls(safe_haven_bloc_coherence_60) - terms.safe_haven_together_60::integer)
        + abs(num_nonnulls(safe_haven_bloc_coherence_240) - terms.safe_haven_together_240::integer)
        + abs(num_nonnulls(safe_haven_bloc_dispersion_60) - terms.safe_haven_moves_60::integer)
        + abs(num_nonnulls(safe_haven_bloc_breadth_60) - terms.safe_haven_moves_60::integer)
        + abs(num_nonnulls(euro_bloc_coherence_60) - terms.euro_together_60::integer)
        + abs(num_nonnulls(euro_bloc_coherence_240) - terms.euro_together_240::integer)
        + abs(num_nonnulls(euro_bloc_dispersion_60) - terms.euro_moves_60::integer)
        + abs(num_nonnulls(euro_bloc_breadth_60) - terms.euro_moves_60::integer)
        + abs(num_nonnulls(usd_bloc_coherence_60) - terms.usd_together_60::integer)
        + abs(num_nonnulls(usd_bloc_coherence_240) - terms.usd_together_240::integer)
        + abs(num_nonnulls(usd_bloc_dispersion_60) - terms.usd_moves_60::integer)
        + abs(num_nonnulls(usd_bloc_breadth_60) - terms.usd_moves_60::integer) as total
) as wrong
