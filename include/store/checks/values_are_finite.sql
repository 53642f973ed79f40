-- No value is NaN or infinite: one that cannot be computed is NULL (contract, sections 3 to 5).
-- looks at: bars of stages
-- figure: the largest value, whatever its sign
select
    extremes.*,
    greatest(-smallest, largest) as figure,
    coalesce(smallest > '-infinity' and largest < 'infinity', true) as holds
from extremes
