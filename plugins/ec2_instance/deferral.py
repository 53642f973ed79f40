"""How soon Airflow can resume a deferred task."""

from airflow.sdk.configuration import conf

# Airflow fails a task that is resumed before the scheduler has noticed that the worker of its first half has
# ended, for which that worker may take a heartbeat: https://github.com/apache/airflow/issues/66374 and 72716.
# Seen with 3.3.2 and a wait of 4.4 s at the default heartbeat of 5 s. AWS takes longer anyway, simulators do
# not.
EARLIEST_RESUME_SECONDS = conf.getfloat("workers", "min_heartbeat_interval") + 1
