#!/usr/bin/env bash
# As https://airflow.apache.org/docs/docker-stack/entrypoint.html says: wait for the database, then run the command.
set -euo pipefail
umask 0002

attempts=${CONNECTION_CHECK_MAX_COUNT:-20}
while [[ $attempts -gt 0 ]] && ! said=$(airflow db check 2>&1); do
    attempts=$((attempts - 1))
    if [[ $attempts -eq 0 ]]; then
        echo "The database does not answer: $said" >&2
        exit 1
    fi
    sleep "${CONNECTION_CHECK_SLEEP_TIME:-3}"
done

case ${1:-} in
    bash | python | airflow) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
