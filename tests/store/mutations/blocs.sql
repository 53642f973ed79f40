-- Blocs that were computed wrongly. How to read it: README.md.

-- a dispersion is negative
-- noticed by: deviations_are_not_negative
-- as if published
update tier1.currency_blocs set usd_bloc_dispersion_60 = -1e-12 where ts_utc = (select ts_utc from unseen);

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
