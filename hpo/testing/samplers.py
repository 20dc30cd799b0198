"""The laws of samplers."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from hpo.arrays import Array
from hpo.events import TrialState
from hpo.exceptions import SearchSpaceExhausted, TrialPruned
from hpo.history import History
from hpo.key import Key
from hpo.protocols import Sampler, Storage, choosing, constraining, ending, seeding, stepwise
from hpo.space import Space
from hpo.storage.memory import InMemoryStorage
from hpo.study import Study, create_study, load_study
from hpo.testing.studies import DISTRIBUTIONS, logged, objective, seen
from hpo.trial import Trial

__all__ = ["SamplerContract"]


class SamplerContract:
    """Laws of samplers; give the subclass a fixture `sampler`.

    A sampler that takes its values from elsewhere must offer such ones as lie in the domains that are suggested
    here: for "x" numbers in [0.25, 0.75], for "kind" the letters "a" and "b". Only one that is there to try a list or a
    tree of configurations may end a study early by `SearchSpaceExhausted`; any other one goes on when all of a finite
    space has been tried.
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
            before = seen(history)
            for space in _spaces():
                _sampled(sampler, space, history, Key(0, 7))
            assert seen(history) == before

    def test_a_resumed_study_continues_as_if_uninterrupted(self, sampler: Sampler) -> None:
        whole = _study(sampler)
        whole.optimize(objective, n_trials=30, catch=ArithmeticError)
        storage = InMemoryStorage()
        _study(sampler, storage=storage).optimize(objective, n_trials=11, catch=ArithmeticError)
        resumed = load_study(study_name="contract", storage=storage, sampler=copy.deepcopy(sampler))
        resumed.optimize(objective, n_trials=19, catch=ArithmeticError)
        assert logged(resumed) == logged(whole)

    def test_everything_can_be_recomputed_from_the_log(self, sampler: Sampler) -> None:
        for study in (_studied(sampler), _with_running_trials(sampler), _with_changing_ranges(sampler)):
            assert study.verify() == []

    def test_maximising_is_minimising_the_negative(self, sampler: Sampler) -> None:
        down, up = _study(sampler), _study(sampler, directions=["maximize"])
        down.optimize(objective, n_trials=25, catch=ArithmeticError)
        up.optimize(lambda trial: -objective(trial, sign=-1.0), n_trials=25, catch=ArithmeticError)
        assert [trial.params for trial in down.trials] == [trial.params for trial in up.trials]
        assert [trial.state for trial in down.trials] == [trial.state for trial in up.trials]

    def test_a_study_that_ends_early_has_repeated_nothing(self, sampler: Sampler) -> None:
        study = _study(sampler)
        study.optimize(
            lambda t: float(t.suggest_categorical("kind", ["a", "b"]) == "a"),
            n_trials=14,
        )
        tried = [repr(trial.params) for trial in study.trials]
        assert len(tried) == 14 or len(tried) == len(set(tried))
        assert study.verify() == []

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
        alone.optimize(objective, n_trials=15, catch=ArithmeticError)
        one, other = _study(sampler), _study(sampler, seed=8, directions=["maximize"])
        for _ in range(15):
            other.optimize(objective, n_trials=1, catch=ArithmeticError)
            one.optimize(objective, n_trials=1, catch=ArithmeticError)
        assert logged(one) == logged(alone)

    def test_queued_parameters_are_tried_as_they_are(self, sampler: Sampler) -> None:
        study = _study(sampler)
        study.enqueue_trial({"x": 0.5, "kind": "b"})
        study.enqueue_trial({"x": 0.25})
        study.optimize(objective, n_trials=3, catch=ArithmeticError)
        assert study.trials[0].params.items() >= {"x": 0.5, "kind": "b"}.items()
        assert study.trials[1].params["x"] == 0.25

    def test_a_study_goes_on_from_earlier_ones_as_if_uninterrupted(self, sampler: Sampler) -> None:
        earlier = [_studied(sampler), _with_changing_ranges(sampler)]
        whole = _study(sampler, warm_start=earlier)
        n_queued = len(whole.trials)
        whole.optimize(objective, n_trials=n_queued + 12, catch=ArithmeticError)
        storage = InMemoryStorage()
        _study(sampler, storage=storage, warm_start=earlier).optimize(objective, n_trials=5, catch=ArithmeticError)
        resumed = load_study(study_name="contract", storage=storage, sampler=copy.deepcopy(sampler))
        resumed.optimize(objective, n_trials=n_queued + 7, catch=ArithmeticError)
        assert logged(resumed) == logged(whole)
        assert whole.verify() == []
        alone = _study(sampler, warm_start=earlier[:1])
        alone.optimize(objective, n_trials=1, catch=ArithmeticError)
        assert alone.trials[0].params.items() >= earlier[0].best_trial.params.items()

    def test_who_wraps_it_takes_none_of_its_abilities_away(self, sampler: Sampler) -> None:
        wrapper = _Around(_Around(sampler))
        for ability in (stepwise, choosing, constraining, ending, seeding):
            assert ability(wrapper) == ability(sampler)
        one, other = (logged(_studied(each), plans=False)[1:] for each in (wrapper, sampler))
        assert one == other


@final
@dataclass(frozen=True)
class _Around:
    """Adds nothing to another sampler."""

    wrapped: Sampler

    def sample(self, space: Space, history: History, key: Key) -> Array:
        return self.wrapped.sample(space, history, key)


def _spaces() -> list[Space]:
    conditional = {name: DISTRIBUTIONS[name] for name in ("kind", "x", "n")}
    single = [Space({name: distribution}) for name, distribution in DISTRIBUTIONS.items()]
    return [Space(), *single, Space(conditional), Space(DISTRIBUTIONS), Space(dict(reversed(DISTRIBUTIONS.items())))]


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
    sampler: Sampler,
    *,
    storage: Storage | None = None,
    directions: Sequence[str] = ("minimize",),
    seed: int = 7,
    warm_start: Sequence[Study] = (),
) -> Study:
    return create_study(
        storage=storage,
        study_name="contract",
        sampler=sampler,
        seed=seed,
        directions=list(directions),
        warm_start=warm_start,
    )


def _studied(sampler: Sampler) -> Study:
    study = _study(sampler)
    study.optimize(objective, n_trials=25, catch=ArithmeticError)
    return study


def _with_running_trials(sampler: Sampler) -> Study:
    """Some trials are under way: some before anything was known, some after."""
    study = _study(sampler)
    for n_finished in (0, 8):
        study.optimize(objective, n_trials=n_finished, catch=ArithmeticError)
        for _ in range(2):
            trial = _asked(study)
            if trial is not None:
                with suppress(ArithmeticError, TrialPruned):  # it asks for all of its parameters, and is never told
                    objective(trial)
    return study


def _with_changing_ranges(sampler: Sampler) -> Study:
    study = _study(sampler)

    def shifting(trial: Trial) -> float:
        odd = trial.number % 2
        x = trial.suggest_float("x", *((0.0, 1.0), (0.2, 0.8), (-1.0, 3.0))[trial.number % 3])
        trial.suggest_categorical("kind", ["a", "b", None] if odd else ["z", "b", "a"])
        trial.suggest_int("n", -5 * odd, 9)
        return x**2

    study.optimize(shifting, n_trials=18)
    return study


def _with_objectives(sampler: Sampler) -> Study:
    study = _study(sampler, directions=["minimize", "maximize"])
    study.optimize(lambda trial: (objective(trial), trial.number % 5), n_trials=20, catch=ArithmeticError)
    return study
