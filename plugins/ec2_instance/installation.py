"""Which Airflow this is.

A name that people choose does not tell two of them apart: `api.base_url` is empty by default, and the same
for every Airflow that is started from the same files. So each draws a random one, once, and keeps it where
its runs are: in its metadata database, as a Variable.
"""

from __future__ import annotations

import uuid

from airflow.sdk import Variable

VARIABLE = "tier1_installation"


def installation() -> str:
    """The identity of this Airflow, drawn at the first call."""
    known = Variable.get(VARIABLE, default="")
    if known:
        return known
    Variable.set(
        VARIABLE, uuid.uuid4().hex, "Names this Airflow in the leases of instances; do not change it."
    )
    return Variable.get(VARIABLE)  # two may draw at once; a run keeps what its preflight has seen
