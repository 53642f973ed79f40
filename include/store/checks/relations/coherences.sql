-- the coherence of each bloc at the sampled bars (contract, section 5), as it is defined: all variances on their
-- own, ddof 1; NULL where a difference is missing, or where the denominator is not positive
with steps_of_pairs as (
    select
        sample.bar,
        log_prices.bar as at_bar,
        log_prices.k,
        log_prices.p - lag(log_prices.p) over (partition by sample.bar, log_prices.k order by log_prices.bar) as d,
        log_prices.bar - lag(log_prices.bar) over (partition by sample.bar, log_prices.k order by log_prices.bar) as apart
    from sample
    join log_prices on (log_prices.bar between sample.bar - 240 and sample.bar)
),

of_pairs as (
    select
        bar,
        k,
        windows.bars,
        case when count(d) filter (where apart = 1) = windows.bars then stddev_samp(d) end as sd
    from steps_of_pairs
    join (values (60), (240)) as windows (bars) on (at_bar > bar - windows.bars)
    group by bar, k, windows.bars
),

of_sums as (
    select
        bar,
        bloc,
        windows.bars,
        var_samp(total) as variance
    from (
        select
            bar,
            bloc,
            at_bar,
            sum(border.sign * d) as total
        from steps_of_pairs
        join border using (k)
        group by bar, bloc, at_bar
    ) as together
    join (values (60), (240)) as windows (bars) on (at_bar > bar - windows.bars)
    group by bar, bloc, windows.bars
)

select
    bar,
    bloc,
    bars,
    case when count(of_pairs.sd) = count(*) and count(*) = (select count(*) from border as all_of where all_of.bloc = of_sums.bloc)
            and count(*) filter (where of_pairs.sd > 0) > 1
        then (max(of_sums.variance) - sum(of_pairs.sd ^ 2)) / (sum(of_pairs.sd) ^ 2 - sum(of_pairs.sd ^ 2))
    end as coherence
from of_sums
join border using (bloc)
join of_pairs using (bar, k, bars)
group by bar, bloc, bars
