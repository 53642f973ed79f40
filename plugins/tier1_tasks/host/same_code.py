"""Whether the host runs the same code as the control plane, which has made the plan."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException

from ec2_resize.preflight.check import Check, judge
from include.code import Code
from tier1_tasks.advice import CLEAR_AGAIN
from tier1_tasks.failures import failures

SHOWN = 12  # characters of a digest


def versions(host_name: str, here: Code, wanted: Code) -> Check:
    """Check that Python and the packages are of the same versions."""
    names = list(dict.fromkeys([*wanted.versions, *here.versions]))
    pairs = {name: (here.versions.get(name, "?"), wanted.versions.get(name, "?")) for name in names}
    other = [f"{name} {ours} instead of {theirs}" for name, (ours, theirs) in pairs.items() if ours != theirs]
    found = ", ".join(other or [f"{name} {ours}" for name, (ours, _) in pairs.items()])
    what_to_do = f"Install Airflow's requirements.txt on {host_name}, and restart its worker."
    return judge("versions", found, what_to_do, good=not other)


def files(host_name: str, here: Code, wanted: Code) -> Check:
    """Check that the files are the same: a worker with others runs its own, silently."""
    ours, theirs = here.digest[:SHOWN], wanted.digest[:SHOWN]
    if here.digest == wanted.digest:
        return Check("code", "ok", ours)
    return Check(
        "code",
        "failed",
        f"the worker has other files ({ours}) than Airflow had at preflight ({theirs})",
        f"Bring Airflow's dags, plugins and include to {host_name}, restart its worker. {CLEAR_AGAIN}",
    )


def require_same(host_name: str, wanted: Code) -> None:
    """Refuse to compute on a host that has other code: `verify_host` looks at one of several."""
    here = Code.here()
    if failed := failures([versions(host_name, here, wanted), files(host_name, here, wanted)]):
        raise AirflowFailException(f"{host_name} computes nothing. {' | '.join(failed)}")
