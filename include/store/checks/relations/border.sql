-- each bloc's border pairs, and the sign with which each rises when the bloc strengthens (contract, section
-- 5)
select
    bloc.bloc,
    pairs.k,
    pairs.bit,
    case when pairs.base = any(bloc.currencies) then 1 else -1 end as sign
from (
    select
        bloc,
        array_agg(currency) as currencies
    from members
    group by bloc
) as bloc
join pairs on ((pairs.base = any(bloc.currencies)) <> (pairs.quote = any(bloc.currencies)))
