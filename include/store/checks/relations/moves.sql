-- dispersion and breadth of each bloc at the sampled bars (contract, section 5): how its border pairs have
-- moved over 60 bars; NULL where one of them has no price here or there
select
    sample.bar,
    border.bloc,
    10000 * stddev_pop(border.sign * (now.p - past.p)) as dispersion,
    sum(sign(border.sign * (now.p - past.p))) / count(*) as breadth
from sample
cross join border
join log_prices as now on (now.bar = sample.bar and now.k = border.k)
join log_prices as past on (past.bar = sample.bar - 60 and past.k = border.k)
group by sample.bar, border.bloc
having
    count(*) = (
        select count(*) from border as all_of
        where all_of.bloc = border.bloc
    )
