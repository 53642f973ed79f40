-- Currency indices that were computed wrongly. How to read it: README.md.

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
