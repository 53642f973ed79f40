-- the best round trip of each pair at the sampled bars, from the bars' own prices (contract, section 4);
-- is_close: another one that goes the other way is as good, up to rounding
with raw as (
    select
        sample.bar,
        array_agg(case when grid.present & pairs.bit <> 0 then log_prices.p end order by pairs.k) as p
    from sample
    join grid using (bar)
    cross join pairs
    left join log_prices on (log_prices.bar = sample.bar and log_prices.k = pairs.k)
    group by sample.bar
),

gains as materialized (
    select
        raw.bar,
        round_trips.pair,
        round_trips.z,
        round_trips.cost,
        p[first_k + 1] + second_sign * p[second_k + 1] + third_sign * p[third_k + 1] as r
    from raw
    cross join round_trips
    where p[first_k + 1] + p[second_k + 1] + p[third_k + 1] is not null
),

best as (
    select distinct on (bar, pair)
        bar,
        pair,
        r,
        cost
    from gains
    order by bar asc, pair asc, abs(r) - cost desc, z
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
