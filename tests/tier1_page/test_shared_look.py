"""However many look at a page: what is behind it is asked once, and old values never pass for new ones."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

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
    answers = iter([lambda: "old", lambda: 1 / 0, lambda: "new"])
    shared = SharedLook(lambda: next(answers)(), seconds=0)
    before = shared.see()
    failed = shared.see()
    assert (failed.value, failed.at, failed.why) == ("old", before.at, "division by zero")
    after = shared.see()
    assert (after.value, after.why) == ("new", "")
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
    assert [shared.see().why for _ in range(3)] == ["no answer for 0.05 s"] * 3
    assert len(looks) == 1
    may_end.set()
    time.sleep(0.1)
    assert SharedLook(lambda: "seen", seconds=60).see().why == ""
    assert shared.see().value == "seen"


def test_each_key_has_a_look_of_its_own_and_few_are_kept():
    looks = []

    def look(key):
        looks.append(key)
        return key

    shared = SharedLooks(look, seconds=60, most=2)
    assert [shared.see(key).value for key in ("a", "b", "a", "c", "a", "b")] == ["a", "b", "a", "c", "a", "b"]
    assert looks == ["a", "b", "c", "b"]
