-- of each sampled bar, currency or bloc, and window: the sample standard deviation of its steps, in basis
-- points; NULL where one of them is missing
with whole as (
    select
        sample.bar,
        of.name,
        min(age) filter (where of.step is null) as steps_in_a_row,
        stddev_samp(of.step) filter (where age < 60) as sd_60,
        stddev_samp(of.step) filter (where age < 90) as sd_90,
        stddev_samp(of.step) filter (where age < 150) as sd_150,
        stddev_samp(of.step) filter (where age < 240) as sd_240,
        stddev_samp(of.step) filter (where age < 390) as sd_390,
        stddev_samp(of.step) as sd_630
    from sample
    cross join generate_series(0, 629) as age
    left join steps on (steps.bar = sample.bar - age)
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
    (60, sd_60), (90, sd_90), (150, sd_150), (240, sd_240), (390, sd_390), (630, sd_630)
) as of (bars, sd)
where of.bars <= coalesce(whole.steps_in_a_row, 630)
