"""The outbox does its jobs one after another, and nobody has to wait for it."""

from __future__ import annotations

import threading

from hpo.integrations.outbox import Outbox


def test_jobs_are_done_in_their_order_by_a_thread_that_lives_no_longer() -> None:
    box, done = Outbox(), list[tuple[int, threading.Thread]]()
    for i in range(50):
        box.put(str(i), lambda i=i: done.append((i, threading.current_thread())))  # type: ignore[misc]
    assert box.wait(60.0)
    assert [i for i, _ in done] == list(range(50))
    for thread in {thread for _, thread in done}:
        thread.join()
        assert thread is not threading.current_thread()


def test_a_job_that_raises_ends_nothing_but_itself() -> None:
    box, done = Outbox(), list[str]()
    for error in (ValueError("a"), SystemExit(3)):
        box.put(type(error).__name__, lambda error=error: (_ for _ in ()).throw(error))  # type: ignore[misc]
    box.put("last", lambda: done.append("last"))
    assert box.wait(60.0)
    assert done == ["last"]
    assert [(job, repr(error)) for job, error in box.failures()] == [
        ("ValueError", "ValueError('a')"),
        ("SystemExit", "SystemExit(3)"),
    ]
    assert box.failures() == []


def test_nobody_waits_longer_than_they_want_to() -> None:
    box, goes_on = Outbox(), threading.Event()
    for name in ("one", "two"):
        box.put(name, goes_on.wait)
    assert not box.wait(0.0)
    assert box.n_left == 2
    goes_on.set()
    assert box.wait(60.0)
    assert box.n_left == 0
