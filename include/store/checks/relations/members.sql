-- the currencies of each bloc (contract, section 5)
select
    member.bloc,
    member.currency
from (values
    ('commodity', 'aud'), ('commodity', 'cad'), ('commodity', 'nzd'),
    ('safe_haven', 'chf'), ('safe_haven', 'jpy'),
    ('euro', 'eur'), ('usd', 'usd')
) as member (bloc, currency)
