"""What AWS says that an hour of an instance type costs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ec2_instance.errors import UnclearAnswerError, answers

if TYPE_CHECKING:
    from ec2_instance.clients import Clients

# What is billed where an instance of a shared host runs Linux without anything that is paid for besides. Each
# other product differs in one of these: reserved capacity, for example, is listed a second time, for nothing.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/reading-an-offer.html
ON_DEMAND_LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}
SPOT_LINUX = "Linux/UNIX"


@dataclass(frozen=True)
class HourlyPrice:
    """What an hour costs.

    Attributes:
        type: the instance type.
        usd: US dollars.
        source: who says so.
        as_of: the day from which the price is, YYYY-MM-DD.
    """

    type: str
    usd: float
    source: str
    as_of: str


def on_demand(aws: Clients, instance_type: str) -> HourlyPrice:
    """Return the on-demand price of a type for Linux, in the region of the instance.

    Raises:
        AwsError: AWS does not answer soon, or does not list one such price.
    """
    region = aws.region
    wanted = {**ON_DEMAND_LINUX, "instanceType": instance_type, "regionCode": region}
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    with answers():
        listed = aws.pricing.get_products(ServiceCode="AmazonEC2", Filters=filters)["PriceList"]
        products = [json.loads(product) for product in listed]
        found = {price for product in products for price in _hourly(product)}
    if len(found) != 1:
        raise UnclearAnswerError(
            f"the AWS Price List API has {len(found)} prices of {instance_type} in {region}, not one"
        )
    [(usd, as_of)] = found
    return HourlyPrice(instance_type, usd, f"the AWS Price List API, on demand, Linux, {region}", as_of)


def _hourly(product: dict[str, Any]) -> list[tuple[float, str]]:
    """Return what a product of the list costs an hour, and from which day that is."""
    dimensions = [
        (dimension, term)
        for term in product["terms"]["OnDemand"].values()
        for dimension in term["priceDimensions"].values()
    ]
    return [
        (
            float(dimension["pricePerUnit"]["USD"]),
            str(product.get("publicationDate") or term["effectiveDate"])[:10],
        )
        for dimension, term in dimensions
        if dimension["unit"] == "Hrs"
    ]


def spot(aws: Clients, instance_type: str, zone: str) -> HourlyPrice:
    """Return the present Spot price of a type for Linux, in a zone.

    Raises:
        AwsError: AWS does not answer soon, or tells no such price.
    """
    with answers():
        history = aws.hurried_ec2.describe_spot_price_history(
            InstanceTypes=[instance_type],
            ProductDescriptions=[SPOT_LINUX],
            AvailabilityZone=zone,
            StartTime=datetime.now(UTC),
        )["SpotPriceHistory"]
        prices = [(entry["Timestamp"], float(entry["SpotPrice"])) for entry in history]
    if not prices:
        raise UnclearAnswerError(f"EC2 tells no Spot price of {instance_type} in {zone}")
    since, usd = max(prices)
    return HourlyPrice(instance_type, usd, f"EC2's Spot price history, Linux, {zone}", f"{since:%Y-%m-%d}")
