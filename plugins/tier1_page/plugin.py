"""What Airflow finds in the plugins folder."""

from airflow.plugins_manager import AirflowPlugin

from tier1_page.app import app


class Tier1Page(AirflowPlugin):
    """Pages on all runs, on the DAG and on a run, served by an app of our own below /tier1."""

    name = "tier1_page"
    fastapi_apps = [{"app": app, "url_prefix": "/tier1", "name": "TIER 1"}]
    # without a slash in front: the UI puts them below its own path, whatever that is (apache/airflow #63777)
    external_views = [
        {"name": "TIER 1", "href": "tier1/runs", "destination": "nav", "url_route": "tier1-runs"},
        {
            "name": "Before a run",
            "href": "tier1/dag/{DAG_ID}",
            "destination": "dag",
            "url_route": "tier1-before",
        },
        {
            "name": "TIER 1",
            "href": "tier1/run/{DAG_ID}?run_id={RUN_ID}",
            "destination": "dag_run",
            "url_route": "tier1",
        },
    ]
