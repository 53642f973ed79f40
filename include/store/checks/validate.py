"""Looks at every claim: how much there was to look at, the worst figure, and what contradicts it."""

import logging
import math
import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from include.months import MonthRange
from include.settings import Settings
from include.store.checks.claims import Claim, claims
from include.store.checks.relations import PRICES, Relation, relations
from include.store.connection import end_workers

log = logging.getLogger(__name__)

FIRST = "columns_are_those_of_the_contract"
"""The claim without which no other one can be asked."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a claim.

    Attributes:
        claim: the claim.
        looked_at: how many things it is about.
        against: how many of them contradict it.
        figure: the largest figure; None where there is none.
        seconds: how long it took, with what had to be made ready for it.
        rows: the first things that contradict it.
        script: what shows all of them, for psql; empty where the claim holds.
    """

    claim: Claim
    looked_at: int
    against: int
    figure: float | None
    seconds: float
    rows: tuple[dict[str, Any], ...] = ()
    script: str = ""

    @property
    def holds(self) -> bool:
        """Tell whether nothing contradicts the claim."""
        return self.against == 0

    def in_words(self) -> str:
        """Return what came of it, for people."""
        if not self.looked_at:
            return f"{self.claim.name} holds: there are no {self.claim.things}"
        worst = "" if self.figure is None else f", largest figure {self.figure:.3g}"
        against = "" if self.holds else f"{self.against:,} of "
        verdict = "holds" if self.holds else "does not hold"
        return f"{self.claim.name} {verdict}: {against}{self.looked_at:,} {self.claim.things}{worst}"

    def summary(self) -> dict[str, Any]:
        """Return it as the plain values of a report."""
        return {
            "claim": self.claim.name,
            "looked_at": self.looked_at,
            "things": self.claim.things,
            "against": self.against,
            "figure": None if self.figure is None or not math.isfinite(self.figure) else self.figure,
            "meaning": self.claim.figure,
        }


class Validation:
    """A connection on which the relations are created as claims need them, and then shared."""

    def __init__(self, conn: Connection, all_relations: Iterable[Relation]) -> None:
        self._conn = conn
        self._relations = {relation.name: relation for relation in all_relations}
        self._created: set[str] = set()

    def needs_prices(self, claim: Claim) -> bool:
        """Tell whether the claim looks at prices, or at what is made of them."""
        return any(relation.name in PRICES for relation in self._needed_by(claim.query))

    def look(self, claim: Claim) -> Finding:
        """Look at one claim."""
        started = time.monotonic()
        needed = self._needed_by(claim.query)
        for relation in needed:
            if relation.name not in self._created:
                self._conn.execute(relation.script())
                self._created.add(relation.name)
        query = sql.SQL(claim.query)  # pyright: ignore[reportArgumentType]
        counted = sql.SQL(
            "select count(*), count(*) filter (where holds is not true), max(figure)::double precision\n"
            "from (\n{}\n) as looked_at"
        ).format(query)
        looked_at, against, figure = self._conn.execute(counted).fetchone() or (0, 0, None)
        if not against:
            return Finding(claim, looked_at, 0, figure, time.monotonic() - started)
        shows = sql.SQL("select * from (\n{}\n) as looked_at\nwhere holds is not true").format(query)
        cursor = self._conn.cursor(row_factory=dict_row)
        rows = cursor.execute(shows + sql.SQL(" order by 1, 2 limit {}").format(SHOWN)).fetchall()
        parts = (sql.SQL("set time zone 'UTC';\n"), *(r.script() for r in needed), shows)
        script = "".join(part.as_string(self._conn) for part in parts) + ";"
        return Finding(claim, looked_at, against, figure, time.monotonic() - started, tuple(rows), script)

    def _needed_by(self, query: str) -> list[Relation]:
        """Return the relations that a query names, and those that these look at, in the order of creation."""
        words = set(re.findall(r"\w+", re.sub(r"--.*", "", query)))
        named: set[str] = set()
        for name, relation in reversed(self._relations.items()):
            if name in words:
                named.add(name)
                words |= set(re.findall(r"\w+", re.sub(r"--.*", "", relation.query.as_string(self._conn))))
        return [relation for name, relation in self._relations.items() if name in named]


def validate(
    conn: Connection,
    months: MonthRange,
    settings: Settings,
    seed: str,
    beside: Connection | None = None,
    tell: Callable[[Sequence[Finding]], None] = lambda _: None,
) -> list[Finding]:
    """Look at every claim, and log what came of it. What is created for that is gone afterwards.

    Args:
        conn: the feature database.
        months: the months whose features are looked at.
        settings: with which the features were computed.
        seed: decides which bars are recomputed; the run's id, so that every run looks at others.
        beside: another connection to it: the claims that need no prices are looked at there meanwhile.
        tell: is called with what was found so far, again and again, by the thread that has called us.

    Returns:
        A finding for each claim; for the first one alone where the columns are not those that the others are
        about.
    """
    shared = list(relations(conn, months, seed, settings))
    first, *others = sorted(claims(), key=lambda claim: claim.name != FIRST)
    found: list[Finding] = []

    def note(finding: Finding) -> None:
        found.append(finding)
        tell(tuple(found))

    _look_at([first], conn, shared, note)
    if not found[0].holds:
        return found
    if beside is None:
        _look_at(others, conn, shared, note)
        return found
    plan = Validation(conn, shared)
    of_prices = [claim for claim in others if plan.needs_prices(claim)]
    with ThreadPoolExecutor(1) as thread:
        rest = [claim for claim in others if claim not in of_prices]
        # by one process: the prices are more work, and PostgreSQL's others are theirs
        meanwhile = thread.submit(_look_at, rest, beside, shared, found.append, in_parallel=False)
        try:
            _look_at(of_prices, conn, shared, note)
        except BaseException:
            end_workers([meanwhile], [beside])
            raise
        meanwhile.result()
    found.sort(key=lambda finding: [first, *others].index(finding.claim))
    tell(tuple(found))
    return found


def _look_at(
    wanted: Sequence[Claim],
    conn: Connection,
    shared: Sequence[Relation],
    note: Callable[[Finding], None],
    *,
    in_parallel: bool = True,
) -> None:
    """Look at these claims, in a transaction that leaves nothing behind."""
    with conn.transaction(force_rollback=True):
        conn.execute("set local work_mem = '128MB'")  # what is sorted and grouped stays in memory
        # what a row of hundreds of values is told by is cheap to hand on, and dear to tell
        conn.execute("set local parallel_tuple_cost = 0.01")
        if not in_parallel:
            conn.execute("set local max_parallel_workers_per_gather = 0")
        validation = Validation(conn, shared)
        for claim in wanted:
            finding = validation.look(claim)
            _say(finding)
            note(finding)


def _say(finding: Finding) -> None:
    """Log the finding; where the claim does not hold, what contradicts it, and what shows all of that."""
    if finding.holds:
        log.info("%s (%.1f s)", finding.in_words(), finding.seconds)
        return
    rows = "\n".join(", ".join(f"{k}={v}" for k, v in row.items() if k != "holds") for row in finding.rows)
    log.error(
        "%s\n%s The figure: %s.\n%s\nAll of them, for psql:\n%s",
        finding.in_words(), finding.claim.says, finding.claim.figure, rows, finding.script,
    )  # fmt: skip
