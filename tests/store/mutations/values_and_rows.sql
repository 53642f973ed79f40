-- Values, rows and months that are lost, doubled or changed. How to read it: README.md.

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
