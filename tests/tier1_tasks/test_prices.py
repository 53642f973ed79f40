"""What the report says of prices: what is set, what AWS says, what the table says; never an error."""

import json
import logging

import pytest

from ec2_instance.clients import Clients, ec2_hook
from include.report.model import Price
from tests.ec2.simulator import BASE, WORK, Simulator
from tier1_tasks import prices

TABLE = "the table of this release, for on-demand Linux in us-east-1"
ZONE = "us-east-1a"


@pytest.fixture
def asking(aws: Simulator) -> Clients:
    assert aws
    return Clients(ec2_hook())


@pytest.fixture
def _unreachable(aws: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where the connection leads to."""
    assert aws
    extra = {"region_name": "us-east-1", "endpoint_url": "http://127.0.0.1:1"}
    connection = {"conn_type": "aws", "login": "AKIATEST", "password": "not-a-secret", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_AWS_DEFAULT", json.dumps(connection))


def told(found: list[Price]) -> dict[str, tuple[float, str]]:
    return {price.type: (price.hourly_usd, price.source) for price in found}


def test_what_aws_lists_is_taken_and_the_table_for_what_it_does_not(aws: Simulator, asking: Clients) -> None:
    aws.price(WORK, 1.6)
    assert told(prices.on_demand(asking, [BASE, WORK])) == {
        BASE: (0.3328, TABLE),
        WORK: (1.6, "the AWS Price List API, on demand, Linux, us-east-1"),
    }


def test_what_is_set_is_not_asked_for(
    aws: Simulator, asking: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.price(WORK, 1.6)
    monkeypatch.setattr(prices, "S", prices.S.model_copy(update={"hourly_usd": {WORK: 0.9}}))
    assert told(prices.on_demand(asking, [WORK])) == {WORK: (0.9, "the setting TIER1_HOURLY_USD")}
    assert [call["action"] for call in aws.calls()] == []


@pytest.mark.usefixtures("_unreachable")
def test_a_network_that_shuts_it_out_costs_one_question_and_the_table_is_taken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "tier1")
    asking = Clients(ec2_hook())
    assert told(prices.on_demand(asking, [BASE, WORK])) == {BASE: (0.3328, TABLE), WORK: (1.428, TABLE)}
    assert prices.spot(asking, WORK, ZONE) is None
    said = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in said] == [
        f"AWS does not say what {BASE} costs",
        f"AWS does not say what {WORK} costs on Spot",
    ]


@pytest.mark.parametrize("action", ["GetProducts", "DescribeSpotPriceHistory"])
def test_whoever_may_not_ask_gets_the_table_and_no_spot_price(
    aws: Simulator, asking: Clients, action: str
) -> None:
    aws.price(WORK, 1.6, spot_usd=0.61)
    aws.fail(action, error="AccessDeniedException", status=403)
    listed, on_spot = prices.on_demand(asking, [WORK]), prices.spot(asking, WORK, ZONE)
    if action == "GetProducts":
        assert told(listed) == {WORK: (1.428, TABLE)}
        assert on_spot == Price(
            type=WORK,
            hourly_usd=0.61,
            source="EC2's Spot price history, Linux, us-east-1a",
            as_of="2026-11-25",
        )
    else:
        assert told(listed) == {WORK: (1.6, "the AWS Price List API, on demand, Linux, us-east-1")}
        assert on_spot is None


def test_a_type_that_nobody_knows_has_no_price(asking: Clients) -> None:
    assert prices.on_demand(asking, ["c7gn.metal"]) == []


def test_where_aws_has_not_answered_before_nobody_is_asked(aws: Simulator) -> None:
    assert told(prices.on_demand(None, [WORK])) == {WORK: (1.428, TABLE)}
    assert prices.spot(None, WORK, ZONE) is None
    assert aws.calls() == []
