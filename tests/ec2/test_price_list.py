"""What AWS says that an hour costs: one price, with its source and its day, soon or not at all."""

import pytest

from ec2_instance import clients, price_list
from ec2_instance.clients import Clients, ec2_hook
from ec2_instance.errors import AwsError, UnclearAnswerError
from ec2_instance.price_list import HourlyPrice
from tests.ec2.simulator import WORK, Simulator

ZONE = "us-east-1a"


@pytest.fixture
def asking(aws: Simulator) -> Clients:
    assert aws
    return Clients(ec2_hook())


def test_the_price_is_that_of_linux_on_shared_hosts_and_not_of_what_is_listed_beside_it(
    aws: Simulator, asking: Clients
) -> None:
    aws.price(WORK, 1.5)
    assert price_list.on_demand(asking, WORK) == HourlyPrice(
        WORK, 1.5, "the AWS Price List API, on demand, Linux, us-east-1", "2026-11-20"
    )


@pytest.mark.parametrize("part", price_list.ON_DEMAND_LINUX)
def test_each_part_of_the_question_is_needed(
    aws: Simulator, asking: Clients, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    aws.price(WORK, 1.5)
    others = {name: value for name, value in price_list.ON_DEMAND_LINUX.items() if name != part}
    monkeypatch.setattr(price_list, "ON_DEMAND_LINUX", others)
    with pytest.raises(UnclearAnswerError, match=r"prices of .*, not one"):
        price_list.on_demand(asking, WORK)


def test_a_type_that_is_not_listed_has_no_price(asking: Clients) -> None:
    with pytest.raises(UnclearAnswerError, match="has 0 prices of"):
        price_list.on_demand(asking, WORK)


def test_the_list_is_asked_where_it_answers_for_the_region_of_the_instance(aws: Simulator) -> None:
    elsewhere = Clients(ec2_hook(region_name="eu-west-1"))
    with pytest.raises(UnclearAnswerError, match="in eu-west-1"):
        price_list.on_demand(elsewhere, WORK)
    asked = [call for call in aws.calls() if call["action"] == "GetProducts"]
    assert [call["region"] for call in asked] == ["us-east-1"]


def test_the_spot_price_is_that_of_the_instances_zone(aws: Simulator, asking: Clients) -> None:
    aws.price(WORK, spot_usd=0.61)
    assert price_list.spot(asking, WORK, ZONE) == HourlyPrice(
        WORK, 0.61, "EC2's Spot price history, Linux, us-east-1a", "2026-11-25"
    )
    with pytest.raises(UnclearAnswerError, match=r"no Spot price of .* in us-east-1b"):
        price_list.spot(asking, WORK, "us-east-1b")


@pytest.mark.parametrize("action", ["GetProducts", "DescribeSpotPriceHistory"])
def test_a_service_that_does_not_answer_is_given_up_soon(
    aws: Simulator, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    assert clients.HURRIED["connect_timeout"] + clients.HURRIED["read_timeout"] <= 8
    assert clients.HURRIED["retries"]["total_max_attempts"] == 1
    monkeypatch.setattr(clients, "HURRIED", {**clients.HURRIED, "read_timeout": 0.2})
    aws.fail(action, latency=1.0)
    asking = Clients(ec2_hook())
    with pytest.raises(AwsError, match="Read timeout"):
        price_list.on_demand(asking, WORK) if action == "GetProducts" else price_list.spot(asking, WORK, ZONE)
