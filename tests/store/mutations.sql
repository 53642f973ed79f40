-- What the validation has to notice. Each block changes what was computed in one way, and names the claims that
-- notice it: those and no others. `as if published`: the markers' digests are made again, as if a stage had
-- computed these values; without, somebody has changed them afterwards. `prices are read anew`: what the claims
-- tell from the prices is made again. `unseen` is a bar that is not recomputed.

-- one bit of one value is another
-- noticed by: rows_are_as_they_were_published
update tier1.currency_indices set jpy_basket_volatility_240 = jpy_basket_volatility_240 * (1 + 2 ^ -52::double precision)
where ts_utc = (select ts_utc from unseen);

-- one bit of a profit is another
-- noticed by: rows_are_as_they_were_published
update tier1.triangular_arbitrage
set gbpusd_arbitrage_profit_pct = gbpusd_arbitrage_profit_pct * (1 - 2 ^ -53::double precision)
where ts_utc = (select ts_utc from unseen);

-- one bit of a bloc's value is another
-- noticed by: rows_are_as_they_were_published
update tier1.currency_blocs set euro_bloc_strength = euro_bloc_strength * (1 - 2 ^ -53::double precision)
where ts_utc = (select ts_utc from unseen);

-- one value is lost
-- noticed by: indices_are_null_where_a_term_is_missing, rows_are_as_they_were_published
update tier1.currency_indices set usd_basket_momentum_60 = null where ts_utc = (select ts_utc from unseen);

-- a bloc's value is lost
-- noticed by: blocs_are_null_where_a_term_is_missing
-- as if published
update tier1.currency_blocs set safe_haven_bloc_momentum_240 = null where ts_utc = (select ts_utc from unseen);

-- a coherence is lost
-- noticed by: blocs_are_null_where_a_term_is_missing
-- as if published
update tier1.currency_blocs set commodity_bloc_coherence_60 = null where ts_utc = (select ts_utc from unseen);

-- the arbitrage of a pair is lost
-- noticed by: arbitrage_is_null_where_no_triangle_counts
-- as if published
update tier1.triangular_arbitrage set
    chfjpy_arbitrage_profit_pct = null, chfjpy_arbitrage_opportunity = null,
    chfjpy_arbitrage_direction = null, chfjpy_arbitrage_max_profit = null
where ts_utc = (select ts_utc from unseen);

-- one of the four values of a pair is lost
-- noticed by: arbitrage_is_consistent
-- as if published
update tier1.triangular_arbitrage set chfjpy_arbitrage_direction = null where ts_utc = (select ts_utc from unseen);

-- a value is NaN where it has to be NULL
-- noticed by: indices_are_null_where_a_term_is_missing, values_are_finite
-- as if published
update tier1.currency_indices set usd_basket_momentum_630 = 'nan'
where ts_utc = (select min(ts_utc) from grid where bar > 500 and bar not in (select bar from sample));

-- a value is infinite
-- noticed by: values_are_finite
-- as if published
update tier1.currency_indices set nzd_basket_momentum_roc_240 = '-infinity' where ts_utc = (select ts_utc from unseen);

-- a row is lost
-- noticed by: bars_are_those_of_the_prices, rows_are_as_they_were_published, rows_match_their_markers, stages_share_their_bars
delete from tier1.currency_indices where ts_utc = (select ts_utc from unseen);

-- a bar is left out by all three stages
-- noticed by: bars_are_those_of_the_prices
-- as if published
delete from tier1.currency_indices where ts_utc = (select ts_utc from unseen);
delete from tier1.triangular_arbitrage where ts_utc = (select ts_utc from unseen);
delete from tier1.currency_blocs where ts_utc = (select ts_utc from unseen);
update tier1.completion_marker set rows = rows - 1 where month = '2024-02-01';

-- a row is there twice
-- noticed by: bars_are_those_of_the_prices, rows_match_their_markers, stages_share_their_bars
-- as if published
alter table tier1.currency_indices drop constraint currency_indices_pkey;
insert into tier1.currency_indices select * from tier1.currency_indices where ts_utc = (select ts_utc from unseen);

-- a bar is there that no price table has
-- noticed by: bars_are_those_of_the_prices
-- as if published
insert into tier1.currency_indices
select moved.* from tier1.currency_indices as bar
cross join lateral jsonb_populate_record(bar, '{"ts_utc": "2024-02-03 12:00+00"}') as moved
where bar.ts_utc = (select ts_utc from unseen);
insert into tier1.triangular_arbitrage
select moved.* from tier1.triangular_arbitrage as bar
cross join lateral jsonb_populate_record(bar, '{"ts_utc": "2024-02-03 12:00+00"}') as moved
where bar.ts_utc = (select ts_utc from unseen);
insert into tier1.currency_blocs
select moved.* from tier1.currency_blocs as bar
cross join lateral jsonb_populate_record(bar, '{"ts_utc": "2024-02-03 12:00+00"}') as moved
where bar.ts_utc = (select ts_utc from unseen);
update tier1.completion_marker set rows = rows + 1 where month = '2024-02-01';

-- a month of a stage is missing
-- noticed by: every_month_is_finished, stages_share_their_bars
delete from tier1.currency_blocs where ts_utc >= '2024-02-01+00';
delete from tier1.completion_marker where stage = 'currency_blocs' and month = '2024-02-01';

-- a month is missing in all three stages
-- noticed by: bars_are_those_of_the_prices, every_month_is_finished
delete from tier1.currency_indices where ts_utc >= '2024-02-01+00';
delete from tier1.triangular_arbitrage where ts_utc >= '2024-02-01+00';
delete from tier1.currency_blocs where ts_utc >= '2024-02-01+00';
delete from tier1.completion_marker where month = '2024-02-01';

-- a marker is missing
-- noticed by: every_month_is_finished, rows_match_their_markers
delete from tier1.completion_marker where stage = 'currency_blocs' and month = '2024-02-01';

-- a month was computed by another version of the contract
-- noticed by: every_month_is_finished
update tier1.completion_marker set spec_version = 0 where stage = 'currency_blocs' and month = '2024-02-01';

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

-- the values of a month stand one bar later
-- noticed by: acceleration_is_recomputed, basket_index_is_recomputed, indices_are_null_where_a_term_is_missing, momentum_is_recomputed, rate_of_change_is_recomputed, strength_is_recomputed, volatility_is_recomputed
-- as if published
create temp table shifted as
select
    bar,
    coalesce(lead(ts_utc) over (order by ts_utc), min(ts_utc) over ()) as ts_utc
from tier1.currency_indices as bar where ts_utc >= '2024-02-01+00';
delete from tier1.currency_indices where ts_utc >= '2024-02-01+00';
insert into tier1.currency_indices
select moved.* from shifted
cross join lateral jsonb_populate_record(shifted.bar, jsonb_build_object('ts_utc', shifted.ts_utc)) as moved;

-- the arbitrage of a month stands one bar later
-- noticed by: arbitrage_is_null_where_no_triangle_counts, arbitrage_is_recomputed
-- as if published
create temp table shifted as
select
    bar,
    coalesce(lead(ts_utc) over (order by ts_utc), min(ts_utc) over ()) as ts_utc
from tier1.triangular_arbitrage as bar where ts_utc >= '2024-02-01+00';
delete from tier1.triangular_arbitrage where ts_utc >= '2024-02-01+00';
insert into tier1.triangular_arbitrage
select moved.* from shifted
cross join lateral jsonb_populate_record(shifted.bar, jsonb_build_object('ts_utc', shifted.ts_utc)) as moved;

-- windows begin anew with each month
-- noticed by: indices_are_null_where_a_term_is_missing, momentum_is_recomputed
-- as if published
update tier1.currency_indices set jpy_basket_momentum_60 = null where ts_utc in (
    select ts_utc from tier1.currency_indices where ts_utc >= '2024-02-01+00' order by ts_utc limit 60
);

-- two currencies are swapped
-- noticed by: basket_index_is_recomputed
-- as if published
update tier1.currency_indices set aud_basket_index = cad_basket_index, cad_basket_index = aud_basket_index;

-- two windows are swapped
-- noticed by: indices_are_null_where_a_term_is_missing, momentum_is_recomputed
-- as if published
update tier1.currency_indices
set eur_basket_momentum_60 = eur_basket_momentum_90, eur_basket_momentum_90 = eur_basket_momentum_60;

-- the product of the indices is not 100^8
-- noticed by: log_indices_sum_to_zero
-- as if published
update tier1.currency_indices set nzd_basket_index = nzd_basket_index * 1.00001
where ts_utc = (select ts_utc from unseen);

-- two indices are on the scale of another base bar
-- noticed by: basket_index_is_recomputed, momentum_is_recomputed
-- as if published
update tier1.currency_indices set
    aud_basket_index = aud_basket_index * 1.001, aud_basket_momentum_60 = aud_basket_momentum_60 * 1.001,
    usd_basket_index = usd_basket_index / 1.001, usd_basket_momentum_60 = usd_basket_momentum_60 / 1.001;

-- the stored base values are those of another bar
-- noticed by: acceleration_is_recomputed, base_values_are_recomputed, basket_index_is_recomputed, bloc_index_is_recomputed, bloc_strength_is_recomputed, momentum_is_recomputed, strength_is_recomputed
-- prices are read anew
update tier1.basket_base set aud = aud + 0.001, usd = usd - 0.001;

-- the base bar is another one, with its own values
-- noticed by: acceleration_is_recomputed, basket_index_is_recomputed, bloc_index_is_recomputed, bloc_strength_is_recomputed, momentum_is_recomputed, strength_is_recomputed
-- prices are read anew
update tier1.basket_base set
    ts_utc = later.ts_utc,
    aud = aud + 0.875 * ln(aud_basket_index / 100), cad = cad + 0.875 * ln(cad_basket_index / 100),
    chf = chf + 0.875 * ln(chf_basket_index / 100), eur = eur + 0.875 * ln(eur_basket_index / 100),
    gbp = gbp + 0.875 * ln(gbp_basket_index / 100), jpy = jpy + 0.875 * ln(jpy_basket_index / 100),
    nzd = nzd + 0.875 * ln(nzd_basket_index / 100), usd = usd + 0.875 * ln(usd_basket_index / 100)
from tier1.currency_indices as later where later.ts_utc = (select ts_utc from unseen);

-- there is no base bar
-- noticed by: acceleration_is_recomputed, base_values_are_recomputed, basket_index_is_recomputed, bloc_index_is_recomputed, bloc_momentum_is_recomputed, bloc_strength_is_recomputed, bloc_volatility_is_recomputed, momentum_is_recomputed, rate_of_change_is_recomputed, strength_is_recomputed, volatility_is_recomputed
-- prices are read anew
delete from tier1.basket_base;

-- momentum looks ahead by one bar
-- noticed by: momentum_is_recomputed
-- as if published
update tier1.currency_indices as bar
set jpy_basket_momentum_60 = bar.jpy_basket_momentum_60 + later.index - bar.jpy_basket_index
from (
    select ts_utc, lead(jpy_basket_index) over (order by ts_utc) as index from tier1.currency_indices
) as later
where later.ts_utc = bar.ts_utc and later.index is not null and bar.jpy_basket_index is not null;

-- a volatility looks ahead by one bar
-- noticed by: volatility_is_recomputed
-- as if published
update tier1.currency_indices as bar set cad_basket_volatility_240 = later.volatility
from (
    select ts_utc, lead(cad_basket_volatility_240) over (order by ts_utc) as volatility from tier1.currency_indices
) as later
where later.ts_utc = bar.ts_utc and later.volatility is not null and bar.cad_basket_volatility_240 is not null;

-- the window of a momentum is one too long
-- noticed by: momentum_is_recomputed
-- as if published
update tier1.currency_indices as bar set usd_basket_momentum_90 = bar.usd_basket_index - earlier.index
from (
    select ts_utc, lag(usd_basket_index, 91) over (order by ts_utc) as index from tier1.currency_indices
) as earlier
where earlier.ts_utc = bar.ts_utc and earlier.index is not null and bar.usd_basket_momentum_90 is not null;

-- acceleration is momentum
-- noticed by: acceleration_is_recomputed
-- as if published
update tier1.currency_indices set gbp_basket_momentum_accel_390 = gbp_basket_momentum_390
where gbp_basket_momentum_accel_390 is not null;

-- a rate of change is logarithmic
-- noticed by: rate_of_change_is_recomputed
-- as if published
update tier1.currency_indices set chf_basket_momentum_roc_150 = 100 * ln(1 + chf_basket_momentum_roc_150 / 100);

-- the window of a volatility is one too long
-- noticed by: volatility_is_recomputed
-- as if published
update tier1.currency_indices as bar set eur_basket_volatility_60 = 10000 * wider.deviation
from (
    select ts_utc, stddev_samp(step) over (order by ts_utc rows 60 preceding) as deviation
    from (
        select ts_utc, ln(eur_basket_index) - lag(ln(eur_basket_index)) over (order by ts_utc) as step
        from tier1.currency_indices
    ) as steps
) as wider
where wider.ts_utc = bar.ts_utc and bar.eur_basket_volatility_60 is not null;

-- a volatility is divided by n instead of n - 1
-- noticed by: volatility_is_recomputed
-- as if published
update tier1.currency_indices set usd_basket_volatility_630 = usd_basket_volatility_630 * sqrt(629.0 / 630);

-- a volatility is negative
-- noticed by: deviations_are_not_negative
-- as if published
update tier1.currency_indices set usd_basket_volatility_60 = -1e-12 where ts_utc = (select ts_utc from unseen);

-- a dispersion is negative
-- noticed by: deviations_are_not_negative
-- as if published
update tier1.currency_blocs set usd_bloc_dispersion_60 = -1e-12 where ts_utc = (select ts_utc from unseen);

-- a strength counts the currency itself among the others
-- noticed by: strength_is_recomputed
-- as if published
update tier1.currency_indices set eur_basket_strength_vs_major = eur_basket_strength_vs_major * 3 / 4;

-- values begin before the window is full
-- noticed by: indices_are_null_where_a_term_is_missing, momentum_is_recomputed
-- as if published
update tier1.currency_indices set nzd_basket_momentum_60 = 0 where nzd_basket_momentum_60 is null;

-- a price is carried forward for too long
-- noticed by: basket_index_is_recomputed, indices_are_null_where_a_term_is_missing
-- as if published
update tier1.currency_indices as bar set
    aud_basket_index = last.aud, cad_basket_index = last.cad, chf_basket_index = last.chf,
    eur_basket_index = last.eur, gbp_basket_index = last.gbp, jpy_basket_index = last.jpy,
    nzd_basket_index = last.nzd, usd_basket_index = last.usd
from (
    select
        aud_basket_index as aud, cad_basket_index as cad, chf_basket_index as chf, eur_basket_index as eur,
        gbp_basket_index as gbp, jpy_basket_index as jpy, nzd_basket_index as nzd, usd_basket_index as usd
    from tier1.currency_indices where ts_utc = (select ts_utc from unseen)
) as last
where bar.aud_basket_index is null;

-- the profit of a pair is that before cost
-- noticed by: arbitrage_is_recomputed
-- as if published
update tier1.triangular_arbitrage set eurusd_arbitrage_profit_pct = eurusd_arbitrage_max_profit;

-- the largest deviation is that of the best triangle
-- noticed by: arbitrage_is_recomputed
-- as if published
update tier1.triangular_arbitrage set audnzd_arbitrage_max_profit = audnzd_arbitrage_max_profit * 0.999999
where audnzd_arbitrage_max_profit * 0.999999 > audnzd_arbitrage_profit_pct;

-- the direction is that of the opposite round trip
-- noticed by: arbitrage_is_recomputed
-- as if published
update tier1.triangular_arbitrage set
    gbpjpy_arbitrage_opportunity = true, gbpjpy_arbitrage_direction = 1,
    nzdcad_arbitrage_direction = -nzdcad_arbitrage_direction
where gbpjpy_arbitrage_profit_pct is not null;

-- arbitrage looks ahead by one bar
-- noticed by: arbitrage_is_recomputed
-- as if published
update tier1.triangular_arbitrage as bar set
    eurusd_arbitrage_profit_pct = later.profit_pct, eurusd_arbitrage_opportunity = later.opportunity,
    eurusd_arbitrage_direction = later.direction, eurusd_arbitrage_max_profit = later.max_profit
from (
    select
        ts_utc,
        lead(eurusd_arbitrage_profit_pct) over in_order as profit_pct,
        lead(eurusd_arbitrage_opportunity) over in_order as opportunity,
        lead(eurusd_arbitrage_direction) over in_order as direction,
        lead(eurusd_arbitrage_max_profit) over in_order as max_profit
    from tier1.triangular_arbitrage
    window in_order as (order by ts_utc)
) as later
where
    later.ts_utc = bar.ts_utc and later.profit_pct is not null and bar.eurusd_arbitrage_profit_pct is not null;

-- a profit is above the largest deviation
-- noticed by: arbitrage_is_consistent
-- as if published
update tier1.triangular_arbitrage set
    eurusd_arbitrage_profit_pct = eurusd_arbitrage_max_profit + 1e-9,
    eurusd_arbitrage_opportunity = true, eurusd_arbitrage_direction = 1
where ts_utc = (select ts_utc from unseen);

-- a largest deviation is negative
-- noticed by: arbitrage_is_consistent
-- as if published
update tier1.triangular_arbitrage set
    audusd_arbitrage_max_profit = -1e-12, audusd_arbitrage_profit_pct = -1,
    audusd_arbitrage_opportunity = false, audusd_arbitrage_direction = 0
where ts_utc = (select ts_utc from unseen);

-- an opportunity without a direction
-- noticed by: arbitrage_is_consistent
-- as if published
update tier1.triangular_arbitrage set usdcad_arbitrage_opportunity = true, usdcad_arbitrage_direction = 0
where ts_utc = (select ts_utc from unseen);

-- a direction without an opportunity
-- noticed by: arbitrage_is_consistent
-- as if published
update tier1.triangular_arbitrage set usdjpy_arbitrage_opportunity = false, usdjpy_arbitrage_direction = 1
where ts_utc = (select ts_utc from unseen);

-- a pair without a bar has the arbitrage of a stale price
-- noticed by: arbitrage_is_null_where_no_triangle_counts, arbitrage_is_recomputed
-- as if published
update tier1.triangular_arbitrage as bar set
    audcad_arbitrage_profit_pct = stale.profit_pct, audcad_arbitrage_opportunity = stale.opportunity,
    audcad_arbitrage_direction = stale.direction, audcad_arbitrage_max_profit = stale.max_profit
from (
    select
        ts_utc,
        lag(audcad_arbitrage_profit_pct) over in_order as profit_pct,
        lag(audcad_arbitrage_opportunity) over in_order as opportunity,
        lag(audcad_arbitrage_direction) over in_order as direction,
        lag(audcad_arbitrage_max_profit) over in_order as max_profit
    from tier1.triangular_arbitrage
    window in_order as (order by ts_utc)
) as stale
where stale.ts_utc = bar.ts_utc and bar.audcad_arbitrage_profit_pct is null;

-- a bloc's index is the arithmetic mean
-- noticed by: bloc_index_is_recomputed
-- as if published
update tier1.currency_blocs as bloc
set commodity_bloc_index = (aud_basket_index + cad_basket_index + nzd_basket_index) / 3
from tier1.currency_indices as currency where currency.ts_utc = bloc.ts_utc;

-- a bloc's momentum is not logarithmic
-- noticed by: bloc_momentum_is_recomputed
-- as if published
update tier1.currency_blocs set usd_bloc_momentum_240 = 100 * (exp(usd_bloc_momentum_240 / 100) - 1);

-- a bloc's momentum looks ahead by one bar
-- noticed by: bloc_momentum_is_recomputed
-- as if published
update tier1.currency_blocs as bar set euro_bloc_momentum_60 = later.momentum
from (
    select ts_utc, lead(euro_bloc_momentum_60) over (order by ts_utc) as momentum from tier1.currency_blocs
) as later
where later.ts_utc = bar.ts_utc and later.momentum is not null and bar.euro_bloc_momentum_60 is not null;

-- a bloc's volatility is divided by n instead of n - 1
-- noticed by: bloc_volatility_is_recomputed
-- as if published
update tier1.currency_blocs set euro_bloc_volatility_60 = euro_bloc_volatility_60 * sqrt(59.0 / 60);

-- the coherences of two blocs are swapped
-- noticed by: bloc_coherence_is_recomputed
-- as if published
update tier1.currency_blocs
set usd_bloc_coherence_240 = commodity_bloc_coherence_240, commodity_bloc_coherence_240 = usd_bloc_coherence_240;

-- a coherence has the window of another one
-- noticed by: bloc_coherence_is_recomputed
-- as if published
update tier1.currency_blocs set euro_bloc_coherence_60 = euro_bloc_coherence_240
where euro_bloc_coherence_60 is not null and euro_bloc_coherence_240 is not null;

-- a coherence is above 1
-- noticed by: coherence_and_breadth_are_bounded
-- as if published
update tier1.currency_blocs set usd_bloc_coherence_240 = 1.01 where ts_utc = (select ts_utc from unseen);

-- a breadth is below -1
-- noticed by: coherence_and_breadth_are_bounded
-- as if published
update tier1.currency_blocs set commodity_bloc_breadth_60 = -1.01 where ts_utc = (select ts_utc from unseen);

-- a bloc is coherent while one pair moves
-- noticed by: bloc_coherence_is_recomputed, blocs_are_null_where_a_term_is_missing
-- as if published
update tier1.currency_blocs set euro_bloc_coherence_60 = 0
where euro_bloc_coherence_60 is null and usd_bloc_coherence_60 is not null;

-- a dispersion is divided by n - 1 instead of n
-- noticed by: bloc_dispersion_is_recomputed
-- as if published
update tier1.currency_blocs set safe_haven_bloc_dispersion_60 = safe_haven_bloc_dispersion_60 * sqrt(12.0 / 11);

-- a breadth does not count all border pairs
-- noticed by: bloc_breadth_is_recomputed
-- as if published
update tier1.currency_blocs set commodity_bloc_breadth_60 = commodity_bloc_breadth_60 * 14 / 15;

-- a bloc's strength counts the bloc among the others
-- noticed by: bloc_strength_is_recomputed
-- as if published
update tier1.currency_blocs set euro_bloc_strength = euro_bloc_strength * 7 / 8;

-- prices were corrected since
-- noticed by: acceleration_is_recomputed, arbitrage_is_recomputed, basket_index_is_recomputed, bloc_breadth_is_recomputed, bloc_coherence_is_recomputed, bloc_dispersion_is_recomputed, bloc_index_is_recomputed, bloc_momentum_is_recomputed, bloc_strength_is_recomputed, bloc_volatility_is_recomputed, momentum_is_recomputed, rate_of_change_is_recomputed, strength_is_recomputed, volatility_is_recomputed
-- prices are read anew
update bqx.m1_eurusd set close = close * 1.001 where time >= '2024-01-02+00' and extract(hour from time) < 7;

-- a bar was loaded since
-- noticed by: bars_are_those_of_the_prices
-- prices are read anew
insert into bqx.m1_audcad (time, close) values ('2024-02-28 12:00+00', 0.9);
