-- The product of the eight indices is 100^8 at every bar, so that their logs sum to 0 (contract, section 6).
-- looks at: bars
-- figure: the largest distance of the product of the eight I_c / 100 from 1; at most 1e-9
select
    ts_utc,
    abs(bar.product - 1) as figure,
    coalesce(abs(bar.product - 1) <= 1e-9, true) as holds
from (
    select
        ts_utc,
        (aud_basket_index / 100) * (cad_basket_index / 100) * (chf_basket_index / 100)
        * (eur_basket_index / 100) * (gbp_basket_index / 100) * (jpy_basket_index / 100)
        * (nzd_basket_index / 100) * (usd_basket_index / 100) as product
    from months
    join tier1.currency_indices on (ts_utc >= range_start and ts_utc < range_end)
    -- so it is computed once, though it is named twice above
    offset 0 -- noqa: AM09
) as bar
