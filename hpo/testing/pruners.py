"""The laws of pruners."""

from __future__ import annotations

import copy
import math
import pickle
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

from hpo.events import TrialState
from hpo.exceptions import TrialPaused, TrialPruned
from hpo.history import Curve, History
from hpo.protocols import Pruner, cohort, cohorts, pausing
from hpo.samplers.random import RandomSampler
from hpo.storage.memory import InMemoryStorage
from hpo.study import Study, create_study, load_study
from hpo.testing.studies import logged, raised, seen
from hpo.trial import Trial

__all__ = ["PrunerContract"]


class PrunerContract:
    """Laws of pruners, also of those that let trials pause; give the subclass a fixture `pruner`."""

    def test_the_same_question_has_the_same_answer(self, pruner: Pruner) -> None:
        again = [pruner, copy.deepcopy(pruner), pickle.loads(pickle.dumps(pruner))]
        for history in _learning_histories():
            for curve in _curves():
                answers = [bool(one.prune(history, curve)) for one in again]
                assert len(set(answers)) == 1

    def test_the_history_stays_as_it_is(self, pruner: Pruner) -> None:
        for history in _learning_histories():
            before = seen(history)
            for curve in _curves():
                pruner.prune(history, curve)
            assert seen(history) == before

    def test_nothing_is_pruned_before_anything_is_known(self, pruner: Pruner) -> None:
        history = create_study(seed=0).history
        for step in range(5):
            assert pausing(pruner) is not None or not pruner.prune(
                history, Curve(0, tuple(range(step + 1)), (0.0,) * (step + 1))
            )

    def test_maximising_is_minimising_the_negative(self, pruner: Pruner) -> None:
        down, up = _learnt(pruner, sign=1.0), _learnt(pruner, sign=-1.0)
        assert [trial.state for trial in down.trials] == [trial.state for trial in up.trials]
        assert [trial.last_step for trial in down.trials] == [trial.last_step for trial in up.trials]

    def test_everything_can_be_recomputed_from_the_log(self, pruner: Pruner) -> None:
        assert _learnt(pruner).verify() == []

    def test_nan_and_infinite_reports_are_survived(self, pruner: Pruner) -> None:
        study = create_study(sampler=RandomSampler(), pruner=pruner, seed=0)
        study.optimize(_learn(lambda number, step: (math.nan, math.inf, -math.inf, 1.0)[(number + step) % 4]), 20)
        assert study.verify() == []
        assert not study.get_trials(states=(TrialState.FAIL,))

    def test_a_resumed_study_continues_as_if_uninterrupted(self, pruner: Pruner) -> None:
        whole = create_study(study_name="contract", sampler=RandomSampler(), pruner=pruner, seed=0)
        whole.optimize(_learn(_rate), 24)
        storage = InMemoryStorage()
        create_study(study_name="contract", storage=storage, sampler=RandomSampler(), pruner=pruner, seed=0).optimize(
            _learn(_rate), 9
        )
        resumed = load_study(
            study_name="contract", storage=storage, sampler=RandomSampler(), pruner=copy.deepcopy(pruner)
        )
        resumed.optimize(_learn(_rate), 15)
        assert logged(resumed) == logged(whole)

    def test_other_studies_with_the_pruner_make_no_difference(self, pruner: Pruner) -> None:
        alone = _learnt(copy.deepcopy(pruner))
        one, other = (create_study(sampler=RandomSampler(), pruner=pruner, seed=seed) for seed in (0, 1))
        for _ in range(30):
            other.optimize(_learn(lambda number, step: float(number + step)), 1)
            one.optimize(_learn(_rate), 1)
        assert [trial.last_step for trial in one.trials] == [trial.last_step for trial in alone.trials]

    def test_trials_that_run_at_the_same_time_can_be_recomputed(self, pruner: Pruner) -> None:
        storage = InMemoryStorage()
        create_study(study_name="contract", storage=storage, sampler=RandomSampler(), seed=0)
        workers = [
            load_study(study_name="contract", storage=storage, sampler=RandomSampler(), pruner=copy.deepcopy(pruner))
            for _ in range(3)
        ]
        trials = [worker.ask() for worker in workers]
        for turn in range(90):
            i = turn % 3 if turn % 7 else 0
            worker, trial = workers[i], trials[i]
            steps = len(trial.curve().steps)
            trial.report(_rate(trial.number, steps), steps)
            if _is_stopped(trial):
                worker.tell(trial, state=TrialState.PAUSED if pausing(pruner) is not None else TrialState.PRUNED)
            elif steps == 7:
                worker.tell(trial, 0.0)
            else:
                continue
            trials[i] = worker.ask()
        assert workers[0].verify() == []

    def test_several_objectives_are_pruned_or_refused(self, pruner: Pruner) -> None:
        study = create_study(sampler=RandomSampler(), pruner=pruner, seed=0, directions=["minimize", "maximize"])

        def objective(trial: Trial) -> tuple[float, float]:
            for step in range(trial.resume_step, 8):
                rate = _rate(trial.number, step)
                trial.report((rate, math.nan if trial.number % 7 == 6 else -rate + trial.number % 3), step)
                if _is_stopped(trial):
                    raise _stop(trial)
            return 0.0, 1.0

        refused = raised(lambda: study.optimize(objective, 20))
        assert refused is None or (isinstance(refused, NotImplementedError) and "objective" in str(refused))
        assert study.verify() == [] or refused is not None

    def test_steps_in_any_order_can_be_recomputed(self, pruner: Pruner) -> None:
        study = create_study(sampler=RandomSampler(), pruner=pruner, seed=0)

        def objective(trial: Trial) -> float:
            for step in ((0, 1, 2, 3, 4), (4, 2, 0, 9, 1), (7, 6, 5), (100, 3), (2,))[trial.number % 5]:
                if step < trial.resume_step:
                    continue
                trial.report(_rate(trial.number, step), step)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    trial.report(-1e9, step)  # a second report at one step does not count
                if trial.number % 3 and _is_stopped(trial):
                    raise _stop(trial)
            return 0.0

        study.optimize(objective, 30)
        assert study.verify() == []
        assert all(value > -1e9 for trial in study.trials for value in trial.intermediate_values.values())

    def test_asking_again_gives_the_same_answer(self, pruner: Pruner) -> None:
        study = create_study(sampler=RandomSampler(), pruner=pruner, seed=0)

        def objective(trial: Trial) -> float:
            for step in range(trial.resume_step, 8):
                trial.report(_rate(trial.number, step), step)
                answers = {_is_stopped(trial) for _ in range(3)}
                assert len(answers) == 1
                if answers == {True} and trial.number % 2:  # the others go on all the same
                    raise _stop(trial)
            return 0.0

        study.optimize(objective, 20)
        assert study.verify() == []

    def test_deferred_decisions_can_be_recomputed(self, pruner: Pruner) -> None:
        study = create_study(sampler=RandomSampler(), pruner=pruner, seed=0)
        study.optimize(_learn(_rate), 20, reproducible=True, lag=3)
        assert study.verify() == []

    def test_who_wraps_it_takes_none_of_its_abilities_away(self, pruner: Pruner) -> None:
        wrapper = _Around(_Around(pruner))
        assert pausing(wrapper) is pausing(pruner)
        assert cohorts(wrapper) is cohorts(pruner)
        one, other = (logged(_learnt(each), plans=False)[1:] for each in (wrapper, pruner))
        assert one == other

    def test_a_cohort_is_a_part_of_what_is_known(self, pruner: Pruner) -> None:
        for history in _learning_histories():
            groups = [cohort(pruner, history, number).number.tolist() for number in range(40)]
            assert all(set(group) <= set(history.number.tolist()) for group in groups)
            assert groups == [cohort(pruner, history, number).number.tolist() for number in range(40)]


@final
@dataclass(frozen=True)
class _Around:
    """Adds nothing to another pruner."""

    wrapped: Pruner

    def prune(self, history: History, curve: Curve) -> bool:
        return self.wrapped.prune(history, curve)


def _learn(curve: Callable[[int, int], float]) -> Callable[[Trial], float]:
    def objective(trial: Trial) -> float:
        for step in range(trial.resume_step, 8):
            trial.report(curve(trial.number, step), step)
            if _is_stopped(trial):
                raise _stop(trial)
        return 0.0

    return objective


def _is_stopped(trial: Trial) -> bool:
    return trial.should_pause() if pausing(trial.study.pruner) is not None else trial.should_prune()


def _stop(trial: Trial) -> Exception:
    return TrialPaused() if pausing(trial.study.pruner) is not None else TrialPruned()


def _learnt(pruner: Pruner, *, sign: float = 1.0) -> Study:
    study = create_study(
        sampler=RandomSampler(), pruner=pruner, seed=0, direction="minimize" if sign > 0 else "maximize"
    )
    study.optimize(_learn(lambda number, step: sign * _rate(number, step)), 30)
    return study


def _rate(number: int, step: int) -> float:
    return ((number * 7) % 10 + 1) / (step + 1)


def _learning_histories() -> Iterator[History]:
    from hpo.pruners.nop import NopPruner

    yield create_study(seed=0).history
    yield _learnt(NopPruner()).history
    strange = create_study(sampler=RandomSampler(), pruner=NopPruner(), seed=0)
    strange.optimize(_learn(lambda number, step: (math.nan, math.inf, -math.inf, 1.0)[(number + step) % 4]), 12)
    yield strange.history


def _curves() -> Iterator[Curve]:
    for losses in ((0.0,), (math.nan,), (math.inf, 5.0), (-math.inf,), (9.0, 8.0, 7.0, math.nan), tuple([2.5] * 8)):
        for first in (0, 3, 100):
            yield Curve(40, tuple(range(first, first + len(losses))), losses)
    yield Curve(0, (5, 1, 3), (1.0, 2.0, 3.0))
