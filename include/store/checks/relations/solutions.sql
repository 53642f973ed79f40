-- for each set of pairs with a price, the inverse of L + J: L is the Laplacian of the graph of these pairs, J
-- is all ones. It solves the least squares of section 2 of the contract. With all pairs it is I / 8; each
-- pair that is missing changes it by the formula of Sherman and Morrison, whose divisor is 0 where that pair
-- is the last one that connects two parts: then there is no solution, NULL.
with recursive without as (
    select
        filled,
        0 as k,
        array(
            select case when cell / 8 = cell % 8 then 0.125 else 0 end::double precision
            from generate_series(0, 63) as cell
            order by cell
        ) as inverse
    from (select distinct filled from grid) as seen
    union all
    select
        without.filled,
        without.k + 1,
        case
            when without.filled & pairs.bit <> 0 or without.inverse is null then without.inverse
            when divisor.divisor > 1e-7 -- else 0: it is a multiple of 1 / 8^6
                then array(
                    select
                        without.inverse[cell + 1] + (
                            without.inverse[cell / 8 * 8 + base.position]
                            - without.inverse[cell / 8 * 8 + quote.position]
                        ) * (
                            without.inverse[cell % 8 * 8 + base.position]
                            - without.inverse[cell % 8 * 8 + quote.position]
                        ) / divisor.divisor
                    from generate_series(0, 63) as cell
                    order by cell
                )
        end
    from without
    join pairs on (pairs.k = without.k)
    join currencies as base on (base.currency = pairs.base)
    join currencies as quote on (quote.currency = pairs.quote)
    cross join lateral (
        select
            1 - without.inverse[base.position * 8 - 8 + base.position]
            - without.inverse[quote.position * 8 - 8 + quote.position]
            + 2 * without.inverse[base.position * 8 - 8 + quote.position] as divisor
    ) as divisor
)

select
    filled,
    inverse
from without
where k = 28
