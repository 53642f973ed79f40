-- the stretches of the grid that the sampled bars look back on: their longest window, and before it the
-- oldest price that may stand in there; overlapping ones are joined
with stretches as (
    select
        greatest(min(bar) - 630 - options.max_stale_bars, 0) as first_bar,
        max(bar) as last_bar
    from (
        select
            bar,
            count(*) filter (where is_far) over (order by bar) as stretch
        from (
            select
                sample.bar,
                sample.bar - lag(sample.bar) over (order by sample.bar) > 630 + options.max_stale_bars
                    as is_far
            from sample, options
        ) as apart
    ) as numbered, options
    group by stretch, options.max_stale_bars
)

select
    stretches.*,
    first.ts_utc as first_ts,
    last.ts_utc as last_ts
from stretches
join grid as first on (first.bar = stretches.first_bar)
join grid as last on (last.bar = stretches.last_bar)
