"""Goes into the plugins folder of the tests' Airflow: what every task imports is there before it is forked.

Nothing of the project itself: tasks read that anew. It halves what a run costs, and so how many tests are
affordable.
"""

import functools

import airflow.providers.amazon.aws.hooks.ec2
import airflow.providers.amazon.aws.operators.base_aws
import airflow.providers.common.sql.operators.sql
import airflow.providers.postgres.hooks.postgres
import airflow.providers.standard.decorators.python
import airflow.providers.standard.operators.hitl  # noqa: F401
import boto3
import jinja2  # noqa: F401
import numba
import pandas as pd  # noqa: F401
import psycopg  # noqa: F401
import pydantic_settings  # noqa: F401
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook
from botocore.loaders import JSONFileLoader

# every client reads and parses the description of its service: a quarter of a second of a core for EC2
_read = functools.cache(functools.partial(JSONFileLoader.load_file, JSONFileLoader()))
JSONFileLoader.load_file = lambda _, path: _read(path)  # type: ignore[method-assign]
for service in ("ec2", "scheduler", "sts"):
    boto3.client(service, region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-")  # noqa: S106

# for the name of its caller, which goes into the header `User-Agent`, every client looks for the source of
# each module: more than another quarter
AwsGenericHook._get_caller = lambda *_: "Unknown"  # type: ignore[method-assign]
numba.njit(lambda: 0)()  # what numba sets up once in a process takes a sixth
