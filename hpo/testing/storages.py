"""The laws of storages."""

from __future__ import annotations

import copy
import math
import pickle
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hpo.distributions import (
    CategoricalDistribution,
)
from hpo.events import (
    AttributeSet,
    Event,
    SpaceDeclared,
    StudyCreated,
    StudyDirection,
    StudyRenamed,
    TrialDeleted,
    TrialError,
    TrialFinished,
    TrialProposed,
    TrialQueued,
    TrialReported,
    TrialStarted,
    TrialState,
)
from hpo.exceptions import DuplicatedStudyError, UnknownStudyError
from hpo.protocols import Storage
from hpo.space import Space
from hpo.study import create_study, load_study
from hpo.testing.studies import DISTRIBUTIONS, logged, objective, raised, text

__all__ = ["StorageContract"]

T = TypeVar("T")


class StorageContract:
    """Laws of storages; give the subclass a fixture `storage`, a new and empty one for each test."""

    def test_a_log_begins_with_its_header(self, storage: Storage) -> None:
        header = _header("a")
        storage.create(header)
        assert list(storage.read("a")) == [header]
        assert list(storage.studies()) == ["a"]

    def test_a_name_can_be_taken_once(self, storage: Storage) -> None:
        storage.create(_header("a"))
        storage.append("a", [TrialStarted(1.0)])
        assert isinstance(raised(lambda: storage.create(_header("a", seed=1))), DuplicatedStudyError)
        assert list(storage.read("a")) == [_header("a"), TrialStarted(1.0)]

    def test_a_study_keeps_its_log_under_another_name(self, storage: Storage) -> None:
        for name in "ab":
            storage.create(_header(name))
        storage.append("a", [TrialStarted(1.0)])
        assert isinstance(raised(lambda: storage.rename("a", "b")), DuplicatedStudyError)
        assert isinstance(raised(lambda: storage.rename("none", "c")), UnknownStudyError)
        storage.rename("a", "c")
        assert list(storage.studies()) == ["c", "b"]
        assert list(storage.read("c")) == [_header("a"), TrialStarted(1.0), StudyRenamed("c")]
        assert isinstance(raised(lambda: storage.create(_header("c"))), DuplicatedStudyError)
        storage.create(_header("a"))
        assert list(storage.read("a")) == [_header("a")]

    def test_leases_count_and_end_beside_the_log(self, storage: Storage) -> None:
        for name in "ab":
            storage.create(_header(name))
        assert storage.beats("a") == {}
        if storage.lease_policy is None:
            return
        storage.beat("a", [0, 7], [])
        before = dict(storage.beats("a"))
        storage.beat("a", [7], [0])
        after = dict(storage.beats("a"))
        assert set(before) == {0, 7}
        assert set(after) == {7}
        assert after[7] != before[7]
        assert storage.beats("b") == {}
        assert len(storage.read("a")) == 1

    def test_append_returns_the_length_of_the_log(self, storage: Storage) -> None:
        storage.create(_header("a"))
        storage.create(_header("b"))
        length = 1
        for n in (1, 3, 2, 1):
            length += n
            assert storage.append("a", [TrialStarted(float(i)) for i in range(n)]) == length
            assert len(storage.read("a")) == length
        assert len(storage.read("b")) == 1

    def test_appending_nothing_changes_nothing(self, storage: Storage) -> None:
        storage.create(_header("a"))
        assert storage.append("a", []) == 1
        assert storage.append("a", [], expect=1) == 1
        assert storage.append("a", [], expect=2) is None
        assert len(storage.read("a")) == 1

    def test_what_depends_on_the_log_is_appended_while_others_wait(self, storage: Storage) -> None:
        storage.create(_header("a"))
        storage.append("a", [TrialStarted(1.0)])
        seen: list[list[Event]] = []

        def make(tail: Sequence[Event]) -> list[Event]:
            seen.append(list(tail))
            return [TrialStarted(2.0), TrialStarted(3.0)]

        assert storage.append_after("a", 1, make) == 4
        assert seen == [[TrialStarted(1.0)]]
        assert storage.append_after("a", 4, lambda tail: list(tail)) == 4
        assert isinstance(raised(lambda: storage.append_after("a", 0, lambda tail: [][1])), IndexError)
        assert isinstance(raised(lambda: storage.append_after("b", 0, make)), UnknownStudyError)
        assert len(storage.read("a")) == 4

        def count(_: int) -> None:
            for _ in range(10):
                storage.append_after("a", 0, lambda tail: [TrialStarted(float(len(tail)))])

        _in_threads(count, 4)
        assert [event.time for event in storage.read("a", 4) if isinstance(event, TrialStarted)] == list(range(4, 44))

    def test_append_holds_to_what_is_expected(self, storage: Storage) -> None:
        storage.create(_header("a"))
        events = [TrialStarted(1.0), TrialStarted(2.0)]
        assert storage.append("a", events, expect=1) == 3
        for wrong in (0, 1, 2, 4):
            assert storage.append("a", events, expect=wrong) is None
        assert storage.append("a", events, expect=3) == 5
        assert len(storage.read("a")) == 5

    def test_read_gives_any_part_of_the_log(self, storage: Storage) -> None:
        log = _long_log(storage, "a", 3000)
        n = len(log)
        for since in (0, 1, 2, 1023, 1024, 2047, 2048, n - 1, n, n + 5):
            for limit in (None, 0, 1, 1024, 5000):
                expected = log[since:] if limit is None else log[since : since + limit]
                assert list(storage.read("a", since, limit=limit)) == expected

    def test_studies_are_listed_in_the_order_of_their_creation(self, storage: Storage) -> None:
        for name in "cabd":
            storage.create(_header(name))
        storage.append("d", [TrialStarted(1.0)])
        storage.delete("a")
        storage.create(_header("a"))
        assert list(storage.studies()) == ["c", "b", "d", "a"]

    def test_a_deleted_study_is_gone(self, storage: Storage) -> None:
        storage.create(_header("a"))
        storage.create(_header("b"))
        storage.append("a", [TrialStarted(1.0)])
        storage.delete("a")
        assert list(storage.studies()) == ["b"]
        assert isinstance(raised(lambda: storage.read("a")), UnknownStudyError)
        storage.create(_header("a", seed=5))
        assert list(storage.read("a")) == [_header("a", seed=5)]
        assert storage.append("a", [TrialStarted(1.0)], expect=1) == 2

    def test_an_unknown_study_is_an_error(self, storage: Storage) -> None:
        calls: list[Callable[[], Any]] = [
            lambda: storage.read("a"),
            lambda: storage.read("a", 5, limit=1),
            lambda: storage.append("a", [TrialStarted(1.0)]),
            lambda: storage.append("a", [TrialStarted(1.0)], expect=0),
            lambda: storage.delete("a"),
        ]
        for call in calls:
            error = raised(call)
            assert isinstance(error, UnknownStudyError)
            assert "'a'" in str(error)
        assert list(storage.studies()) == []

    def test_every_kind_of_event_comes_back(self, storage: Storage) -> None:
        storage.create(_header("a"))
        for event in _events():
            storage.append("a", [event])
        storage.append("a", _events())
        assert text(storage.read("a")[1:]) == text(_events() * 2)

    def test_values_keep_their_types_beside_each_other(self, storage: Storage) -> None:
        storage.create(_header("a"))
        values = [1, 1.0, True, "1", None, [1], [1.0], {"k": True}, -0.0, 0, 2**60, 2**70, math.nan, math.inf, {}]
        events = [AttributeSet("key", value) for value in values]
        events += [AttributeSet("key", {"k": [value]}) for value in values]
        storage.append("a", events * 40)
        _long_log(storage, "b", 3000)
        assert text(storage.read("a", 1)) == text(events * 40)

    def test_names_may_be_anything(self, storage: Storage) -> None:
        names = [
            "",
            " ",
            "a",
            "A",
            "a ",
            "'; DROP TABLE hpo_study; --",
            '"',
            "%s %(a)s :a ?",
            "a/b\\c\n\t",
            "été 試験 🙂",
            "n" * 512,
        ]
        for i, name in enumerate(names):
            storage.create(_header(name, seed=i))
        assert list(storage.studies()) == names
        for i, name in enumerate(names):
            assert list(storage.read(name)) == [_header(name, seed=i)]
        for name in names:
            storage.delete(name)
        assert list(storage.studies()) == []

    def test_what_cannot_be_written_leaves_nothing_behind(self, storage: Storage) -> None:
        storage.create(_header("a"))
        for bad in (object(), {1, 2}, b"bytes"):
            batch: list[Event] = [TrialStarted(1.0), AttributeSet("key", bad), TrialStarted(2.0)]
            if storage.shared:
                assert isinstance(raised(lambda batch=batch: storage.append("a", batch)), TypeError)  # type: ignore[misc]
                assert len(storage.read("a")) == 1
            else:
                assert storage.append("a", batch) == len(storage.read("a"))
        assert storage.append("a", [TrialStarted(3.0)]) == len(storage.read("a"))

    def test_threads_lose_nothing(self, storage: Storage) -> None:
        storage.create(_header("a"))
        n_threads, n_appends = 6, 15

        def write(thread: int) -> list[int | None]:
            return [
                storage.append("a", [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)])
                for i in range(n_appends)
            ]

        lengths = _in_threads(write, n_threads)
        log = storage.read("a")
        assert sorted(length or 0 for own in lengths for length in own) == list(
            range(3, 2 * n_threads * n_appends + 2, 2)
        )
        for thread, own in enumerate(lengths):
            for i, length in enumerate(own):
                assert length is not None
                assert list(log[length - 2 : length]) == [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)]

    def test_of_those_who_expect_the_same_one_wins(self, storage: Storage) -> None:
        storage.create(_header("a"))
        for position in range(1, 6):
            answers = _in_threads(lambda _, at=position: storage.append("a", [TrialStarted(0.0)], expect=at), 4)  # type: ignore[misc]
            assert sorted(answers, key=str) == [position + 1, None, None, None]

    def test_readers_see_a_prefix_while_others_write(self, storage: Storage) -> None:
        storage.create(_header("a"))
        done = threading.Event()

        def work(thread: int) -> None:
            if thread == 0:
                for i in range(40):
                    storage.append("a", [TrialReported(0, 2 * i + j, 0.0, 0.0) for j in range(2)])
                done.set()
                return
            seen = 1
            while not done.is_set():
                fresh = storage.read("a", seen)
                assert len(fresh) % 2 == 0
                steps = [event.step for event in fresh if isinstance(event, TrialReported)]
                assert steps == list(range(seen - 1, seen - 1 + len(fresh)))
                seen += len(fresh)

        _in_threads(work, 3)

    def test_a_copy_reads_what_was_written(self, storage: Storage) -> None:
        log = _long_log(storage, "a", 2500)
        for again in (pickle.loads(pickle.dumps(storage)), copy.deepcopy(storage)):
            assert list(again.studies()) == ["a"]
            assert list(again.read("a")) == log
            length = again.append("a", [TrialStarted(9.0)])
            assert length == len(again.read("a"))
            assert (len(storage.read("a")) == length) == storage.shared
            log = list(storage.read("a"))

    def test_a_copy_follows_a_study_that_is_made_anew(self, storage: Storage) -> None:
        if not storage.shared:
            return
        storage.create(_header("a"))
        other: Storage = pickle.loads(pickle.dumps(storage))
        assert other.append("a", [TrialStarted(1.0)]) == 2
        storage.delete("a")
        storage.create(_header("a", seed=9))
        assert list(other.read("a")) == [_header("a", seed=9)]
        assert other.append("a", [TrialStarted(2.0)]) == 2
        storage.delete("a")
        assert isinstance(raised(lambda: other.append("a", [TrialStarted(3.0)])), UnknownStudyError)
        assert isinstance(raised(lambda: other.read("a")), UnknownStudyError)

    def test_a_study_lives_in_it(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="contract", seed=7)
        study.optimize(objective, n_trials=12, catch=ArithmeticError)
        loaded = load_study(study_name="contract", storage=storage)
        assert text(loaded.trials) == text(study.trials)
        memory = create_study(study_name="contract", seed=7)
        memory.optimize(objective, n_trials=12, catch=ArithmeticError)
        assert logged(loaded) == logged(memory)


def _header(name: str, *, seed: int = 0) -> StudyCreated:
    return StudyCreated(name, (StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE), seed, 12.5)


def _long_log(storage: Storage, name: str, n: int) -> list[Event]:
    log: list[Event] = [_header(name)]
    for number in range(n // 3):
        log += [
            TrialStarted(float(number)),
            TrialProposed(number, (0.5, 1.0)),
            TrialFinished(number, TrialState.COMPLETE, 1.5, (float(number),), "digest", {"x": 0.5, "k": "a"}),
        ]
    storage.create(_header(name))
    storage.append(name, log[1:])
    return log


def _events() -> list[Event]:
    strange = {"$float": "x", "$": [math.nan, -math.inf, {"\x00\ud800é": None}], "deep": [[[]], {}, 1e300, -0.0]}
    return [
        SpaceDeclared(Space(DISTRIBUTIONS)),
        SpaceDeclared(Space({"": CategoricalDistribution([math.nan, "$float", {"$float": [1]}])})),
        TrialQueued({}, 1.0),
        TrialQueued({"x": math.nan, "y": [1, {"a": True}]}, 2.0, strange, {"b": 1}),
        TrialQueued({}, 2.0, reports={0: math.inf, 2**40: 0.5}, retries=3),
        TrialStarted(3.0),
        TrialStarted(4.25, 7, True),
        TrialStarted(4.5, None, False, "worker \ud800"),
        TrialProposed(0, ()),
        TrialProposed(1, (0.1, math.nan, 2.0)),
        TrialReported(1, 0, 0.1, 5.0),
        TrialReported(1, 2**40, math.nan, 6.0, True),
        TrialReported(1, 3, -math.inf, 6.0, False),
        TrialFinished(1, TrialState.COMPLETE, 7.0, (0.1,)),
        TrialFinished(2, TrialState.COMPLETE, 7.0, (math.inf,), "digest", strange),
        TrialFinished(3, TrialState.PRUNED, 7.0, (1.0, -2.0), "digest", {"x": 1}, {"c": math.inf}, strange, strange),
        TrialFinished(4, TrialState.FAIL, 7.0, error=TrialError("E", "message \ud800", "trace\n"), pruned=True),
        AttributeSet("key", None),
        AttributeSet("$float", strange, 3, True),
        TrialDeleted(3),
    ]


def _in_threads(work: Callable[[int], T], n: int) -> list[T]:
    """What `work(0)` … `work(n - 1)` return when they are called at the same time; the first error is raised."""
    results: dict[int, T] = {}
    errors: list[BaseException] = []
    start = threading.Barrier(n)

    def run(i: int) -> None:
        try:
            start.wait()
            results[i] = work(i)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [results[i] for i in range(n)]
