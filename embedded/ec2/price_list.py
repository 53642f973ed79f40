"""What an hour of a type costs: the Price List API, which moto lacks, and the history of Spot prices.

Nothing has a price until somebody says one: the simulator is not AWS, and its prices would be made up.

* https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
* https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.ec2.responses.spot_instances import SpotInstances
from werkzeug.wrappers import Response

from embedded.ec2.answers import error_answer
from embedded.ec2.call import Call

REGIONS = {"us-east-1", "eu-central-1", "ap-south-1"}
"""Where the API answers, in each of them for all regions."""
# Each combination is a product of its own, and has a price of its own.
VARIANTS = {
    "operatingSystem": ("Linux", "Windows"),
    "tenancy": ("Shared", "Dedicated"),
    "preInstalledSw": ("NA", "SQL Web"),
    "capacitystatus": ("Used", "UnusedCapacityReservation", "AllocatedCapacityReservation"),
}
ATTRIBUTES = {*VARIANTS, "instanceType", "regionCode"}
PUBLISHED = "2026-11-20T21:12:54Z"
SINCE = "2026-11-25T04:05:06Z"
LINUX = "Linux/UNIX"


class Prices:
    """What hours cost; US dollars by type and region, or by type and zone for Spot."""

    on_demand: ClassVar[dict[tuple[str, str], float]] = {}
    spot: ClassVar[dict[tuple[str, str], float]] = {}

    @classmethod
    def show(cls, type: str, region: str, usd: float | None = None, spot_usd: float | None = None) -> None:  # noqa: A002 - as AWS names it
        """Let a type have these prices from now on, on Spot in the region's first zone; None: no price."""
        for prices, place, price in ((cls.on_demand, region, usd), (cls.spot, f"{region}a", spot_usd)):
            prices.pop((type, place), None)
            if price is not None:
                prices[type, place] = float(price)

    @classmethod
    def clear(cls) -> None:
        """Let nothing have a price."""
        cls.on_demand.clear()
        cls.spot.clear()


def answer(call: Call) -> Response | None:
    """Answer a call of the Price List API; None for a call of another service."""
    if call.service != "pricing":
        return None
    if objection := next(_objections(call), None):
        return error_answer(call, *objection, 400)
    wanted = {each["Field"]: each["Value"] for each in call.params["Filters"]}
    found = [it for it in _products() if wanted.items() <= it["product"]["attributes"].items()]
    body = {"FormatVersion": "aws_v1", "PriceList": [json.dumps(product) for product in found]}
    return Response(json.dumps(body), mimetype="application/x-amz-json-1.1")


def _objections(call: Call) -> Iterator[tuple[str, str]]:
    """Yield what AWS has against a call: code and message."""
    if call.region not in REGIONS:
        yield "UnrecognizedClientException", f"There is no endpoint in {call.region}"
    if call.action != "GetProducts":
        yield "UnknownOperationException", call.action
    if call.params.get("ServiceCode") != "AmazonEC2":
        yield "NotFoundException", "Service not found"
    for each in call.params.get("Filters", []):
        if each.get("Type") != "TERM_MATCH" or each.get("Field") not in ATTRIBUTES or not each.get("Value"):
            yield "InvalidParameterException", f"Invalid filter: {each}"


def _products() -> Iterator[dict[str, Any]]:
    """Yield every product: of each type its usual one, and others that must not be taken for it."""
    for (instance_type, region), usd in Prices.on_demand.items():
        for number, values in enumerate(itertools.product(*VARIANTS.values())):
            reserved = "AllocatedCapacityReservation" in values
            attributes = dict(zip(VARIANTS, values, strict=True))
            attributes |= {"instanceType": instance_type, "regionCode": region}
            yield _product(attributes, f"SKU{number}", 0.0 if reserved else usd * (1 + number))


def _product(attributes: dict[str, str], sku: str, usd: float) -> dict[str, Any]:
    dimension = {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {"USD": f"{usd:.10f}"}}
    term = {
        "effectiveDate": "2026-11-01T00:00:00Z",
        "priceDimensions": {f"{sku}.JRTCKXETXF.6YS6EN2CT7": dimension},
    }
    return {
        "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": sku},
        "serviceCode": "AmazonEC2",
        "terms": {"OnDemand": {f"{sku}.JRTCKXETXF": term}},
        "publicationDate": PUBLISHED,
    }


def _spot_history(self: Any) -> ActionResult:
    """Tell of the types, products and zones that are asked for."""
    types, products = self._get_param("InstanceTypes", []), self._get_param("ProductDescriptions", [])
    zone = self._get_param("AvailabilityZone")
    told = [
        {
            "InstanceType": instance_type,
            "ProductDescription": LINUX,
            "SpotPrice": f"{usd:.6f}",
            "AvailabilityZone": place,
            "Timestamp": SINCE,
        }
        for (instance_type, place), usd in Prices.spot.items()
        if instance_type in (types or [instance_type])
        and LINUX in (products or [LINUX])
        and place == (zone or place)
    ]
    return ActionResult({"SpotPriceHistory": told})


def install() -> None:
    """Tell no Spot prices but those that somebody has said; moto has a constant for all."""
    SpotInstances.describe_spot_price_history = _spot_history
