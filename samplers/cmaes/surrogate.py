"""How far a model of the loss is trusted, and what it says of points that were not tried."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.cmaes.gaussian import Gaussian
from hpo.samplers.cmaes.quadratic import Quadratic, most_known
from hpo.samplers.model.ordering import LOSSES, best_first
from hpo.samplers.model.polynomial import pairs

__all__ = ["Surrogate", "least_tried"]

_FEW, _MORE = 3, 10  # trials of a generation at least, as long as each counts, and once time counts too
_LONG = 1000  # trials from which on it does
_LONG_EACH = 100  # and of each parameter
_MOST = 5  # points from which a trial is chosen
_SURE, _UNSURE, _WRONG = 0.8, 0.7, 0.6  # shares of pairs in the right order: one point more, one fewer, none
_HALF_LIFE = 20.0  # pairs
_LEAST_PAIRS = 10.0  # before which nothing is known of the model


@final
@dataclass(frozen=True, eq=False)
class Surrogate:
    """A model of the loss that chooses each trial from several points of the distribution.

    The points that were not chosen count with the losses that the model expects, so that a generation is what the
    distribution gives, neither better nor worse, and takes fewer trials. From how many points a trial is chosen depends
    on how often the model has put pairs of trials of a generation in the right order before they were tried.

    Args:
        x: The latest complete trials, shape (k, n).
        losses: Theirs, shape (k,).
        model: Made of them, if they were enough.
        ordered: Pairs of trials that the model has put in the right order, older ones counting less.
        compared: Pairs that it has put in any order.
        n_points: From which each trial is chosen, at least 1.

    Source: Hansen (2019), "A global surrogate assisted CMA-ES", doi 10.1145/3321707.3321842, whose model this is; there
    it chooses from a generation, and not from the points of a trial.
    """

    x: Array
    losses: Array
    model: Quadratic | None = None
    ordered: float = 0.0
    compared: float = 0.0
    n_points: int = 1

    @staticmethod
    def nothing(n: int) -> Surrogate:
        """Before the first trial of n parameters."""
        return Surrogate(np.empty((0, n)), np.empty(0))

    def chosen(self, points: Array) -> IntArray:
        """Which of some points promises most, shape (…, k, n) → (…)."""
        return np.zeros(points.shape[:-2], dtype=np.int64) if self.model is None else self.model(points).argmin(axis=-1)

    def after(self, keys: Array, x: Array, frame: Gaussian) -> Surrogate:
        """With some more trials.

        Args:
            keys: Their sort keys in the order of time, shape (k, 4).
            x: Shape (k, n).
            frame: The distribution that has proposed them.
        """
        missing = np.isnan(x)
        if missing.any():
            whole = ~missing.any(axis=1)
            keys, x = keys[whole], x[whole]
        ordered, compared = (self.ordered, self.compared) if self.model is None else self._judged(self.model, keys, x)
        all_x, losses = self._with(keys, x)
        model = Quadratic.of(frame, all_x, losses)
        n_points = 1 if model is None else _trusted(ordered, compared, self.n_points)
        return Surrogate(all_x, losses, model, ordered, compared, n_points)

    def knowing(self, keys: Array, x: Array) -> Surrogate:
        """With trials that the model did not choose, to be made of them when the next ones have come."""
        all_x, losses = self._with(keys, x)
        return replace(self, x=all_x, losses=losses)

    def _with(self, keys: Array, x: Array) -> tuple[Array, Array]:
        """The latest complete trials, some of which have come last, and their losses."""
        fine, most = _complete(keys, x), most_known(x.shape[1])
        losses = keys[:, LOSSES.start]
        return np.concatenate([self.x, x[fine]])[-most:], np.concatenate([self.losses, losses[fine]])[-most:]

    def expected(self, others: Array, keys: Array, x: Array) -> Array:
        """Sort keys of points that were not tried, shape (k, 4), beside those of trials that were.

        Args:
            others: The points, shape (k, n).
            keys, x: Of the trials.
        """
        fine = _complete(keys, x)
        assert self.model is not None
        losses = self.model(np.concatenate([others, x[fine]]))
        expected = np.zeros((len(others), keys.shape[1]))
        with np.errstate(over="ignore", invalid="ignore"):
            off = (keys[fine, LOSSES.start] - losses[len(others) :]).mean() if fine.any() else 0.0
            losses = losses[: len(others)] + off
        expected[:, LOSSES.start] = np.where(np.isnan(losses), np.inf, losses)
        return expected

    def _judged(self, model: Quadratic, keys: Array, x: Array) -> tuple[float, float]:
        """Pairs in the right order, and all of them, with those of some trials, which the model has not seen."""
        losses, place = model(x), _places(keys)
        i, j = pairs(len(keys))
        first, second = place[i], place[j]
        differ = first != second
        right = ((losses[i] < losses[j]) == (first < second)) & differ
        n_compared = np.count_nonzero(differ)
        faded = 0.5 ** (n_compared / _HALF_LIFE)
        return self.ordered * faded + np.count_nonzero(right), self.compared * faded + n_compared


def least_tried(number: int, n: int) -> int:
    """Trials of a generation at least, from how many points ever they are chosen.

    A generation and its model take about the same time however many trials it has.

    Args:
        number: Of its first trial.
        n: Numbers of the space.
    """
    return _FEW if number < max(_LONG, _LONG_EACH * n) else _MORE


def _trusted(ordered: float, compared: float, n_points: int) -> int:
    """From how many points the next trials are chosen, after `n_points`."""
    share = ordered / compared if compared >= _LEAST_PAIRS else 0.0
    if share < _WRONG:
        return 1
    if share > _SURE:
        return min(n_points + 1, _MOST)
    return max(n_points - 1, 1) if share < _UNSURE else n_points


def _places(keys: Array) -> IntArray:
    """The place of each trial by its sort keys, 0 for the best, shape (k,); the same for those that are alike."""
    order = best_first(keys)
    in_order = keys[order]
    place = np.zeros(len(keys), dtype=np.int64)
    place[order[1:]] = np.cumsum((in_order[1:] != in_order[:-1]).any(axis=1))
    return place


def _complete(keys: Array, x: Array) -> BoolArray:
    """Which trials have all numbers and a finite loss, and keep all constraints, shape (k,)."""
    fine = np.isfinite(keys[:, LOSSES.start]) & ~keys[:, : LOSSES.start].any(axis=1)
    missing = np.isnan(x)
    return np.asarray(fine & ~missing.any(axis=1) if missing.any() else fine)
