-- Schema tier1 but for the three feature tables, whose columns come from the catalogue (schema.py).
create schema if not exists tier1;

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
