"""The tree-structured Parzen estimator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model import startup
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.branches import BINS, Leaf, Tree, active_at, deciding, tree_of
from hpo.samplers.model.configurations import configurations, names_of
from hpo.samplers.tpe import bandwidth, split, weights
from hpo.samplers.tpe.fidelity import enough_step
from hpo.samplers.tpe.ratio import Part, Ratio, from_prior, ratio_of, share
from hpo.samplers.tpe.record import Record
from hpo.samplers.tpe.trials import Trials
from hpo.samplers.tpe.tried import Tried
from hpo.space import Space

__all__ = ["TPESampler"]

_MOST_GOOD = 64  # more good trials than these are not remembered
_MOST_LISTED = 2**15  # a finite space of more configurations is searched by drawing
_MOST_COMPARED = 256  # of those that were not tried
_ENOUGH = 5  # trials to be divided by themselves
_CAUTIOUS = 0.5  # share of asks in which few trials beyond a constraint count
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
    reached more steps first. Constraints have densities of their own, and the probability of being feasible multiplies
    the ratio (c-TPE), in which a trial is good or not by its objectives alone once one is feasible, and before that by
    how little it violates. The best configuration may lie at a constraint or far within: in half of the asks
    infeasible trials count no more than the good feasible ones. Of several objectives the non-domination rank counts,
    and within the rank that is cut the dominated hypervolume. A finite space is searched without trying anything
    twice.

    The cost of an ask does not grow with the history: of the trials that are not good a fair sample stands for all.

    Args:
        n_startup_trials: Before so many have finished, configurations come from the prior.
        n_ei_candidates: How many configurations are compared in each ask.
        crossed: Share of these whose coordinates are drawn from trials of their own each.
        seed: Becomes the study's seed when the study is created.
        multivariate: False models each parameter on its own; None means True.
        group: Changes nothing, and is there so that scripts run: Optuna's `group=True` models each set of parameters
            that occur together on its own, and the joint model here tells branches apart whatever this says.
        constant_liar: Whether running trials count as bad.
        gamma: Number of good trials for a number of finished ones, instead of `split`.
        prior_weight: How many trials the prior is worth in both densities.
        startup: "random" draws, "stratified", with each parameter's values spread evenly over its prior, or "sobol",
            a scrambled sequence that spreads combinations of values too (`scipy.stats` is imported for it).
        split: "linear", ⌈good_fraction · n⌉, or "sqrt", ⌈good_fraction · √n⌉ good trials, at most `good_limit`.
        good_fraction, good_limit: See `split`.
        good_weights, bad_weights: How much trials count in l and g: "uniform", "ei" by their improvement, or
            "old-decay" by their age.
        bandwidth: Width of good trials' kernels: the "gap" to the farther neighbour, "scott"'s rule, or the geometric
            mean "between" both. All others are as wide as the narrowest that k trials may have, 1 / (k + 2).
        magic_clip_exponent, min_bandwidth: No kernel is narrower than max(min_bandwidth, (k + 2)^-exponent), if
            the mixture has k, nor than half of a step.
        category_prior: How many trials each choice's share of the prior is worth along an axis of categories.
        exploration: Share of asks in which one category, rarely tried ones first, is given and the rest is modelled
            on the trials with it. Without it a branch whose first trials were unlucky may never be seen again.
        failures: "ignore" failed trials, or count them as "bad".
        allow_duplicates: Whether to try a configuration of a finite space again.
        n_kernels: Trials in the sample that stands for the whole history.
        multi_fidelity: Compare trials by what they reported at the largest step that 4 (d + 1) of them have reached,
            if there are d parameters, and not by their values; those that did not get there come after, as pruned
            ones do. With `HyperbandPruner`, whose brackets each have a model of their own, this is BOHB
            (arXiv 1807.01774), which asks for 2 (d + 1). With `SuccessiveHalvingPruner(mode="promote")`, where all
            trials share one model, it needed half of that time on our benchmark's learning curves.

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
    crossed: float = 1.0
    seed: int | None = None
    multivariate: bool | None = None
    group: bool = False
    constant_liar: bool = True
    gamma: Callable[[int], int] | None = None
    prior_weight: float = 1.0
    startup: Literal["random", "stratified", "sobol"] = "stratified"
    split: Literal["linear", "sqrt"] = "linear"
    good_fraction: float = 0.1
    good_limit: int = 25
    good_weights: Literal["uniform", "ei", "old-decay"] = "ei"
    bad_weights: Literal["uniform", "old-decay"] = "uniform"
    bandwidth: Literal["between", "gap", "scott"] = "between"
    magic_clip_exponent: float = 2.0
    min_bandwidth: float = 0.03
    category_prior: float = 0.3
    exploration: float = 0.3
    failures: Literal["ignore", "bad"] = "ignore"
    allow_duplicates: bool = False
    n_kernels: int = 192
    multi_fidelity: bool = False

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {choices}, got {getattr(self, name)!r}.")
        for name, least in (("n_startup_trials", 0), ("n_ei_candidates", 1), ("good_limit", 1), ("n_kernels", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)!r}.")
        for name in ("crossed", "exploration"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be in [0, 1], got {getattr(self, name)!r}.")
        for name in ("prior_weight", "good_fraction", "min_bandwidth", "category_prior"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be > 0, got {value!r}.")

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        record = self._record(history)
        if record.size < max(self.n_startup_trials, 1):
            row = self._started(space, key)
            if not self._repeats(row, space, record, history):
                return row
        given = {name: history.space[name] for name in history.given if name in history.space}
        model = Space(given | dict(space)) if any(name not in space for name in given) else space
        if self.multivariate is False:
            return np.array([self._single(Space({n: d}), record, history, key) for n, d in space.items()])
        row = self._joint(model, record, history, key)
        return row if model is space else np.asarray(row[[model.index[name] for name in space]])

    def _record(self, history: History) -> Record:
        failed = self.failures == "bad"
        m = history.n_objectives
        n_best = max(self.good_limit, _MOST_GOOD) + 1
        start = Record.empty(n_best, self.n_kernels, failed, m)
        step = enough_step(history, self._n_enough(history)) if self.multi_fidelity else None
        if step is None:
            return history.fold(("tpe.record", n_best, self.n_kernels, failed), start, Record.advance, Space())
        key, advance = ("tpe.record", n_best, self.n_kernels, failed, step), partial(Record.advance, step=step)
        return history.fold(key, start, advance, Space()).latest(history)

    def _started(self, space: Space, key: Key) -> Array:
        """A row of the prior, spread as `startup` says."""
        if self.startup == "random":
            return space.uniform(key)
        if self.startup == "sobol":
            return startup.sobol(space, key, "tpe.startup")
        return startup.stratified(space, key, max(self.n_startup_trials, 1), "tpe.startup")

    def _single(self, space: Space, record: Record, history: History, key: Key) -> float:
        """One parameter's value, whatever the others are."""
        return float(self._joint(space, record, history, key.child(space.names[0]))[0])

    def _joint(self, space: Space, record: Record, history: History, key: Key) -> Array:
        axes = axes_of(space)
        if not len(axes.numbers) and not len(axes.categories):
            return np.full(len(space), np.nan)
        known = Trials.of(record, history, space, axes, self._n_good(self._n_compared(record, history)))
        if known is None:
            return np.full(len(space), np.nan)
        if key.uniform("tpe.cautious") < _CAUTIOUS:
            known = replace(known, cautious=True)
        rng = key.child("tpe").generator()
        given = axes.points(space.encode(history.given)[None])[0]
        whole = space is history.space
        tree = tree_of(axes, known.points, known.active) if whole else Leaf(np.ones(len(space), dtype=np.bool_))
        known = self._with_given(known, axes, given)
        pending = _routed(axes, tree, axes.points(history.pending(space)))
        liars = pending if self.constant_liar else pending[:0]
        if not whole or not self._must_be_new(axes):
            fixed, here = self._explored(known, axes, tree, given, key, rng)
            return _coded(axes, self._point(axes, here, liars, tree, fixed, None, rng))
        tried = self._tried(space, history, axes, pending)
        for _ in range(_ROUNDS):
            fixed, here = self._explored(known, axes, tree, given, key, rng)
            point = self._point(axes, here, liars, tree, fixed, tried, rng)
            if not np.isnan(point).all():
                return _coded(axes, point)
        if np.isnan(given).all():
            listed = self._listed(axes, known, liars, tree, tried, rng)
            if listed is not None:
                return _coded(axes, listed)
        for _ in range(_ROUNDS):
            untried = self._untried(axes, known, liars, tree, given, tried, rng)
            if untried is not None:
                return _coded(axes, untried)
        return _coded(axes, self._point(axes, known, liars, tree, given, None, rng))

    def _with_given(self, known: Trials, axes: Axes, given: Array) -> Trials:
        """The trials with the given categories, where there are enough: the good ones among them tell the most."""
        for column in axes.categories[~np.isnan(given[axes.categories])]:
            here = known.points[:, column] == given[column]
            if here.sum() >= _ENOUGH:
                known = known.where(here, self._n_good)
        return known

    def _point(
        self,
        axes: Axes,
        known: Trials,
        pending: Array,
        tree: Tree,
        fixed: Array,
        tried: Tried | None,
        rng: np.random.Generator,
    ) -> Array:
        """One point along a branch, shape (d,); all NaN if only such were drawn as were tried.

        Level by level: what all trials at a node of the tree had is chosen together, given what was chosen before,
        by what trials with these parameters tell. Each level has good trials of its own, so that a branch is not
        given up because another one is known better.
        """
        node, point, done = tree, fixed.copy(), np.zeros(len(fixed), dtype=np.bool_)
        while True:
            new, done = node.active & ~done, done | node.active
            last = isinstance(node, Leaf)
            if new.any() or last:
                has = np.asarray(known.active[:, new].all(axis=1))
                here = known if has.all() else known.where(has, self._n_good)
                ratio = self._ratio(axes, here, pending[~np.isnan(pending[:, new]).any(axis=1)])
                candidates = ratio.candidates(self.n_ei_candidates, self.crossed, point, rng)
                active = np.broadcast_to(done, candidates.shape)
                if last and tried is not None:
                    new_ones = [name not in tried for name in names_of(axes.values(candidates, active))]
                    if not any(new_ones):
                        return np.full(len(fixed), np.nan)
                    candidates, active = candidates[new_ones], active[new_ones]
                point = np.where(done, candidates[ratio(candidates, active).argmax()], point)
            if isinstance(node, Leaf):
                return np.where(done, point, np.nan)
            node = node.child(int(axes.bins(point[None], done[None], BINS)[0, node.column]))

    def _ratio(self, axes: Axes, known: Trials, pending: Array) -> Ratio:
        bad = np.concatenate([known.bad, pending]) if len(pending) else known.bad
        w = weights.old_decay(len(bad)) if self.bad_weights == "old-decay" else np.ones(len(bad))
        good = self._part(axes, known.good, self._good_weights(known))
        parts, shares = [good, self._narrow(axes, bad, w)], [share(known.n_good, len(known.points))]
        for fulfilled in known.fulfilled:
            parts += [
                self._narrow(axes, p, np.ones(len(p))) for p in (known.points[fulfilled], known.points[~fulfilled])
            ]
            shares.append(share(int(fulfilled.sum()), len(fulfilled)))
        return ratio_of(axes, parts, shares, self.category_prior, self.prior_weight)

    def _good_weights(self, known: Trials) -> Array:
        if self.good_weights == "old-decay":
            w = np.empty(known.n_good)
            w[np.argsort(known.rows[: known.n_good])] = weights.old_decay(known.n_good)
        elif self.good_weights == "ei" and known.merit.shape[1] == 4:
            losses = known.losses
            w = weights.expected_improvement(losses[:-1], losses[-1])
        else:
            w = np.ones(known.n_good)
        return weights.cautious(w, known.feasible) if known.cautious else w

    def _part(self, axes: Axes, points: Array, w: Array) -> Part:
        """Trials whose kernels are as wide as their neighbours and their spread suggest."""
        u = points[:, axes.numbers]
        if not len(u):
            return Part(points, w, u)
        if self.bandwidth == "gap":
            width = bandwidth.neighbour_gap(u)
        else:
            d = float((~np.isnan(points)).sum() / len(points))
            width = (bandwidth.spread if self.bandwidth == "scott" else bandwidth.between)(u, w, d)
        return Part(points, w, np.clip(width, self._narrowest(len(u), self.magic_clip_exponent), 1.0))

    def _narrow(self, axes: Axes, points: Array, w: Array) -> Part:
        """Trials that tell about their surroundings only."""
        return Part(points, w, np.full(len(axes.numbers), self._narrowest(len(points), 1.0)))

    def _narrowest(self, k: int, exponent: float) -> float:
        return bandwidth.smallest(k + 1, exponent, self.min_bandwidth)

    def _n_compared(self, record: Record, history: History) -> int:
        """How many trials are divided into good and bad ones by the same measure."""
        enough = self.multi_fidelity and record.n_complete >= self._n_enough(history)
        return record.n_complete if enough else record.size

    def _n_enough(self, history: History) -> int:
        return 4 * (len(history.space) + 1)

    def _n_good(self, n: int) -> int:
        if self.gamma is not None:
            wanted = self.gamma(n)
        else:
            rule = split.root if self.split == "sqrt" else split.linear
            wanted = rule(n, self.good_fraction, self.good_limit)
        return min(n, max(1, min(int(wanted), max(self.good_limit, _MOST_GOOD))))

    def _explored(
        self, known: Trials, axes: Axes, tree: Tree, given: Array, key: Key, rng: np.random.Generator
    ) -> tuple[Array, Trials]:
        """What is fixed, shape (d,), and which trials tell about the rest.

        In some asks this is one value of one category, and the trials with it: those that were rarely tried and
        whose best trial is good come first. Categories with unlucky first trials get another chance in this way.
        """
        if key.uniform("tpe.explore") >= self.exploration or not np.isnan(given).all():
            return given, known
        columns = sorted({*axes.categories.tolist(), *(c for c in deciding(tree) if axes.cardinality[c] <= BINS)})
        chances, ranks = [], known.ranks
        for column in columns:
            values = known.points[:, column]
            for choice, prior in zip(*axes.choices(column), strict=True):
                here = values == choice
                if prior > 0 and choice != values[0]:
                    best = ranks[here].min(initial=len(ranks))
                    chances.append((prior / ((1.0 + here.sum()) * (1.0 + best)), column, choice))
        if not chances:
            return given, known
        p = np.array([chance for chance, _, _ in chances])
        _, column, choice = chances[int(np.searchsorted(np.cumsum(p), rng.random() * p.sum()).clip(0, len(p) - 1))]
        fixed = given.copy()
        fixed[column] = choice
        here = known.points[:, column] == choice
        return fixed, known.where(here, self._n_good) if here.sum() > 1 else known

    def _must_be_new(self, axes: Axes) -> bool:
        return axes.is_finite and not self.allow_duplicates and self.multivariate is not False

    def _repeats(self, row: Array, space: Space, record: Record, history: History) -> bool:
        """Whether a row of the prior would be tried again in a finite space."""
        axes = axes_of(space)
        if space is not history.space or not self._must_be_new(axes) or not record.size:
            return False
        known = Trials.of(record, history, space, axes, self._n_good(self._n_compared(record, history)))
        if known is None:
            return False
        tree, point = tree_of(axes, known.points, known.active), axes.points(row[None])
        active = active_at(tree, axes, point)
        pending = _routed(axes, tree, axes.points(history.pending(space)))
        return names_of(axes.values(point, active))[0] in self._tried(space, history, axes, pending)

    def _tried(self, space: Space, history: History, axes: Axes, pending: Array) -> Tried:
        """The configurations of finished and running trials."""
        tried = history.fold("tpe.tried", Tried(), partial(Tried.advance, axes=axes, space=space), space)
        return tried.including(names_of(axes.values(pending, ~np.isnan(pending))))

    def _untried(
        self,
        axes: Axes,
        known: Trials,
        pending: Array,
        tree: Tree,
        given: Array,
        tried: Tried,
        rng: np.random.Generator,
    ) -> Array | None:
        """The best of some configurations of the prior that were not tried, shape (d,); None if all were."""
        points = from_prior(axes, _MOST_COMPARED, given, rng)
        active = active_at(tree, axes, points)
        new = np.array([name not in tried for name in names_of(axes.values(points, active))])
        if not new.any():
            return None
        points, active = points[new], active[new]
        best = self._ratio(axes, known, pending)(points, active).argmax()
        return np.where(active[best], points[best], np.nan)

    def _listed(
        self, axes: Axes, known: Trials, pending: Array, tree: Tree, tried: Tried, rng: np.random.Generator
    ) -> Array | None:
        """The best of the configurations that are left, shape (d,); None if there are too many to list."""
        values = configurations(tree, axes.cardinality.astype(np.int64), _MOST_LISTED)
        if values is None:
            return None
        left = values[[name not in tried for name in names_of(values)]]
        if not len(left):
            raise SearchSpaceExhausted(
                f"All {len(values)} configurations of the space have been tried. With "
                "TPESampler(allow_duplicates=True) trials go on, also in order to widen a range or to add choices."
            )
        left = left[rng.choice(len(left), min(len(left), _MOST_COMPARED), replace=False)]
        points, active = axes.at(left), left >= 0
        best = self._ratio(axes, known, pending)(points, active).argmax()
        return np.where(active[best], points[best], np.nan)


_CHOICES: dict[str, tuple[str, ...]] = {
    "startup": ("random", "stratified", "sobol"),
    "split": ("linear", "sqrt"),
    "good_weights": ("uniform", "ei", "old-decay"),
    "bad_weights": ("uniform", "old-decay"),
    "bandwidth": ("between", "gap", "scott"),
    "failures": ("ignore", "bad"),
}


def _coded(axes: Axes, point: Array) -> Array:
    return np.asarray(axes.coded(point[None])[0])


def _routed(axes: Axes, tree: Tree, points: Array) -> Array:
    """Points, shape (n, d), without what is not active."""
    return np.where(active_at(tree, axes, points), points, np.nan) if len(points) else points
