"""
# The guard of TIER 1

Every ten minutes: is there an instance under the lease of a run that no longer needs it? Then make it small,
and fail, to alert the operator.

A run makes its instance small by itself, whatever happens in it. This is for runs that end where no task can
run any more: their DAG was paused, they were deleted, Airflow was down. An instance is left alone

* while its lease has not expired, unless its run is one of this Airflow's and has ended; whatever works on
  the instance renews the lease, so that a task that only seems to run does not count, and
* while a task of its run waits for AWS: Airflow ends that wait, and
* when it has no lease: then no run has made it big.

It also sends what people could not be told earlier. It is red? Its log ends with what to do, and with its
section of [the runbook](tier1/runbook).
"""  # noqa: D212, D415 - Markdown: Airflow shows it as the DAG's documentation

# TaskFlow fills in the context's arguments, and `a >> b` is a statement
# pyright: reportCallIssue=false, reportUnusedExpression=false

from airflow.sdk import DAG, TriggerRule

from tier1_tasks import defaults, guard
from tier1_tasks.names import DAG_ID, GUARD_ID

with DAG(
    dag_id=GUARD_ID,
    doc_md=__doc__,
    description="Makes an instance small that a run has left big",
    schedule=guard.SCHEDULE,
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    user_defined_macros=guard.MACROS,
    tags=[DAG_ID, "guard", "ec2"],
    owner_links=defaults.OWNER_LINKS,
    default_args=defaults.GUARD,
) as dag:
    guard.send_pages()
    found = guard.find()
    # also where find or downsize has failed: that is what it has to tell
    guard.downsize(found) >> guard.alarm.override(trigger_rule=TriggerRule.ALL_DONE)(found)
