-- The three tables have the columns of the contract (sections 3 to 5), by name, order and type, and the view
-- features has all 384 of them.
-- looks at: columns
-- figure: none
with quantities (stage, quantity, type, place) as (
    select
        'currency_indices',
        name.quantity,
        'double precision',
        name.place
    from unnest(array[
        'index',
        'momentum_60', 'momentum_90', 'momentum_150', 'momentum_240', 'momentum_390', 'momentum_630',
        'momentum_accel_60', 'momentum_accel_90', 'momentum_accel_150', 'momentum_accel_240',
        'momentum_accel_390', 'momentum_accel_630',
        'momentum_roc_60', 'momentum_roc_90', 'momentum_roc_150', 'momentum_roc_240', 'momentum_roc_390',
        'momentum_roc_630',
        'volatility_60', 'volatility_90', 'volatility_150', 'volatility_240', 'volatility_390',
        'volatility_630',
        'strength_vs_major', 'strength_vs_safe_haven', 'strength_vs_commodity'
    ]) with ordinality as name (quantity, place)
    union all
    select
        'triangular_arbitrage',
        of.quantity,
        of.type,
        of.place
    from (values
        ('profit_pct', 'double precision', 1), ('opportunity', 'boolean', 2), ('direction', 'smallint', 3),
        ('max_profit', 'double precision', 4)
    ) as of (quantity, type, place)
    union all
    select
        'currency_blocs',
        name.quantity,
        'double precision',
        name.place
    from unnest(array[
        'index', 'momentum_60', 'momentum_240', 'momentum_630', 'volatility_60', 'volatility_240',
        'volatility_630', 'coherence_60', 'coherence_240', 'dispersion_60', 'breadth_60', 'strength'
    ]) with ordinality as name (quantity, place)
),

subjects (stage, stage_place, subject, infix, subject_place) as (
    select
        'currency_indices',
        1,
        currency,
        'basket',
        position
    from currencies
    union all
    select
        'triangular_arbitrage',
        2,
        pair,
        'arbitrage',
        k
    from pairs
    union all
    select
        'currency_blocs',
        3,
        bloc.bloc,
        'bloc',
        bloc.place
    from (values ('commodity', 1), ('safe_haven', 2), ('euro', 3), ('usd', 4)) as bloc (bloc, place)
),

features as (
    select
        stage,
        format('%s_%s_%s', subject, infix, quantity) as name,
        type,
        row_number() over (partition by stage order by subject_place, place) as place,
        row_number() over (order by stage_place, subject_place, place) as place_in_view
    from subjects
    join quantities using (stage)
),

wanted as (
    select
        stage as relation,
        place + 1 as place,
        name,
        type
    from features
    union all
    select
        'features',
        place_in_view + 1,
        name,
        type
    from features
    union all
    select
        relation,
        1,
        'ts_utc',
        'timestamp with time zone'
    from unnest(array['currency_indices', 'triangular_arbitrage', 'currency_blocs', 'features']) as relation
),

stored as (
    select
        class.relname::text as relation,
        row_number() over (partition by class.oid order by attribute.attnum) as place,
        attribute.attname::text as name,
        format_type(attribute.atttypid, attribute.atttypmod) as type
    from pg_class as class
    join pg_attribute as attribute on (attribute.attrelid = class.oid)
    where
        class.relnamespace = to_regnamespace('tier1')
        and class.relname in (select relation from wanted)
        and attribute.attnum > 0 and not attribute.attisdropped
)

select
    relation,
    place,
    wanted.name as wanted_name,
    stored.name as stored_name,
    wanted.type as wanted_type,
    stored.type as stored_type,
    null as figure,
    coalesce(wanted.name = stored.name and wanted.type = stored.type, false) as holds
from wanted
full join stored using (relation, place)
