"""However many look at a page: what is behind it is asked once, and old values never pass for new ones."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import OperationalError

from tier1_page import shared_look
from tier1_page.shared_look import SharedLook, SharedLooks


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


def test_while_a_look_lasts_what_was_just_seen_will_do_and_what_is_old_is_called_old(monkeypatch):
    may_end, answers = threading.Event(), iter(["first", "second"])

    def look():
        answer = next(answers)
        if answer == "second":
            may_end.wait(10)
        return answer

    shared = SharedLook(look, seconds=0, patience=0.05)
    assert shared.see().value == "first"
    time.sleep(0.01)
    assert shared.see() == shared.see()
    assert shared.see().why == ""
    monkeypatch.setattr(shared_look, "LATE_SECONDS", -1.0)
    assert (shared.see().value, shared.see().why) == ("first", "no answer yet")
    may_end.set()


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
