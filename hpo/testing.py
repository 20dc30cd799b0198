"""Laws that every sampler, pruner and storage keeps, as tests for your own ones.

Example:
    >>> class TestMySampler(SamplerContract):
    ...     @pytest.fixture
    ...     def sampler(self) -> Sampler:
    ...         return MySampler()
"""

from __future__ import annotations

import copy
import math
import pickle
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
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
from hpo.exceptions import DuplicatedStudyError, SearchSpaceExhausted, TrialPruned, UnknownStudyError
from hpo.history import Curve, History
from hpo.key import Key
from hpo.protocols import Pruner, Sampler, Storage, cohort
from hpo.space import Space
from hpo.storage.memory import InMemoryStorage
from hpo.study import Study, create_study, load_study
from hpo.trial import Trial

__all__ = ["PrunerContract", "SamplerContract", "StorageContract"]

T = TypeVar("T")

_DISTRIBUTIONS: dict[str, BaseDistribution] = {
    "x": FloatDistribution(0.0, 1.0),
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "step": FloatDistribution(0.0, 1.0, step=0.1),
    "log_step": FloatDistribution(0.1, 2.0, step=0.1, log=True),
    "n": IntDistribution(-5, 5),
    "even": IntDistribution(0, 10, step=2),
    "width": IntDistribution(1, 256, log=True),
    "kind": CategoricalDistribution(["a", "b", None]),
    "size": CategoricalDistribution([1, 2, 4], ordered=True),
    "rare": CategoricalDistribution([True, 1, [1, {"k": 2.5}]], weights=[1, 0, 3]),
    "normal": NormalDistribution(0.0, 1.0),
    "positive": NormalDistribution(0.0, 1.0, log=True),
    "bounded": NormalDistribution(3.0, 2.0, low=0.0, high=8.0, step=0.5),
    "only": FloatDistribution(0.5, 0.5),
    "one": CategoricalDistribution(["only"]),
}


class SamplerContract:
    """Laws of samplers; give the subclass a fixture `sampler`.

    A sampler that takes its values from elsewhere must offer such ones as lie in the domains that are suggested
    here: for "x" numbers in [0.25, 0.75], for "kind" the letters "a" and "b". It may end a study early by
    `SearchSpaceExhausted`.
    """

    def test_answers_every_question_with_a_row_in_the_domain(self, sampler: Sampler) -> None:
        for space, history, key in _questions(sampler):
            row = _sampled(sampler, space, history, key)
            if row is None:
                continue
            assert row.shape == (len(space),)
            decoded = space.decode(row)
            assert set(decoded) == {name for name, u in zip(space, row.tolist(), strict=True) if u == u}
            for name, value in decoded.items():
                assert space[name].contains(value)
                assert 0.0 <= row[space.index[name]] <= max(1.0, space[name].cardinality - 1)

    def test_the_same_question_has_the_same_answer(self, sampler: Sampler) -> None:
        again = [sampler, copy.deepcopy(sampler), pickle.loads(pickle.dumps(sampler))]
        for space, history, key in _questions(sampler):
            answers = {repr(_sampled(one, space, history, key)) for one in again}
            assert len(answers) == 1

    def test_the_history_stays_as_it_is(self, sampler: Sampler) -> None:
        for history in _histories(sampler):
            before = _seen(history)
            for space in _spaces():
                _sampled(sampler, space, history, Key(0, 7))
            assert _seen(history) == before

    def test_a_resumed_study_continues_as_if_uninterrupted(self, sampler: Sampler) -> None:
        whole = _study(sampler)
        whole.optimize(_objective, n_trials=30, catch=ArithmeticError)
        storage = InMemoryStorage()
        _study(sampler, storage=storage).optimize(_objective, n_trials=11, catch=ArithmeticError)
        resumed = load_study(study_name="contract", storage=storage, sampler=copy.deepcopy(sampler))
        resumed.optimize(_objective, n_trials=19, catch=ArithmeticError)
        assert _log(resumed) == _log(whole)

    def test_everything_can_be_recomputed_from_the_log(self, sampler: Sampler) -> None:
        for study in (_studied(sampler), _with_running_trials(sampler), _with_changing_ranges(sampler)):
            assert study.verify() == []

    def test_maximising_is_minimising_the_negative(self, sampler: Sampler) -> None:
        down, up = _study(sampler), _study(sampler, directions=["maximize"])
        down.optimize(_objective, n_trials=25, catch=ArithmeticError)
        up.optimize(lambda trial: -_objective(trial, sign=-1.0), n_trials=25, catch=ArithmeticError)
        assert [trial.params for trial in down.trials] == [trial.params for trial in up.trials]
        assert [trial.state for trial in down.trials] == [trial.state for trial in up.trials]

    def test_several_objectives_are_no_error(self, sampler: Sampler) -> None:
        study = _with_objectives(sampler)
        assert study.verify() == []
        assert study.best_trials

    def test_failed_and_pruned_trials_are_survived(self, sampler: Sampler) -> None:
        for state in (TrialState.FAIL, TrialState.PRUNED):
            study = _study(sampler)
            for _ in range(15):
                trial = _asked(study)
                if trial is None:
                    break
                trial.suggest_float("x", 0, 1)
                study.tell(trial, state=state)
            assert study.verify() == []

    def test_ranges_may_change_between_trials(self, sampler: Sampler) -> None:
        study = _with_changing_ranges(sampler)
        for trial in study.trials:
            assert all(trial.distributions[name].contains(value) for name, value in trial.params.items())

    def test_trials_that_run_at_the_same_time_are_told_apart(self, sampler: Sampler) -> None:
        study = _with_running_trials(sampler)
        running = [trial for trial in study.trials if trial.state is TrialState.RUNNING]
        rows = [repr(trial.params) for trial in running]
        assert len(set(rows)) == len(rows)

    def test_workers_that_overlap_can_be_recomputed_too(self, sampler: Sampler) -> None:
        storage = InMemoryStorage()
        _study(sampler, storage=storage)
        workers = [load_study(study_name="contract", storage=storage, sampler=copy.deepcopy(sampler)) for _ in range(3)]
        under_way: list[tuple[Study, Trial]] = []
        for turn in range(24):
            asked = _asked(workers[turn % 3])
            if asked is not None:
                under_way.append((workers[turn % 3], asked))
            if turn % 4 and under_way:
                worker, trial = under_way.pop(turn % len(under_way))
                worker.tell(
                    trial, trial.suggest_float("x", 0, 1) + (trial.suggest_categorical("kind", ["a", "b"]) == "a")
                )
        assert workers[0].verify() == []

    def test_other_studies_with_the_sampler_make_no_difference(self, sampler: Sampler) -> None:
        alone = _study(copy.deepcopy(sampler))
        alone.optimize(_objective, n_trials=15, catch=ArithmeticError)
        one, other = _study(sampler), _study(sampler, seed=8, directions=["maximize"])
        for _ in range(15):
            other.optimize(_objective, n_trials=1, catch=ArithmeticError)
            one.optimize(_objective, n_trials=1, catch=ArithmeticError)
        assert _log(one) == _log(alone)

    def test_queued_parameters_are_tried_as_they_are(self, sampler: Sampler) -> None:
        study = _study(sampler)
        study.enqueue_trial({"x": 0.5, "kind": "b"})
        study.enqueue_trial({"x": 0.25})
        study.optimize(_objective, n_trials=3, catch=ArithmeticError)
        assert study.trials[0].params.items() >= {"x": 0.5, "kind": "b"}.items()
        assert study.trials[1].params["x"] == 0.25


class PrunerContract:
    """Laws of pruners; give the subclass a fixture `pruner`."""

    def test_the_same_question_has_the_same_answer(self, pruner: Pruner) -> None:
        again = [pruner, copy.deepcopy(pruner), pickle.loads(pickle.dumps(pruner))]
        for history in _learning_histories():
            for curve in _curves():
                answers = [bool(one.prune(history, curve)) for one in again]
                assert len(set(answers)) == 1

    def test_the_history_stays_as_it_is(self, pruner: Pruner) -> None:
        for history in _learning_histories():
            before = _seen(history)
            for curve in _curves():
                pruner.prune(history, curve)
            assert _seen(history) == before

    def test_nothing_is_pruned_before_anything_is_known(self, pruner: Pruner) -> None:
        history = create_study(seed=0).history
        for step in range(5):
            assert not pruner.prune(history, Curve(0, tuple(range(step + 1)), (0.0,) * (step + 1)))

    def test_maximising_is_minimising_the_negative(self, pruner: Pruner) -> None:
        down, up = _learnt(pruner, sign=1.0), _learnt(pruner, sign=-1.0)
        assert [trial.state for trial in down.trials] == [trial.state for trial in up.trials]
        assert [trial.last_step for trial in down.trials] == [trial.last_step for trial in up.trials]

    def test_everything_can_be_recomputed_from_the_log(self, pruner: Pruner) -> None:
        assert _learnt(pruner).verify() == []

    def test_nan_and_infinite_reports_are_survived(self, pruner: Pruner) -> None:
        study = create_study(pruner=pruner, seed=0)
        study.optimize(_learn(lambda number, step: (math.nan, math.inf, -math.inf, 1.0)[(number + step) % 4]), 20)
        assert study.verify() == []
        assert not study.get_trials(states=(TrialState.FAIL,))

    def test_a_resumed_study_continues_as_if_uninterrupted(self, pruner: Pruner) -> None:
        whole = create_study(study_name="contract", pruner=pruner, seed=0)
        whole.optimize(_learn(_rate), 24)
        storage = InMemoryStorage()
        create_study(study_name="contract", storage=storage, pruner=pruner, seed=0).optimize(_learn(_rate), 9)
        resumed = load_study(study_name="contract", storage=storage, pruner=copy.deepcopy(pruner))
        resumed.optimize(_learn(_rate), 15)
        assert _log(resumed) == _log(whole)

    def test_other_studies_with_the_pruner_make_no_difference(self, pruner: Pruner) -> None:
        alone = _learnt(copy.deepcopy(pruner))
        one, other = (create_study(pruner=pruner, seed=seed) for seed in (0, 1))
        for _ in range(30):
            other.optimize(_learn(lambda number, step: float(number + step)), 1)
            one.optimize(_learn(_rate), 1)
        assert [trial.last_step for trial in one.trials] == [trial.last_step for trial in alone.trials]

    def test_trials_that_run_at_the_same_time_can_be_recomputed(self, pruner: Pruner) -> None:
        storage = InMemoryStorage()
        create_study(study_name="contract", storage=storage, seed=0)
        workers = [load_study(study_name="contract", storage=storage, pruner=copy.deepcopy(pruner)) for _ in range(3)]
        trials = [worker.ask() for worker in workers]
        for turn in range(90):
            i = turn % 3 if turn % 7 else 0
            worker, trial = workers[i], trials[i]
            steps = len(trial._steps)
            trial.report(_rate(trial.number, steps), steps)
            if trial.should_prune():
                worker.tell(trial, state=TrialState.PRUNED)
            elif steps == 7:
                worker.tell(trial, 0.0)
            else:
                continue
            trials[i] = worker.ask()
        assert workers[0].verify() == []

    def test_several_objectives_are_pruned_or_refused(self, pruner: Pruner) -> None:
        study = create_study(pruner=pruner, seed=0, directions=["minimize", "maximize"])

        def objective(trial: Trial) -> tuple[float, float]:
            for step in range(8):
                rate = _rate(trial.number, step)
                trial.report((rate, math.nan if trial.number % 7 == 6 else -rate + trial.number % 3), step)
                if trial.should_prune():
                    raise TrialPruned
            return 0.0, 1.0

        refused = _raised(lambda: study.optimize(objective, 20))
        assert refused is None or (isinstance(refused, NotImplementedError) and "objective" in str(refused))
        assert study.verify() == [] or refused is not None

    def test_steps_in_any_order_can_be_recomputed(self, pruner: Pruner) -> None:
        study = create_study(pruner=pruner, seed=0)

        def objective(trial: Trial) -> float:
            for step in ((0, 1, 2, 3, 4), (4, 2, 0, 9, 1), (7, 6, 5), (100, 3), (2,))[trial.number % 5]:
                trial.report(_rate(trial.number, step), step)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    trial.report(-1e9, step)  # a second report at one step does not count
                if trial.number % 3 and trial.should_prune():
                    raise TrialPruned
            return 0.0

        study.optimize(objective, 30)
        assert study.verify() == []
        assert all(value > -1e9 for trial in study.trials for value in trial.intermediate_values.values())

    def test_asking_again_gives_the_same_answer(self, pruner: Pruner) -> None:
        study = create_study(pruner=pruner, seed=0)

        def objective(trial: Trial) -> float:
            for step in range(8):
                trial.report(_rate(trial.number, step), step)
                answers = {trial.should_prune() for _ in range(3)}
                assert len(answers) == 1
                if answers == {True} and trial.number % 2:  # the others go on all the same
                    raise TrialPruned
            return 0.0

        study.optimize(objective, 20)
        assert study.verify() == []

    def test_deferred_decisions_can_be_recomputed(self, pruner: Pruner) -> None:
        study = create_study(pruner=pruner, seed=0)
        study.optimize(_learn(_rate), 20, reproducible=True, lag=3)
        assert study.verify() == []

    def test_a_cohort_is_a_part_of_what_is_known(self, pruner: Pruner) -> None:
        for history in _learning_histories():
            groups = [cohort(pruner, history, number).number.tolist() for number in range(40)]
            assert all(set(group) <= set(history.number.tolist()) for group in groups)
            assert groups == [cohort(pruner, history, number).number.tolist() for number in range(40)]


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
        assert isinstance(_raised(lambda: storage.create(_header("a", seed=1))), DuplicatedStudyError)
        assert list(storage.read("a")) == [_header("a"), TrialStarted(1.0)]

    def test_a_study_keeps_its_log_under_another_name(self, storage: Storage) -> None:
        for name in "ab":
            storage.create(_header(name))
        storage.append("a", [TrialStarted(1.0)])
        assert isinstance(_raised(lambda: storage.rename("a", "b")), DuplicatedStudyError)
        assert isinstance(_raised(lambda: storage.rename("none", "c")), UnknownStudyError)
        storage.rename("a", "c")
        assert list(storage.studies()) == ["c", "b"]
        assert list(storage.read("c")) == [_header("a"), TrialStarted(1.0), StudyRenamed("c")]
        assert isinstance(_raised(lambda: storage.create(_header("c"))), DuplicatedStudyError)
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
        assert isinstance(_raised(lambda: storage.append_after("a", 0, lambda tail: [][1])), IndexError)
        assert isinstance(_raised(lambda: storage.append_after("b", 0, make)), UnknownStudyError)
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
        assert isinstance(_raised(lambda: storage.read("a")), UnknownStudyError)
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
            error = _raised(call)
            assert isinstance(error, UnknownStudyError)
            assert "'a'" in str(error)
        assert list(storage.studies()) == []

    def test_every_kind_of_event_comes_back(self, storage: Storage) -> None:
        storage.create(_header("a"))
        for event in _events():
            storage.append("a", [event])
        storage.append("a", _events())
        assert _text(storage.read("a")[1:]) == _text(_events() * 2)

    def test_values_keep_their_types_beside_each_other(self, storage: Storage) -> None:
        storage.create(_header("a"))
        values = [1, 1.0, True, "1", None, [1], [1.0], {"k": True}, -0.0, 0, 2**60, 2**70, math.nan, math.inf, {}]
        events = [AttributeSet("key", value) for value in values]
        events += [AttributeSet("key", {"k": [value]}) for value in values]
        storage.append("a", events * 40)
        _long_log(storage, "b", 3000)
        assert _text(storage.read("a", 1)) == _text(events * 40)

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
                assert isinstance(_raised(lambda batch=batch: storage.append("a", batch)), TypeError)  # type: ignore[misc]
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
        assert isinstance(_raised(lambda: other.append("a", [TrialStarted(3.0)])), UnknownStudyError)
        assert isinstance(_raised(lambda: other.read("a")), UnknownStudyError)

    def test_a_study_lives_in_it(self, storage: Storage) -> None:
        study = create_study(storage=storage, study_name="contract", seed=7)
        study.optimize(_objective, n_trials=12, catch=ArithmeticError)
        loaded = load_study(study_name="contract", storage=storage)
        assert _text(loaded.trials) == _text(study.trials)
        memory = create_study(study_name="contract", seed=7)
        memory.optimize(_objective, n_trials=12, catch=ArithmeticError)
        assert _log(loaded) == _log(memory)


# ---- for samplers


def _spaces() -> list[Space]:
    conditional = {name: _DISTRIBUTIONS[name] for name in ("kind", "x", "n")}
    single = [Space({name: distribution}) for name, distribution in _DISTRIBUTIONS.items()]
    return [Space(), *single, Space(conditional), Space(_DISTRIBUTIONS), Space(dict(reversed(_DISTRIBUTIONS.items())))]


def _histories(sampler: Sampler) -> Iterator[History]:
    yield _study(sampler).history
    for study in (
        _studied(sampler),
        _with_running_trials(sampler),
        _with_changing_ranges(sampler),
        _with_objectives(sampler),
    ):
        history = study.history
        yield history
        yield history.where(history.state == TrialState.COMPLETE)
        yield history.where(np.zeros(len(history), dtype=np.bool_))


def _questions(sampler: Sampler) -> Iterator[tuple[Space, History, Key]]:
    for history in _histories(sampler):
        for space in (*_spaces(), history.space):
            for number in (0, 5, 1000):
                yield space, history, Key(3, number)


def _sampled(sampler: Sampler, space: Space, history: History, key: Key) -> Any:
    try:
        return sampler.sample(space, history, key)
    except SearchSpaceExhausted:
        return None


def _asked(study: Study) -> Trial | None:
    try:
        trial: Trial = study.ask()
    except SearchSpaceExhausted:
        return None
    return trial


def _study(
    sampler: Sampler, *, storage: Storage | None = None, directions: Sequence[str] = ("minimize",), seed: int = 7
) -> Study:
    return create_study(storage=storage, study_name="contract", sampler=sampler, seed=seed, directions=list(directions))


def _objective(trial: Trial, *, sign: float = 1.0) -> float:
    """Conditional, of all kinds of parameters; some trials fail, some are pruned, some are infeasible."""
    kind = trial.suggest_categorical("kind", ["a", "b", None])
    x = trial.suggest_float("x", 0, 1)
    loss = (x - 0.3) ** 2
    if kind == "a":
        loss += abs(trial.suggest_int("n", -5, 5)) + math.log10(trial.suggest_float("lr", 1e-5, 1e-1, log=True)) ** 2
        loss += trial.suggest_float("step", 0, 1, step=0.1)
    elif kind == "b":
        loss += trial.suggest_normal("normal", 0, 1) ** 2
        loss += trial.suggest_categorical("size", [1, 2, 4], ordered=True)
    trial.set_constraint("c", x - 0.8)
    if len(trial.study.directions) == 1:
        trial.report(sign * loss, trial.number % 3)
    if trial.number % 7 == 3:
        raise ArithmeticError("this trial fails")
    if trial.number % 5 == 4:
        raise TrialPruned
    return math.inf if trial.number % 11 == 10 else loss


def _studied(sampler: Sampler) -> Study:
    study = _study(sampler)
    study.optimize(_objective, n_trials=25, catch=ArithmeticError)
    return study


def _with_running_trials(sampler: Sampler) -> Study:
    """Some trials are under way: some before anything was known, some after."""
    study = _study(sampler)
    for n_finished in (0, 8):
        study.optimize(_objective, n_trials=n_finished, catch=ArithmeticError)
        for _ in range(2):
            trial = _asked(study)
            if trial is not None:
                trial.suggest_float("x", 0, 1)
                trial.suggest_categorical("kind", ["a", "b", None])
    return study


def _with_changing_ranges(sampler: Sampler) -> Study:
    study = _study(sampler)

    def objective(trial: Trial) -> float:
        odd = trial.number % 2
        x = trial.suggest_float("x", *((0.0, 1.0), (0.2, 0.8), (-1.0, 3.0))[trial.number % 3])
        trial.suggest_categorical("kind", ["a", "b", None] if odd else ["z", "b", "a"])
        trial.suggest_int("n", -5 * odd, 9)
        return x**2

    study.optimize(objective, n_trials=18)
    return study


def _with_objectives(sampler: Sampler) -> Study:
    study = _study(sampler, directions=["minimize", "maximize"])
    study.optimize(lambda trial: (_objective(trial), trial.number % 5), n_trials=20, catch=ArithmeticError)
    return study


def _log(study: Study) -> list[str]:
    """The events, without when and where they happened."""
    return _text([_anywhere(event) for event in study._log.storage.read(study.study_name)])


def _anywhere(event: Any) -> Any:
    if isinstance(event, TrialStarted):
        return event._replace(time=0.0, worker=None)
    return event._replace(time=0.0) if "time" in event._fields else event


def _text(things: Sequence[Any]) -> list[str]:
    """What tells things apart by value and type, and NaN from nothing but numbers."""
    return list(map(repr, things))


def _seen(history: History) -> str:
    arrays: list[Any] = [
        history.number,
        history.state,
        history.losses,
        history.violation,
        history.last_step,
        history.running,
    ]
    arrays += [history.over(history.space), history.pending(history.space)]
    return repr([array.tolist() for array in arrays])


# ---- for pruners


def _learn(curve: Callable[[int, int], float]) -> Callable[[Trial], float]:
    def objective(trial: Trial) -> float:
        for step in range(8):
            trial.report(curve(trial.number, step), step)
            if trial.should_prune():
                raise TrialPruned
        return 0.0

    return objective


def _learnt(pruner: Pruner, *, sign: float = 1.0) -> Study:
    study = create_study(pruner=pruner, seed=0, direction="minimize" if sign > 0 else "maximize")
    study.optimize(_learn(lambda number, step: sign * _rate(number, step)), 30)
    return study


def _rate(number: int, step: int) -> float:
    return ((number * 7) % 10 + 1) / (step + 1)


def _learning_histories() -> Iterator[History]:
    from hpo.pruners.nop import NopPruner

    yield create_study(seed=0).history
    yield _learnt(NopPruner()).history
    strange = create_study(pruner=NopPruner(), seed=0)
    strange.optimize(_learn(lambda number, step: (math.nan, math.inf, -math.inf, 1.0)[(number + step) % 4]), 12)
    yield strange.history


def _curves() -> Iterator[Curve]:
    for losses in ((0.0,), (math.nan,), (math.inf, 5.0), (-math.inf,), (9.0, 8.0, 7.0, math.nan), tuple([2.5] * 8)):
        for first in (0, 3, 100):
            yield Curve(40, tuple(range(first, first + len(losses))), losses)
    yield Curve(0, (5, 1, 3), (1.0, 2.0, 3.0))


# ---- for storages


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
        SpaceDeclared(Space(_DISTRIBUTIONS)),
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


def _raised(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except BaseException as error:
        return error
    return None


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
