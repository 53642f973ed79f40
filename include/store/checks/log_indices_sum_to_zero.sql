-- the product of the eight indices is 100^8 at every bar (contract, section 6)
select
    not exists (
        select from tier1.currency_indices
        where
            ts_utc >= months.range_start and ts_utc < months.range_end
            and abs(
                ln(aud_basket_index / 100)
                + ln(cad_basket_index / 100)
                + ln(chf_basket_index / 100)
                + ln(eur_basket_index / 100)
                + ln(gbp_basket_index / 100)
                + ln(jpy_basket_index / 100)
                + ln(nzd_basket_index / 100)
                + ln(usd_basket_index / 100)
            ) > 1e-9
    )
