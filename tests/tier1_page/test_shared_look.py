"""However many look at a page: what is behind it is asked once, and old values never pass for new ones."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from tier1_page import shared_look
from tier1_page.shared_look import SharedLook, SharedLooks
from tier1_page.troubles import troubles_of


def test_many_who_ask_at_once_share_one_look():
    looks = []

    def look():
        looks.append(1)
        time.sleep(0.1)
        return len(looks)

    shared = SharedLook(look, seconds=60)
    with ThreadPoolExecutor(20) as viewers:
        seen = list(viewers.map(lambda _: shared.see(), range(100)))
    assert len(looks) == 1
    assert {it.value for it in seen} == {1}
    assert not any(it.why for it in seen)


def test_what_is_too_old_is_looked_at_again():
    looks = iter(range(9))
    shared = SharedLook(lambda: next(looks), seconds=0)
    assert [shared.see().value for _ in range(3)] == [0, 1, 2]


def test_a_look_that_fails_leaves_what_was_seen_and_says_so():
    numbers = iter([1, 0, 2])
    shared = SharedLook(lambda: 2 / next(numbers), seconds=0)
    before = shared.see()
    failed = shared.see()
    assert (failed.value, failed.at, failed.why) == (2.0, before.at, "division by zero")
    after = shared.see()
    assert (after.value, after.why) == (1.0, "")
    assert after.at > before.at


def test_a_look_that_has_never_succeeded_has_no_value():
    seen = SharedLook(lambda: 1 / 0, seconds=60).see()
    assert (seen.value, seen.at, seen.why) == (None, None, "division by zero")


def test_a_look_that_hangs_is_not_waited_for_and_not_asked_twice():
    may_end, looks = threading.Event(), []

    def look():
        looks.append(1)
        may_end.wait(10)
        return "seen"

    shared = SharedLook(look, seconds=0, patience=0.05)
    assert [shared.see().why for _ in range(3)] == ["no answer yet"] * 3
    assert len(looks) == 1
    may_end.set()
    time.sleep(0.1)
    assert shared.see().value == "seen"


@pytest.fixture
def long_ago(monkeypatch):
    """Whatever was seen was seen too long ago to be shown without a word."""
    monkeypatch.setattr(shared_look, "LATE_SECONDS", -1.0)


@pytest.fixture
def second_look():
    """A look that answers at once, and the second time only when it may; it was asked once already."""
    may_end, answers = threading.Event(), iter(["first", "second"])

    def look():
        answer = next(answers, "second")
        if answer == "second":
            may_end.wait(10)
        return answer

    shared = SharedLook(look, seconds=0, patience=0.05)
    while shared.see().value != "first":
        time.sleep(0.01)
    yield shared, may_end
    may_end.set()


def test_while_a_look_lasts_what_was_just_seen_will_do(second_look):
    shared, _ = second_look
    assert shared.see() == shared.see()
    assert (shared.see().value, shared.see().why) == ("first", "")


def test_who_comes_back_after_a_while_waits_a_moment_and_sees_what_is_new(long_ago):
    """A look that takes longer than one waits otherwise; nobody has asked since the last one."""
    is_later = threading.Event()

    def look():
        return is_later.is_set() and (time.sleep(0.3) or "now")

    shared = SharedLook(look, seconds=0, patience=0.01)
    while shared.see().at is None:
        time.sleep(0.01)
    is_later.set()
    seen = shared.see()
    assert (seen.value, seen.why) == ("now", "")


def test_old_values_are_shown_as_old_and_are_no_trouble_while_a_look_has_just_begun(
    long_ago, second_look, monkeypatch
):
    monkeypatch.setattr(shared_look, "WORTH_WAITING_SECONDS", 0.1)
    shared, may_end = second_look
    began = time.monotonic()
    seen = [shared.see() for _ in range(3)]
    assert time.monotonic() - began < 0.9  # only who begins a look waits longer for it
    assert {(it.value, it.is_awaited) for it in seen} == {("first", True)}
    may_end.set()
    time.sleep(0.1)
    assert (shared.see().value, shared.see().is_awaited) == ("second", False)


def test_a_look_that_has_been_under_way_for_long_is_a_trouble(long_ago, second_look, monkeypatch):
    monkeypatch.setattr(shared_look, "WORTH_WAITING_SECONDS", 0.0)
    monkeypatch.setattr(shared_look, "HANGS_SECONDS", 1.0)
    shared, _ = second_look
    assert shared.see().is_awaited
    time.sleep(1.0)
    seen = shared.see()
    assert (seen.value, seen.is_awaited, seen.why) == ("first", False, "no answer for several seconds")


def test_what_has_never_answered_becomes_a_trouble_too(monkeypatch):
    monkeypatch.setattr(shared_look, "HANGS_SECONDS", 0.2)
    may_end = threading.Event()
    shared = SharedLook(lambda: may_end.wait(10), seconds=0, patience=0.01)
    assert shared.see().is_awaited
    time.sleep(0.2)
    assert [it.why for it in troubles_of({"it": shared.see()}) if not it.is_awaited]
    may_end.set()


def failing_then_slow():
    """A look that fails at once, and hangs the second time."""
    may_end, errors = threading.Event(), iter([OSError("it is away")])

    def look():
        if error := next(errors, None):
            raise error
        return may_end.wait(10)

    return SharedLook(look, seconds=0, patience=0.01), may_end


def test_an_error_stands_until_the_next_look_has_ended(monkeypatch):
    monkeypatch.setattr(shared_look, "WORTH_WAITING_SECONDS", 0.0)
    shared, may_end = failing_then_slow()
    assert [shared.see().why for _ in range(3)] == ["it is away"] * 3
    may_end.set()


def test_an_error_from_before_a_pause_says_nothing_of_now(monkeypatch):
    monkeypatch.setattr(shared_look, "WORTH_WAITING_SECONDS", 0.0)
    monkeypatch.setattr(shared_look, "PAUSE_SECONDS", 0.0)
    shared, may_end = failing_then_slow()
    assert shared.see().why == "it is away"
    assert shared.see().is_awaited
    may_end.set()


def test_looks_that_are_begun_together_are_waited_for_together():
    looks = [SharedLook(lambda: time.sleep(0.2), seconds=60) for _ in range(4)]
    began = time.monotonic()
    for it in looks:
        it.begin()
    assert not any(it.see().why for it in looks)
    assert time.monotonic() - began < 0.6


def test_each_key_has_a_look_of_its_own_and_few_are_kept():
    looks = []

    def look(key):
        looks.append(key)
        return key

    shared = SharedLooks(look, seconds=60, most=2)
    assert [shared.see(key).value for key in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert looks == ["a", "b", "c", "b"]


def test_looks_that_hang_hold_up_none_of_another_kind():
    may_end = threading.Event()
    hanging = SharedLooks(lambda _: may_end.wait(10), seconds=0, patience=0.01)
    for run_id in "abcdef":
        assert hanging.see(run_id).why == "no answer yet"
    assert SharedLook(lambda: "seen", seconds=0, patience=5).see().value == "seen"
    assert SharedLooks(lambda key: key, seconds=0, patience=5).see("run").value == "run"
    may_end.set()


def test_an_error_of_a_database_is_told_without_its_statement():
    def look():
        raise OperationalError("select secret from everything", {}, OSError("the server has gone"))

    assert SharedLook(look, seconds=60).see().why == "the server has gone"
