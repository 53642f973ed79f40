"""Where people find our pages."""

from __future__ import annotations

from tier1_tasks.host.workers import api_server


def page_url(path: str) -> str:
    """Return the address of one of our pages, as far as this process knows where the UI is.

    Args:
        path: where it is below the UI, such as `tier1/runbook`.
    """
    from airflow.sdk.configuration import conf

    # a worker is told where the API server is, which has the UI
    base = conf.get("api", "base_url", fallback="").rstrip("/") or api_server()
    return f"{base}/{path}"
