-- the best round trip of each pair at the sampled bars, from the bars' own prices (contract, section 4);
-- is_close: another one that goes the other way is as good, up to rounding
with raw as (
    select log_prices.*
    from sample
    join grid using (bar)
    join log_prices using (bar)
    join pairs on (pairs.k = log_prices.k and grid.present & pairs.bit <> 0)
),

gains as (
    select
        first.bar,
        round_trips.pair,
        round_trips.z,
        round_trips.cost,
        first.p + round_trips.second_sign * second.p + round_trips.third_sign * third.p as r
    from round_trips
    join raw as first on (first.k = round_trips.first_k)
    join raw as second on (second.k = round_trips.second_k and second.bar = first.bar)
    join raw as third on (third.k = round_trips.third_k and third.bar = first.bar)
),

best as (
    select distinct on (bar, pair)
        bar,
        pair,
        r,
        cost
    from gains
    order by bar, pair, abs(r) - cost desc, z
)

select
    bar,
    pair,
    100 * (exp(abs(best.r) - best.cost) - 1) as profit_pct,
    sign(best.r)::integer as direction,
    100 * (exp(max(abs(gains.r))) - 1) as max_profit,
    bool_or(
        sign(gains.r) <> sign(best.r) and abs(gains.r) - gains.cost >= abs(best.r) - best.cost - 1e-12
    ) as is_close
from best
join gains using (bar, pair)
group by bar, pair, best.r, best.cost
