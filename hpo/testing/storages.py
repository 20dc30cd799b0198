"""The laws of storages."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar
from unittest import SkipTest

from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.events import (
    ASKED,
    AttributeSet,
    Event,
    RunLimits,
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
from hpo.log.checkpoint.keeper import Keeper
from hpo.protocols import (
    AnsweringStorage,
    CheckpointingStorage,
    LeasingStorage,
    Storage,
    TurnTakingStorage,
    is_private,
)
from hpo.samplers.random import RandomSampler
from hpo.samplers.tpe import TPESampler
from hpo.space import Space
from hpo.study import Study, copy_study, create_study, delete_study, load_study
from hpo.testing.studies import DISTRIBUTIONS, logged, objective, raised, text
from hpo.trial import Trial, create_trial

__all__ = ["StorageContract"]

T = TypeVar("T")

_identities = (f"{i:032x}" for i in itertools.count())


class StorageContract:
    """Laws of storages; give the subclass a fixture `storage`, a new and empty one for each test.

    Laws of what only some storages can do are skipped for the others, which shows in the tests' output.
    """

    def test_a_log_begins_with_its_header(self, storage: Storage) -> None:
        header = _created(storage, "a")
        assert list(storage.read(header.identity)) == [header]
        assert dict(storage.studies()) == {"a": header.identity}

    def test_a_name_and_an_identity_can_be_taken_once(self, storage: Storage) -> None:
        header = _created(storage, "a")
        storage.append(header.identity, [TrialStarted(1.0)])
        for other in (_header("a"), header._replace(name="b"), header):
            assert isinstance(raised(partial(storage.create, other)), DuplicatedStudyError)
        assert dict(storage.studies()) == {"a": header.identity}
        assert list(storage.read(header.identity)) == [header, TrialStarted(1.0)]

    def test_of_those_who_take_a_name_at_once_one_gets_it(self, storage: Storage) -> None:
        for name in ("a", "b", "c"):
            headers = [_header(name) for _ in range(4)]
            errors = _in_threads(lambda i, headers=headers: raised(partial(storage.create, headers[i])), 4)  # type: ignore[misc]
            assert sorted(map(type, errors), key=str) == [type(None), *[DuplicatedStudyError] * 3]
        assert list(storage.studies()) == ["a", "b", "c"]

    def test_a_study_keeps_its_log_under_another_name(self, storage: Storage) -> None:
        for view in _views(storage):
            a, b = _created(storage, "a"), _created(storage, "b")
            storage.append(a.identity, [TrialStarted(1.0)])
            assert isinstance(raised(partial(storage.rename, a.identity, "b")), DuplicatedStudyError)
            assert len(view.read(a.identity)) == 2
            storage.rename(a.identity, "c")
            assert list(view.studies().items()) == [("c", a.identity), ("b", b.identity)]
            assert isinstance(raised(lambda: storage.create(_header("c"))), DuplicatedStudyError)
            new = _created(storage, "a")
            assert view.append(a.identity, [TrialStarted(2.0)], expect=3) == 4
            assert view.append(a.identity, [TrialStarted(3.0)]) == 5
            log = [a, TrialStarted(1.0), StudyRenamed("c"), TrialStarted(2.0), TrialStarted(3.0)]
            assert list(storage.read(a.identity)) == list(view.read(a.identity)) == log
            assert list(view.read(new.identity)) == [new]
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_a_deleted_log_stays_unknown_whoever_has_its_name(self, storage: Storage) -> None:
        for view in _views(storage):
            old, other = _created(storage, "a").identity, _created(storage, "b").identity
            assert view.append(old, [TrialStarted(1.0)]) == 2
            if isinstance(view, LeasingStorage):
                view.beat(old, [0], [])
            storage.delete(old)
            assert dict(view.studies()) == {"b": other}
            for recreated in (False, True):
                new = _created(storage, "a", seed=9) if recreated else None
                for call in _calls(view, old):
                    error = raised(call)
                    assert isinstance(error, UnknownStudyError)
                    assert repr(old) in str(error)
                if new is not None:
                    assert list(view.studies().items()) == [("b", other), ("a", new.identity)]
                    assert list(view.read(new.identity)) == list(storage.read(new.identity)) == [new]
                    if isinstance(view, LeasingStorage):
                        assert view.beats(new.identity) == {}
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_an_unknown_study_is_an_error(self, storage: Storage) -> None:
        for call in _calls(storage, "unknown"):
            error = raised(call)
            assert isinstance(error, UnknownStudyError)
            assert "'unknown'" in str(error)
        assert dict(storage.studies()) == {}

    def test_studies_may_be_deleted_while_others_write(self, storage: Storage) -> None:
        for seed in range(5):
            study = _created(storage, "a", seed=seed).identity
            n_written = threading.Semaphore(0)

            def work(thread: int, study: str = study, n_written: threading.Semaphore = n_written) -> None:
                if thread == 0:
                    for _ in range(3):
                        n_written.acquire()
                    storage.delete(study)
                    return
                while True:
                    try:
                        storage.append(study, [TrialStarted(1.0)])
                        if isinstance(storage, LeasingStorage):
                            storage.beat(study, [thread], [])
                    except UnknownStudyError:
                        return
                    finally:
                        n_written.release()

            _in_threads(work, 3)
            assert dict(storage.studies()) == {}

    def test_leases_count_and_end_beside_the_log(self, storage: Storage) -> None:
        if not isinstance(storage, LeasingStorage):
            raise SkipTest(f"{storage!r} is no LeasingStorage")
        a, b = _created(storage, "a").identity, _created(storage, "b").identity
        assert storage.beats(a) == {}
        storage.beat(a, [0, 7], [])
        before = dict(storage.beats(a))
        storage.beat(a, [7], [0])
        after = dict(storage.beats(a))
        assert set(before) == {0, 7}
        assert set(after) == {7}
        assert after[7] != before[7]
        assert storage.beats(b) == {}
        storage.rename(a, "c")
        assert storage.beats(a) == after
        assert len(storage.read(a)) == 2

    def test_checkpoints_are_kept_beside_the_log_and_go_with_it(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        long = bytes(range(256)) * 12_345
        for view in _checkpointing_views(storage):
            a, b = _created(storage, "a").identity, _created(storage, "b").identity
            assert view.load_checkpoint(a) is None
            assert storage.save_checkpoint(a, b"", 7, instead_of=1) == 0
            assert view.load_checkpoint(a) is None
            for instead_of, position, checkpoint in ((0, 7, b"first"), (7, 7, long), (7, 3, b""), (3, 10**9, b"\0\n")):
                assert view.save_checkpoint(a, checkpoint, position, instead_of=instead_of) == position
                assert storage.load_checkpoint(a) == view.load_checkpoint(a) == (position, checkpoint)
                assert storage.save_checkpoint(a, b"other", 5, instead_of=position + 1) == position
                assert view.load_checkpoint(a) == (position, checkpoint)
            assert view.load_checkpoint(b) is None
            assert len(storage.read(a)) == len(storage.read(b)) == 1
            storage.rename(a, "c")
            assert view.load_checkpoint(a) == (10**9, b"\0\n")
            storage.delete(a)
            assert view.load_checkpoint(_created(storage, "a").identity) is None
            for identity in storage.studies().values():
                storage.delete(identity)

    def test_of_those_who_replace_a_checkpoint_at_once_at_most_one_does(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        study, there = _created(storage, "a").identity, 0
        for round_ in range(5):
            positions = [4 * round_ + thread + 1 for thread in range(4)]

            def save(thread: int, there: int = there, positions: list[int] = positions) -> int | None:
                position = positions[thread]
                try:
                    return storage.save_checkpoint(study, bytes([position]) * 10**6, position, instead_of=there)
                except Exception:
                    return None  # it would have had to wait

            told = {position for position in _in_threads(save, 4) if position is not None}
            found = storage.load_checkpoint(study)
            assert found is not None
            there, checkpoint = found
            assert told == {there}
            assert checkpoint == bytes([there]) * 10**6
            assert there in positions

    def test_a_study_goes_on_from_its_checkpoint_as_if_it_had_been_read(self, storage: Storage) -> None:
        if not isinstance(storage, CheckpointingStorage):
            raise SkipTest(f"{storage!r} is no CheckpointingStorage")
        learning = TPESampler(n_startup_trials=5)
        memory = create_study(study_name="a", sampler=learning, seed=7)
        study = create_study(storage=storage, study_name="a", sampler=learning, seed=7)
        for view in _views(storage):
            memory.optimize(objective, n_trials=9, catch=ArithmeticError)
            study.optimize(objective, n_trials=9, catch=ArithmeticError)
            keeper = Keeper(study._log.identity, storage)
            keeper.take_up()
            keeper.write(study._log.ledger.dump)
            ledger = Keeper(study._log.identity, view).take_up()
            assert ledger is not None
            assert ledger.position == study._log.ledger.position
            study = load_study(study_name="a", storage=view, sampler=learning)
            assert text(study.trials) == text(load_study(study_name="a", storage=storage).trials)
        memory.optimize(objective, n_trials=9, catch=ArithmeticError)
        study.optimize(objective, n_trials=9, catch=ArithmeticError)
        assert logged(study) == logged(memory)
        assert study.verify() == []

    def test_append_returns_the_length_of_the_log(self, storage: Storage) -> None:
        a, b = _created(storage, "a").identity, _created(storage, "b").identity
        length = 1
        for n in (1, 3, 2, 1):
            length += n
            assert storage.append(a, [TrialStarted(float(i)) for i in range(n)]) == length
            assert len(storage.read(a)) == length
        assert len(storage.read(b)) == 1

    def test_appending_nothing_changes_nothing(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        assert storage.append(study, []) == 1
        assert storage.append(study, [], expect=1) == 1
        assert storage.append(study, [], expect=2) is None
        assert len(storage.read(study)) == 1

    def test_what_depends_on_the_log_is_appended_while_others_wait(self, storage: Storage) -> None:
        if not isinstance(storage, TurnTakingStorage):
            raise SkipTest(f"{storage!r} is no TurnTakingStorage")
        study = _created(storage, "a").identity
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

        _in_threads(count, 4)
        assert [event.time for event in storage.read(study, 4) if isinstance(event, TrialStarted)] == list(range(4, 44))

    def test_an_answer_says_what_others_wrote(self, storage: Storage) -> None:
        if not isinstance(storage, AnsweringStorage):
            raise SkipTest(f"{storage!r} is no AnsweringStorage")
        study, log = _long_log(storage, "a", 3000)
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
        study = _created(storage, "a").identity
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
        study = _created(storage, "a").identity
        events = [TrialStarted(1.0), TrialStarted(2.0)]
        assert storage.append(study, events, expect=1) == 3
        for wrong in (0, 1, 2, 4):
            assert storage.append(study, events, expect=wrong) is None
        assert storage.append(study, events, expect=3) == 5
        assert len(storage.read(study)) == 5

    def test_read_gives_any_part_of_the_log(self, storage: Storage) -> None:
        study, log = _long_log(storage, "a", 3000)
        n = len(log)
        for since in (0, 1, 2, 1023, 1024, 2047, 2048, n - 1, n, n + 5):
            for limit in (None, 0, 1, 1024, 5000):
                expected = log[since:] if limit is None else log[since : since + limit]
                assert list(storage.read(study, since, limit=limit)) == expected

    def test_studies_are_listed_in_the_order_of_their_creation(self, storage: Storage) -> None:
        studies = {name: _created(storage, name).identity for name in "cabd"}
        storage.append(studies["d"], [TrialStarted(1.0)])
        storage.delete(studies["a"])
        studies["a"] = _created(storage, "a").identity
        assert list(storage.studies().items()) == [(name, studies[name]) for name in "cbda"]

    def test_every_kind_of_event_comes_back(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        for event in _events():
            storage.append(study, [event])
        storage.append(study, _events())
        assert text(storage.read(study, 1)) == text(_events() * 2)

    def test_choices_that_are_tuples_come_back_as_tuples(self, storage: Storage) -> None:
        choices = [(1, (2, 3)), [4, (5,)], ()]
        study = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        study.enqueue_trial({"t": choices[0]})
        study.optimize(lambda trial: len(trial.suggest_categorical("t", choices)), n_trials=1)
        asked = study.ask({"t": CategoricalDistribution(choices)})
        study.enqueue_trial({"t": choices[1]})
        for view in _views(storage):
            trials = load_study(study_name="a", storage=view).trials
            shown = [trials[0].params, asked.params, trials[2].system_attrs["fixed_params"]]
            assert text(shown) == text([{"t": choices[0]}, trials[1].params, {"t": choices[1]}])
            distribution = trials[0].distributions["t"]
            assert isinstance(distribution, CategoricalDistribution)
            assert text(distribution.choices) == text(choices)
            keeper = Keeper(study._log.identity, view)
            keeper.write(study._log.ledger.dump)
            assert text(load_study(study_name="a", storage=view).trials) == text(trials)
        load_study(study_name="a", storage=storage).tell(asked.number, 0.0)
        assert text([study.trials[1].params]) == text([asked.params])

    def test_values_keep_their_types_beside_each_other(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        values = [1, 1.0, True, "1", None, [1], [1.0], {"k": True}, -0.0, 0, 2**60, 2**70, math.nan, math.inf, {}]
        events = [AttributeSet("key", value) for value in values]
        events += [AttributeSet("key", {"k": [value]}) for value in values]
        storage.append(study, events * 40)
        _long_log(storage, "b", 3000)
        assert text(storage.read(study, 1)) == text(events * 40)

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
        headers = [_created(storage, name, seed=i) for i, name in enumerate(names)]
        assert list(storage.studies().items()) == [(header.name, header.identity) for header in headers]
        for header in headers:
            assert list(storage.read(header.identity)) == [header]
        for header in headers:
            storage.delete(header.identity)
        assert dict(storage.studies()) == {}

    def test_what_cannot_be_written_leaves_nothing_behind(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        for bad in (object(), {1, 2}, b"bytes"):
            batch: list[Event] = [TrialStarted(1.0), AttributeSet("key", bad), TrialStarted(2.0)]
            if is_private(storage):
                assert storage.append(study, batch) == len(storage.read(study))
                assert storage.read(study)[-2] == AttributeSet("key", bad)
            else:
                assert isinstance(raised(partial(storage.append, study, batch)), TypeError)
                assert len(storage.read(study)) == 1
        assert storage.append(study, [TrialStarted(3.0)]) == len(storage.read(study))

    def test_threads_lose_nothing(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        n_threads, n_appends = 6, 15

        def write(thread: int) -> list[int | None]:
            return [
                storage.append(study, [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)])
                for i in range(n_appends)
            ]

        lengths = _in_threads(write, n_threads)
        log = storage.read(study)
        assert sorted(length or 0 for own in lengths for length in own) == list(
            range(3, 2 * n_threads * n_appends + 2, 2)
        )
        for thread, own in enumerate(lengths):
            for i, length in enumerate(own):
                assert length is not None
                assert list(log[length - 2 : length]) == [TrialReported(thread, 2 * i + j, 0.0, 0.0) for j in range(2)]

    def test_of_those_who_expect_the_same_one_wins(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
        for position in range(1, 6):
            answers = _in_threads(lambda _, at=position: storage.append(study, [TrialStarted(0.0)], expect=at), 4)  # type: ignore[misc]
            assert sorted(answers, key=str) == [position + 1, None, None, None]

    def test_readers_see_a_prefix_while_others_write(self, storage: Storage) -> None:
        study = _created(storage, "a").identity
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

        _in_threads(work, 3)

    def test_a_copy_reads_what_was_written(self, storage: Storage) -> None:
        study, log = _long_log(storage, "a", 2500)
        for again in (pickle.loads(pickle.dumps(storage)), copy.deepcopy(storage)):
            assert dict(again.studies()) == {"a": study}
            assert list(again.read(study)) == log
            length = again.append(study, [TrialStarted(9.0)])
            assert length == len(again.read(study))
            assert (len(storage.read(study)) == length) != is_private(storage)
            log = list(storage.read(study))

    def test_a_study_lives_in_it(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="contract", sampler=RandomSampler(), seed=7)
        study.optimize(objective, n_trials=12, catch=ArithmeticError)
        loaded = load_study(study_name="contract", storage=storage, sampler=RandomSampler())
        assert text(loaded.trials) == text(study.trials)
        memory = create_study(study_name="contract", sampler=RandomSampler(), seed=7)
        memory.optimize(objective, n_trials=12, catch=ArithmeticError)
        assert logged(loaded) == logged(memory)

    def test_a_worker_never_writes_into_a_study_that_took_the_name_of_its_own(self, storage: Storage) -> None:
        for view in _views(storage):
            create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
            worker = load_study(study_name="a", storage=view, sampler=RandomSampler())
            told, reported = worker.ask(), worker.ask()
            told.suggest_float("x", 0, 1)
            delete_study(study_name="a", storage=storage)
            for recreated in (False, True):
                new = (
                    create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=2)
                    if recreated
                    else None
                )
                if new is not None:
                    new.ask(n=2)  # what the worker writes to its trials must not arrive at these
                before = [] if new is None else new.events()
                for call in _requests(worker, told, reported):
                    error = raised(call)
                    assert isinstance(error, UnknownStudyError)
                    assert "The study 'a' that was open here has been deleted" in str(error)
                if isinstance(view, LeasingStorage):
                    assert isinstance(raised(worker._participant.leases.renew_leases), UnknownStudyError)
                if new is not None:
                    assert new.events() == before
                    assert dict(storage.studies()) == {"a": new._log.identity}
            delete_study(study_name="a", storage=storage)

    def test_a_worker_follows_its_study_to_another_name(self, storage: Storage) -> None:
        for view in _views(storage):
            mine = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
            worker = load_study(study_name="a", storage=view, sampler=RandomSampler())
            trial = worker.ask()
            mine.rename("b")
            new = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=2)
            new.ask()
            before = new.events()
            trial.report(0.5, 0)
            worker._participant.leases.renew_leases()
            worker.tell(trial, 1.0)
            worker.optimize(objective, n_trials=2)
            assert worker.study_name == mine.study_name == "b"
            assert repr(worker).startswith("Study(study_name='b'")
            assert text(worker.trials) == text(mine.trials)
            assert [trial.state.is_finished() for trial in mine.trials] == [True] * 3
            assert worker.events() == mine.events()
            assert new.events() == before
            assert load_study(study_name="b", storage=view).seed == 1
            assert pickle.loads(pickle.dumps(worker)).study_name == "b"
            copy_study(from_study_name="b", from_storage=view, to_storage=storage, to_study_name="copy")
            copied = load_study(study_name="copy", storage=storage)
            assert (copied.study_name, text(copied.trials)) == ("copy", text(mine.trials))
            assert len(set(storage.studies().values())) == 3
            for name in ("a", "b", "copy"):
                delete_study(study_name=name, storage=storage)

    def test_workers_share_a_study(self, storage: Storage) -> None:
        create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        studies = [load_study(study_name="a", storage=view, sampler=RandomSampler()) for view in _views(storage) * 2]
        for study in studies:
            study.enqueue_trial({"x": 0.5})
        n = len(studies)

        def work(worker: int) -> None:
            studies[worker].optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=12 // n)

        _in_threads(work, n)
        for study in studies:
            assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 12
            assert [trial.number for trial in study.trials if trial.params["x"] == 0.5] == list(range(n))
            assert study.events() == studies[0].events()
            assert study.verify() == []

    def test_followers_see_what_has_happened(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="a", sampler=RandomSampler(), seed=1)
        seen: list[Event] = []
        for n_trials in (0, 1, 3):
            study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
            follower: Study = load_study(study_name="a", storage=storage)
            seen += follower.events(len(seen))
            assert seen == follower.events() == study.events()
        assert study.events(2, limit=3) == seen[2:5]
        assert study.events(len(seen) + 1) == study.events(0, limit=0) == []
        assert isinstance(raised(lambda: study.events(-1)), ValueError)
        assert isinstance(raised(lambda: study.events(limit=-1)), ValueError)


def _header(name: str, *, seed: int = 0) -> StudyCreated:
    """A header of its own identity, also where the name and the seed are the same."""
    return StudyCreated(name, (StudyDirection.MINIMIZE, StudyDirection.MAXIMIZE), seed, 12.5, next(_identities))


def _created(storage: Storage, name: str, *, seed: int = 0) -> StudyCreated:
    """The header of a log that has just begun."""
    header = _header(name, seed=seed)
    storage.create(header)
    return header


def _views(storage: Storage) -> list[Storage]:
    """What workers may look at one place through: the same storage, and, where others can see it, one of their own."""
    return [storage] if is_private(storage) else [storage, pickle.loads(pickle.dumps(storage))]


def _checkpointing_views(storage: Storage) -> list[CheckpointingStorage]:
    return [view for view in _views(storage) if isinstance(view, CheckpointingStorage)]


def _calls(storage: Storage, study: str) -> list[Callable[[], object]]:
    """Everything that can be asked of a storage about one study."""
    calls: list[Callable[[], object]] = [
        lambda: storage.read(study),
        lambda: storage.read(study, 1),
        lambda: storage.read(study, 5, limit=1),
        lambda: storage.append(study, []),
        lambda: storage.append(study, [TrialStarted(1.0)]),
        lambda: storage.append(study, [TrialStarted(1.0)] * 9),
        lambda: storage.append(study, [TrialStarted(1.0)], expect=0),
        lambda: storage.append(study, [TrialStarted(1.0)], expect=2),
        lambda: storage.rename(study, "z"),
        lambda: storage.delete(study),
    ]
    if isinstance(storage, TurnTakingStorage):
        calls += [partial(storage.append_after, study, since, lambda tail: [TrialStarted(1.0)]) for since in (0, 2)]
    if isinstance(storage, AnsweringStorage):
        calls += [partial(storage.append_and_read, study, [TrialStarted(1.0)], 0, expect=n) for n in (None, 2)]
    if isinstance(storage, LeasingStorage):
        calls += [lambda: storage.beat(study, [1], [2]), lambda: storage.beats(study)]
    if isinstance(storage, CheckpointingStorage):
        calls += [lambda: storage.save_checkpoint(study, b"", 1, instead_of=0), lambda: storage.load_checkpoint(study)]
    return calls


def _requests(worker: Study, told: Trial, reported: Trial) -> list[Callable[[], object]]:
    """Everything that a worker may ask of its study: it runs two trials, one to be told and one to report."""
    return [
        worker.ask,
        lambda: worker.ask({"x": FloatDistribution(0, 1)}),
        lambda: worker.tell(told, 1.0),
        lambda: worker.tell(reported.number, 1.0),
        lambda: reported.report(0.5, 0),
        lambda: worker.optimize(objective, n_trials=1),
        lambda: worker.enqueue_trial({"x": 0.5}),
        lambda: worker.add_trial(create_trial(value=1.0)),
        lambda: worker.delete_trial(0),
        lambda: worker.set_user_attr("key", 1),
        lambda: worker.rename("b"),
        lambda: worker.study_name,
        lambda: worker.trials,
        lambda: worker.history,
        worker.events,
        worker.verify,
    ]


def _long_log(storage: Storage, name: str, n: int) -> tuple[str, list[Event]]:
    """The identity of a log and what it holds."""
    header = _created(storage, name)
    log: list[Event] = [header]
    for number in range(n // 3):
        log += [
            TrialStarted(float(number)),
            TrialProposed(number, (0.5, 1.0)),
            TrialFinished(number, TrialState.COMPLETE, 1.5, (float(number),), "digest", {"x": 0.5, "k": "a"}),
        ]
    storage.append(header.identity, log[1:])
    return header.identity, log


def _events() -> list[Event]:
    strange = {"$float": "x", "$": [math.nan, -math.inf, {"\x00\ud800é": None}], "deep": [[[]], {}, 1e300, -0.0]}
    tuples = [(), (1, (2.5, None)), [1, {"k": ("$tuple", math.inf)}], {"$tuple": [1]}]
    return [
        SpaceDeclared(Space(DISTRIBUTIONS)),
        SpaceDeclared(Space({"": CategoricalDistribution([math.nan, "$float", {"$float": [1]}])})),
        SpaceDeclared(Space({"t": CategoricalDistribution(tuples)})),
        TrialQueued({"t": tuples[0], "list": [1]}, 2.0),
        TrialFinished(1, TrialState.COMPLETE, 7.0, (0.1,), "digest", dict(zip("abcd", tuples, strict=True))),
        AttributeSet(ASKED, {"space": "digest", "parameters": {"t": tuples[1]}}, 3, True),
        TrialQueued({}, 1.0),
        TrialQueued({"x": math.nan, "y": [1, {"a": True}]}, 2.0, strange, {"b": 1}),
        TrialQueued({}, 2.0, reports={0: math.inf, 2**40: 0.5}, retries=3),
        TrialStarted(3.0),
        TrialStarted(4.25, 7, True),
        TrialStarted(4.5, None, False, "worker \ud800"),
        TrialStarted(4.75, None, False, None, "digest", RunLimits()),
        TrialStarted(4.75, run=RunLimits(2**40, math.inf, ((9, ()), (8, (TrialState.COMPLETE, TrialState.FAIL))))),
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
