-- A value of stage 2.16B is NULL exactly where a term of its formula is missing, or for coherence where fewer
-- than two border pairs have moved, which makes its denominator 0 (contract, section 5); that is told from
-- the prices.
-- looks at: bars
-- figure: values of a bar that are NULL or not against the claim, at least
select
    bar.*,
    bar.total as figure,
    bar.total = 0 as holds
from (
    select
        value.*,
        abs(value.index - 4 * coalesce(terms.level, true)::integer)
        + abs(value.strength - 4 * coalesce(terms.level, true)::integer)
        + abs(value.momentum_60 - 4 * coalesce(terms.lag_60, true)::integer)
        + abs(value.momentum_240 - 4 * coalesce(terms.lag_240, true)::integer)
        + abs(value.momentum_630 - 4 * coalesce(terms.lag_630, true)::integer)
        + abs(value.volatility_60 - 4 * coalesce(terms.run_60, true)::integer)
        + abs(value.volatility_240 - 4 * coalesce(terms.run_240, true)::integer)
        + abs(value.volatility_630 - 4 * coalesce(terms.run_630, true)::integer)
        + abs(
            value.commodity_coherence_60 - (
                coalesce(terms.bar - 60 > terms.commodity, true)
                and bit_count((moves.moved_60 & masks.commodity)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.commodity_coherence_240 - (
                coalesce(terms.bar - 240 > terms.commodity, true)
                and bit_count((moves.moved_240 & masks.commodity)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.commodity_moves_60
            - 2 * (coalesce(terms.moves_60, -1) & masks.commodity = masks.commodity)::integer
        )
        + abs(
            value.safe_haven_coherence_60 - (
                coalesce(terms.bar - 60 > terms.safe_haven, true)
                and bit_count((moves.moved_60 & masks.safe_haven)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.safe_haven_coherence_240 - (
                coalesce(terms.bar - 240 > terms.safe_haven, true)
                and bit_count((moves.moved_240 & masks.safe_haven)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.safe_haven_moves_60
            - 2 * (coalesce(terms.moves_60, -1) & masks.safe_haven = masks.safe_haven)::integer
        )
        + abs(
            value.euro_coherence_60 - (
                coalesce(terms.bar - 60 > terms.euro, true)
                and bit_count((moves.moved_60 & masks.euro)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.euro_coherence_240 - (
                coalesce(terms.bar - 240 > terms.euro, true)
                and bit_count((moves.moved_240 & masks.euro)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.euro_moves_60
            - 2 * (coalesce(terms.moves_60, -1) & masks.euro = masks.euro)::integer
        )
        + abs(
            value.usd_coherence_60 - (
                coalesce(terms.bar - 60 > terms.usd, true)
                and bit_count((moves.moved_60 & masks.usd)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.usd_coherence_240 - (
                coalesce(terms.bar - 240 > terms.usd, true)
                and bit_count((moves.moved_240 & masks.usd)::bit(32)) > 1
            )::integer
        )
        + abs(
            value.usd_moves_60
            - 2 * (coalesce(terms.moves_60, -1) & masks.usd = masks.usd)::integer
        ) as total
    from bloc_values as value
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
    -- so it is counted once, though it is named twice above
    offset 0 -- noqa: AM09
) as bar
