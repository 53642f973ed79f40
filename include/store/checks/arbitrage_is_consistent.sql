-- profit <= max_profit, max_profit >= 0, direction is 0 exactly where there is no opportunity, and the four
-- values of a pair are NULL together (contract, sections 4 and 6).
-- looks at: bars
-- figure: pairs of a bar that contradict it
-- noqa: disable=LT02,LT05
select
    ts_utc,
    pairs.contradict as pairs,
    cardinality(pairs.contradict) as figure,
    pairs.contradict = '{}' as holds
from months
join tier1.triangular_arbitrage on (ts_utc >= range_start and ts_utc < range_end)
cross join lateral (
    select array(
        select pair.name from (values
            ('audcad', audcad_arbitrage_profit_pct, audcad_arbitrage_opportunity, audcad_arbitrage_direction, audcad_arbitrage_max_profit),
            ('audchf', audchf_arbitrage_profit_pct, audchf_arbitrage_opportunity, audchf_arbitrage_direction, audchf_arbitrage_max_profit),
            ('audjpy', audjpy_arbitrage_profit_pct, audjpy_arbitrage_opportunity, audjpy_arbitrage_direction, audjpy_arbitrage_max_profit),
            ('audnzd', audnzd_arbitrage_profit_pct, audnzd_arbitrage_opportunity, audnzd_arbitrage_direction, audnzd_arbitrage_max_profit),
            ('audusd', audusd_arbitrage_profit_pct, audusd_arbitrage_opportunity, audusd_arbitrage_direction, audusd_arbitrage_max_profit),
            ('cadchf', cadchf_arbitrage_profit_pct, cadchf_arbitrage_opportunity, cadchf_arbitrage_direction, cadchf_arbitrage_max_profit),
            ('cadjpy', cadjpy_arbitrage_profit_pct, cadjpy_arbitrage_opportunity, cadjpy_arbitrage_direction, cadjpy_arbitrage_max_profit),
            ('chfjpy', chfjpy_arbitrage_profit_pct, chfjpy_arbitrage_opportunity, chfjpy_arbitrage_direction, chfjpy_arbitrage_max_profit),
            ('euraud', euraud_arbitrage_profit_pct, euraud_arbitrage_opportunity, euraud_arbitrage_direction, euraud_arbitrage_max_profit),
            ('eurcad', eurcad_arbitrage_profit_pct, eurcad_arbitrage_opportunity, eurcad_arbitrage_direction, eurcad_arbitrage_max_profit),
            ('eurchf', eurchf_arbitrage_profit_pct, eurchf_arbitrage_opportunity, eurchf_arbitrage_direction, eurchf_arbitrage_max_profit),
            ('eurgbp', eurgbp_arbitrage_profit_pct, eurgbp_arbitrage_opportunity, eurgbp_arbitrage_direction, eurgbp_arbitrage_max_profit),
            ('eurjpy', eurjpy_arbitrage_profit_pct, eurjpy_arbitrage_opportunity, eurjpy_arbitrage_direction, eurjpy_arbitrage_max_profit),
            ('eurnzd', eurnzd_arbitrage_profit_pct, eurnzd_arbitrage_opportunity, eurnzd_arbitrage_direction, eurnzd_arbitrage_max_profit),
            ('eurusd', eurusd_arbitrage_profit_pct, eurusd_arbitrage_opportunity, eurusd_arbitrage_direction, eurusd_arbitrage_max_profit),
            ('gbpaud', gbpaud_arbitrage_profit_pct, gbpaud_arbitrage_opportunity, gbpaud_arbitrage_direction, gbpaud_arbitrage_max_profit),
            ('gbpcad', gbpcad_arbitrage_profit_pct, gbpcad_arbitrage_opportunity, gbpcad_arbitrage_direction, gbpcad_arbitrage_max_profit),
            ('gbpchf', gbpchf_arbitrage_profit_pct, gbpchf_arbitrage_opportunity, gbpchf_arbitrage_direction, gbpchf_arbitrage_max_profit),
            ('gbpjpy', gbpjpy_arbitrage_profit_pct, gbpjpy_arbitrage_opportunity, gbpjpy_arbitrage_direction, gbpjpy_arbitrage_max_profit),
            ('gbpnzd', gbpnzd_arbitrage_profit_pct, gbpnzd_arbitrage_opportunity, gbpnzd_arbitrage_direction, gbpnzd_arbitrage_max_profit),
            ('gbpusd', gbpusd_arbitrage_profit_pct, gbpusd_arbitrage_opportunity, gbpusd_arbitrage_direction, gbpusd_arbitrage_max_profit),
            ('nzdcad', nzdcad_arbitrage_profit_pct, nzdcad_arbitrage_opportunity, nzdcad_arbitrage_direction, nzdcad_arbitrage_max_profit),
            ('nzdchf', nzdchf_arbitrage_profit_pct, nzdchf_arbitrage_opportunity, nzdchf_arbitrage_direction, nzdchf_arbitrage_max_profit),
            ('nzdjpy', nzdjpy_arbitrage_profit_pct, nzdjpy_arbitrage_opportunity, nzdjpy_arbitrage_direction, nzdjpy_arbitrage_max_profit),
            ('nzdusd', nzdusd_arbitrage_profit_pct, nzdusd_arbitrage_opportunity, nzdusd_arbitrage_direction, nzdusd_arbitrage_max_profit),
            ('usdcad', usdcad_arbitrage_profit_pct, usdcad_arbitrage_opportunity, usdcad_arbitrage_direction, usdcad_arbitrage_max_profit),
            ('usdchf', usdchf_arbitrage_profit_pct, usdchf_arbitrage_opportunity, usdchf_arbitrage_direction, usdchf_arbitrage_max_profit),
            ('usdjpy', usdjpy_arbitrage_profit_pct, usdjpy_arbitrage_opportunity, usdjpy_arbitrage_direction, usdjpy_arbitrage_max_profit)
        ) as pair (name, profit_pct, opportunity, direction, max_profit)
        where
            pair.profit_pct > pair.max_profit
            or pair.max_profit < 0
            or (pair.direction = 0) = pair.opportunity
            or pair.direction not between -1 and 1
            or num_nulls(pair.profit_pct, pair.opportunity, pair.direction, pair.max_profit) not in (0, 4)
    ) as contradict
) as pairs
