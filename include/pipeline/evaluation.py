"""What becomes of computed features is looked at: how they are distributed, and whether they help."""

from dataclasses import asdict

from pydantic import TypeAdapter

from include.months import MonthRange
from include.report.model import Evaluation
from include.settings import Settings
from include.store.connection import Connection
from include.store.features.profile import profile_features, summary

_EVALUATION = TypeAdapter(Evaluation)


def evaluation(conn: Connection, settings: Settings, months: MonthRange) -> Evaluation:
    """Profile the features of these months, and measure whether they help.

    Raises:
        LookAheadError: a feature is not what the prices until its bar give.
        ValueError: a month has not been computed.
    """
    profiles = profile_features(conn, months)
    profiled = summary(profiles)
    if not settings.evaluate_decisions:
        return _EVALUATION.validate_python(profiled | {"not_measured": "TIER1_EVALUATE_DECISIONS is 0"})
    # scikit-learn and scipy take seconds to import
    from include.evaluation.walk_forward import TooLittleDataError  # noqa: PLC0415
    from include.pipeline.benefit import measure_benefit  # noqa: PLC0415

    try:
        benefit = measure_benefit(conn, settings, months, profiles[0].bars)
    except TooLittleDataError as error:
        return _EVALUATION.validate_python(profiled | {"not_measured": str(error)})
    return _EVALUATION.validate_python(profiled | {"benefit": asdict(benefit)})


def as_plain_values(found: Evaluation) -> dict[str, object]:
    """Return it as XCom takes it."""
    return _EVALUATION.dump_python(found, mode="json")
