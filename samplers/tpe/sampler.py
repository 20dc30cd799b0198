"""The tree-structured Parzen estimator."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, final

import numpy as np

from hpo.arrays import Array, BoolArray, IntArray
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.key import Key
from hpo.samplers.tpe import bandwidth, split, weights
from hpo.samplers.tpe.axes import Axes, axes_of
from hpo.samplers.tpe.branches import Leaf, Tree, learn, route
from hpo.samplers.tpe.parzen import Mixture, draw, fit, log_density, log_kernels
from hpo.samplers.tpe.record import Record, order_of_several
from hpo.samplers.tpe.tried import Tried, configurations, names_of
from hpo.space import Space

__all__ = ["TPESampler"]

_MOST_GOOD = 64  # more good trials than these are not remembered
_BINS = 16  # into which a number falls that other parameters may depend on
_MOST_LISTED = 2**15  # a finite space of more configurations is searched by drawing
_MOST_COMPARED = 256  # of those that were not tried
_ROUNDS = 8  # of drawing again, where all candidates were tried before


@final
@dataclass(frozen=True, kw_only=True)
class TPESampler:
    """Model the good and the other trials by one density each, l(x) and g(x), and try where l(x) / g(x) is large.

    The model is joint and knows branches: candidates are whole configurations with the parameters that history
    shows to be active given the values of others, and their densities are compared over these alone. Trials on
    other branches still tell about shared parameters. A parameter that an objective asks for the first time inside
    a trial is drawn given what the trial has fixed.

    Running trials count as bad, so that parallel ones spread. Pruned trials come after complete ones, those that
    reached more steps first; infeasible ones after both, and the probability of being feasible multiplies the
    ratio (c-TPE). Of several objectives the non-domination rank counts, and within the rank that is cut the
    dominated hypervolume. A finite space is searched without trying anything twice.

    The cost of an ask does not grow with the history: of the trials that are not good a fair sample stands for all.

    Args:
        n_startup_trials: Before so many have finished, configurations come from the prior.
        n_ei_candidates: How many configurations are compared in each ask.
        seed: Becomes the study's seed when the study is created.
        multivariate: False models each parameter on its own; None means True.
        group: Accepted and not needed: the joint model tells branches apart by itself.
        constant_liar: Whether running trials count as bad.
        gamma: Number of good trials for a number of finished ones, instead of `split`.
        prior_weight: How many trials the prior is worth in both densities.
        startup: "random" draws, or "stratified": each parameter's values spread evenly over its prior.
        split: "linear", ⌈good_fraction · n⌉, or "sqrt", ⌈good_fraction · √n⌉ good trials, at most `good_limit`.
        good_fraction, good_limit: See `split`.
        good_weights, bad_weights: How much trials count in l and g: "uniform", "ei" by their improvement, or
            "old-decay" by their age.
        bandwidth: Width of kernels: "gap" to the farther neighbour, or "scott".
        magic_clip_exponent, min_bandwidth: No kernel is narrower than max(min_bandwidth, (k + 1)^-exponent), if
            the mixture has k.
        category_prior: How many trials each choice's share of the prior is worth along an axis of categories.
        failures: "ignore" failed trials, or count them as "bad".
        allow_duplicates: Whether to try a configuration of a finite space again.
        n_kernels: Trials in the sample that stands for the whole history.

    Raises:
        SearchSpaceExhausted: From `ask`, when all configurations of a finite space have been tried.

    Sources: Bergstra et al. (2011), "Algorithms for hyper-parameter optimization"; Watanabe (2023),
    arXiv 2304.11127, for the options; Watanabe and Hutter (2022), arXiv 2211.14411, for constraints; Ozaki et al.
    (2022), "Multiobjective tree-structured Parzen estimator", for several objectives.

    Example:
        >>> study = hpo.create_study(sampler=TPESampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=50)
    """

    n_startup_trials: int = 10
    n_ei_candidates: int = 24
    seed: int | None = None
    multivariate: bool | None = None
    group: bool = False
    constant_liar: bool = True
    gamma: Callable[[int], int] | None = None
    prior_weight: float = 1.0
    startup: Literal["random", "stratified"] = "stratified"
    split: Literal["linear", "sqrt"] = "linear"
    good_fraction: float = 0.15
    good_limit: int = 25
    good_weights: Literal["uniform", "ei", "old-decay"] = "ei"
    bad_weights: Literal["uniform", "old-decay"] = "uniform"
    bandwidth: Literal["gap", "scott"] = "gap"
    magic_clip_exponent: float = 2.0
    min_bandwidth: float = 0.03
    category_prior: float = 1.0
    failures: Literal["ignore", "bad"] = "ignore"
    allow_duplicates: bool = False
    n_kernels: int = 256

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {choices}, got {getattr(self, name)!r}.")
        for name, least in (("n_startup_trials", 0), ("n_ei_candidates", 1), ("good_limit", 1), ("n_kernels", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)!r}.")
        for name in ("prior_weight", "good_fraction", "min_bandwidth", "category_prior"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be > 0, got {getattr(self, name)!r}.")

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        record = self._record(history)
        if record.size < max(self.n_startup_trials, 1):
            row = self._started(space, history, key)
            if not self._repeats(row, space, record, history):
                return row
        given = {name: history.space[name] for name in history.given if name in history.space}
        model = Space(given | dict(space)) if any(name not in space for name in given) else space
        if self.multivariate is False:
            return np.array([self._single(Space({n: d}), record, history, key) for n, d in space.items()])
        row = self._joint(model, record, history, key)
        return row if model is space else row[[model.index[name] for name in space]]

    def _record(self, history: History) -> Record:
        failed = self.failures == "bad"
        m = history.n_objectives
        n_best = max(self.good_limit, _MOST_GOOD) + 1
        start = Record.empty(n_best, self.n_kernels, failed, m)
        return history.fold(("tpe.record", n_best, self.n_kernels, failed), start, Record.advance, Space())

    def _started(self, space: Space, history: History, key: Key) -> Array:
        """A row of the prior; "stratified" spreads the first trials' values of each parameter evenly."""
        if self.startup == "random" or key.number is None:
            return space.uniform(key)
        n = max(self.n_startup_trials, 1)
        block, position = divmod(key.number, n)
        within = key.uniforms(space.names)
        order = key.study.child(f"tpe.startup {block}")
        row = np.empty(len(space))
        for column, (name, u) in enumerate(zip(space.names, within, strict=True)):
            stratum = order.child(name).generator().permutation(n)[position]
            row[column] = space.distributions[column].draw((stratum + u) / n)
        return row

    def _single(self, space: Space, record: Record, history: History, key: Key) -> float:
        """One parameter's value, whatever the others are."""
        return float(self._joint(space, record, history, key.child(space.names[0]))[0])

    def _joint(self, space: Space, record: Record, history: History, key: Key) -> Array:
        axes = axes_of(space)
        if not len(axes.numbers) and not len(axes.categories):
            return np.full(len(space), np.nan)
        known = _Known.of(self, record, history, space, axes)
        if known is None:
            return np.full(len(space), np.nan)
        rng = key.child("tpe").generator()
        fixed = axes.points(space.encode(history.given)[None])[0]
        tree = known.tree(axes) if space is history.space else None
        ratio = self._ratio(axes, known, history, space, tree)
        if tree is None or not self._must_be_new(axes):
            candidates, active = ratio.candidates(self.n_ei_candidates, fixed, tree, rng)
            return axes.coded(candidates[[ratio(candidates, active).argmax()]])[0]
        return self._untried(space, history, axes, ratio, tree, fixed, rng)

    def _ratio(self, axes: Axes, known: _Known, history: History, space: Space, tree: Tree | None) -> _Ratio:
        good, bad = known.good, known.bad
        pending = history.pending(space) if self.constant_liar else np.empty((0, len(space)))
        if len(pending):
            points = axes.points(pending)
            bad = np.concatenate([bad, points if tree is None else _routed(axes, tree, points)])
        w = weights.old_decay(len(bad)) if self.bad_weights == "old-decay" else np.ones(len(bad))
        l, g = self._fit(axes, good, known.good_weights), self._fit(axes, bad, w)
        if not known.infeasible.any():
            return _Ratio(axes, l, g)
        x, c = known.points, known.infeasible
        feasible = self._fit(axes, x[~c], np.ones(int((~c).sum())))
        infeasible = self._fit(axes, x[c], np.ones(int(c.sum())))
        shares = (_share(len(good), len(x)), _share(len(x) - int(c.sum()), len(x)))
        return _Ratio(axes, l, g, feasible, infeasible, shares)

    def _fit(self, axes: Axes, points: Array, w: Array) -> Mixture:
        width = bandwidth.scott if self.bandwidth == "scott" else bandwidth.neighbour_gap
        narrowest = bandwidth.smallest(len(points) + 1, self.magic_clip_exponent, self.min_bandwidth)
        return fit(axes, points, w, width, narrowest, self.category_prior, self.prior_weight)

    def _n_good(self, n: int) -> int:
        if self.gamma is not None:
            wanted = self.gamma(n)
        else:
            rule = split.root if self.split == "sqrt" else split.linear
            wanted = rule(n, self.good_fraction, self.good_limit)
        return max(1, min(int(wanted), n, max(self.good_limit, _MOST_GOOD)))

    def _must_be_new(self, axes: Axes) -> bool:
        return axes.is_finite and not self.allow_duplicates and self.multivariate is not False

    def _repeats(self, row: Array, space: Space, record: Record, history: History) -> bool:
        """Whether a row of the prior would be tried again in a finite space."""
        axes = axes_of(space)
        if space is not history.space or not self._must_be_new(axes) or not record.size:
            return False
        known = _Known.of(self, record, history, space, axes)
        if known is None:
            return False
        tree, points = known.tree(axes), axes.points(row[None])
        active = route(tree, axes.bins(points, ~np.isnan(points), _BINS))
        return names_of(axes.values(points, active))[0] in self._tried(space, history, axes, tree)

    def _tried(self, space: Space, history: History, axes: Axes, tree: Tree) -> Tried:
        """The configurations of finished and running trials."""
        tried = history.fold("tpe.tried", Tried(), partial(Tried.advance, axes=axes, space=space), space)
        pending = _routed(axes, tree, axes.points(history.pending(space)))
        return tried.including(names_of(axes.values(pending, ~np.isnan(pending))))

    def _untried(
        self,
        space: Space,
        history: History,
        axes: Axes,
        ratio: _Ratio,
        tree: Tree,
        fixed: Array,
        rng: np.random.Generator,
    ) -> Array:
        """The best candidate that was not tried; drawn, or at last picked from a list of what is left."""
        tried = self._tried(space, history, axes, tree)
        for _ in range(_ROUNDS):
            candidates, active = ratio.candidates(self.n_ei_candidates, fixed, tree, rng)
            new = [name not in tried for name in names_of(axes.values(candidates, active))]
            if any(new):
                candidates, active = candidates[new], active[new]
                return axes.coded(candidates[[ratio(candidates, active).argmax()]])[0]
        if np.isnan(fixed).all():
            values = configurations(tree, axes.cardinality.astype(np.int64), _MOST_LISTED)
            if values is not None:
                left = values[[name not in tried for name in names_of(values)]]
                if not len(left):
                    raise SearchSpaceExhausted(f"All {len(values)} configurations of the space have been tried.")
                left = left[rng.choice(len(left), min(len(left), _MOST_COMPARED), replace=False)]
                candidates, active = axes.at(left), left >= 0
                best = [ratio(candidates, active).argmax()]
                return np.where(active[best], axes.coded(candidates[best]), np.nan)[0]
        return axes.coded(candidates[[ratio(candidates, active).argmax()]])[0]


_CHOICES: dict[str, tuple[str, ...]] = {
    "startup": ("random", "stratified"),
    "split": ("linear", "sqrt"),
    "good_weights": ("uniform", "ei", "old-decay"),
    "bad_weights": ("uniform", "old-decay"),
    "bandwidth": ("gap", "scott"),
    "failures": ("ignore", "bad"),
}


@final
@dataclass(frozen=True, eq=False)
class _Known:
    """The trials that the densities are made of.

    Args:
        good, bad: Points, NaN where a trial lacks the axis, shapes (a, d) and (b, d).
        good_weights: Shape (a,).
        points, active, infeasible: Of both, shapes (a + b, d) and (a + b,).
    """

    good: Array
    bad: Array
    good_weights: Array
    points: Array
    active: BoolArray
    infeasible: BoolArray

    @staticmethod
    def of(sampler: TPESampler, record: Record, history: History, space: Space, axes: Axes) -> _Known | None:
        """None if no trial had one of the parameters."""
        n_good = sampler._n_good(record.size)
        order = order_of_several(record.merit, n_good) if history.n_objectives > 1 else slice(None)
        merit, best = record.merit[order], record.best[order]
        good = best[:n_good]
        bad = np.sort(record.sample[~(record.sample[:, None] == good).any(axis=1)])
        rows = np.concatenate([good, bad])
        points = axes.points(history.at(rows, space))
        missing = np.isnan(points)
        has = ~missing.all(axis=1)
        if not has.any():
            return None
        active = history.active(rows, space) if missing.any() else ~missing
        w = np.ones(len(good))
        if sampler.good_weights == "ei" and history.n_objectives == 1 and (merit[:n_good, 0] == 0.0).all():
            threshold = merit[n_good, 3] if len(merit) > n_good and merit[n_good, 0] == 0.0 else merit[n_good - 1, 3]
            w = weights.expected_improvement(merit[:n_good, 3], threshold)
        elif sampler.good_weights == "old-decay":
            w = np.empty(len(good))
            w[np.argsort(good)] = weights.old_decay(len(good))
        a, b = has[: len(good)], has[len(good) :]
        return _Known(
            points[: len(good)][a],
            points[len(good) :][b],
            w[a],
            points[has],
            active[has],
            history.violation[rows[has]] > 0,
        )

    def tree(self, axes: Axes) -> Tree:
        """Which parameters are active, as these trials show."""
        if (self.active == self.active[0]).all():
            return Leaf(self.active[0])
        return learn(axes.bins(self.points, self.active, _BINS), self.active, axes.numbers)


@final
@dataclass(frozen=True, eq=False)
class _Ratio:
    """What candidates are drawn from and compared by.

    Args:
        good, bad: l(x) and g(x).
        feasible, infeasible: The same for the constraints; None without any.
        shares: Of good and of feasible ones among all.
    """

    axes: Axes
    good: Mixture
    bad: Mixture
    feasible: Mixture | None = None
    infeasible: Mixture | None = None
    shares: tuple[float, float] = (0.0, 1.0)

    def __call__(self, points: Array, active: BoolArray) -> Array:
        """How promising each point is, shape (n,).

        Source of the product of ratios: arXiv 2211.14411, equation 7.
        """
        ratio = log_density(self.good, points, active) - log_density(self.bad, points, active)
        if self.feasible is None or self.infeasible is None:
            return ratio
        feasible = log_density(self.feasible, points, active) - log_density(self.infeasible, points, active)
        return _log_relative(ratio, self.shares[0]) + _log_relative(feasible, self.shares[1])

    def candidates(
        self, n: int, fixed: Array, tree: Tree | None, rng: np.random.Generator
    ) -> tuple[Array, BoolArray]:
        """Points drawn from l(x), and which of their coordinates are active; shapes (n, d).

        Args:
            n: How many.
            fixed: Coordinates that are given, shape (d,); NaN elsewhere.
            tree: Says which are active; None for all.
            rng: Of the randomness.
        """
        axes, l = self.axes, self.good
        d = len(fixed)
        known = ~np.isnan(fixed)
        p = np.exp(l.log_weight)
        if known.any():
            terms = l.log_weight + np.append(log_kernels(l, fixed[None], known[None])[0], 0.0)
            p = np.exp(terms - terms.max())
        u = rng.random((n, d + len(axes.categories) + 2))
        edges = np.cumsum(p)
        kernel = np.minimum(np.searchsorted(edges, u[:, -1] * edges[-1], side="right"), len(p) - 1)
        points = draw(l, kernel, u[:, :-2])
        _lend(points, l.centre, kernel, u[:, -2])
        points[:, known] = fixed[known]
        everything = np.ones(points.shape, dtype=np.bool_)
        if tree is None:
            return points, everything
        if isinstance(tree, Leaf):
            return points, np.broadcast_to(tree.active, points.shape)
        return points, route(tree, axes.bins(points, everything, _BINS))


def _routed(axes: Axes, tree: Tree, points: Array) -> Array:
    """Points, shape (n, d), without what is not active."""
    return np.where(route(tree, axes.bins(points, ~np.isnan(points), _BINS)), points, np.nan)


def _log_relative(ratio: Array, share: float) -> Array:
    """-log(γ + (1 - γ) g / l)."""
    return np.asarray(-np.logaddexp(math.log(share), math.log1p(-share) - ratio))


def _share(part: int, whole: int) -> float:
    """Of a part, kept off 0 and 1."""
    return (part + 0.5) / (whole + 1.0)


def _lend(points: Array, centre: Array, kernel: IntArray, u: Array) -> None:
    """Give points what their kernels lack from other kernels that have it, the same one for a whole branch."""
    lacking = np.isnan(centre)
    for column in np.flatnonzero(lacking.any(axis=0)).tolist():
        lenders = np.flatnonzero(~lacking[:, column])
        borrowers = np.flatnonzero(np.append(lacking[:, column], False)[kernel])
        if len(lenders) and len(borrowers):
            points[borrowers, column] = centre[lenders[(u[borrowers] * len(lenders)).astype(np.intp)], column]

