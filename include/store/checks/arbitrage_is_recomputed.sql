-- All four columns of every pair are what SQL computes from the raw prices (contract, section 4). Where
-- rounding decides whether there is an opportunity, or which way it goes, either is right.
-- looks at: pairs at sampled bars
-- figure: the largest error of the two profits, relative, or absolute below 1; at most 1e-9 (contract, top)
select
    ts_utc,
    pair,
    arbitrage.profit_pct,
    best.profit_pct as expected_profit_pct,
    arbitrage.opportunity,
    best.profit_pct > options.threshold_pct as expected_opportunity,
    arbitrage.direction,
    best.direction as expected_direction,
    arbitrage.max_profit,
    best.max_profit as expected_max_profit,
    greatest(
        abs(arbitrage.profit_pct - best.profit_pct) / greatest(1, abs(best.profit_pct)),
        abs(arbitrage.max_profit - best.max_profit) / greatest(1, abs(best.max_profit))
    ) as figure,
    case
        when best.profit_pct is null or arbitrage.profit_pct is null
            then arbitrage.profit_pct is null and best.profit_pct is null
        else
            abs(arbitrage.profit_pct - best.profit_pct) <= 1e-9 * greatest(1, abs(best.profit_pct))
            and abs(arbitrage.max_profit - best.max_profit) <= 1e-9 * greatest(1, abs(best.max_profit))
            and (
                arbitrage.opportunity = (best.profit_pct > options.threshold_pct)
                or abs(best.profit_pct - options.threshold_pct) <= 1e-9
            )
            and (
                not arbitrage.opportunity
                or arbitrage.direction = best.direction
                or best.is_close
            )
            and (arbitrage.opportunity or arbitrage.direction = 0)
    end as holds
from options, sample
join arbitrage using (ts_utc)
left join round_trips_at as best using (bar, pair)
