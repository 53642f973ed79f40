-- The values of a pair are NULL exactly where none of its six triangles has a bar of all three legs
-- (contract, section 4); that is told from the prices.
-- looks at: bars
-- figure: pairs of a bar that are NULL or not against the claim
with countable as materialized (
    select
        seen.present,
        (
            select coalesce(bit_or(1 << round_trips.k), 0)
            from round_trips
            where seen.present & round_trips.legs = round_trips.legs
        ) as pairs
    from (select distinct present from grid) as seen
)

select
    ts_utc,
    countable.pairs::bit(28) as expected_pairs,
    v.pairs::bit(28) as pairs_with_values,
    bit_count(((countable.pairs | v.pairs) & ~(countable.pairs & v.pairs))::bit(28)) as figure,
    countable.pairs = v.pairs as holds
from grid
join countable using (present)
join arbitrage_values as v using (ts_utc)
