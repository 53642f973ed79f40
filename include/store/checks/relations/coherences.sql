-- the coherence of each bloc at the sampled bars (contract, section 5), as it is defined: each variance on
-- its own, ddof 1; no row where a difference is missing, or where the denominator is not positive
with near as (
    select distinct sample.bar - age as bar
    from sample
    cross join generate_series(0, 240) as age
),

differences as materialized ( -- d, NULL where the bar before has no price
    select
        bar,
        k,
        case when lag(bar) over of_pair = bar - 1 then p - lag(p) over of_pair end as d
    from log_prices
    join near using (bar)
    window of_pair as (partition by k order by bar)
),

of_pairs as (
    select
        sample.bar,
        k,
        count(d) filter (where age < 60) as count_60,
        stddev_samp(d) filter (where age < 60) as sd_60,
        count(d) as count_240,
        stddev_samp(d) as sd_240
    from sample
    cross join generate_series(0, 239) as age
    join differences on (differences.bar = sample.bar - age)
    group by sample.bar, k
),

signs as (
    select
        k,
        coalesce(sum(sign) filter (where bloc = 'commodity'), 0)::double precision as commodity,
        coalesce(sum(sign) filter (where bloc = 'safe_haven'), 0)::double precision as safe_haven,
        coalesce(sum(sign) filter (where bloc = 'euro'), 0)::double precision as euro,
        coalesce(sum(sign) filter (where bloc = 'usd'), 0)::double precision as usd
    from border
    group by k
),

totals as (
    select
        bar,
        sum(commodity * d) as commodity,
        sum(safe_haven * d) as safe_haven,
        sum(euro * d) as euro,
        sum(usd * d) as usd
    from differences
    join signs using (k)
    group by bar
),

of_sums as (
    select
        sample.bar,
        of.bloc,
        var_samp(of.total) filter (where age < 60) as variance_60,
        var_samp(of.total) as variance_240
    from sample
    cross join generate_series(0, 239) as age
    join totals on (totals.bar = sample.bar - age)
    cross join lateral (values
        ('commodity', commodity), ('safe_haven', safe_haven), ('euro', euro), ('usd', usd)
    ) as of (bloc, total)
    group by sample.bar, of.bloc
),

by_window as (
    select
        bar,
        k,
        60 as bars,
        sd_60 as sd,
        count_60 = 60 as is_whole
    from of_pairs
    union all
    select
        bar,
        k,
        240,
        sd_240,
        count_240 = 240
    from of_pairs
)

select
    bar,
    bloc,
    by_window.bars,
    (max(case by_window.bars when 60 then variance_60 else variance_240 end) - sum(sd ^ 2))
    / (sum(sd) ^ 2 - sum(sd ^ 2)) as coherence
from of_sums
join border using (bloc)
join by_window using (bar, k)
group by bar, bloc, by_window.bars
having
    count(*) filter (where is_whole)
    = (
        select count(*) from border as all_of
        where all_of.bloc = of_sums.bloc
    )
    and count(*) filter (where sd > 0) > 1
