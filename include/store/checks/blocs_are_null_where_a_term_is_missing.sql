-- A value of stage 2.16B is NULL exactly where a term of its formula is missing, or for coherence where fewer
-- than two border pairs have moved, which makes its denominator 0 (contract, section 5); that is told from
-- the prices.
-- looks at: bars
-- figure: values of a bar that are NULL or not against the claim, at least
select
    bloc.*,
    wrong.total as figure,
    wrong.total = 0 as holds
from months
join tier1.currency_blocs as bloc on (ts_utc >= months.range_start and ts_utc < months.range_end)
join (
    select
        grid.ts_utc,
        grid.moved_60 | coalesce(calm.moved_60, 0) as moved_60,
        grid.moved_240 | coalesce(calm.moved_240, 0) as moved_240
    from grid
    left join calm using (bar)
) as moves using (ts_utc)
left join terms using (ts_utc)
cross join border_masks as masks
cross join lateral (
    select
        abs(
            num_nonnulls(
                commodity_bloc_index, safe_haven_bloc_index,
                euro_bloc_index, usd_bloc_index
            )
            - 4 * coalesce(terms.level, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_strength, safe_haven_bloc_strength,
                euro_bloc_strength, usd_bloc_strength
            )
            - 4 * coalesce(terms.level, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_momentum_60, safe_haven_bloc_momentum_60,
                euro_bloc_momentum_60, usd_bloc_momentum_60
            )
            - 4 * coalesce(terms.lag_60, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_momentum_240, safe_haven_bloc_momentum_240,
                euro_bloc_momentum_240, usd_bloc_momentum_240
            )
            - 4 * coalesce(terms.lag_240, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_momentum_630, safe_haven_bloc_momentum_630,
                euro_bloc_momentum_630, usd_bloc_momentum_630
            )
            - 4 * coalesce(terms.lag_630, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_volatility_60, safe_haven_bloc_volatility_60,
                euro_bloc_volatility_60, usd_bloc_volatility_60
            )
            - 4 * coalesce(terms.run_60, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_volatility_240, safe_haven_bloc_volatility_240,
                euro_bloc_volatility_240, usd_bloc_volatility_240
            )
            - 4 * coalesce(terms.run_240, true)::integer
        )
        + abs(
            num_nonnulls(
                commodity_bloc_volatility_630, safe_haven_bloc_volatility_630,
                euro_bloc_volatility_630, usd_bloc_volatility_630
            )
            - 4 * coalesce(terms.run_630, true)::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_coherence_60) - (
                coalesce(terms.bar - 60 > terms.commodity, true)
                and bit_count((moves.moved_60 & masks.commodity)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_coherence_240) - (
                coalesce(terms.bar - 240 > terms.commodity, true)
                and bit_count((moves.moved_240 & masks.commodity)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(commodity_bloc_dispersion_60, commodity_bloc_breadth_60)
            - 2 * (coalesce(terms.moves_60, -1) & masks.commodity = masks.commodity)::integer
        )
        + abs(
            num_nonnulls(safe_haven_bloc_coherence_60) - (
                coalesce(terms.bar - 60 > terms.safe_haven, true)
                and bit_count((moves.moved_60 & masks.safe_haven)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(safe_haven_bloc_coherence_240) - (
                coalesce(terms.bar - 240 > terms.safe_haven, true)
                and bit_count((moves.moved_240 & masks.safe_haven)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(safe_haven_bloc_dispersion_60, safe_haven_bloc_breadth_60)
            - 2 * (coalesce(terms.moves_60, -1) & masks.safe_haven = masks.safe_haven)::integer
        )
        + abs(
            num_nonnulls(euro_bloc_coherence_60) - (
                coalesce(terms.bar - 60 > terms.euro, true)
                and bit_count((moves.moved_60 & masks.euro)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(euro_bloc_coherence_240) - (
                coalesce(terms.bar - 240 > terms.euro, true)
                and bit_count((moves.moved_240 & masks.euro)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(euro_bloc_dispersion_60, euro_bloc_breadth_60)
            - 2 * (coalesce(terms.moves_60, -1) & masks.euro = masks.euro)::integer
        )
        + abs(
            num_nonnulls(usd_bloc_coherence_60) - (
                coalesce(terms.bar - 60 > terms.usd, true)
                and bit_count((moves.moved_60 & masks.usd)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(usd_bloc_coherence_240) - (
                coalesce(terms.bar - 240 > terms.usd, true)
                and bit_count((moves.moved_240 & masks.usd)::bit(32)) > 1
            )::integer
        )
        + abs(
            num_nonnulls(usd_bloc_dispersion_60, usd_bloc_breadth_60)
            - 2 * (coalesce(terms.moves_60, -1) & masks.usd = masks.usd)::integer
        ) as total
) as wrong
