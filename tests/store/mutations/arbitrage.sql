-- Arbitrage that was computed wrongly. How to read it: README.md.

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
