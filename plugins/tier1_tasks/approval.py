"""The question to a person: make the instance big, compute as it is, or neither."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException, TaskAwaitingInput

from include.settings import WhenToResize, settings
from tier1_tasks import defaults
from tier1_tasks.earlier_answer import EarlierAnswerTrigger
from tier1_tasks.form import PARAMS, RunParams
from tier1_tasks.gates import only_if
from tier1_tasks.names import APPROVE
from tier1_tasks.planned import COMPUTE_AS_IT_IS, REJECT, RESIZE_AND_COMPUTE

# Under this key a try keeps that it has asked. All tries of a task have the same `max_tries` until somebody
# clears it: who is asked again then may answer otherwise.
ASKED = "asked_in"
LOOKS_FOR = timedelta(minutes=5)
SUBJECT = "Compute {{ months(ti) }}?"
# Markdown
BODY = f"""{{%- set proposal = proposal(ti) -%}}
{{%- if params.resize != "{WhenToResize.NEVER.value}" -%}}
* **{RESIZE_AND_COMPUTE}**: {{{{ proposal.resized ~ ". " if proposal.resized }}}}{{{{ params.instance_id }}}}
  stops, starts again as {{{{ run(params).work_types_text }}}}, computes, and becomes a
  {{{{ params.base_type }}}} again.
{{% endif -%}}
* **{COMPUTE_AS_IT_IS}**: {{{{ proposal.as_it_is ~ ". " if proposal.as_it_is }}}}No instance is touched
  {{%- if ti.try_number > 1 %}};
  where an earlier try has made it big, it becomes small first{{% endif %}}.
* **{REJECT}**: nothing is computed, and the run fails.

{{% if params.resize == "{WhenToResize.IF_NEEDED.value}" -%}}
Proposed is to **{{{{ "resize" if proposal.proposed else "compute as it is" }}}}**: {{{{ proposal.why }}}}.
{{%- else -%}}
You asked for **{{{{ "a resize" if proposal.proposed else "no resize" }}}}**:
*{PARAMS["resize"].schema["title"]}* is `{{{{ params.resize }}}}`.
{{%- endif %}}
{{%- if proposal.estimate %}}

The estimate: {{{{ proposal.estimate }}}}.
{{%- endif %}}
"""


class ApproveOperator(HITLOperator):
    """Ask a person how to go on; a rejection fails the task.

    Airflow's own ApprovalOperator has two fixed answers. Here they depend on the run: where its parameter
    forbids a resize, none is offered, and Airflow's API takes no other answer.

    Who answers within a second or two, as programs do, makes Airflow 3.3.2 fail the try: the task is queued
    again before the scheduler has noted that its first process has ended, and that end counts for the new
    one (apache/airflow #66374, #72716). The answer is kept, and another try takes it instead of asking again.
    """

    def execute(self, context: Context) -> Any:
        """Ask, unless an earlier try has asked, and may have been answered."""
        ti, store = _known(context)
        if store.get(ASKED) != ti.max_tries:
            return self.ask(context)
        return self.defer(
            trigger=EarlierAnswerTrigger(str(ti.id)),
            method_name=self.when_looked_up.__name__,
            timeout=LOOKS_FOR,
        )

    def when_looked_up(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on with the answer to an earlier try; ask where there is none."""
        if event["answer"] is None:
            return self.ask(context)
        self.log.info("This was answered before, and is not asked again.")
        return self.execute_complete(context, event["answer"])

    def ask(self, context: Context) -> Any:
        """Ask a person, and wait."""
        ti, store = _known(context)
        if RunParams.of(context["params"]).resize is WhenToResize.NEVER:  # pyright: ignore[reportTypedDictNotRequiredAccess]
            self.options = [COMPUTE_AS_IT_IS, REJECT]
        try:
            return super().execute(context)
        except TaskAwaitingInput:  # it is asked from now on
            store.set(ASKED, ti.max_tries)
            raise

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on with the answer, which `planned.choice_of` reads; nobody is asked twice."""
        if event.get("error_type") == "timeout":
            hours = settings().approval_timeout_hours.total_seconds() / 3600
            raise AirflowFailException(
                f"Nobody has answered within {hours:g} hours (TIER1_APPROVAL_TIMEOUT_HOURS): nothing was "
                "touched or computed. Trigger a new run, or clear this task to be asked again."
            )
        answer = super().execute_complete(context, event)
        if answer["chosen_options"] == [REJECT]:
            person = answer["responded_by_user"] or {"name": "somebody"}
            raise AirflowFailException(f"{person['name']} has rejected this run.")
        return answer


def _known(context: Context) -> tuple[Any, Any]:
    """Return the task instance, and what it keeps for its other tries."""
    known: Any = context
    return known["ti"], known["task_state_store"]


def approve() -> ApproveOperator:
    """Make the task that asks before anything is touched or computed."""
    return ApproveOperator(
        task_id=APPROVE,
        doc_md="A person decides under *Required Action (1)*: resize and compute, compute as it is, or "
        "reject. Nothing was touched until now. Skipped where `require_approval` is off.",
        subject=SUBJECT,
        body=BODY,
        options=[RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS, REJECT],
        response_timeout=settings().approval_timeout_hours,
        pre_execute=only_if("require_approval"),
        **defaults.ASK_ONCE,
    )
