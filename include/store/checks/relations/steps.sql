-- the one-bar differences of the levels of currencies and blocs, NULL where the bar before has no level
select
    bar,
    aud - first_value(aud) over bars_before as aud,
    cad - first_value(cad) over bars_before as cad,
    chf - first_value(chf) over bars_before as chf,
    eur - first_value(eur) over bars_before as eur,
    gbp - first_value(gbp) over bars_before as gbp,
    jpy - first_value(jpy) over bars_before as jpy,
    nzd - first_value(nzd) over bars_before as nzd,
    usd - first_value(usd) over bars_before as usd,
    (aud + cad + nzd) / 3 - first_value((aud + cad + nzd) / 3) over bars_before as commodity,
    (chf + jpy) / 2 - first_value((chf + jpy) / 2) over bars_before as safe_haven
from levels
window bars_before as (order by bar range between 1 preceding and 1 preceding)
