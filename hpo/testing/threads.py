"""The laws of studies that threads share."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar, final

import numpy as np

from hpo.events import TrialState
from hpo.exceptions import TrialPaused, TrialPruned
from hpo.history import Fold, History
from hpo.log.ledger import Ledger
from hpo.protocols import Storage, pausing
from hpo.pruners.successive_halving import SuccessiveHalvingPruner
from hpo.reading.snapshot import Snapshot
from hpo.samplers.tpe import TPESampler
from hpo.study import Study, create_study, load_study
from hpo.trial import FrozenTrial, Trial

__all__ = ["ThreadContract"]

T = TypeVar("T")

_N_TRIALS = 24  # of each of the workers
_N_KEPT = 60  # things that each reader keeps to the end
_SETTLED = tuple(state for state in TrialState if state is not TrialState.RUNNING)
_NUMBERS: Fold[tuple[int, ...]] = Fold(
    "hpo.testing.numbers", (), lambda numbers, fresh: (*numbers, *fresh.number.tolist())
)


class ThreadContract:
    """Threads may share a study in any way. Give the subclass a fixture `storage`, a new and empty one for each test.

    It takes some seconds; with the environment variable HPO_STRESS as many as that says.
    """

    def test_threads_disturb_neither_a_study_nor_what_it_has_given(self, storage: Storage) -> None:
        begun = time.monotonic()
        for seed in itertools.count():
            crowd = _Crowd(storage, seed)
            with _many_switches():
                crowd.go()
            crowd.check()
            if seed % 2 and time.monotonic() - begun >= float(os.environ.get("HPO_STRESS", "0")):
                return


@contextmanager
def _many_switches() -> Iterator[None]:
    """Let threads be interrupted nearly everywhere."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@final
@dataclass(frozen=True)
class _Given:
    """Something that a study gave, and that must not change.

    Args:
        look: All that it says.
        said: What it said when it was given; None if it was not asked then.
        position: How much of the log it follows from, where it says so.
        afresh: What it must say, of a ledger that has folded so much.
    """

    look: Callable[[], object]
    said: object = None
    position: int = 0
    afresh: Callable[[Ledger], object] | None = None


@final
class _Crowd:
    """Threads that run, read and edit one study, through two objects as two processes would."""

    def __init__(self, storage: Storage, seed: int) -> None:
        name, sampler = f"threads-{seed}", TPESampler(n_startup_trials=8)
        halving = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="stop" if seed % 2 else "promote")
        directions = ["maximize", "minimize"] if seed % 2 else ["minimize"]
        self.study = create_study(
            storage=storage, study_name=name, directions=directions, seed=seed, sampler=sampler, pruner=halving
        )
        self.other = load_study(storage=storage, study_name=name, sampler=sampler, pruner=halving)
        self._seed = seed
        self._n_working = 0
        self._given: list[list[_Given]] = []
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()

    def go(self) -> None:
        """Let all of them do their part, and raise the first error."""
        workers = [
            lambda random: self._optimize(self.study, random, n_jobs=2),
            lambda random: self._optimize(self.other, random, n_jobs=1),
            lambda random: self._ask_and_tell(self.study, random),
            lambda random: self._edit(random),
        ]
        readers = [lambda random: self._read(self.study, random), lambda random: self._read(self.other, random)]
        self._n_working = len(workers)
        threads = [threading.Thread(target=self._call, args=(work, i, True)) for i, work in enumerate(workers)]
        threads += [threading.Thread(target=self._call, args=(read, -i, False)) for i, read in enumerate(readers, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._errors:
            raise self._errors[0]

    def check(self) -> None:
        """What was given stays, and everything is what the log says of it."""
        events, ledger = self.study.events(), Ledger()
        for one in sorted(itertools.chain(*self._given), key=lambda one: one.position):
            said = one.look()
            assert one.said is None or said == one.said
            if one.afresh is not None:
                ledger.apply(events[ledger.position : one.position])
                assert said == one.afresh(ledger)
        fresh = load_study(storage=self.study._log.storage, study_name=self.study.study_name)
        assert _snapshot(self.study.snapshot()) == _snapshot(self.other.snapshot()) == _snapshot(fresh.snapshot())
        assert not fresh.count_trials([TrialState.RUNNING])
        assert self.study.verify() == []

    def _call(self, work: Callable[[Random], None], seed: int, is_worker: bool) -> None:
        try:
            work(Random(1000 * self._seed + seed))
        except BaseException as error:
            with self._lock:
                self._errors.append(error)
        finally:
            with self._lock:
                self._n_working -= is_worker

    # ---- workers

    def _optimize(self, study: Study, random: Random, *, n_jobs: int) -> None:
        given: list[_Given] = []
        self._given.append(given)

        def look(study: Study, trial: FrozenTrial) -> None:
            given.append(_Given(lambda: repr(trial), repr(trial)))
            if trial.number % 2:
                _in_spite_of("deleted", lambda: study.set_trial_user_attr(trial.number, "seen", trial.number))
            else:
                given.extend(_look(study, Random(trial.number)))

        del random
        study.optimize(_objective, _N_TRIALS, n_jobs=n_jobs, callbacks=[look], catch=ArithmeticError)

    def _ask_and_tell(self, study: Study, random: Random) -> None:
        for _ in range(_N_TRIALS):
            trials = study.ask(n=random.randint(1, 2))
            for trial in trials:
                values, state = _run(trial)
                _in_spite_of("deleted", lambda: study.tell(trial, values, state))  # noqa: B023

    def _edit(self, random: Random) -> None:
        study = self.study
        for i in range(_N_TRIALS):
            number = random.randrange(1 + 2 * i)
            study.enqueue_trial({"x": i / _N_TRIALS}, {"queued": i}, skip_if_exists=i % 4 == 0)
            _in_spite_of("created|deleted|waiting", lambda: study.set_trial_user_attr(number, "edit", [i]))  # noqa: B023
            study.set_user_attr("edit", {"i": i})
            if i % 3 == 0:
                _in_spite_of("created|deleted", lambda: study.delete_trial(number))  # noqa: B023

    # ---- readers

    def _read(self, study: Study, random: Random) -> None:
        kept: list[_Given] = []
        self._given.append(kept)
        while self._n_working and not self._errors:
            for given in _look(study, random):
                if len(kept) < _N_KEPT:
                    kept.append(given)
                else:
                    kept[random.randrange(_N_KEPT)] = given


def _objective(trial: Trial) -> float | tuple[float, ...]:
    values, state = _run(trial)
    if state is TrialState.PAUSED:
        raise TrialPaused
    if state is TrialState.PRUNED:
        raise TrialPruned
    if values is None:
        raise ArithmeticError("this trial fails")
    return values


def _run(trial: Trial) -> tuple[float | tuple[float, ...] | None, TrialState | None]:
    """What comes of a trial: its values and state."""
    n_objectives, pauses = len(trial.study.directions), pausing(trial.study.pruner) is not None
    x = trial.suggest_float("x", 0, 1)
    if trial.number % 3:
        x += trial.suggest_int("n", 0, 5) * trial.suggest_float("y", 0, 0.1)
    else:
        x += len(trial.suggest_categorical("kind", ["", "a", "bb"]))
    trial.set_user_attr("x", x)
    trial.set_constraint("c", x - 1.5)
    for step in range(trial.resume_step, 4):
        value = x + 1 / (step + 1)
        trial.report(value if n_objectives == 1 else (-value, value), step)
        if trial.should_pause() if pauses else trial.should_prune():
            return None, TrialState.PAUSED if pauses else TrialState.PRUNED
    if trial.number % 7 == 3:
        return None, TrialState.FAIL
    return (x if n_objectives == 1 else (-x, x)), None


def _in_spite_of(reasons: str, call: Callable[[], T]) -> T | None:
    """The result of a call, None if it is refused for one of some reasons: other threads may have been faster."""
    try:
        return call()
    except ValueError as error:
        if not any(reason in str(error) for reason in reasons.split("|")):
            raise
        return None


def _look(study: Study, random: Random) -> list[_Given]:
    """Read something, and say about half of it at once."""
    at_once = random.random() < 0.5

    def given(look: Callable[[], object]) -> _Given:
        return _Given(look, look())

    def followed(look: Callable[[], object], position: int, afresh: Callable[[Ledger], object]) -> _Given:
        return _Given(look, look() if at_once else None, position, afresh)

    what = random.randrange(7)
    if what == 0:
        history = study.history
        return [followed(lambda: _known(history), history.position, lambda ledger: _known(ledger.history()))]
    if what == 1:
        snapshot = study.snapshot()
        position = snapshot.position
        return [followed(lambda: _snapshot(snapshot), position, lambda ledger: _snapshot(Snapshot(ledger, {})))]
    if what == 2:
        trials = study.get_trials(states=random.sample(list(TrialState), 3)) if at_once else study.trials
        assert [trial.number for trial in trials] == sorted({trial.number for trial in trials})
        assert all(list(trial.params) == list(trial.distributions) for trial in trials)
        return [given(lambda: repr(trials))]
    if what == 3:
        front = study.best_trials
        return [given(lambda: repr(front))]
    if what == 4 and len(study.directions) == 1:
        best = _in_spite_of("completed", lambda: study.best_trial)
        return [given(lambda: repr(best))]
    if what == 5:
        with suppress(ImportError):
            frame = study.trials_dataframe()
            return [given(lambda: frame.to_csv())]
    attributes = study.user_attrs, study.system_attrs, study.count_trials()
    return [given(lambda: repr(attributes))]


def _snapshot(snapshot: Snapshot) -> object:
    """All that a snapshot says, but for what only the process knows that runs a trial."""
    records = snapshot.get_trials(states=_SETTLED), snapshot.best_trials
    running = [trial.number for trial in snapshot.get_trials(states=[TrialState.RUNNING])]
    best = None if len(snapshot.directions) > 1 else _in_spite_of("completed", lambda: snapshot.best_trial)
    counts = [snapshot.count_trials([state]) for state in TrialState]
    attributes = snapshot.user_attrs, snapshot.system_attrs, snapshot.study_name
    return _known(snapshot.history), repr(records), repr(best), running, counts, attributes


def _known(history: History) -> object:
    """All that a history says."""
    even = history.cohort("hpo.testing.even", lambda numbers: np.asarray(numbers % 2 == 0))
    arrays: list[Any] = [
        history.number,
        history.state,
        history.losses,
        history.violation,
        history.last_step,
        history.paused,
    ]
    arrays += [history.start, history.end, history.running, *history.constraints.values(), *history.reports()]
    arrays += [history.over(history.space), history.pending(history.space), history.losses_at(2), history.spaces[0]]
    arrays += [even.number, even.losses, even.pending(history.space), history.where(history.paused).number]
    finished = [(curve, curve.inherited) for curve in history.curves()]
    running = [(curve.number, tuple(curve.steps), curve.inherited) for curve in history.running_curves()]
    known = [(curve.step, curve.latest, curve.best) for curve in history.running_curves() if curve.losses]
    raw = {name: (values.tolist(), choices) for name in history.space for values, choices in [history.raw(name)]}
    folds = history.fold(_NUMBERS), even.fold(_NUMBERS)
    return repr([array.tolist() for array in arrays]), repr((finished, running, known, raw, folds))
