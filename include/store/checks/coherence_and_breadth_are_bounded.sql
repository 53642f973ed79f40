-- Coherence and breadth lie in -1 .. 1 (contract, section 6), up to rounding.
-- looks at: bars
-- figure: the largest distance from 0; at most 1 + 1e-9
select
    ts_utc,
    greatest(largest, -smallest) as figure,
    coalesce(largest <= 1 + 1e-9 and smallest >= -1 - 1e-9, true) as holds
from (
    select
        ts_utc,
        greatest(
            commodity_bloc_coherence_60, commodity_bloc_coherence_240, commodity_bloc_breadth_60,
            safe_haven_bloc_coherence_60, safe_haven_bloc_coherence_240,
            safe_haven_bloc_breadth_60, euro_bloc_coherence_60, euro_bloc_coherence_240,
            euro_bloc_breadth_60, usd_bloc_coherence_60, usd_bloc_coherence_240,
            usd_bloc_breadth_60
        ) as largest,
        least(
            commodity_bloc_coherence_60, commodity_bloc_coherence_240, commodity_bloc_breadth_60,
            safe_haven_bloc_coherence_60, safe_haven_bloc_coherence_240,
            safe_haven_bloc_breadth_60, euro_bloc_coherence_60, euro_bloc_coherence_240,
            euro_bloc_breadth_60, usd_bloc_coherence_60, usd_bloc_coherence_240,
            usd_bloc_breadth_60
        ) as smallest
    from months
    join tier1.currency_blocs on (ts_utc >= range_start and ts_utc < range_end)
    -- so both are found once, though they are named twice above
    offset 0 -- noqa: AM09
) as bar
