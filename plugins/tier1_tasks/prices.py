"""What an hour of the run's types costs: what is set, else what AWS says, else the table of this release."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ec2_instance import price_list
from ec2_instance.errors import AwsError, UnclearAnswerError, error_text
from include.settings import settings

if TYPE_CHECKING:
    from ec2_instance.clients import Clients
    from ec2_instance.price_list import HourlyPrice
    from include.report.model import Price

log = logging.getLogger("tier1")

S = settings()


def on_demand(aws: Clients | None, types: Collection[str]) -> list[Price]:
    """Return what is known of the on-demand prices of these types; no answer of AWS's is no error.

    Args:
        aws: whom to ask; None: nobody, as AWS has not answered before.
        types: the types.
    """
    from include.report.prices import prices_of

    asked = _asked(aws, [name for name in types if name not in S.hourly_usd]) if aws else {}
    return prices_of(types, S.hourly_usd, asked, f"{datetime.now(UTC):%Y-%m-%d}")


def _asked(aws: Clients, types: Collection[str]) -> dict[str, Price]:
    found: dict[str, Price] = {}
    for name in types:
        try:
            found[name] = _price(price_list.on_demand(aws, name))
        except AwsError as error:
            log.info("AWS does not say what %s costs: %s", name, error_text(error))
            if not isinstance(error, UnclearAnswerError):
                break  # nor will it say what the others cost, and each may take seconds
    return found


def spot(aws: Clients | None, instance_type: str | None, zone: str) -> Price | None:
    """Return the present Spot price of a type; None where AWS does not say."""
    if aws is None or not instance_type or not zone:
        return None
    try:
        return _price(price_list.spot(aws, instance_type, zone))
    except AwsError as error:
        log.info("AWS does not say what %s costs on Spot: %s", instance_type, error_text(error))
        return None


def _price(said: HourlyPrice) -> Price:
    from include.report.model import Price

    known: dict[str, Any] = {"type": said.type, "source": said.source, "as_of": said.as_of}
    return Price(**known, hourly_usd=said.usd)
