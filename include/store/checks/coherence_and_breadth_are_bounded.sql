-- coherence and breadth lie in -1 .. 1 (contract, section 6), up to rounding
select
    not exists (
        select from tier1.currency_blocs
        where
            ts_utc >= months.range_start and ts_utc < months.range_end
            and (
                least(
                    commodity_bloc_coherence_60, commodity_bloc_coherence_240, commodity_bloc_breadth_60,
                    safe_haven_bloc_coherence_60, safe_haven_bloc_coherence_240,
                    safe_haven_bloc_breadth_60, euro_bloc_coherence_60, euro_bloc_coherence_240,
                    euro_bloc_breadth_60, usd_bloc_coherence_60, usd_bloc_coherence_240,
                    usd_bloc_breadth_60
                ) < -1 - 1e-9
                or greatest(
                    commodity_bloc_coherence_60, commodity_bloc_coherence_240, commodity_bloc_breadth_60,
                    safe_haven_bloc_coherence_60, safe_haven_bloc_coherence_240,
                    safe_haven_bloc_breadth_60, euro_bloc_coherence_60, euro_bloc_coherence_240,
                    euro_bloc_breadth_60, usd_bloc_coherence_60, usd_bloc_coherence_240,
                    usd_bloc_breadth_60
                ) > 1 + 1e-9
            )
    )
