"""Telling a person."""

from __future__ import annotations

from collections.abc import Callable

from airflow.sdk import Context


def page(topic_arn: str, subject: str, aws_conn_id: str) -> list[Callable[[Context], None]]:
    """Callbacks for `on_failure_callback` that publish to an SNS topic; none where no topic is given.

    Args:
        topic_arn: the topic.
        subject: what happened, in at most 100 characters (templated); SNS cuts nothing, it refuses.
        aws_conn_id: Airflow's connection to AWS.
    """
    message = (
        "{{ dag.dag_id }}.{{ ti.task_id }} failed in run {{ run_id }}:\n\n{{ exception }}\n\n"
        "Its log: {{ ti.log_url }}"
    )

    def publish(context: Context) -> None:
        from airflow.providers.amazon.aws.notifications.sns import SnsNotifier

        SnsNotifier(target_arn=topic_arn, subject=subject, message=message, aws_conn_id=aws_conn_id)(context)

    return [publish] if topic_arn else []
