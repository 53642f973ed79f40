-- profit <= max_profit, max_profit >= 0, direction is 0 exactly where there is no opportunity, and the four
-- values of a pair are NULL together (contract, sections 4 and 6).
-- looks at: bars
-- figure: pairs of a bar that contradict it
select
    ts_utc,
    (
        select string_agg(names.pair, ' ' order by names.k)
        from pairs as names
        where inconsistent.pairs & names.bit <> 0
    ) as pairs,
    bit_count(inconsistent.pairs::bit(32)) as figure,
    inconsistent.pairs = 0 as holds
from inconsistent
