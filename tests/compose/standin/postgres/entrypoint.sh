#!/usr/bin/env bash
# As https://hub.docker.com/_/postgres says: initialise an empty PGDATA, then run the server as its user.
set -euo pipefail
export PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"

[[ ${1:-} != -* ]] || set -- postgres "$@"
[[ ${1:-} == postgres ]] || exec "$@"

if [[ -n ${POSTGRES_PASSWORD_FILE:-} ]]; then # its user may not be able to read it
    POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE")
    export POSTGRES_PASSWORD
    unset POSTGRES_PASSWORD_FILE
fi

if [[ $(id -u) == 0 ]]; then
    mkdir -p "$PGDATA"
    chown postgres "$PGDATA"
    chmod 700 "$PGDATA"
    exec gosu postgres "$0" "$@"
fi

if [[ ! -s $PGDATA/PG_VERSION ]]; then
    user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
    mkdir -p "$PGDATA"
    initdb --username="$user" --auth-local=trust --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-} \
        --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD:?is not set, nor is POSTGRES_PASSWORD_FILE}")
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    pg_ctl --wait --options="-c listen_addresses=''" start
    if [[ $database != postgres ]]; then createdb --username="$user" "$database"; fi
    for script in /docker-entrypoint-initdb.d/*; do
        case $script in
            *.sql) psql --no-psqlrc --set=ON_ERROR_STOP=1 --username="$user" --dbname="$database" --file="$script" ;;
            *.sh) bash "$script" ;;
        esac
    done
    pg_ctl --wait --mode=fast stop
fi
unset POSTGRES_PASSWORD
exec "$@" -c listen_addresses='*'
