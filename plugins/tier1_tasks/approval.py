"""The question to a person: make the instance big, compute as it is, or neither."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from include.settings import WhenToResize, settings
from tier1_tasks.form import RunParams
from tier1_tasks.gates import only_if
from tier1_tasks.names import APPROVE
from tier1_tasks.planned import COMPUTE_AS_IT_IS, REJECT, RESIZE_AND_COMPUTE

SUBJECT = "Compute {{ months(ti) }}?"
# Markdown
BODY = f"""{{%- set proposal = proposal(ti) -%}}
{{%- if proposal.estimate -%}}
{{{{ proposal.estimate }}}}.

{{% endif -%}}
{{%- if params.resize != "{WhenToResize.NEVER.value}" -%}}
* **{RESIZE_AND_COMPUTE}**: {{{{ params.instance_id }}}} stops, starts again as
  {{{{ run(params).work_types_text }}}}, computes, and becomes a {{{{ params.base_type }}}} again.
{{% endif -%}}
* **{COMPUTE_AS_IT_IS}**: no instance is touched.
* **{REJECT}**: nothing is computed, and the run fails.

Proposed is to **{{{{ "resize" if proposal.proposed else "compute as it is" }}}}**: {{{{ proposal.why }}}}.
"""


class ApproveOperator(HITLOperator):
    """Ask a person how to go on; a rejection fails the task.

    Airflow's own ApprovalOperator has two fixed answers. Here they depend on the run: where its parameter
    forbids a resize, none is offered, and Airflow's API takes no other answer.
    """

    def execute(self, context: Context) -> Any:
        """Ask."""
        if RunParams.of(context["params"]).resize is WhenToResize.NEVER:  # pyright: ignore[reportTypedDictNotRequiredAccess]
            self.options = [COMPUTE_AS_IT_IS, REJECT]
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on with the answer, which `planned.choice_of` reads."""
        answer = super().execute_complete(context, event)
        if answer["chosen_options"] == [REJECT]:
            raise AirflowFailException(f"{answer['responded_by_user']['name']} has rejected this run.")
        return answer


def approve() -> ApproveOperator:
    """Make the task that asks before anything is touched or computed."""
    return ApproveOperator(
        task_id=APPROVE,
        subject=SUBJECT,
        body=BODY,
        options=[RESIZE_AND_COMPUTE, COMPUTE_AS_IT_IS, REJECT],
        response_timeout=settings().approval_timeout_hours,
        pre_execute=only_if("require_approval"),
    )
