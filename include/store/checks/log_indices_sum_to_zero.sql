-- The product of the eight indices is 100^8 at every bar (contract, section 6).
-- looks at: bars
-- figure: the largest distance of the sum of the eight ln(I_c / 100) from 0; at most 1e-9
select
    ts_utc,
    abs(bar.total) as figure,
    coalesce(abs(bar.total) <= 1e-9, true) as holds
from months
join tier1.currency_indices on (ts_utc >= range_start and ts_utc < range_end)
cross join lateral (
    select
        ln(aud_basket_index / 100) + ln(cad_basket_index / 100) + ln(chf_basket_index / 100)
        + ln(eur_basket_index / 100) + ln(gbp_basket_index / 100) + ln(jpy_basket_index / 100)
        + ln(nzd_basket_index / 100) + ln(usd_basket_index / 100) as total
) as bar
