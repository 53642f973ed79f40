-- the 28 pairs (contract, section 1) with their cost per leg in log units (section 4); pair k is bit k of a
-- mask
select
    name.ordinality::integer - 1 as k,
    name.pair,
    substr(name.pair, 1, 3) as base,
    substr(name.pair, 4, 3) as quote,
    1 << (name.ordinality::integer - 1) as bit,
    coalesce(
        (options.cost_bps ->> name.pair)::double precision,
        case
            when name.pair in ('eurusd', 'usdjpy', 'gbpusd') then 0.5
            when name.pair in ('audusd', 'usdcad', 'usdchf', 'eurgbp', 'eurjpy', 'eurchf', 'nzdusd') then 1
            else 2
        end
    ) / 10000 as cost
from
    options,
    unnest(array[
        'audcad', 'audchf', 'audjpy', 'audnzd', 'audusd', 'cadchf', 'cadjpy', 'chfjpy', 'euraud', 'eurcad',
        'eurchf', 'eurgbp', 'eurjpy', 'eurnzd', 'eurusd', 'gbpaud', 'gbpcad', 'gbpchf', 'gbpjpy', 'gbpnzd',
        'gbpusd', 'nzdcad', 'nzdchf', 'nzdjpy', 'nzdusd', 'usdcad', 'usdchf', 'usdjpy'
    ]) with ordinality as name (pair, ordinality)
