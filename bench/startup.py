"""What Airflow and its tasks pay before the first row. Each function wants a process of its own."""

# ruff: noqa: PLC0415 - imports are what is measured

import os
import runpy
import sys
import tempfile
import time

import psutil

from embedded.home import REPOSITORY


def dag_import() -> dict[str, float]:
    """Measure importing what Airflow gives to every DAG file, then `dags/tier1.py`: seconds and memory."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(AIRFLOW_HOME=home, AIRFLOW__CORE__LOAD_EXAMPLES="False")
        sys.path.insert(0, str(REPOSITORY / "plugins"))
        began, at_first = time.perf_counter(), _rss_mb()
        from airflow.sdk import DAG, Asset, BaseHook, BaseSensorOperator, Param, task  # noqa: F401

        imported, with_airflow = time.perf_counter(), _rss_mb()
        runpy.run_path(str(REPOSITORY / "dags" / "tier1.py"))
        return {
            "airflow_seconds": imported - began,
            "airflow_mb": with_airflow - at_first,
            "dag_seconds": time.perf_counter() - imported,
            "dag_mb": _rss_mb() - with_airflow,
        }


def stage(name: str) -> dict[str, float]:
    """Measure importing the pipeline, and numba's part of the first call: seconds; memory after both."""
    began = time.perf_counter()
    from include.stages import stage_named
    from include.stages.options import Options

    wanted = stage_named(name)
    wanted.look_back(Options())  # imports its module, too

    imported = time.perf_counter()
    from include.months import parse_month
    from include.sources.synthetic import month_of_prices
    from include.stages.basket import basket_base

    panel, options = month_of_prices(parse_month("2024-03")), Options()
    times = [time.perf_counter()]
    for _ in range(2):
        wanted.compute(panel, basket_base(panel), options)
        times.append(time.perf_counter())
    first, second = times[1] - times[0], times[2] - times[1]
    return {"import_seconds": imported - began, "compiled_code_seconds": first - second, "mb": _rss_mb()}


def _rss_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6
