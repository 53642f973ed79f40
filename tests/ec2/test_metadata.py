"""An instance learns who it is, and whoever is none is told why."""

import socket
import time
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from ec2_instance.metadata import Identity, NotOnEc2Error, identity, instance_id
from embedded.machine.metadata_service import MetadataService
from tests.ec2.simulator import TRILLIUM, WORK
from tests.metadata import ENDPOINT, serving, this_is

SERVICE = MetadataService(TRILLIUM, WORK, "us-east-1")


@pytest.fixture(autouse=True)
def _this_machine_is_no_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED", raising=False)
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:1")


def test_an_instance_learns_its_id_its_type_and_its_region() -> None:
    with this_is():
        assert identity() == Identity(TRILLIUM, WORK, "us-east-1")
        assert instance_id() == TRILLIUM


def test_the_endpoint_may_end_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    with this_is() as url:
        monkeypatch.setenv(ENDPOINT, f"{url}/")
        assert instance_id() == TRILLIUM


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with this_is():
        assert instance_id() == TRILLIUM


def test_an_answer_that_is_lost_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lost: set[str] = set()

    def loses_each_first_answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] not in lost:
            lost.add(environ["PATH_INFO"])
            raise ConnectionAbortedError
        return SERVICE(environ, start_response)

    with serving(loses_each_first_answer) as url:
        monkeypatch.setenv(ENDPOINT, url)
        assert identity().type == WORK
    assert len(lost) == 4


def test_where_nobody_listens_the_error_says_what_to_look_at() -> None:
    with pytest.raises(NotOnEc2Error) as error:
        identity()
    assert "http://127.0.0.1:1 does not say which instance this is: nobody answers" in str(error.value)
    assert "--http-put-response-hop-limit 2" in str(error.value)
    assert "--http-endpoint enabled" in str(error.value)


@pytest.fixture
def silent() -> Iterator[str]:
    """Takes connections, and never answers: a firewall, or a token that a hop limit keeps on its host."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            try:
                while True:
                    taken.append(listening.accept()[0])
            except OSError:  # closed: the end
                pass

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    for each in taken:
        each.close()


def test_silence_is_given_up_after_two_seconds(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, silent)
    began = time.monotonic()
    with pytest.raises(NotOnEc2Error, match="nobody answers"):
        identity()
    assert 1.9 < time.monotonic() - began < 4


def test_a_service_that_is_turned_off_on_aws_side_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Request.application(lambda _: Response(status=403))) as url:
        monkeypatch.setenv(ENDPOINT, url)
        with pytest.raises(NotOnEc2Error, match="it answers 403 FORBIDDEN"):
            identity()


@pytest.mark.parametrize("page", ["<html>a proxy's page</html>", "two\nlines", ""])
def test_a_page_of_somebody_else_is_no_identity(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Request.application(lambda _: Response(page))) as url:
        monkeypatch.setenv(ENDPOINT, url)
        with pytest.raises(NotOnEc2Error, match="does not say which instance this is"):
            identity()


def test_who_has_turned_it_off_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with this_is():
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(NotOnEc2Error, match="as AWS_EC2_METADATA_DISABLED says"):
            identity()


def test_an_endpoint_that_is_no_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT, "metadata")
    with pytest.raises(NotOnEc2Error, match="the metadata service at metadata"):
        identity()
