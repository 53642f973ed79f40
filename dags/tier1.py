"""
# TIER 1

384 features of 28 currency pairs, in three stages, on one EC2 instance that is big only while it works.

**Run it.** The tab *Before a run* says what a run would do, take and cost. *Trigger*, choose the months or
leave them empty, then answer at `approve` (*Required Action (1)*): nothing is touched before. The tab
*TIER 1* of the run shows how far it has come, then its report.

| task | what it does |
| --- | --- |
| `preflight` | changes nothing: can it grow **and shrink again**, are prices usable, features writable? |
| `approve` | a person decides, here in the UI: resize, compute as it is, or neither (`require_approval`) |
| `upsize` | makes the instance `work_type`; nothing where that was decided against (parameter `resize`) |
| `verify_host` | on the instance: is it the one, is it big, has it our code, does the database answer? |
| `stage_2_3`, `stage_2_4`, `stage_2_16b` | on the instance: indices, arbitrage and blocs, month by month; \
one task for each of the `shards`, named by its months |
| `..._complete` | waits for the stage's completion markers |
| `validate`, `evaluate`, `publish` | what follows from the definitions; distributions; what still \
fits its prices is told to consumers |
| `downsize` | **always**: makes the instance `base_type`; where AWS has none, one of its size, else stopped |
| `verdict` | **always**: writes the report, looks at the real instance, and fails unless all is well |

**A task failed?** Its log ends with what to do, and with its section of [the runbook](tier1/runbook).

**A stage failed?** Read its log, fix the cause, then *Clear* the stage and leave *Downstream* ticked: the
instance grows again, months that are finished are skipped, the instance shrinks again. One of several shards
can be cleared alone, in the same way. Do not choose *Clear only failed tasks*: it leaves out the resize, and
what it runs refuses to work without.

**Stop a run:** mark it *failed*; the instance becomes small. Do not pause the DAG: then nothing runs,
`downsize` included.
"""  # noqa: D212, D415 - Markdown: Airflow shows it as the DAG's documentation

# TaskFlow fills in the context's arguments, and `a >> b` is a statement
# pyright: reportCallIssue=false, reportUnusedExpression=false

from itertools import chain as flattened

from airflow.sdk import DAG, TriggerRule, chain

from include.settings import MOST_SHARDS
from include.stages import STAGES
from tier1_tasks import approval, defaults, form, planned, preflight, resizing, stages, validation, verdict
from tier1_tasks.names import DAG_ID

with DAG(
    dag_id=DAG_ID,
    doc_md=__doc__,
    description="384 features of 28 currency pairs on an instance that is big only while it works",
    schedule=None,
    catchup=False,
    max_active_runs=1,  # one instance, one run
    max_active_tasks=MOST_SHARDS,  # the workers, not the DAG, bound how many of them run
    params=form.PARAMS,  # pyright: ignore[reportArgumentType]
    user_defined_macros=planned.MACROS,
    tags=[DAG_ID, "features", "ec2"],
    owner_links=defaults.OWNER_LINKS,
    default_args=defaults.RUN,
    # no dagrun_timeout: when it fires, Airflow skips the unfinished teardowns
) as dag:
    looked = preflight.preflight()
    approved = approval.approve()
    # after an approval, or where none was asked for (skipped); not after a rejection or a failed preflight
    upsize = resizing.upsize(trigger_rule=TriggerRule.NONE_FAILED)
    verified = stages.verify_host()
    computed = [stages.stage_tasks(stage, looked) for stage in STAGES]
    validated = validation.validate()
    evaluated = validation.evaluate()
    # also where evaluate was skipped, which alone would skip it, too; not without a validation
    published = validation.publish.override(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)()
    downsize = resizing.downsize()
    decided = verdict.verdict()

    chain(looked, approved, upsize, verified, *flattened(*computed), validated, evaluated, published)
    validated >> published
    published >> downsize >> decided

    # A teardown runs whatever happened before it, also when the run was marked failed: all_done does not.
    # preflight is a setup too: with upsize alone, an upsize that fails half-way would leave the instance big.
    downsize.as_teardown(setups=[looked, upsize], on_failure_fail_dagrun=True)
    # A failed teardown alone leaves a run green, and failed work leaves it green where the teardown counts:
    # the verdict counts, and looks at everything.
    decided.as_teardown(on_failure_fail_dagrun=True)
