-- Schema tier1 but for the three feature tables, whose columns come from the catalogue (schema.py).
do $$ begin
    if to_regnamespace('tier1') is null then -- "if not exists" takes the right to create one even where it does
        create schema tier1;
    end if;
end $$;

create table if not exists tier1.completion_marker (
    stage text not null,
    month date not null,
    rows bigint not null,
    spec_version integer not null,
    input_digest text not null,
    run_id text not null,
    host text not null,
    started timestamptz not null,
    finished timestamptz not null,
    primary key (stage, month)
);
-- by which a later run knows, without reading prices, that they are what they were: see price_change
alter table tier1.completion_marker
add column if not exists premises text,
add column if not exists read_from date,
add column if not exists watch text,
add column if not exists seen pg_snapshot;
alter table tier1.completion_marker
add column if not exists code text, -- null where an older version has computed the month
add column if not exists rows_digest numeric; -- the same
-- by which later runs are estimated; null where an older version has computed the month
alter table tier1.completion_marker
add column if not exists vcpus smallint,
add column if not exists at_once smallint;
comment on table tier1.completion_marker is
'One row per finished stage and month, written in the transaction that publishes the month.';

create table if not exists tier1.basket_base (
    -- one row at the most: every month ever computed is on the scale of this bar
    only_row boolean primary key default true check (only_row),
    ts_utc timestamptz not null,
    aud double precision not null,
    cad double precision not null,
    chf double precision not null,
    eur double precision not null,
    gbp double precision not null,
    jpy double precision not null,
    nzd double precision not null,
    usd double precision not null
);
comment on table tier1.basket_base is
'The base bar t0 and the log values v_c(t0) of the eight currencies.';

create table if not exists tier1.run_report (
    run_id text primary key,
    written timestamptz not null default now(),
    report jsonb not null
);
comment on table tier1.run_report is
'One row per run: plan, durations, cost, validation, verdict.';

create table if not exists tier1.stage_progress (
    run_id text not null,
    stage text not null,
    months integer not null,
    skipped integer not null,
    looked_at integer not null,
    computed integer not null,
    rows bigint not null,
    seconds double precision not null,
    updated timestamptz not null default now(),
    shard integer not null default 0,
    primary key (run_id, stage, shard)
);
do $$ begin
    if not exists (
        select from pg_attribute where attrelid = 'tier1.stage_progress'::regclass and attname = 'shard'
    ) then -- of an older version
        alter table tier1.stage_progress add column shard integer not null default 0,
        drop constraint stage_progress_pkey, add primary key (run_id, stage, shard);
    end if;
end $$;
comment on table tier1.stage_progress is
'How far each shard of a stage has come: months wanted, known to be valid, looked at and valid, computed.';

create table if not exists tier1.price_panel (
    month date primary key,
    watch text not null,
    seen pg_snapshot not null,
    ts bytea not null,
    close bytea not null
);
comment on table tier1.price_panel is
'A month of all price tables as one stage has read it, for the next stages; valid as markers are.';
alter table tier1.price_panel set unlogged; -- after a crash it is empty, and prices are read again
alter table tier1.price_panel alter column ts set storage external;
alter table tier1.price_panel alter column close set storage external;

create table if not exists tier1.price_change (
    price_table oid not null,
    month date not null, -- -infinity: any month
    xid xid8 not null
);
create index if not exists price_change_month on tier1.price_change (month, price_table);
comment on table tier1.price_change is
'Which month of which price table a transaction has changed; the last one at least. Written by triggers.';

-- Whoever may call a function can put it on a table of his own. What was put while everybody might call this
-- one, our own triggers among it, calls a function that does nothing from now on; `watched` puts ours again.
do $$
declare
    set_aside text := 'note_no_change_' || pg_current_xact_id();
begin
    if has_function_privilege('public', to_regprocedure('tier1.note_price_change()'), 'execute') then
        create or replace function tier1.note_price_change() returns trigger
        language plpgsql security invoker as 'begin return null; end';
        revoke execute on function tier1.note_price_change() from public;
        execute format('alter function tier1.note_price_change() rename to %I', set_aside);
    end if;
end $$;

-- A month computed from snapshot S is valid as long as S shows every transaction noted for its months.
-- As definer: whoever writes prices needs no rights here. So nothing of theirs may run in it: it looks at
-- rows only where there is a transition table (else the name is that of some relation of the caller's) whose
-- times are of PostgreSQL's own type (others bring functions along). Else it says that any month has changed,
-- and so it does for a single row, for a column that was renamed, and for times that are no bar's: whoever
-- writes prices is never kept from it.
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
    -- somebody has dropped the notes: whoever creates them again makes another watch
    if to_regclass('tier1.price_change') is null then return null; end if;
    -- a copy in a replica's session has a row after another
    if tg_level = 'ROW' and exists (
        select from tier1.price_change c
        where c.price_table = tg_relid and c.month = '-infinity' and c.xid = pg_current_xact_id()
    ) then
        return null;
    end if;
    if tg_level = 'STATEMENT' and tg_op <> 'TRUNCATE' and exists (
        select from pg_trigger t join pg_attribute a on a.attrelid = t.tgrelid
        where t.tgrelid = tg_relid and t.tgname = tg_name
        and (tg_op = 'DELETE' or t.tgnewtable = 'new_rows') and (tg_op = 'INSERT' or t.tgoldtable = 'old_rows')
        and a.attname = tg_argv[0] and a.atttypid = 'timestamptz'::regtype
    ) then
        execute format('select min(%1$I), max(%1$I) from %2$s', tg_argv[0], changed) into first, last;
        if first is null then return null; end if; -- the statement has changed no row
        if first >= '1900-01-01 00:00+00' and last < '2100-01-01 00:00+00' then
            months := array(select generate_series(
                date_trunc('month', first at time zone 'UTC'), last at time zone 'UTC', interval '1 month'
            )::date);
        end if;
    end if;
    -- under serializable a look at the notes of others could fail them or us
    insert into tier1.price_change
    select tg_relid, changed_month.month, pg_current_xact_id() from unnest(months) as changed_month (month)
    where current_setting('transaction_isolation') = 'serializable' or not exists (
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
revoke execute on function tier1.note_price_change() from public;
