"""The search for good parameters of gradient boosting, whatever the library."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, final

from hpo.arrays import JSON
from hpo.caution import warn
from hpo.dimensions import Dimension, read_dimension
from hpo.events import StudyDirection, TrialState
from hpo.integrations.reporter import Reporter
from hpo.near import nearest
from hpo.protocols import Pruner, Storage
from hpo.pruners import SuccessiveHalvingPruner
from hpo.study import Callback, Study, create_study
from hpo.trial import Trial

__all__ = ["Boosting", "Metric", "Progress", "Tuned", "check_data", "free", "opened", "search"]

B = TypeVar("B")

_RATE = 0.1
_ROUNDS = "n_rounds"
_TUNING = "tuning"


@final
@dataclass(frozen=True)
class Tuned(Generic[B]):
    """What `tune` found.

    Attributes:
        best_params: The parameters that were searched, with the values of the best trial.
        params: These and the fixed ones, as the library's `train` takes them.
        best_value: The metric on the validation data, or its mean over the folds.
        best_iteration: Boosting rounds after which it was reached.
        booster: Trained on the whole training set with `params`, for `best_iteration` rounds.
        study: With all trials, for plots, importances and reports.
    """

    best_params: dict[str, Any]
    params: dict[str, Any]
    best_value: float
    best_iteration: int
    booster: B
    study: Study


@final
@dataclass(frozen=True)
class Metric:
    """What a library measures after each round.

    Args:
        name: What the library calls it.
        maximised: Whether more of it is better.
    """

    name: str
    maximised: bool

    def best(self, curve: Sequence[float]) -> tuple[float, int]:
        """The best value of a curve, and the number of rounds after which it was reached first."""
        value = max(curve) if self.maximised else min(curve)
        return float(value), list(curve).index(value) + 1


@final
class Progress:
    """Reports a trial's metric by how far boosting has come, which is rounds times learning rate.

    A step is what a round advances at a learning rate of 0.1. Slow learners need more rounds to the same point and
    often come out best: compared after as many rounds, they would be pruned for being slow. Rounds within a step are
    passed over.

    Args:
        trial: The objective's.
        learning_rate: Of all its rounds, > 0.
    """

    def __init__(self, trial: Trial, learning_rate: float) -> None:
        self._report = Reporter(trial)
        self._pace = learning_rate / _RATE
        self._last = 0

    def __call__(self, value: float, n_rounds: int) -> None:
        """Report the metric after a number of rounds; raises `TrialPruned` when the trial is to end."""
        step = math.floor(n_rounds * self._pace * (1 + 1e-9))  # 0.3 / 0.1 is less than 3
        if step > self._last:
            self._last = step
            self._report(value, step)


@final
@dataclass(frozen=True, kw_only=True)
class Boosting(Generic[B]):
    """How a library trains on the user's data.

    Args:
        metric: What tells which parameters are good.
        fixed: The parameters that all trials share.
        curve: The metric after each round of a trial with some more parameters; reports them to the trial.
        train: A model with all parameters, trained for a number of rounds.
    """

    metric: Metric
    fixed: Mapping[str, Any]
    curve: Callable[[dict[str, Any], Trial], Sequence[float]]
    train: Callable[[dict[str, Any], int], B]


def check_data(valid_set: Any, nfold: int | None, folds: Any = None) -> None:
    """Raise ValueError unless there is exactly one way to measure what a model has learned."""
    n_ways = sum(way is not None for way in (valid_set, nfold, folds))
    if n_ways == 0:
        raise ValueError(
            "tune needs data that a trial has not been trained on, to measure it: give valid_set=, or nfold=5 for a "
            "cross-validation on the training set."
        )
    if n_ways > 1:
        raise ValueError(
            "A trial is measured on valid_set= or by a cross-validation with nfold= or folds=; give one of them."
        )
    if nfold is not None and nfold < 2:
        raise ValueError(f"nfold must be ≥ 2, got {nfold!r}.")


def free(
    space: Mapping[str, Any], fixed: Iterable[str], known: Collection[str], first_name: Callable[[str], str]
) -> dict[str, Dimension]:
    """The parameters of a space that the user has not fixed.

    Args:
        space: Whatever the user wrote for each.
        fixed: Names of parameters that have a value.
        known: All names that the library has, aliases too.
        first_name: The first one of all names of a parameter.

    Raises:
        TypeError, ValueError: If the space has a name that the library lacks, a parameter under two names, or nothing
            that is free.
    """
    for name in space:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            raise ValueError(f"The library has no parameter {name!r}, which is in the space.{hint}")
    taken = {first_name(name) for name in fixed}
    found = {name: read_dimension(name, given) for name, given in space.items() if first_name(name) not in taken}
    names = [first_name(name) for name in found]
    if doubled := [name for name in names if names.count(name) > 1]:
        both = [name for name in found if first_name(name) == doubled[0]]
        raise ValueError(f"The space has one parameter under {len(both)} names, {both!r}; leave out all but one.")
    if not found:
        raise ValueError(f"params fixes all that the space has, {list(space)!r}; leave out of it what tune is to find.")
    return found


def opened(
    metric: Metric,
    *,
    n_rounds: int,
    study: Study | None,
    storage: str | Storage | None,
    study_name: str | None,
    seed: int | None,
    pruner: Pruner | None,
) -> Study:
    """The study to run trials in, which minimises or maximises as the metric needs it.

    Raises:
        ValueError: If the study is given and is not as it should be.
    """
    direction = StudyDirection.MAXIMIZE if metric.maximised else StudyDirection.MINIMIZE
    if study is None:
        return create_study(
            storage=storage,
            study_name=study_name,
            seed=seed,
            pruner=_default_pruner(n_rounds) if pruner is None else pruner,
            direction=direction,
            load_if_exists=study_name is not None,
        )
    options = {"storage": storage, "study_name": study_name, "seed": seed, "pruner": pruner}
    for name, given in options.items():
        if given is not None:
            raise ValueError(f"study= has a {name} of its own; leave {name}= out, or study=.")
    if study.directions != [direction]:
        wanted = direction.name.lower()
        raise ValueError(
            f"The metric {metric.name!r} is one to {wanted}: create_study(direction={wanted!r}); the study has "
            f"{[one.name.lower() for one in study.directions]}."
        )
    return study


def _default_pruner(n_rounds: int) -> Pruner:
    return SuccessiveHalvingPruner(min_resource=max(n_rounds // 20, 1), reduction_factor=2)


def search(
    boosting: Boosting[B],
    space: Mapping[str, Dimension],
    start: Mapping[str, Any],
    study: Study,
    *,
    n_trials: int | None,
    timeout: float | None,
    callbacks: Iterable[Callback] | Callback | None,
) -> Tuned[B]:
    """Run trials until the study has `n_trials`, and train the best one's model.

    Args:
        boosting: How to train.
        space: What to search for.
        start: Tried before anything else, where the space has it.
        study: Where to run; it may have trials of the same search.
        n_trials, timeout, callbacks: As `max_trials` and the others of `Study.optimize`.

    Raises:
        ValueError: If the study's trials are of something else, or none of them is complete.
    """
    _claim(study, boosting)
    first = {name: start[name] for name in space if name in start and space[name].distribution.contains(start[name])}
    study.enqueue_trial(first, skip_if_exists=True)

    def objective(trial: Trial) -> float:
        chosen = {name: dimension.suggest(trial, name) for name, dimension in space.items()}
        value, n_rounds = boosting.metric.best(boosting.curve({**boosting.fixed, **chosen}, trial))
        trial.set_user_attr(_ROUNDS, n_rounds)
        return value

    study.optimize(objective, timeout=timeout, callbacks=callbacks, max_trials=n_trials)
    best = study.best_trial
    found = {name: dimension.decode(best.params[name + dimension.suffix]) for name, dimension in space.items()}
    params, n_rounds = {**boosting.fixed, **found}, best.user_attrs[_ROUNDS]
    return Tuned(found, params, study.best_value, n_rounds, boosting.train(params, n_rounds), study)


def _claim(study: Study, boosting: Boosting[Any]) -> None:
    """Write down in a study what its trials are of, or refuse one whose trials are of something else."""
    fixed: dict[str, JSON] = {
        name: value for name, value in boosting.fixed.items() if isinstance(value, (bool, int, float, str))
    }
    before = study.user_attrs.get(_TUNING)
    if before is None and study.count_trials([state for state in TrialState if state.is_finished()]):
        raise ValueError(
            f"The study {study.study_name!r} has trials that tune did not make; give it another study_name."
        )
    if before is None:
        study.set_user_attr(_TUNING, {"metric": boosting.metric.name, "fixed": fixed})
        return
    if before["metric"] != boosting.metric.name:
        raise ValueError(
            f"The study {study.study_name!r} has trials measured by {before['metric']!r}, and now it is "
            f"{boosting.metric.name!r}; give it another study_name, or the same metric."
        )
    if before["fixed"] != fixed:
        warn(
            f"The study {study.study_name!r} has trials of {before['fixed']!r}, and now params are {fixed!r}; give it "
            "another study_name if that changes the metric."
        )
