-- Where a pair has a baseline table, the view tier1.features_{pair} has its columns and then the 384
-- features, no name twice.
-- looks at: pairs with a baseline table
-- figure: columns of the view
with columns as (
    select
        class.oid,
        namespace.nspname,
        class.relname,
        array_agg(attribute.attname::text order by attribute.attnum) as names
    from pg_class as class
    join pg_namespace as namespace on (namespace.oid = class.relnamespace)
    join pg_attribute as attribute on (attribute.attrelid = class.oid)
    where attribute.attnum > 0 and not attribute.attisdropped
    group by class.oid, namespace.nspname, class.relname
),

wanted as (
    select
        pairs.pair,
        split_part(named.table_name, '.', 1) as schema_name,
        split_part(named.table_name, '.', 2) as table_name
    from pairs, options
    cross join lateral (
        select replace(
            replace(options.baseline_table, '{pair}', pairs.pair), '{PAIR}', upper(pairs.pair)
        ) as table_name
    ) as named
)

select
    pair,
    cardinality(baseline.names) as columns_of_baseline,
    array(
        select twice.name
        from unnest(baseline.names) as twice (name)
        where twice.name = any(array_remove(features.names, 'ts_utc'))
    ) as names_twice,
    cardinality(joined.names) as figure,
    coalesce(joined.names = array_cat(baseline.names, array_remove(features.names, 'ts_utc')), false) as holds
from wanted
join columns as baseline on (baseline.nspname = wanted.schema_name and baseline.relname = wanted.table_name)
join columns as features on (features.nspname = 'tier1' and features.relname = 'features')
left join columns as joined on (joined.nspname = 'tier1' and joined.relname = 'features_' || wanted.pair)
