"""The claims of the validation, as they are decided."""

from __future__ import annotations

from collections.abc import Iterator

from tier1_page.live.in_airflow import RunSeen
from tier1_page.live.model import Claim
from tier1_tasks.names import VALIDATE
from tier1_tasks.planned import DECIDED_KEY


def claims_of(run: RunSeen) -> Iterator[Claim]:
    """Yield each claim: decided ones with what was found, the others as still to come."""
    from include.store.checks.claims import claims

    told = run.returned(VALIDATE) or run.returned(VALIDATE, DECIDED_KEY) or []
    found = {it["claim"]: it for it in told}
    says = {it.name: it.says for it in claims()}
    for name in dict.fromkeys([*found, *says]):
        words = name.replace("_", " ")
        it = found.get(name)
        if it is None:
            yield Claim(name=words, says=says[name], state="to come", kind="todo")
            continue
        holds, worst = not it["against"], it.get("figure")
        against = "" if holds else f"{it['against']:,} of "
        figure = "" if worst is None else f", largest figure {worst:.3g}"
        yield Claim(
            name=words,
            says=says.get(name, ""),
            state="holds" if holds else "does not hold",
            kind="done" if holds else "failed",
            found=f"{against}{it['looked_at']:,} {it['things']}{figure}",
        )
