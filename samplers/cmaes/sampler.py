"""The evolution strategy with covariance matrix adaptation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property, lru_cache, partial
from typing import Any, Literal, Protocol, final, runtime_checkable

import numpy as np

from hpo import logging
from hpo.arrays import Array
from hpo.checks import check_function, check_values, check_whole
from hpo.events import TrialState
from hpo.history import Fold, History
from hpo.key import Key
from hpo.numbers import real
from hpo.samplers.cmaes.progress import Progress
from hpo.samplers.cmaes.restarts import RESTARTS
from hpo.samplers.cmaes.strategy import Plan, Strategy
from hpo.samplers.cmaes.untried import untried
from hpo.samplers.cmaes.warm import Start
from hpo.samplers.model.axes import axes_of
from hpo.samplers.unasked import say_unasked
from hpo.samplers.unused import say_unused
from hpo.space import Space

__all__ = ["CmaEsSampler", "SourceTrial"]

logger = logging.get_logger(__name__)

_SIGMA = 1 / 6
_JOINT = "choices have distributions of their own, and so have parameters that some trials lack"
_INSTEAD = {
    "independent_sampler": _JOINT,
    "warn_independent_sampling": _JOINT,
    "with_margin": "integers and steps always have a margin",
    "inc_popsize": 'each restart="ipop" doubles the population',
    "consider_pruned_trials": "pruned trials always count, as worse than complete ones",
}


@runtime_checkable
class SourceTrial(Protocol):
    """What is looked at in a trial of an earlier study."""

    @property
    def params(self) -> Mapping[str, Any]:
        """Values by name."""
        ...

    @property
    def values(self) -> Sequence[float] | None:
        """Of the objectives."""
        ...

    @property
    def state(self) -> TrialState:
        """How it ended."""
        ...


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CmaEsSampler:
    """Move a normal distribution to where trials are good, and learn its scales and correlations.

    For objectives of numbers with hundreds to many thousands of trials, at some tenths of a millisecond each. Every λ
    trials, a generation, the distribution changes. A generation need not be complete in order: whatever trials finish
    make it up, those too that were proposed earlier, by other samplers, or by the user, so any number of workers may
    come and go.

    The scales of the axes are learned faster than their correlations (dd-CMA-ES), and bad trials count negatively.
    Choices have probabilities, which follow the trials that are good; integers, steps and choices always keep a
    margin, so that none is lost (CatCMA with margin). A parameter that some trials lack learns from those that have
    it. Constraints come first when trials are compared. Pruned trials count as worse than complete ones, those that
    reached more steps first, and failed ones as the worst.

    Where all parameters are numbers and there is one objective, a quadratic model of the latest trials chooses each
    trial from up to five points of the distribution, from the more, the better it has put trials in order before; the
    other points count with the losses that it expects. Smooth objectives then take a fraction of the trials. Where the
    model is wrong, the strategy goes on as if there were none. Integers and steps can settle long before the continuous
    numbers do; once these have nothing left to gain, it begins anew, for other integers. A corner of the space, or a
    point of a finite one, that was tried gives way to another point, unless parameters depend on others.

    Of several objectives trials are compared by their non-domination rank and hypervolume; the distribution still goes
    to one place, and `NSGAIISampler` and `TPESampler` find more of the front.

    Args:
        n_startup_trials: Before so many have finished, configurations come from the prior. If they are at least 20, the
            distribution starts where the best tenth of them lies, whichever sampler proposed them.
        seed: Becomes the study's seed when the study is created.
        x0: Where to start, by name; the middle of each range by default.
        sigma0: Standard deviation at the start, as a share of each parameter's range.
        popsize: λ; 4 + ⌊3 ln d⌋ by default.
        restart: What to do after convergence: "ipop" begins anew with twice the population, "bipop" takes turns with
            small ones, None goes on.
        use_separable_cma: Whether to leave correlations out, for hundreds of parameters.
        lr_adapt: Whether learning rates follow the signal, for noisy objectives and those with many optima.
        surrogate: "quadratic" for the model of the latest trials, which is not used with `lr_adapt`; None for none.
        source_trials: Of an earlier study with the same parameters, whose best tenth says where to start, and how
            widely; so neither `x0` nor `sigma0` may be given.
        constraints_func: As of `TPESampler`.
        independent_sampler, warn_independent_sampling, with_margin, inc_popsize, consider_pruned_trials: Change
            nothing, and are there so that scripts run; a warning says what does.
        restart_strategy: The same as `restart`, for scripts.

    Sources: Hansen (2016), arXiv 1604.00772; Akimoto and Hansen (2020), arXiv 1905.05885; Hamano et al. (2025),
    arXiv 2504.07884; Nomura et al. (2021), arXiv 2012.06932, for `source_trials`; Nomura et al. (2023),
    arXiv 2304.03473, for `lr_adapt`; Hansen (2019), "A global surrogate assisted CMA-ES",
    doi 10.1145/3321707.3321842, for the model.

    Example:
        >>> study = hpo.create_study(sampler=CmaEsSampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=100)
    """

    n_startup_trials: int = 1
    seed: int | None = None
    x0: Mapping[str, Any] | None = None
    sigma0: float = _SIGMA
    popsize: int | None = None
    restart: Literal["ipop", "bipop"] | None = "ipop"
    use_separable_cma: bool = False
    lr_adapt: bool = False
    surrogate: Literal["quadratic"] | None = "quadratic"
    source_trials: Sequence[SourceTrial] | None = field(default=None, repr=False)
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False)
    independent_sampler: InitVar[Any] = None
    warn_independent_sampling: InitVar[bool | None] = None
    with_margin: InitVar[bool | None] = None
    inc_popsize: InitVar[int | None] = None
    consider_pruned_trials: InitVar[bool | None] = None
    restart_strategy: InitVar[Literal["ipop", "bipop"] | None] = None

    def __post_init__(
        self,
        independent_sampler: Any,
        warn_independent_sampling: bool | None,
        with_margin: bool | None,
        inc_popsize: int | None,
        consider_pruned_trials: bool | None,
        restart_strategy: Literal["ipop", "bipop"] | None,
    ) -> None:
        unused = {
            "independent_sampler": independent_sampler,
            "warn_independent_sampling": warn_independent_sampling,
            "with_margin": with_margin,
            "inc_popsize": inc_popsize,
            "consider_pruned_trials": consider_pruned_trials,
        }
        say_unused("CmaEsSampler", unused, _INSTEAD)
        if self.source_trials is not None and not _are_trials(self.source_trials):
            raise TypeError("source_trials must be a list of trials, such as study.trials of an earlier study.")
        if self.source_trials is not None:
            object.__setattr__(self, "source_trials", tuple(self.source_trials))
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        if restart_strategy is not None:
            object.__setattr__(self, "restart", restart_strategy)
        if self.restart is not None and self.restart not in RESTARTS:
            raise ValueError(f"restart must be one of {RESTARTS}, or None, got {self.restart!r}.")
        if self.source_trials and (self.x0 or self.sigma0 != _SIGMA):
            given = "x0" if self.x0 else "sigma0"
            raise ValueError(f"source_trials say where to start, and how widely: leave {given} out, or source_trials.")
        if self.x0 is not None:
            check_values("x0", self.x0)
            object.__setattr__(self, "x0", dict(self.x0))  # the caller's may change
        check_whole("n_startup_trials", self.n_startup_trials, 0)
        if self.popsize is not None:
            check_whole("popsize", self.popsize, 4, ", or None for the usual number")
        if self.surrogate not in ("quadratic", None):
            raise ValueError(f"surrogate must be 'quadratic', or None, got {self.surrogate!r}.")
        if not 0 < real(self.sigma0, "sigma0") <= 1:
            raise ValueError(
                f"sigma0 is a share of each parameter's range, as 1/6, and must be in (0, 1], got {self.sigma0!r}."
            )

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        if history.n_objectives > 1:
            _warn_of_objectives(key.seed, history.n_objectives)
        if self.x0:
            say_unasked("CmaEsSampler(x0=…)", self.x0, history, key.seed)
        if space is history.space or space == history.space:
            strategy = self._strategy(space, history, key)
            return untried(_row(space, strategy, key), partial(_other, space, strategy), space, history, key)
        known = [name for name in space if history.space.get(name) == space[name]]
        new = Space({name: distribution for name, distribution in space.items() if name not in known})
        first = _fold(self, new, key.seed, 1.0, 1).initial.strategy
        own = key.child(" ".join(new))  # or parameters that are asked for one by one would all be drawn alike
        values = dict(zip(new, _row(new, first, own), strict=True))
        if known:
            row = _row(history.space, self._strategy(history.space, history, key), key)
            values |= dict(zip(history.space, row, strict=True))
        return np.array([values[name] for name in space])

    def _strategy(self, space: Space, history: History, key: Key) -> Strategy:
        return history.fold(_fold(self, space, key.seed, float(history.signs[0]), history.n_objectives)).strategy

    @cached_property
    def _options(self) -> tuple[Any, ...]:
        """What proposals depend on."""
        sources = tuple((repr(dict(t.params)), repr(t.values), int(t.state)) for t in self.source_trials or ())
        start = self.n_startup_trials, self.sigma0, repr(self.x0), sources
        return "cmaes", *start, self.popsize, self.restart, self.use_separable_cma, self.lr_adapt, self.surrogate

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CmaEsSampler):
            return NotImplemented
        return (self._options, self.seed) == (other._options, other.seed)

    def __hash__(self) -> int:
        return hash((self._options, self.seed))


def _are_trials(trials: Any) -> bool:
    return isinstance(trials, Sequence) and all(isinstance(trial, SourceTrial) for trial in trials)


def _row(space: Space, strategy: Strategy, key: Key) -> Array:
    """Coded values, shape (d,): of the prior until the strategy has begun."""
    if not strategy.has_begun:
        return space.uniform(key)
    return strategy.proposed(key, axes_of(space))


def _other(space: Space, strategy: Strategy, key: Key) -> Array:
    """As `_row`, without the model, which would choose the same point again."""
    return _row(space, replace(strategy, surrogate=None), key)


@lru_cache(maxsize=64)
def _fold(sampler: CmaEsSampler, space: Space, seed: int, sign: float, m: int) -> Fold[Progress]:
    """The state of the strategy over a space in a study of m objectives, whose losses are its values times a sign."""
    axes = axes_of(space)
    for given, value in (sampler.x0 or {}).items():
        if given in space and not space[given].contains(value):
            _warn_of_outside(seed, given, repr(value), repr(space[given]))
    start = Start.of(sampler.sigma0, sampler.x0, space, axes)
    sources = [t for t in sampler.source_trials or () if t.state == TrialState.COMPLETE and t.values is not None]
    if sources:
        points = axes.points(np.array([space.encode(t.params) for t in sources]))
        order = np.argsort([sign * t.values[0] for t in sources if t.values is not None], kind="stable")
        start = start.learned(points, order, axes, separable=sampler.use_separable_cma, least=1)
    is_modelled = m == 1 and len(axes.numbers) > 0 and not len(axes.categories) and not sampler.lr_adapt
    plan = Plan(
        space=space,
        axes=axes,
        start=start,
        n_startup=0 if sampler.x0 or sources else sampler.n_startup_trials,
        popsize=sampler.popsize,
        separable=sampler.use_separable_cma,
        lr_adapt=sampler.lr_adapt,
        surrogate=is_modelled and sampler.surrogate is not None,
        restart=sampler.restart,
        key=Key(seed),
    )
    name = (*sampler._options, seed, sign, m)
    advance, n_missing = partial(Progress.advance, plan=plan), partial(Progress.n_missing, plan=plan)
    return Fold(name, Progress(Strategy.begin(plan)), advance, space, n_missing)


@lru_cache(maxsize=4096)
def _warn_of_outside(seed: int, name: str, value: str, domain: str) -> None:
    """Say it once for each study in a process."""
    logger.warning(
        f"x0 of CmaEsSampler gives {value} for {name!r} (study with seed {seed}), which is not in {domain}: the search "
        "starts as if it were left out."
    )


@lru_cache(maxsize=4096)
def _warn_of_objectives(seed: int, m: int) -> None:
    """Say it once for each study in a process."""
    logger.warning(
        f"CmaEsSampler goes to one place of the front of {m} objectives (study with seed {seed}). To see the whole of "
        "it, use NSGAIISampler() or TPESampler()."
    )
