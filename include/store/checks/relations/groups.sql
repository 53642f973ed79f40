-- the currencies that a strength is measured against (contract, section 3)
select
    member.grouping,
    member.currency
from (values
    ('major', 'eur'), ('major', 'gbp'), ('major', 'jpy'), ('major', 'usd'),
    ('safe_haven', 'chf'), ('safe_haven', 'jpy'),
    ('commodity', 'aud'), ('commodity', 'cad'), ('commodity', 'nzd')
) as member (grouping, currency)
