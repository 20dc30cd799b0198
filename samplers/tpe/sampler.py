"""The tree-structured Parzen estimator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_choices, check_function, check_least, check_positive, check_share, check_whole
from hpo.history import Fold, History
from hpo.key import Key
from hpo.samplers.model import startup
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.belief import doubted, recoded, understood, unsure
from hpo.samplers.model.branches import active_at, unbranched
from hpo.samplers.model.exhausted import ON_EXHAUSTED, OnExhausted
from hpo.samplers.model.given import completed, narrowed
from hpo.samplers.model.tried import Tried
from hpo.samplers.tpe.densities import Densities
from hpo.samplers.tpe.fidelity import enough_step
from hpo.samplers.tpe.finite import is_tried, untried
from hpo.samplers.tpe.record import Record
from hpo.samplers.tpe.search import Search
from hpo.samplers.tpe.split import Split, linear, root
from hpo.samplers.tpe.trials import Trials
from hpo.samplers.unused import say_unused
from hpo.space import Space

__all__ = ["TPESampler"]

_BELIEVED = 2  # one start-up trial in so many is drawn from the beliefs as they are
_MOST_GOOD = 64  # more good trials than these are not remembered
_NOTHING_GOOD = Split(int, most=0)  # of trials that are all alike
_CAUTIOUS = 0.5  # share of asks in which few trials beyond a constraint count
_CHOICES: dict[str, tuple[str, ...]] = {
    "startup": ("random", "stratified", "sobol"),
    "split": ("linear", "sqrt"),
    "good_weights": ("uniform", "ei", "old-decay"),
    "bad_weights": ("uniform", "old-decay"),
    "bandwidth": ("between", "gap", "scott"),
    "failures": ("avoid", "ignore", "bad"),
    "on_exhausted": ON_EXHAUSTED,
}
_INSTEAD = {
    "weights": 'good_weights and bad_weights say how trials count, "old-decay" by their age',
    "categorical_distance_func": "suggest_categorical(..., ordered=True) tells near choices from far ones",
    "consider_prior": "the prior always counts, as much as prior_weight says",
    "consider_magic_clip": "magic_clip_exponent and min_bandwidth say how narrow kernels may be",
    "consider_endpoints": "bandwidth says how wide kernels are",
    "warn_independent_sampling": "a parameter that is new inside of a trial is drawn given what the trial has",
}


@lru_cache(maxsize=64)
def _fold(n_best: int, n_sample: int, with_failed: bool, n_objectives: int) -> Fold[Record]:
    kept = n_best, n_sample, with_failed, n_objectives
    return Fold(("tpe.record", *kept), Record.empty(*kept), Record.advance)


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
    and within the rank that is cut the dominated hypervolume. In a finite space nothing is tried twice until all has
    been tried.

    The beliefs of `suggest_normal` widen with the trials, and faster where good ones contradict them; of the trials
    before the model every other one looks six deviations wide.

    As long as no trial is better than another, numbers come from the prior.

    The cost of an ask does not grow with the history: of the trials that are not good a fair sample stands for all.

    Args:
        n_startup_trials: Before so many have finished, configurations come from the prior. Whichever number nobody has
            tried yet is first tried in the middle of its prior, unless other trials run, or `startup` is "random".
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
        failures: "avoid" what makes trials fail: failed ones are bad, and not to fail is a constraint; "ignore" them;
            or let them be "bad" and no more.
        allow_duplicates: Whether to try a configuration of a finite space again while others are left.
        on_exhausted: When all configurations of a finite space have been tried, "repeat" them, those that were tried
            least often first, and of these the most promising one, as is right where there is noise; or "stop".
        constraints_func: Called with each trial that completes or is pruned, as it will be stored; returns its
            constraints, which hold where they are ≤ 0. `trial.set_constraint` in the objective does the same.
        weights, categorical_distance_func, consider_prior, consider_magic_clip: Change nothing, and are there so that
            scripts run; a warning says what does.
        consider_endpoints, warn_independent_sampling: Change nothing, too.
        n_kernels: Trials in the sample that stands for the whole history.
        multi_fidelity: Compare trials by what they reported at the largest step that 4 (d + 1) of them have reached,
            if there are d parameters, and not by their values; those that did not get there come after, as pruned
            ones do. With `HyperbandPruner`, whose brackets each have a model of their own, this is BOHB
            (arXiv 1807.01774), which asks for 2 (d + 1). With `SuccessiveHalvingPruner(mode="promote")`, where all
            trials share one model, it needed half of that time on our benchmark's learning curves.

    Raises:
        SearchSpaceExhausted: From `ask` with `on_exhausted="stop"`, when nothing is left; `optimize` then returns.

    Sources: Bergstra et al. (2011), "Algorithms for hyper-parameter optimization"; Watanabe (2023),
    arXiv 2304.11127, for the options; Watanabe and Hutter (2022), arXiv 2211.14411, for constraints; Ozaki et al.
    (2022), "Multiobjective tree-structured Parzen estimator", for several objectives.

    Example:
        >>> study = hpo.create_study(sampler=TPESampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=50)
    """

    n_startup_trials: int = 7
    n_ei_candidates: int = 24
    crossed: float = 1.0
    seed: int | None = None
    multivariate: bool | None = None
    group: bool = False
    constant_liar: bool = True
    gamma: Callable[[int], int] | None = None
    prior_weight: float | None = 1.0
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
    failures: Literal["avoid", "ignore", "bad"] = "avoid"
    allow_duplicates: bool = False
    n_kernels: int = 192
    multi_fidelity: bool = False
    on_exhausted: OnExhausted = "repeat"
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)
    weights: InitVar[Any] = None
    categorical_distance_func: InitVar[Any] = None
    consider_prior: InitVar[bool | None] = None
    consider_magic_clip: InitVar[bool | None] = None
    consider_endpoints: InitVar[bool | None] = None
    warn_independent_sampling: InitVar[bool | None] = None

    def __post_init__(
        self,
        weights: Any,
        categorical_distance_func: Any,
        consider_prior: bool | None,
        consider_magic_clip: bool | None,
        consider_endpoints: bool | None,
        warn_independent_sampling: bool | None,
    ) -> None:
        unused = {
            "weights": weights,
            "categorical_distance_func": categorical_distance_func,
            "consider_prior": consider_prior,
            "consider_magic_clip": consider_magic_clip,
            "consider_endpoints": consider_endpoints,
            "warn_independent_sampling": warn_independent_sampling,
        }
        say_unused("TPESampler", unused, _INSTEAD)
        share = self.gamma if isinstance(self.gamma, float) else 0.25
        check_function("gamma", self.gamma, f"good_fraction={share!r}, or gamma=lambda n: math.ceil({share!r} * n)")
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        if self.group and self.multivariate is False:
            raise ValueError("group=True models parameters jointly; leave multivariate out, or set it to True.")
        check_choices(self, _CHOICES)
        for name, least in (("n_startup_trials", 0), ("n_ei_candidates", 1), ("good_limit", 1), ("n_kernels", 1)):
            check_whole(name, getattr(self, name), least)
        for name in ("crossed", "exploration"):
            check_share(name, getattr(self, name))
        for name in ("prior_weight", "good_fraction", "min_bandwidth", "category_prior"):
            if getattr(self, name) is not None:
                check_positive(name, getattr(self, name))
        check_least("magic_clip_exponent", self.magic_clip_exponent, 0.0)

    @staticmethod
    def hyperopt_parameters() -> dict[str, Any]:
        """Arguments that are as in Hyperopt: `TPESampler(**TPESampler.hyperopt_parameters())`."""
        return {
            "n_startup_trials": 20,
            "startup": "random",
            "n_ei_candidates": 24,
            "prior_weight": 1.0,
            "split": "sqrt",
            "good_fraction": 0.25,
            "good_limit": 25,
            "good_weights": "old-decay",
            "bad_weights": "old-decay",
        }

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        if self.startup != "random" and startup.is_first(space, history):
            return startup.in_the_middle(self._started(space, key), space)
        record = self._record(history)
        if record.size < max(self.n_startup_trials, 1):
            wide = unsure(space, key, every=_BELIEVED)
            row = recoded(self._started(wide, key), wide, space)
            if not self._repeats(row, space, record, history, key):
                return row
        doubting = doubted(history, key)
        if doubting is not history:
            model = understood(space, history, doubting)
            return recoded(self._modelled(model, record, doubting, key), model, space)
        return self._modelled(space, record, history, key)

    def _modelled(self, space: Space, record: Record, history: History, key: Key) -> Array:
        if space is not history.space:
            key = key.child(" ".join(space))  # or parameters that are new inside of a trial would all be drawn alike
        if self.multivariate is False:
            return np.array([self._single(Space({n: d}), record, history, key) for n, d in space.items()])
        model = completed(space, history)
        row = self._joint(model, record, history, key)
        return narrowed(row, model, space)

    def _record(self, history: History) -> Record:
        failed = self.failures != "ignore"
        kept = self._split.most + 1, self.n_kernels, failed, history.n_objectives
        step = enough_step(history, self._n_enough(history)) if self.multi_fidelity else None
        if step is None:
            return history.fold(_fold(*kept))
        advance = partial(Record.advance, step=step)
        return history.fold(Fold(("tpe.record", *kept, step), Record.empty(*kept), advance)).latest(history)

    def _started(self, space: Space, key: Key) -> Array:
        """A row of the prior, spread as `startup` says."""
        if self.startup == "random":
            return space.uniform(key)
        if self.startup == "sobol":
            return startup.sobol(space, key, "tpe.startup")
        return startup.stratified(space, key, max(self.n_startup_trials, 1), "tpe.startup")

    def _repeats(self, row: Array, space: Space, record: Record, history: History, key: Key) -> bool:
        """Whether a row of the prior would be tried again in a finite space."""
        axes = axes_of(space)
        if not self._must_be_new(space, axes, history) or not record.size:
            return False
        search = self._search(space, axes, record, history, key)
        if search is None:
            return False
        return is_tried(search, axes.points(row[None])[0], Tried.of(history, space, axes, search.pending))

    def _single(self, space: Space, record: Record, history: History, key: Key) -> float:
        """One parameter's value, whatever the others are."""
        return float(self._joint(space, record, history, key.child(space.names[0]))[0])

    def _joint(self, space: Space, record: Record, history: History, key: Key) -> Array:
        axes = axes_of(space)
        search = self._search(space, axes, record, history, key)
        if search is None:
            return np.full(len(space), np.nan)
        is_limited = self._must_be_new(space, axes, history)
        tried = Tried.of(history, space, axes, search.pending) if is_limited else None
        point = self._scattered(search, tried, space, key) if record.are_alike else None
        if point is None and tried is not None:
            point = untried(search, tried, self.on_exhausted, key)
        elif point is None:
            point = search.point(key.child("tpe").generator())
        return np.asarray(axes.coded(point[None])[0])

    def _scattered(self, search: Search, tried: Tried | None, space: Space, key: Key) -> Array | None:
        """A point, shape (d,), whose numbers are the prior's; None if all of a finite space with these were tried.

        Of trials that are all alike a model would say to look at the ends of ranges, where it knows least.
        """
        is_free = np.isnan(search.given) & search.axes.are_of_numbers
        numbers = search.axes.points(self._started(space, key)[None])[0]
        scattered = search._replace(given=np.where(is_free, numbers, search.given))
        point = scattered.point(key.child("tpe").generator(), tried)
        return None if np.isnan(point).all() else point

    def _search(self, space: Space, axes: Axes, record: Record, history: History, key: Key) -> Search | None:
        """What to choose from, and by what; None if there is no choice, or nothing is known."""
        if not len(axes.numbers) and not len(axes.categories):
            return None
        split = _NOTHING_GOOD if record.are_alike else self._split
        n_good = split(self._n_compared(record, history))
        avoid = self.failures == "avoid"
        make = partial(Trials.of, record, history, space, axes, n_good, avoid_failures=avoid)
        best = record.best[:n_good] if history.n_objectives == 1 else record.best
        known = history.remember(("tpe.trials", record.sample, best.tobytes(), space, n_good, avoid), make)
        if known is None:
            return None
        if not known.all_feasible and key.uniform("tpe.cautious") < _CAUTIOUS:
            known = known.cautiously
        whole = space is history.space
        branches = whole and not known.complete
        tree = known.tree(axes) if branches else unbranched(len(space))
        given = axes.points(space.encode(history.given)[None])[0] if history.given else np.full(len(space), np.nan)
        pending = axes.points(history.pending(space))
        if len(pending):
            pending = np.where(active_at(tree, axes, pending), pending, np.nan)
        return Search(
            axes=axes,
            tree=tree,
            known=known.alike(given, axes.categories, split) if history.given else known,
            given=given,
            pending=pending,
            liars=pending if self.constant_liar else pending[:0],
            split=split,
            densities=self._densities,
            n_candidates=self.n_ei_candidates,
            crossed=self.crossed,
            explores=(branches or len(axes.categories) > 0)
            and not (history.given and not np.isnan(given).all())
            and key.uniform("tpe.explore") < self.exploration,
        )

    def _must_be_new(self, space: Space, axes: Axes, history: History) -> bool:
        """Whether nothing is to be tried twice: of a finite space that is asked for as a whole."""
        may_repeat = self.allow_duplicates or self.multivariate is False
        return space is history.space and axes.is_finite and not may_repeat

    def _n_compared(self, record: Record, history: History) -> int:
        """How many trials are divided into good and bad ones by the same measure."""
        enough = self.multi_fidelity and record.n_complete >= self._n_enough(history)
        return record.n_complete if enough else record.size

    def _n_enough(self, history: History) -> int:
        return 4 * (len(history.space) + 1)

    @cached_property
    def _split(self) -> Split:
        rule = root if self.split == "sqrt" else linear
        wanted = partial(rule, fraction=self.good_fraction, limit=self.good_limit)
        return Split(wanted if self.gamma is None else self.gamma, max(self.good_limit, _MOST_GOOD))

    @cached_property
    def _densities(self) -> Densities:
        return Densities(
            good_weights=self.good_weights,
            bad_weights=self.bad_weights,
            bandwidth=self.bandwidth,
            magic_clip_exponent=self.magic_clip_exponent,
            min_bandwidth=self.min_bandwidth,
            category_prior=self.category_prior,
            prior_weight=1.0 if self.prior_weight is None else self.prior_weight,
        )
