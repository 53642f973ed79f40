-- every month of the range has its marker, of the present spec version, in all three stages
select
    count(*) = 3 * (
        select count(*)
        from generate_series(
            months.range_start at time zone 'UTC',
            months.range_end at time zone 'UTC' - interval '1 day',
            '1 month'
        )
    )
from tier1.completion_marker as marker
where
    marker.month >= (months.range_start at time zone 'UTC')::date
    and marker.month < (months.range_end at time zone 'UTC')::date
    and marker.spec_version = months.spec_version
