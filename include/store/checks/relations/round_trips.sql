-- of each pair (b, q), the six ways b -> q -> z -> b: the pairs and signs of their legs, and what they cost
-- together (contract, section 4); z is numbered in currency order
with leg as (
    select
        base as sold,
        quote as bought,
        k,
        1 as sign,
        bit,
        cost
    from pairs
    union all
    select
        quote,
        base,
        k,
        -1,
        bit,
        cost
    from pairs
)

select
    pairs.k,
    pairs.pair,
    currencies.position as z,
    pairs.k as first_k,
    second.k as second_k,
    second.sign as second_sign,
    third.k as third_k,
    third.sign as third_sign,
    pairs.bit | second.bit | third.bit as legs,
    pairs.cost + second.cost + third.cost as cost
from pairs
join currencies on (currencies.currency not in (pairs.base, pairs.quote))
join leg as second on (second.sold = pairs.quote and second.bought = currencies.currency)
join leg as third on (third.sold = currencies.currency and third.bought = pairs.base)
