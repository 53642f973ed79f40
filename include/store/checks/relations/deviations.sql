-- of each sampled bar, currency or bloc, and window: the sample standard deviation of its steps, in basis points;
-- NULL where one of them is missing
select
    sample.bar,
    of.name,
    windows.bars,
    case when count(of.step) filter (where steps.bar > sample.bar - windows.bars) = windows.bars
        then 10000 * stddev_samp(of.step) filter (where steps.bar > sample.bar - windows.bars)
    end as deviation
from sample
join steps on (steps.bar > sample.bar - 630 and steps.bar <= sample.bar)
cross join lateral (values
    ('aud', aud), ('cad', cad), ('chf', chf), ('eur', eur), ('gbp', gbp), ('jpy', jpy), ('nzd', nzd),
    ('usd', usd), ('commodity', commodity), ('safe_haven', safe_haven)
) as of (name, step)
cross join (values (60), (90), (150), (240), (390), (630)) as windows (bars)
group by sample.bar, of.name, windows.bars
