"""What the computed features look like: how many bars have a value, and between which extremes."""

import logging
from dataclasses import dataclass

from psycopg import Connection, sql

from include.months import MonthRange
from include.stages import STAGES
from include.stages.feature import Feature
from include.store.schema import SCHEMA

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Profile:
    """One feature over a range.

    Attributes:
        feature: the feature's name.
        stage: the stage's name.
        bars: bars of the range.
        present: bars in which the feature is not NULL.
        low: the smallest value; None without any.
        high: the largest value; None without any.
    """

    feature: str
    stage: str
    bars: int
    present: int
    low: float | None
    high: float | None

    @property
    def coverage(self) -> float:
        """Share of bars with a value."""
        return self.present / self.bars if self.bars else 0.0


def profile_features(conn: Connection, months: MonthRange) -> list[Profile]:
    """Profile all 384 features, with one scan of each stage's table."""
    profiles = []
    for stage in STAGES:
        names = [f.name for f in stage.features]
        aggregates = sql.SQL(", ").join(sql.SQL(_AGGREGATES).format(as_number(f)) for f in stage.features)
        query = sql.SQL("select count(*), {} from {} where ts_utc >= %s and ts_utc < %s").format(
            aggregates, sql.Identifier(SCHEMA, stage.name)
        )
        bars, *values = conn.execute(query, [months.start, months.end]).fetchone() or (0,)
        groups = zip(*[iter(values)] * 3, strict=True)
        profiles += [
            Profile(name, stage.name, bars, *group) for name, group in zip(names, groups, strict=True)
        ]
    return profiles


_AGGREGATES = "count({0}), min({0}), max({0})"


def as_number(feature: Feature) -> sql.Composable:
    """Return the column as a double: also a flag and a direction."""
    column = sql.Identifier(feature.name)
    cast = "{}::integer::double precision" if feature.type != "double precision" else "{}"
    return sql.SQL(cast).format(column)


def summary(profiles: list[Profile]) -> dict[str, object]:
    """Return what a person would look at first: features without any value, and those that never vary."""
    for stage in STAGES:
        thinnest = min((p for p in profiles if p.stage == stage.name), key=lambda p: p.coverage)
        log.info(
            "%s: the thinnest feature, %s, has a value in %.1f %% of %d bars",
            stage,
            thinnest.feature,
            100 * thinnest.coverage,
            thinnest.bars,
        )
    return {
        "features": len(profiles),
        "bars": profiles[0].bars,
        "empty": _some([p.feature for p in profiles if not p.present]),
        "constant": _some([p.feature for p in profiles if p.present > 1 and p.low == p.high]),
    }


def _some(names: list[str]) -> str:
    """Make a list for people: the first few, and how many there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") or "none"
