-- Every volatility and dispersion is at least 0 (contract, section 6).
-- looks at: bars of two stages
-- figure: how far below 0 the smallest one is; 0 where none is
select
    smallest.*,
    greatest(-smallest.value, 0) as figure,
    coalesce(smallest.value >= 0, true) as holds
from months
cross join (
    select
        'currency_indices' as stage,
        ts_utc,
        least(
            aud_basket_volatility_60, aud_basket_volatility_90, aud_basket_volatility_150,
            aud_basket_volatility_240, aud_basket_volatility_390, aud_basket_volatility_630,
            cad_basket_volatility_60, cad_basket_volatility_90, cad_basket_volatility_150,
            cad_basket_volatility_240, cad_basket_volatility_390, cad_basket_volatility_630,
            chf_basket_volatility_60, chf_basket_volatility_90, chf_basket_volatility_150,
            chf_basket_volatility_240, chf_basket_volatility_390, chf_basket_volatility_630,
            eur_basket_volatility_60, eur_basket_volatility_90, eur_basket_volatility_150,
            eur_basket_volatility_240, eur_basket_volatility_390, eur_basket_volatility_630,
            gbp_basket_volatility_60, gbp_basket_volatility_90, gbp_basket_volatility_150,
            gbp_basket_volatility_240, gbp_basket_volatility_390, gbp_basket_volatility_630,
            jpy_basket_volatility_60, jpy_basket_volatility_90, jpy_basket_volatility_150,
            jpy_basket_volatility_240, jpy_basket_volatility_390, jpy_basket_volatility_630,
            nzd_basket_volatility_60, nzd_basket_volatility_90, nzd_basket_volatility_150,
            nzd_basket_volatility_240, nzd_basket_volatility_390, nzd_basket_volatility_630,
            usd_basket_volatility_60, usd_basket_volatility_90, usd_basket_volatility_150,
            usd_basket_volatility_240, usd_basket_volatility_390, usd_basket_volatility_630
        ) as value
    from tier1.currency_indices
    union all
    select
        'currency_blocs',
        ts_utc,
        least(
            commodity_bloc_volatility_60, commodity_bloc_volatility_240, commodity_bloc_volatility_630,
            commodity_bloc_dispersion_60, safe_haven_bloc_volatility_60,
            safe_haven_bloc_volatility_240, safe_haven_bloc_volatility_630,
            safe_haven_bloc_dispersion_60, euro_bloc_volatility_60, euro_bloc_volatility_240,
            euro_bloc_volatility_630, euro_bloc_dispersion_60, usd_bloc_volatility_60,
            usd_bloc_volatility_240, usd_bloc_volatility_630, usd_bloc_dispersion_60
        )
    from tier1.currency_blocs
) as smallest
where smallest.ts_utc >= months.range_start and smallest.ts_utc < months.range_end
