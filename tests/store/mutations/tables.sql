-- Columns, views and baseline tables that are not what they ought to be. How to read it: README.md.

-- a column has another name
-- noticed by: columns_are_those_of_the_contract
alter table tier1.currency_indices rename column aud_basket_index to aud_index;

-- two columns are in another order
-- noticed by: columns_are_those_of_the_contract
alter table tier1.currency_blocs rename column usd_bloc_breadth_60 to aside;
alter table tier1.currency_blocs rename column usd_bloc_strength to usd_bloc_breadth_60;
alter table tier1.currency_blocs rename column aside to usd_bloc_strength;

-- a column is missing
-- noticed by: columns_are_those_of_the_contract
alter table tier1.currency_blocs drop column usd_bloc_strength cascade;

-- a table has one column more
-- noticed by: columns_are_those_of_the_contract
alter table tier1.currency_indices add column usd_basket_index_2 double precision;

-- a column has another type
-- noticed by: columns_are_those_of_the_contract
drop view tier1.features cascade;
drop view arbitrage, arbitrage_values, inconsistent;
alter table tier1.triangular_arbitrage alter column audcad_arbitrage_direction type integer;

-- the view lacks the features of a stage
-- noticed by: columns_are_those_of_the_contract
drop view tier1.features cascade;
create view tier1.features as select * from tier1.currency_indices join tier1.triangular_arbitrage using (ts_utc);

-- the view has a stage's features of the bar before
-- noticed by: view_has_the_rows_of_the_tables
create view tier1.blocs_of_the_bar_before as
select moved.* from (select bar, lead(ts_utc) over (order by ts_utc) as later from tier1.currency_blocs as bar) as bars
cross join lateral jsonb_populate_record(bars.bar, jsonb_build_object('ts_utc', bars.later)) as moved;
do $$ begin
    execute 'create or replace view tier1.features as ' || replace(
        pg_get_viewdef('tier1.features'), 'tier1.currency_blocs', 'tier1.blocs_of_the_bar_before as currency_blocs'
    );
end $$;

-- the view leaves bars out
-- noticed by: view_has_the_rows_of_the_tables
do $$ begin
    execute 'create or replace view tier1.features as ' || rtrim(pg_get_viewdef('tier1.features'), ';')
    || ' where jpy_basket_momentum_630 is not null';
end $$;

-- a baseline table has no view that joins the features to it
-- noticed by: baselines_are_joined_to_the_features
create table bqx.baseline_audcad (time timestamptz primary key, rsi_14 double precision);

-- a baseline table has a column of the name of a feature
-- noticed by: baselines_are_joined_to_the_features
create table bqx.baseline_audcad (time timestamptz primary key, usd_bloc_strength double precision);
create view tier1.features_audcad as
select * from bqx.baseline_audcad join tier1.features using (usd_bloc_strength);
