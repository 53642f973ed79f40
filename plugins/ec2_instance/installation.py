"""Which Airflow this is.

A name that people choose does not tell two Airflows apart: `api.base_url` is empty by default, and the same
for every Airflow that is started from the same files. So each Airflow draws a random name, once, and keeps it
where its runs are: in its metadata database, as a Variable.
"""

from __future__ import annotations

import uuid

from airflow.sdk import Variable

DESCRIPTION = "Names this Airflow in the leases of instances; do not change it."


def installation(variable: str) -> str:
    """Return the identity of this Airflow; draw it at the first call.

    Args:
        variable: name of the Variable that keeps the identity.
    """
    known = Variable.get(variable, default="")
    if known:
        return known
    Variable.set(variable, uuid.uuid4().hex, DESCRIPTION)
    return Variable.get(variable)  # two may draw at once; a run keeps what its preflight has seen
