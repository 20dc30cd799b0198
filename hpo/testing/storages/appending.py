"""Laws of how logs grow and are read, also by several at once."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Sequence
from unittest import SkipTest

from hpo.events import Event, TrialQueued, TrialReported, TrialStarted
from hpo.protocols import AnsweringStorage, Storage, TurnTakingStorage, is_private
from hpo.testing.storages.logs import created, in_threads, long_log
from hpo.testing.studies import raised

__all__ = ["AppendingLaws"]


class AppendingLaws:
    """Laws of how logs grow and are read, also by several at once."""

    def test_a_log_begins_with_its_header(self, storage: Storage) -> None:
        header = created(storage, "a")
        assert list(storage.read(header.identity)) == [header]
        assert dict(storage.studies()) == {"a": header.identity}

    def test_append_returns_the_length_of_the_log(self, storage: Storage) -> None:
        a, b = created(storage, "a").identity, created(storage, "b").identity
        length = 1
        for n in (1, 3, 2, 1):
            length += n
            assert storage.append(a, [TrialStarted(float(i)) for i in range(n)]) == length
            assert len(storage.read(a)) == length
        assert len(storage.read(b)) == 1

    def test_appending_nothing_changes_nothing(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        assert storage.append(study, []) == 1
        assert storage.append(study, [], expect=1) == 1
        assert storage.append(study, [], expect=2) is None
        assert len(storage.read(study)) == 1

    def test_what_depends_on_the_log_is_appended_while_others_wait(self, storage: Storage) -> None:
        if not isinstance(storage, TurnTakingStorage):
            raise SkipTest(f"{storage!r} is no TurnTakingStorage")
        study = created(storage, "a").identity
        storage.append(study, [TrialStarted(1.0)])
        seen: list[list[Event]] = []

        def make(tail: Sequence[Event]) -> list[Event]:
            seen.append(list(tail))
            return [TrialStarted(2.0), TrialStarted(3.0)]

        assert storage.append_after(study, 1, make) == 4
        assert seen == [[TrialStarted(1.0)]]
        assert storage.append_after(study, 4, lambda tail: list(tail)) == 4
        assert isinstance(raised(lambda: storage.append_after(study, 0, lambda tail: [][1])), IndexError)
        assert len(storage.read(study)) == 4

        def count(_: int) -> None:
            for _ in range(10):
                storage.append_after(study, 0, lambda tail: [TrialStarted(float(len(tail)))])

        in_threads(count, 4)
        assert [event.time for event in storage.read(study, 4) if isinstance(event, TrialStarted)] == list(range(4, 44))

    def test_an_answer_says_what_others_wrote(self, storage: Storage) -> None:
        if not isinstance(storage, AnsweringStorage):
            raise SkipTest(f"{storage!r} is no AnsweringStorage")
        study, log = long_log(storage, "a", 3000)
        n, more = len(log), [TrialStarted(1.0), TrialStarted(2.0)]
        assert storage.append_and_read(study, more, n) == (n + 2, [])
        assert storage.append_and_read(study, [TrialStarted(3.0)], n) == (n + 3, more)
        assert storage.append_and_read(study, [TrialStarted(4.0)], n, expect=n) == (None, [*more, TrialStarted(3.0)])
        assert storage.append_and_read(study, [], n + 1, expect=n + 3) == (n + 3, [more[1], TrialStarted(3.0)])
        for expect in (None, 1):
            head, tail = storage.append_and_read(study, [TrialStarted(5.0)], 0, expect=expect)
            assert head == (n + 4 if expect is None else None)
            assert 0 < len(tail) <= n + 4
            assert list(tail) == [*log, *more, TrialStarted(3.0), TrialStarted(5.0)][: len(tail)]
        assert len(storage.read(study)) == n + 4

    def test_an_append_from_afar_leaves_room_for_no_more_than_were_to_begin(self, storage: Storage) -> None:
        if not isinstance(storage, AnsweringStorage):
            raise SkipTest(f"{storage!r} is no AnsweringStorage")
        study = created(storage, "a").identity
        mine: list[Event] = [TrialStarted(9.0)]
        storage.append(
            study, [TrialStarted(1.0), TrialReported(0, 0, 0.5, 1.0), TrialQueued({}, 1.0)]
        )  # two beginnings
        for since, begun in ((1, 2), (2, 1), (4, 0)):
            for room in range(begun):
                head, tail = storage.append_and_read(study, mine, since, room=room)
                assert (head, list(tail)) == (None, list(storage.read(study, since)))
        for since, begun in ((4, 0), (1, 3), (1, 4)):
            n = len(storage.read(study))
            assert storage.append_and_read(study, mine, since, room=begun)[0] == n + 1
            assert storage.append_and_read(study, mine, since, room=begun)[0] is None

    def test_append_holds_to_what_is_expected(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        events = [TrialStarted(1.0), TrialStarted(2.0)]
        assert storage.append(study, events, expect=1) == 3
        for wrong in (0, 1, 2, 4):
            assert storage.append(study, events, expect=wrong) is None
        assert storage.append(study, events, expect=3) == 5
        assert len(storage.read(study)) == 5

    def test_read_gives_any_part_of_the_log(self, storage: Storage) -> None:
        study, log = long_log(storage, "a", 3000)
        n = len(log)
        for since in (0, 1, 2, 1023, 1024, 2047, 2048, n - 1, n, n + 5):
            for limit in (None, 0, 1, 1024, 5000):
                expected = log[since:] if limit is None else log[since : since + limit]
                assert list(storage.read(study, since, limit=limit)) == expected

    def test_threads_lose_nothing(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        n_threads, n_appends = 6, 15

        def write(thread: int) -> list[int | None]:
            return [
                storage.append(study, [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)])
                for i in range(n_appends)
            ]

        lengths = in_threads(write, n_threads)
        log = storage.read(study)
        assert sorted(length or 0 for own in lengths for length in own) == list(
            range(3, 2 * n_threads * n_appends + 2, 2)
        )
        for thread, own in enumerate(lengths):
            for i, length in enumerate(own):
                assert length is not None
                assert list(log[length - 2 : length]) == [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)]

    def test_of_those_who_expect_the_same_one_wins(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        for position in range(1, 6):
            answers = in_threads(lambda _, at=position: storage.append(study, [TrialStarted(0.0)], expect=at), 4)  # type: ignore[misc]
            assert sorted(answers, key=str) == [position + 1, None, None, None]

    def test_readers_see_a_prefix_while_others_write(self, storage: Storage) -> None:
        study = created(storage, "a").identity
        done = threading.Event()

        def work(thread: int) -> None:
            if thread == 0:
                for i in range(40):
                    storage.append(study, [TrialReported(0, 2 * i + j, 0.0, 0.0) for j in range(2)])
                done.set()
                return
            seen = 1
            while not done.is_set():
                fresh = storage.read(study, seen)
                assert len(fresh) % 2 == 0
                steps = [event.step for event in fresh if isinstance(event, TrialReported)]
                assert steps == list(range(seen - 1, seen - 1 + len(fresh)))
                seen += len(fresh)

        in_threads(work, 3)

    def test_a_copy_reads_what_was_written(self, storage: Storage) -> None:
        study, log = long_log(storage, "a", 2500)
        for again in (pickle.loads(pickle.dumps(storage)), copy.deepcopy(storage)):
            assert dict(again.studies()) == {"a": study}
            assert list(again.read(study)) == log
            length = again.append(study, [TrialStarted(9.0)])
            assert length == len(again.read(study))
            assert (len(storage.read(study)) == length) != is_private(storage)
            log = list(storage.read(study))
