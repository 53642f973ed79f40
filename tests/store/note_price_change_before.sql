-- What an installation of before has: everybody may put it on a table of his own.
create or replace function tier1.note_price_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    changed text := case tg_op
        when 'INSERT' then 'new_rows'
        when 'DELETE' then 'old_rows'
        else '(select * from old_rows union all select * from new_rows) rows' end;
    first timestamptz;
    last timestamptz;
    months date[] := array['-infinity'];
begin
    if tg_op <> 'TRUNCATE' then
        execute format('select min(%1$I), max(%1$I) from %2$s', tg_argv[0], changed) into first, last;
        if first is null then return null; end if; -- the statement has changed no row
        if isfinite(first) and isfinite(last) then
            months := array(select generate_series(
                date_trunc('month', first at time zone 'UTC'), last at time zone 'UTC', interval '1 month'
            )::date);
        end if;
    end if;
    insert into tier1.price_change
    select tg_relid, changed_month.month, pg_current_xact_id() from unnest(months) as changed_month (month)
    where not exists (
        select from tier1.price_change c
        where c.price_table = tg_relid and c.month = changed_month.month and c.xid = pg_current_xact_id()
    );
    -- Whoever does not see this transaction is warned by its note; until it is committed the older one stays.
    -- No writer waits for another one here; under a stricter isolation the delete could fail, so it is left out.
    if current_setting('transaction_isolation') = 'read committed' then
        delete from tier1.price_change where ctid = any(array(
            select c.ctid from tier1.price_change c
            where c.price_table = tg_relid and c.month = any(months) and c.xid < pg_current_xact_id()
            for update skip locked
        ));
    end if;
    return null;
end $$;
