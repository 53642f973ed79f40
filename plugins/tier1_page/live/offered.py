"""The instance that the trigger form offers, for pages that are about no run."""

from __future__ import annotations

from typing import NamedTuple

from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.instance import instance_of
from tier1_page.live.look import see_instance
from tier1_page.live.model import Instance
from tier1_page.troubles import troubles_of
from tier1_page.view import Trouble
from tier1_tasks.form import PARAMS, RunParams

PARAMETERS = {name: param.value for name, param in PARAMS.items()}
OFFERED = RunParams.of(PARAMETERS)


class Offered(NamedTuple):
    """The instance as it was seen last.

    Attributes:
        instance: the instance; None where AWS has not answered yet.
        troubles: why that is old, or missing.
    """

    instance: Instance | None
    troubles: tuple[Trouble, ...]


def see_offered() -> Offered:
    """Look at the instance, together with whoever else does."""
    seen, prices = see_instance(OFFERED)
    instance = instance_of(RunSeen("", "", parameters=PARAMETERS), seen.value, prices.value or ())
    return Offered(instance, tuple(troubles_of({"The instance, as AWS describes it,": seen})))
