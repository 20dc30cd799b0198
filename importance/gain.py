"""Which parameters brought a gain: Shapley values of the change from a baseline to a trial."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_whole
from hpo.events import TrialState
from hpo.importance.forest import Tree, extra_trees, within
from hpo.importance.observations import Observations, observe
from hpo.importance.surrogate import Surrogate, fit
from hpo.importance.targets import Target
from hpo.key import Key
from hpo.words import encodable

if TYPE_CHECKING:
    from hpo.reading.readable import Readable
    from hpo.trial.frozen import FrozenTrial

__all__ = ["Gain", "ShapleyImportanceEvaluator", "attribute", "explain_gain"]

_MOST_BASELINES = 100


@final
@dataclass(frozen=True)
class Gain:
    """By how much a trial is better than a baseline, and which parameters bring it.

    Attributes:
        number: Of the trial.
        baseline: The value there, as far as a forest has learnt it.
        value: Of the trial.
        parameters: The trial's parameters, the one that brings most first. They sum to `total`, which is as much of
            the difference as the forest has learnt; negative where a change made things worse.

    Example:
        >>> gain = hpo.importance.explain_gain(study)
        >>> gain.number == study.best_trial.number, set(gain.parameters) == set(study.best_params)
        (True, True)
    """

    number: int
    baseline: float
    value: float
    parameters: dict[str, float]

    @property
    def total(self) -> float:
        """The gain, positive for the better."""
        return sum(self.parameters.values())

    def __str__(self) -> str:
        head = f"Trial {self.number}: {self.value:.6g}, and {self.baseline:.6g} expected at the baseline"
        moved = {encodable(name): gain for name, gain in self.parameters.items() if gain}
        width = max(map(len, moved), default=0)
        return "\n".join([head, *(f"  {name:{width}}  {gain:+.6g}" for name, gain in moved.items())])


@final
@dataclass(frozen=True, kw_only=True)
class ShapleyImportanceEvaluator:
    """Which parameters brought the gain of the best trial over a baseline; see `explain_gain`.

    An importance is the size of a parameter's contribution, in the units of the value.

    Args:
        baseline: Parameters, such as a program's defaults; a trial's number; None for the average over the trials.
        n_trees, max_samples, seed: As of `FanovaImportanceEvaluator`.

    Example:
        >>> evaluator = ShapleyImportanceEvaluator(baseline={"lr": 0.1, "n_layers": 1})
        >>> hpo.importance.get_param_importances(study, evaluator=evaluator)
    """

    baseline: Mapping[str, Any] | int | None = None
    n_trees: int = 64
    max_samples: int = 500
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.baseline is not None and not isinstance(self.baseline, Mapping):
            check_whole("baseline", self.baseline, 0, ", a dict of parameters, or None")
        for name in ("n_trees", "max_samples"):
            check_whole(name, getattr(self, name), 1)
        if self.seed is not None:
            check_whole("seed", self.seed, 0, ", or None for the study's")

    def evaluate(
        self,
        study: Readable,
        params: Sequence[str] | None = None,
        *,
        target: Callable[[FrozenTrial], float] | None = None,
    ) -> dict[str, float]:
        """The size of each parameter's contribution; arguments as for `get_param_importances`.

        Raises:
            ValueError: If the study has several objectives and there is no target.
        """
        seen, names = observe(study, params, target, single=True)
        gain = self._gain(study, seen, target)
        return {name: abs(gain.parameters[name]) for name in names}

    def explain(self, study: Readable, *, trial: int | None = None, target: Target = None) -> Gain:
        """Which changes from the baseline brought the gain of a trial; arguments as for `explain_gain`."""
        if trial is not None:
            check_whole("trial", trial, 0, ", or None for the best one")
        seen, _ = observe(study, None, target, single=True)
        return self._gain(study, seen, target, trial)

    def _gain(self, study: Readable, seen: Observations, target: Target, trial: int | None = None) -> Gain:
        grow = partial(extra_trees, n_trees=self.n_trees, max_samples=self.max_samples)
        surrogate = fit(seen, Key(study.seed if self.seed is None else self.seed, None, "gain"), grow)
        here = seen.only(surrogate.here)
        number = int(here.history.number[here.best(1)][0]) if trial is None else trial
        point = surrogate.place(_parameters(study, number))
        baselines = self._baselines(study, surrogate)
        shares = np.mean([attribute(tree, point, baselines) for tree in surrogate.trees], axis=0)
        expected = np.mean([tree.predict(np.vstack([point, baselines])) for tree in surrogate.trees], axis=0)
        sign = 1.0 if callable(target) else float(seen.history.signs[target or 0])
        gains = dict(zip(surrogate.space.names, _times(surrogate.unit, -shares + 0.0).tolist(), strict=True))
        ordered = dict(sorted(gains.items(), key=lambda item: item[1], reverse=True))
        learnt, baseline = _times(surrogate.unit, np.array([expected[0], expected[1:].mean()])).tolist()
        observed = seen.losses[seen.history.number == number, 0].tolist() or [learnt]  # of an infinite one nothing is
        return Gain(number, sign * baseline, sign * observed[0], ordered)

    def _baselines(self, study: Readable, surrogate: Surrogate) -> Array:
        if self.baseline is None:
            rows = np.linspace(0, len(surrogate.points) - 1, min(len(surrogate.points), _MOST_BASELINES)).astype(
                np.intp
            )
            return surrogate.points[rows]
        given = self.baseline if isinstance(self.baseline, Mapping) else _parameters(study, self.baseline)
        return surrogate.place(given)[None, :]


def explain_gain(
    study: Readable,
    *,
    baseline: Mapping[str, Any] | int | None = None,
    trial: int | None = None,
    target: Target = None,
) -> Gain:
    """Which changes from a baseline brought the gain of a trial.

    A forest learns the objective from the complete trials, each of which it reproduces. A parameter's share is what its
    change from the baseline's value to the trial's brings on average over all orders in which the parameters may be
    changed.

    Args:
        study: With at least two complete trials.
        baseline: Parameters, such as a program's defaults (those left out count as in the middle); a trial's number; by
            default the average over the study's trials.
        trial: Its number; by default the best one of those whose parameters lie within the present ranges and choices.
        target: What counts instead of the study's values: a function of a trial, whose small values are good, or the
            index of an objective.

    Raises:
        TypeError: If `baseline` is no dict, or `trial` no number of a trial.
        ValueError: If there are too few trials, a parameter or a trial is unknown, or there are several objectives
            and no target.

    Source: Shapley (1953); Wever et al. (2025), "HyperSHAP", arXiv 2502.01276; the closed form for trees is that of
    Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for trees";
    the forest's source is that of `hpo.importance.forest.extra_trees`.

    Example:
        >>> print(explain_gain(study, baseline={"lr": 0.1, "momentum": 0.9, "n_layers": 1}))
        Trial …
    """
    return ShapleyImportanceEvaluator(baseline=baseline).explain(study, trial=trial, target=target)


def attribute(tree: Tree, point: Array, baselines: Array) -> Array:
    """Shapley values of the change from a baseline to `point`, shape (d,), mean over `baselines`, shape (n, d).

    A box counts if the columns changed so far include those in which only the point lies inside (a of them) and none
    in which only the baseline does (b of them). A column of the first kind earns (a-1)! b! / (a+b)! of its value, one
    of the second loses a! (b-1)! / (a+b)!.
    """
    d = tree.low.shape[1]
    inside = np.column_stack([within(point[j : j + 1], tree.low[:, j], tree.high[:, j])[0] for j in range(d)])
    base = np.stack([within(baselines[:, j], tree.low[:, j], tree.high[:, j]) for j in range(d)], axis=2)  # (n, k, d)
    to, back = inside & ~base, base & ~inside
    alive = (inside | base).all(axis=2)
    a, b = to.sum(axis=2), back.sum(axis=2)
    earn, lose = _weights(d)
    value = np.where(alive, tree.value, 0.0)
    shares = np.einsum("nk,nkd->d", value * earn[a, b], to) - np.einsum("nk,nkd->d", value * lose[a, b], back)
    return np.asarray(shares / len(baselines))


@lru_cache(maxsize=8)
def _weights(d: int) -> tuple[Array, Array]:
    """(a-1)! b! / (a+b)! and a! (b-1)! / (a+b)! for a, b ≤ d, shape (d + 1, d + 1); 0 where a factorial is missing."""
    earn = np.zeros((d + 1, d + 1))
    for a in range(1, d + 1):
        for b in range(d + 1 - a):
            earn[a, b] = 1 / (a * math.comb(a + b, b))
    return earn, earn.T.copy()


def _times(unit: float, x: Array) -> Array:
    """Numbers in another unit; those that a float cannot hold, such as a gain between both ends, as the largest."""
    most = sys.float_info.max / unit
    return unit * np.clip(x, -most, most)


def _parameters(study: Readable, number: int) -> dict[str, Any]:
    for trial in study.get_trials(states=(TrialState.COMPLETE,)):
        if trial.number == number:
            return trial.params
    raise ValueError(f"There is no complete trial of number {number}.")
