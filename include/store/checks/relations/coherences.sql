-- the coherence of each bloc at the sampled bars (contract, section 5): what the variances and deviations of
-- its definition come to, sums over each two border pairs. Of the variances themselves a price that was never
-- traded would leave only the rounding: the differences are those of all other pairs. Each pair is taken
-- with the sum of those before it. No row where a difference is missing, or where the denominator is not
-- positive
with differences as materialized (
    select
        sample.bar,
        age,
        log_prices.k,
        log_prices.d
    from sample
    cross join generate_series(0, 239) as age
    join log_prices on (log_prices.bar = sample.bar - age)
    where log_prices.d is not null
),

of_pairs as (
    select
        bar,
        k,
        count(*) filter (where age < 60) as count_60,
        stddev_samp(d) filter (where age < 60) as sd_60,
        count(*) as count_240,
        stddev_samp(d) as sd_240
    from differences
    group by bar, k
),

of_blocs as (
    select
        bar,
        age,
        bloc,
        k,
        sign * d as step,
        sum(sign * d) over (
            partition by bar, age, bloc order by k rows between unbounded preceding and 1 preceding
        ) as steps_before
    from differences
    join border using (k)
),

covariances as (
    select
        bar,
        bloc,
        k,
        covar_samp(step, steps_before) filter (where age < 60) as of_60,
        covar_samp(step, steps_before) as of_240
    from of_blocs
    group by bar, bloc, k
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
),

terms_of_pairs as (
    select
        bar,
        bloc,
        by_window.bars,
        is_whole,
        sd,
        case by_window.bars when 60 then of_60 else of_240 end as covariance,
        sd * sum(sd) over (
            partition by bar, bloc, by_window.bars order by k rows between unbounded preceding and 1 preceding
        ) as deviations
    from covariances
    join by_window using (bar, k)
)

select
    bar,
    bloc,
    bars,
    sum(covariance) / sum(deviations) as coherence
from terms_of_pairs
group by bar, bloc, bars
having
    count(*) filter (where is_whole)
    = (
        select count(*) from border as all_of
        where all_of.bloc = terms_of_pairs.bloc
    )
    and count(*) filter (where sd > 0) > 1
