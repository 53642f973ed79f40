-- the coherence of each bloc at the sampled bars (contract, section 5): what the variances and deviations of
-- its definition come to, sums over each two border pairs. Of the variances themselves a price that was never
-- traded would leave only the rounding: the differences are those of all other pairs. Each pair is taken
-- with the sum of those before it. No row where a difference is missing, or where the denominator is not
-- positive
with near as (
    select distinct sample.bar - age as bar
    from sample
    cross join generate_series(0, 240) as age
),

signs as (
    select
        k,
        (sum(sign) filter (where bloc = 'commodity'))::double precision as commodity,
        (sum(sign) filter (where bloc = 'safe_haven'))::double precision as safe_haven,
        (sum(sign) filter (where bloc = 'euro'))::double precision as euro,
        (sum(sign) filter (where bloc = 'usd'))::double precision as usd
    from border
    group by k
),

differences as ( -- d, NULL where the bar before has no price
    select
        bar,
        k,
        case when lag(bar) over of_pair = bar - 1 then p - lag(p) over of_pair end as d
    from log_prices
    join near using (bar)
    window of_pair as (partition by k order by bar)
),

with_sums as materialized (
    select
        bar,
        k,
        d,
        commodity * d as commodity,
        safe_haven * d as safe_haven,
        euro * d as euro,
        usd * d as usd,
        sum(commodity * d) over earlier as commodities,
        sum(safe_haven * d) over earlier as safe_havens,
        sum(euro * d) over earlier as euros,
        sum(usd * d) over earlier as usds
    from differences
    join signs using (k)
    where d is not null
    window earlier as (partition by bar order by k rows between unbounded preceding and 1 preceding)
),

of_pairs as (
    select
        sample.bar,
        k,
        count(*) filter (where age < 60) as count_60,
        stddev_samp(d) filter (where age < 60) as sd_60,
        covar_samp(commodity, commodities) filter (where age < 60) as commodity_60,
        covar_samp(safe_haven, safe_havens) filter (where age < 60) as safe_haven_60,
        covar_samp(euro, euros) filter (where age < 60) as euro_60,
        covar_samp(usd, usds) filter (where age < 60) as usd_60,
        count(*) as count_240,
        stddev_samp(d) as sd_240,
        covar_samp(commodity, commodities) as commodity_240,
        covar_samp(safe_haven, safe_havens) as safe_haven_240,
        covar_samp(euro, euros) as euro_240,
        covar_samp(usd, usds) as usd_240
    from sample
    cross join generate_series(0, 239) as age
    join with_sums on (with_sums.bar = sample.bar - age)
    group by sample.bar, k
),

of_blocs as (
    select
        bar,
        bloc,
        of.bars,
        of.count,
        of.sd,
        of.covariance,
        of.sd * sum(of.sd) over (
            partition by bar, bloc, of.bars order by k rows between unbounded preceding and 1 preceding
        ) as deviations
    from of_pairs
    join border using (k)
    cross join lateral (values
        ('commodity', 60, count_60, sd_60, commodity_60),
        ('safe_haven', 60, count_60, sd_60, safe_haven_60),
        ('euro', 60, count_60, sd_60, euro_60),
        ('usd', 60, count_60, sd_60, usd_60),
        ('commodity', 240, count_240, sd_240, commodity_240),
        ('safe_haven', 240, count_240, sd_240, safe_haven_240),
        ('euro', 240, count_240, sd_240, euro_240),
        ('usd', 240, count_240, sd_240, usd_240)
    ) as of (name, bars, count, sd, covariance)
    where of.name = border.bloc
)

select
    bar,
    bloc,
    bars,
    sum(covariance) / sum(deviations) as coherence
from of_blocs
group by bar, bloc, bars
having
    count(*) filter (where count = bars)
    = (
        select count(*) from border as all_of
        where all_of.bloc = of_blocs.bloc
    )
    and count(*) filter (where sd > 0) > 1
