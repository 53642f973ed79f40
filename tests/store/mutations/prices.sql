-- Prices that have changed since. How to read it: README.md.

-- prices were corrected since
-- noticed by: acceleration_is_recomputed, arbitrage_is_recomputed, basket_index_is_recomputed, bloc_breadth_is_recomputed, bloc_coherence_is_recomputed, bloc_dispersion_is_recomputed, bloc_index_is_recomputed, bloc_momentum_is_recomputed, bloc_strength_is_recomputed, bloc_volatility_is_recomputed, momentum_is_recomputed, rate_of_change_is_recomputed, strength_is_recomputed, volatility_is_recomputed
-- prices are read anew
update bqx.m1_eurusd set close = close * 1.001 where time >= '2024-01-02+00' and extract(hour from time) < 7;

-- a bar was loaded since
-- noticed by: bars_are_those_of_the_prices
-- prices are read anew
insert into bqx.m1_audcad (time, close) values ('2024-02-28 12:00+00', 0.9);
