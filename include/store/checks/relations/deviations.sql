-- of each sampled bar, currency or bloc, and window: the sample standard deviation of its steps, in basis
-- points; NULL where one of them is missing
with whole as (
    select
        sample.bar,
        of.name,
        count(of.step) filter (where age < 60) as count_60,
        count(of.step) filter (where age < 90) as count_90,
        count(of.step) filter (where age < 150) as count_150,
        count(of.step) filter (where age < 240) as count_240,
        count(of.step) filter (where age < 390) as count_390,
        count(of.step) as count_630,
        stddev_samp(of.step) filter (where age < 60) as sd_60,
        stddev_samp(of.step) filter (where age < 90) as sd_90,
        stddev_samp(of.step) filter (where age < 150) as sd_150,
        stddev_samp(of.step) filter (where age < 240) as sd_240,
        stddev_samp(of.step) filter (where age < 390) as sd_390,
        stddev_samp(of.step) as sd_630
    from sample
    cross join generate_series(0, 629) as age
    join steps on (steps.bar = sample.bar - age)
    cross join lateral (values
        ('aud', aud), ('cad', cad), ('chf', chf), ('eur', eur), ('gbp', gbp), ('jpy', jpy), ('nzd', nzd),
        ('usd', usd), ('commodity', commodity), ('safe_haven', safe_haven)
    ) as of (name, step)
    group by sample.bar, of.name
)

select
    bar,
    name,
    of.bars,
    10000 * of.sd as deviation
from whole
cross join lateral (values
    (60, count_60, sd_60), (90, count_90, sd_90), (150, count_150, sd_150), (240, count_240, sd_240),
    (390, count_390, sd_390), (630, count_630, sd_630)
) as of (bars, count, sd)
where of.count = of.bars
