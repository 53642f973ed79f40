-- Every month of the range has its marker, of the present spec version, in all three stages.
-- looks at: months of stages
-- figure: none
select
    stage.name as stage,
    month.start::date as month,
    marker.spec_version,
    null as figure,
    coalesce(marker.spec_version = months.spec_version, false) as holds
from months
cross join generate_series(
    range_start at time zone 'UTC', range_end at time zone 'UTC' - interval '1 day', '1 month'
) as month (start)
cross join (values ('currency_indices'), ('triangular_arbitrage'), ('currency_blocs')) as stage (name)
left join tier1.completion_marker as marker
    on (marker.stage = stage.name and marker.month = month.start::date)
