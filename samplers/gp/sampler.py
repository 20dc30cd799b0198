"""Bayesian optimisation with Gaussian processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from functools import cached_property, partial
from typing import Any, Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_choices, check_function, check_least, check_positive, check_share, check_whole
from hpo.events import TrialState
from hpo.history import Fold, History
from hpo.key import Key
from hpo.samplers.gp.asked import Asked
from hpo.samplers.gp.hedge import Hedge
from hpo.samplers.gp.observations import Observations
from hpo.samplers.gp.propose import propose
from hpo.samplers.gp.question import Question
from hpo.samplers.gp.surrogate import Modelling, Surrogates, advanced
from hpo.samplers.gp.threads import single_threaded
from hpo.samplers.model import startup
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.belief import doubted, neutral, recoded, understood, unsure
from hpo.samplers.model.exhausted import ON_EXHAUSTED, OnExhausted
from hpo.samplers.model.given import completed, narrowed
from hpo.samplers.model.unrepeated import new_row
from hpo.samplers.unused import say_unused
from hpo.space import Space

__all__ = ["GPSampler"]

_BELIEVED = 5  # one trial in so many of those before the model is drawn from the beliefs as they are
_QUADRATIC = 0.5  # share of asks at which a quadratic comes first, where one explains the losses
_PARALLEL = 0.5  # the least share of exploration while others run
_CHOICES: dict[str, tuple[str, ...]] = {
    "acquisition": ("logei", "ei", "pi", "lcb", "gp_hedge"),
    "failures": ("avoid", "ignore", "worst"),
    "on_exhausted": ON_EXHAUSTED,
}


@final
@dataclass(frozen=True, kw_only=True)
class GPSampler:
    """Model the objective by a Gaussian process, and try where an improvement is to be expected.

    For objectives that are expensive, so that tens to a few hundred trials are all there will be.

    The kernel is Matérn's with ν = 5/2 and a length scale for each parameter; integers, steps and ordered choices are
    compared at their values only, unordered choices are all at the same distance from each other, and what a trial
    lacks because of its branch is at a learned distance from what has it. Once there are one and a half trials for each
    of its coefficients, and hardly any fail, a quadratic trend of each number stands beside it, which shows through
    more noise. Candidates are whole configurations with the parameters that history shows to be active. Losses are
    warped if that makes them likelier under the model, and numbers are if it makes them much likelier.

    With one objective the parts of the space have models of their own too: its branches, or the values of the choice
    that tells the most. Both views count by how well they predict trials that are left out, so a branch whose first
    trials were unlucky is tried again as long as it may win.

    Running trials are imagined to have ended in several ways that the model believes in, so that parallel trials and
    `ask(n)` spread. A pruned trial counts with the loss that it would have if it had changed from its last step on as
    the median complete trial did, and as no better than the median. Each constraint has a model of its own, and
    the probability that all hold multiplies the expected improvement. With several objectives it is the expected
    hypervolume that is to be added. No configuration is tried twice while another one is left, unless the noise is
    declared by `noise_std`.

    The beliefs of `suggest_normal` weigh where to look, while the model knows nothing of them. They widen with the
    trials, and faster where good ones contradict them; of the trials before the model four in five look six deviations
    wide.

    As long as no trial is better than another, or the model explains nothing of a noisy objective and no loss stands
    out, numbers come from the prior: a model would look at the ends of ranges alone, where it knows least.

    A proposal is a function of the log: hyperparameters are fitted anew at fixed numbers of trials, always from the
    same start. Above `n_observations` trials the model is given the best ones and an even choice of the others, so
    that the cost of an ask stays bounded.

    Args:
        n_startup_trials: Before so many have finished, configurations come from the prior, each parameter's values
            evenly spread. None for 2 and a third of the number of parameters, from 5 to 10, after which every fourth
            trial still comes from the prior until 25 have finished (fewer with more than 11 parameters); with several
            objectives for 10. Trials that were queued by the user count. Whichever number nobody has tried yet is first
            tried in the middle of its prior, unless other trials run.
        seed: Becomes the study's seed when the study is created.
        acquisition: "logei", the expected improvement through its logarithm (with several objectives that of the
            hypervolume, always); "ei", the same; "pi", the probability of an improvement; "lcb", the lower
            confidence bound; "gp_hedge", one of the last three, drawn the likelier the better its choices turn out.
        deterministic_objective: Whether the objective has no noise at all, so that none need be learned.
        noise_std: The standard deviation of the noise of the objective's values, if it is known; then it is not
            learned, losses are not warped, and a configuration may be tried again.
        exploration: Share of asks that look for a large improvement, where many small ones might be preferred; at
            least half of those that are made while other trials run.
        ambition: How large, in prior standard deviations of the function beside its trend.
        kappa: How many standard deviations the lower confidence bound lies below the mean.
        warp_losses: Whether to learn a warp of losses, with one objective.
        input_warping: Whether to learn a change of variable of each number (Snoek et al., 2014); None for where losses
            clearly speak for one, as where a range should have been logarithmic.
        quadratic: Whether every other proposal is the minimum of a quadratic of the numbers, made of the trials with
            the same choices on the same branch, wherever one puts nine in ten pairs of the better trials in the right
            order, each left out in turn, and promises a gain that is larger than what it errs by; for one objective
            without constraints, with "logei" or "ei", where failures are avoided or there are none. Where one trial
            failed, it is tried a second time. A kernel needs hundreds of trials to learn that parameters depend on each
            other; a quadratic a few more than it has terms.
        failures: "avoid" what makes trials fail, by a model of where they do, whose probability of success multiplies
            the expected improvement as a constraint's does; "ignore" failed trials; or count them as "worst": a little
            worse than the worst known one.
        n_observations: The largest number of trials that models are given.
        on_exhausted: When all configurations of a finite space have been tried, "repeat" them, those that were tried
            least often first, and of these the most promising one; or "stop".
        constraints_func: As of `TPESampler`.
        independent_sampler, warn_independent_sampling: Change nothing, and are there so that scripts run: a parameter
            that is new inside of a trial is chosen given what the trial has.

    Raises:
        SearchSpaceExhausted: From `ask` with `on_exhausted="stop"`, when nothing is left; `optimize` then returns.

    Threads: Linear algebra is done in one thread if threadpoolctl is installed (`pip install 'hpo-study[gp]'`). Without
    it set OPENBLAS_NUM_THREADS=1 where several workers share a machine; proposals may differ in the last digits between
    numbers of threads.

    Sources: Hvarfner et al. (2024), arXiv 2402.02229, for the priors; Ament et al. (2023), arXiv 2310.20708, for the
    acquisition; Rasmussen and Williams (2006), "Gaussian processes for machine learning", section 2.7, for the trend;
    Box and Wilson (1951), "On the experimental attainment of optimum conditions", for the quadratic.

    Example:
        >>> study = hpo.create_study(sampler=GPSampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=30)
    """

    n_startup_trials: int | None = None
    seed: int | None = None
    acquisition: Literal["logei", "ei", "pi", "lcb", "gp_hedge"] = "logei"
    deterministic_objective: bool = False
    noise_std: float | None = None
    exploration: float = 0.25
    ambition: float = 0.1
    kappa: float = 1.96
    warp_losses: bool = True
    input_warping: bool | None = None
    quadratic: bool = True
    failures: Literal["avoid", "ignore", "worst"] = "avoid"
    n_observations: int = 500
    on_exhausted: OnExhausted = "repeat"
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)
    independent_sampler: InitVar[Any] = None
    warn_independent_sampling: InitVar[bool | None] = None

    def __post_init__(self, independent_sampler: Any, warn_independent_sampling: bool | None) -> None:
        unused = {
            "independent_sampler": independent_sampler,
            "warn_independent_sampling": warn_independent_sampling,
        }
        instead = "a parameter that is new inside of a trial is chosen given what the trial has"
        say_unused("GPSampler", unused, dict.fromkeys(unused, instead))
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        check_choices(self, _CHOICES)
        if self.n_startup_trials is not None:
            check_whole("n_startup_trials", self.n_startup_trials, 0)
        check_whole("n_observations", self.n_observations, 20)
        check_least("kappa", self.kappa, 0.0)
        check_least("ambition", self.ambition, 0.0)
        check_share("exploration", self.exploration)
        if self.noise_std is not None:
            check_positive("noise_std", self.noise_std, ", or deterministic_objective=True for no noise")
        if self.noise_std is not None and self.deterministic_objective:
            raise ValueError("A deterministic objective has no noise: give noise_std or deterministic_objective.")

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        if startup.is_first(space, history):
            return startup.in_the_middle(self._spread(space, history, key), space)
        finished = TrialState.PRUNED if self.failures == "ignore" else TrialState.FAIL
        n = int((history.state <= finished).sum())
        if startup.is_drawn(key.number, n, self.n_startup_trials, history):
            wide = unsure(space, key, every=_BELIEVED)
            row = recoded(self._spread(wide, history, key), wide, space)
            return self._unrepeated(row, space, history, key)
        flat = neutral(history)
        if flat is history:
            return self._modelled(space, space, history, key)
        model, believed = understood(space, history, flat), understood(space, history, doubted(history, key))
        return recoded(self._modelled(model, believed, flat, key), model, space)

    def noise(self, history: History) -> float:
        """The share of the variance of the first objective's losses, as they are modelled, that is noise.

        As the model has learned it, or as it was given; 0 before there is a model.
        """
        state = self._known(history)
        return state.learned[0].hyper.noise if state.learned else 0.0

    def explains_nothing(self, history: History) -> bool:
        """Whether the model of the only objective tells losses no better than their mean does, and none stands out."""
        state = self._known(history)
        with single_threaded():
            return state.explains_nothing

    def _known(self, history: History) -> Surrogates:
        flat = neutral(history)
        model = flat.space if flat is history else understood(history.space, history, flat)
        with single_threaded():
            return Surrogates.of(flat, model, self.modelling)

    def _modelled(self, space: Space, believed: Space, history: History, key: Key) -> Array:
        model = completed(space, history)
        with single_threaded():
            row = self._proposed(model, Space({**model, **believed}), history, key)
        return narrowed(row, model, space)

    @cached_property
    def modelling(self) -> Modelling:
        """The options that the surrogates depend on."""
        return Modelling(
            warp_losses=self.warp_losses,
            input_warping=self.input_warping,
            deterministic=self.deterministic_objective,
            noise_std=self.noise_std,
            failures=self.failures,
            n_observations=self.n_observations,
        )

    def _proposed(self, space: Space, believed: Space, history: History, key: Key) -> Array:
        name, state = self._acquisition(space, history, key)
        open_ = np.array([n not in history.given for n in space], dtype=np.bool_)
        if not (state.learned or state.judged.failed.any()) or not state.informative.active[:, open_].any():
            return self._unrepeated(recoded(believed.uniform(key), believed, space), space, history, key)
        axes = axes_of(space)
        fixed = axes.points(space.encode(history.given)[None])[0]
        pending = axes.points(history.pending(space))
        share = max(self.exploration, _PARALLEL) if len(pending) else self.exploration
        bold = key.uniform("gp.explore") < share
        rng = key.child("gp").generator()
        is_scattered = state.tells_nothing or state.explains_nothing
        start = None
        if is_scattered:
            start = axes.points(recoded(self._spread(believed, history, key), believed, space)[None])[0]
        asked = Asked(space, believed, fixed, pending, start, space is history.space, history, key)
        chosen = self._chosen(state, name, asked, rng, bold=bold)
        return np.asarray(axes.coded(chosen[None])[0])

    def _spread(self, space: Space, history: History, key: Key) -> Array:
        """A row of the prior, whose numbers are spread evenly over trials in succession."""
        return startup.stratified(space, key, startup.enough(self.n_startup_trials, history), "gp.startup")

    def _may_be_quadratic(self, history: History) -> bool:
        """Whether nothing else is wanted, and what has failed is known to the model."""
        is_known = self.failures == "avoid" or not (history.state == TrialState.FAIL).any()
        return self.quadratic and self.acquisition in ("ei", "logei") and is_known

    def _unrepeated(self, row: Array, space: Space, history: History, key: Key) -> Array:
        """A row of the prior, or another one if it would be tried again although something else is left."""
        may_repeat = self.noise_std is not None or space is not history.space
        return row if may_repeat else new_row(row, space, history, self.on_exhausted, key)

    def _acquisition(self, space: Space, history: History, key: Key) -> tuple[str, Surrogates]:
        """Which acquisition to ask, and the surrogates."""
        if self.acquisition != "gp_hedge" or history.n_objectives > 1:
            return self.acquisition, Surrogates.of(history, space, self.modelling)
        start = Hedge(Surrogates(self.modelling, Observations.none(len(space), 1)), np.zeros(3))
        nothing = np.full(len(space), np.nan)
        asked = Asked(space, space, nothing, nothing[None][:0], None, False, history, key)

        def choose(state: Surrogates, name: str) -> Array:
            rng = key.study.child(f"gp.hedge {len(state.seen)} {name}").generator()
            return self._chosen(state, name, asked, rng, bold=False)

        advance = partial(
            Hedge.advance,
            learn=partial(advanced, space=space),
            choose=choose,
            n_startup=startup.enough(self.n_startup_trials, history),
        )
        hedge = history.fold(Fold(("gp.hedge", self, key.seed), start, advance, space))
        return hedge.name(key.uniform("gp.hedge")), hedge.state

    def _chosen(self, state: Surrogates, name: str, asked: Asked, rng: np.random.Generator, *, bold: bool) -> Array:
        """The point that an acquisition chooses, shape (d,); NaN where it is inactive."""
        question = Question.of(
            state,
            asked,
            acquisition=name,
            kappa=self.kappa,
            ambition=self.ambition if bold else 0.0,
            quadratic=self._may_be_quadratic(asked.history) and asked.key.uniform("gp.quadratic") < _QUADRATIC,
            on_exhausted=self.on_exhausted,
        )
        return propose(state.models(question.seen), question, rng)
