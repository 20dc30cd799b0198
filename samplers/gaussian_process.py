"""The surrogate of a study, to look at: predictions, their check, and the effect of each parameter.

Example:
    >>> study = hpo.create_study(sampler=GPSampler(seed=0))
    >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=20)
    >>> surrogate = hpo.samplers.gaussian_process.fit(study)
    >>> mean, std = surrogate.predict({"x": 0.5})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np

from hpo.arrays import Array, IntArray
from hpo.history import History
from hpo.protocols import Sampler
from hpo.samplers.gp.domain import sobol
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.sampler import GPSampler
from hpo.samplers.gp.schedule import subset
from hpo.samplers.gp.surrogate import Surrogate, Surrogates, values
from hpo.samplers.gp.threads import single_threaded
from hpo.samplers.model.axes import Axes
from hpo.space import Space

__all__ = ["FittedSurrogate", "LeaveOneOut", "PartialDependence", "ReadableStudy", "fit"]

_BITS = 7  # 2^bits configurations are averaged over
_POINTS = 41  # of a curve


class ReadableStudy(Protocol):
    """What `fit` looks at in a study."""

    @property
    def history(self) -> History:
        """Its trials."""
        ...

    @property
    def sampler(self) -> Sampler:
        """What it is sampled with."""
        ...


@final
@dataclass(frozen=True)
class LeaveOneOut:
    """What the surrogate says of each trial if it had not seen it, on the scale on which it models.

    Args:
        number: Of the trials, shape (n,).
        observed: Their values, shape (n,); 0 is their mean, 1 their standard deviation.
        mean, std: What is predicted without them, noise included, shape (n,).
    """

    number: IntArray
    observed: Array
    mean: Array
    std: Array

    @property
    def standardized(self) -> Array:
        """Errors in units of their predicted standard deviation, shape (n,); of a good model mostly within ±2."""
        return (self.observed - self.mean) / self.std

    @property
    def r2(self) -> float:
        """The share of the values' variance that is predicted: 1 is perfect, 0 as good as their mean."""
        residual, total = ((self.observed - self.mean) ** 2).sum(), ((self.observed - self.observed.mean()) ** 2).sum()
        return float(1.0 - residual / total) if total > 0 else float("nan")


@final
@dataclass(frozen=True)
class PartialDependence:
    """The predicted value for values of one parameter, averaged over the others.

    Args:
        values: Of the parameter.
        mean: The average prediction, shape (n,).
        std: The average standard deviation of a prediction, shape (n,).
    """

    values: list[Any]
    mean: Array
    std: Array


@final
@dataclass(frozen=True, eq=False, repr=False)
class FittedSurrogate:
    """A Gaussian process that was fitted to the trials of a study; made by `fit`."""

    _space: Space
    _embedding: Embedding
    _seen: Observations
    _learned: Surrogate
    _model: Posterior
    _sign: float
    _losses: Array

    def __repr__(self) -> str:
        return f"FittedSurrogate({len(self._seen)} trials, parameters={list(self._space)!r})"

    @property
    def length_scales(self) -> dict[str, float]:
        """By parameter, in units of its range; for categories in those of the distance between two choices.

        The smaller it is, the faster the value changes along the parameter, beside a quadratic trend that the model may
        have: a parameter with a parabola alone has a large one. Parameters of one value have none.
        """
        axes = self._embedding.axes
        columns = [*axes.numbers.tolist(), *axes.categories.tolist()]
        scales = self._model.hyper.scales.tolist()
        return {self._space.names[column]: scales[i] for i, column in enumerate(columns)}

    def predict(self, params: Mapping[str, Any]) -> tuple[float, float]:
        """Mean and standard deviation of the objective, without noise, in the units of its values.

        Where losses were warped, the mean is the median, and the standard deviation half of the width of the interval
        from the 16 % to the 84 % quantile.

        Args:
            params: A configuration; parameters that are missing are taken for inactive.

        Raises:
            ValueError: If a parameter is unknown, or a value lies outside of its domain.
        """
        for name, value in params.items():
            if name not in self._space:
                raise ValueError(f"The study has the parameters {list(self._space)}, got {name!r}.")
            if not self._space[name].contains(value):
                raise ValueError(f"{name!r} must lie in {self._space[name]!r}, got {value!r}.")
        points = self._embedding.axes.points(self._space.encode(params)[None])
        mean, std = self._predicted(points, ~np.isnan(points))
        return float(mean[0]), float(std[0])

    def leave_one_out(self) -> LeaveOneOut:
        """Predictions of each trial from all others, with the same hyperparameters."""
        mean, std = self._model.left_out
        observed = self._model.y[:, 0]
        return LeaveOneOut(self._seen.number, self._sign * observed, self._sign * mean[:, 0], std)

    def partial_dependence(self, name: str, values: Sequence[Any] | None = None) -> PartialDependence:
        """How the predicted value depends on one parameter, averaged over the others' priors.

        Parameters that some trials lack take part with the activity of the trials that had `name`.

        Args:
            name: Of a parameter.
            values: Where to look; by default all choices, or an even grid over the range.

        Raises:
            ValueError: If the parameter is unknown, has one value only, or no trial had it.
        """
        axes = self._embedding.axes
        if name not in self._space or self._space[name].single():
            raise ValueError(f"name must be one of {list(self.length_scales)}, got {name!r}.")
        column = self._space.index[name]
        donors = self._seen.active[self._seen.active[:, column]]
        if not len(donors):
            raise ValueError(f"No trial with a value had the parameter {name!r}.")
        given = self._grid(column) if values is None else [self._space.encode({name: v})[column] for v in values]
        at = axes.points(np.where(np.arange(len(self._space)) == column, np.array(given)[:, None], np.nan))[:, column]
        others = _prior(axes, sobol(len(self._space), _BITS))
        active = donors[np.arange(len(others)) % len(donors)]
        means, stds = [], []
        for u in at:
            points = others.copy()
            points[:, column] = u
            mean, std = self._predicted(points, active)
            means.append(mean.mean())
            stds.append(std.mean())
        shown = [self._space[name].decode(u) for u in given] if values is None else list(values)
        return PartialDependence(shown, np.array(means), np.array(stds))

    def _grid(self, column: int) -> list[float]:
        distribution = self._space.distributions[column]
        if column in self._embedding.axes.categories or column in self._embedding.axes.ordered:
            return [float(i) for i in range(int(distribution.cardinality))]
        grid = np.linspace(0.0, 1.0, int(min(_POINTS, distribution.cardinality)))
        return [float(u) for u in grid]

    def _predicted(self, points: Array, active: Any) -> tuple[Array, Array]:
        at = self._model.at(self._embedding.features(points, active))
        mean, sigma = at.mean[:, 0], at.sigma
        low, middle, high = (self._learned.warp.inverse(y, self._losses) for y in (mean - sigma, mean, mean + sigma))
        return self._sign * middle, 0.5 * (high - low)


def _prior(axes: Axes, u: Array) -> Array:
    """Points that are spread over the prior, shape (n, d)."""
    x = u.copy()
    for column, prior in zip(axes.categories, axes.priors, strict=True):
        x[:, column] = np.searchsorted(np.cumsum(prior)[:-1], u[:, column], side="right")
    return x


def fit(study: ReadableStudy, *, objective: int = 0, sampler: GPSampler | None = None) -> FittedSurrogate:
    """The Gaussian process that a `GPSampler` would use on a study, whatever sampler the study has.

    Args:
        study: With at least two different finished trials.
        objective: Which objective to model.
        sampler: Whose options count; by default the study's if it is a `GPSampler`, else the default options.

    Raises:
        ValueError: If there are too few trials, no parameters, or no such objective.
    """
    history = study.history
    if not 0 <= objective < history.n_objectives:
        raise ValueError(f"objective must be at least 0 and below {history.n_objectives}, got {objective!r}.")
    if sampler is None:
        sampler = study.sampler if isinstance(study.sampler, GPSampler) else GPSampler()
    space, how = history.space, sampler.modelling
    with single_threaded():
        state = Surrogates.of(history, space, how)
    if state.embedding is None or not state.embedding.n_scales:
        raise ValueError(
            f"A surrogate needs at least two trials with values, and parameters of more than one value; "
            f"the study has {len(state.seen)} such trials and the parameters {list(space)}."
        )
    seen = state.seen.at(subset(state.seen, how.n_observations))
    with single_threaded():
        model = state.posteriors(seen)[objective]
    return FittedSurrogate(
        space,
        state.embedding,
        seen,
        state.learned[objective],
        model,
        float(history.signs[objective]),
        values(seen)[0][objective],
    )
