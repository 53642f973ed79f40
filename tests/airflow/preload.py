"""Goes into the plugins folder of the tests' Airflow: what every task imports is there before it is forked.

Nothing of the project itself: tasks read that anew. It halves what a run costs, and so how many tests are
affordable.
"""

import functools
import sys
from importlib import import_module

MODULES = (
    "airflow.providers.amazon.aws.hooks.ec2",
    "airflow.providers.amazon.aws.operators.base_aws",
    "airflow.providers.common.sql.operators.sql",
    "airflow.providers.postgres.hooks.postgres",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.operators.hitl",
    "boto3",
    "jinja2",
    "numba",
    "pandas",
    "psycopg",
    "pydantic_settings",
)


def preload() -> None:
    """Import it all, and spare tasks and triggers what takes longest."""
    for name in MODULES:
        import_module(name)
    import boto3
    import numba
    from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
    from botocore.loaders import JSONFileLoader

    # every client reads and parses the description of its service: a quarter of a second of a core for EC2
    read = functools.cache(functools.partial(JSONFileLoader.load_file, JSONFileLoader()))
    JSONFileLoader.load_file = lambda _, path: read(path)  # type: ignore[method-assign]
    for service in ("ec2", "scheduler", "sts"):
        boto3.client(service, region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-")  # noqa: S106
    # for its caller's name, which goes into the header `User-Agent`, every client looks for the source of
    # each module: more than another quarter
    AwsGenericHook._get_caller = lambda *_: "Unknown"  # type: ignore[method-assign]
    numba.njit(lambda: 0)()  # what numba sets up once in a process takes a sixth


if {"scheduler", "triggerer", "edge"}.intersection(sys.argv):  # the parents of tasks and triggers
    preload()
