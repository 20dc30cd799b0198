"""Bayesian optimisation with forests of regression trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, final

import numpy as np

from hpo.arrays import Array
from hpo.checks import check_choices, check_function, check_least, check_share, check_whole
from hpo.events import TrialState
from hpo.history import History
from hpo.key import Key
from hpo.samplers.forest.known import Known
from hpo.samplers.forest.models import MODELS
from hpo.samplers.forest.propose import Question, propose
from hpo.samplers.forest.region import Region
from hpo.samplers.model import startup
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import active_at, deciding, tree_of
from hpo.samplers.model.exhausted import ON_EXHAUSTED, OnExhausted
from hpo.samplers.model.given import completed, narrowed
from hpo.samplers.model.unrepeated import new_row
from hpo.space import Space

__all__ = ["ForestSampler"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "model": tuple(MODELS),
    "acquisition": ("logei", "lcb", "pi"),
    "failures": ("avoid", "ignore"),
    "on_exhausted": ON_EXHAUSTED,
}


@final
@dataclass(frozen=True, kw_only=True)
class ForestSampler:
    """Model the objective by a forest of regression trees, and try where an improvement is to be expected.

    What SMAC does, and scikit-optimize's `forest_minimize` and `gbrt_minimize`. Trees ask nothing of an objective: it
    may jump, most of its parameters may be choices, and what a trial lacks because of its branch is a value like
    others. They do not see how a function bends, so for smooth ones of numbers `GPSampler` needs fewer trials.

    Trees learn the ranks of losses, and how far they disagree is how little is known. A pruned trial counts as no
    better than the median. Another forest learns where trials fail or violate constraints, and the probability that
    they do not multiplies the expected improvement. Of several objectives each trial minimises the largest, by weights
    of its own. Running trials are imagined to end in the middle, so that parallel trials spread. No configuration is
    tried twice while another one is left.

    No model was better than another by more than the noise. A trial takes about a thirteenth of SMAC3's time.

    Args:
        model: "random_forest", each tree of another sample of the trials; "extra_trees", of all of them, with cuts at
            random places; "gradient_boosting", several models of parts of the trials, by trees that mend each other.
        acquisition: "logei", the expected improvement through its logarithm; "lcb", the lower confidence bound; "pi",
            the probability of an improvement.
        n_startup_trials: Before so many have finished, configurations come from the prior, each parameter's values
            evenly spread. Trials that were queued by the user count.
        seed: Becomes the study's seed when the study is created.
        exploration: Share of trials that come from the prior instead, or in a space with branches are to improve on
            the trials of a branch that the prior draws: a forest is sure of what it has seen, and would not come back
            to a branch whose first trials were unlucky.
        kappa: How many standard deviations the lower confidence bound lies below the mean.
        n_candidates: How many configurations of the prior are compared; from the best of these, and from the best
            trials, the search goes on to better and better neighbours.
        n_observations: The largest number of trials that trees are given: the best ones, and an even choice of the
            others.
        failures: "avoid" what makes trials fail, or "ignore" failed trials.
        on_exhausted: When all configurations of a finite space have been tried, "repeat" them, those that were tried
            least often first, and of these the most promising one; or "stop".
        constraints_func: As of `TPESampler`.

    Raises:
        SearchSpaceExhausted: From `ask` with `on_exhausted="stop"`, when nothing is left; `optimize` then returns.

    Sources: Hutter et al. (2011), "Sequential model-based optimization for general algorithm configuration"; Lindauer
    et al. (2022), arXiv 2109.09831 (SMAC3); Geurts et al. (2006) for extra trees; Friedman (2002) for boosting.

    Example:
        >>> study = hpo.create_study(sampler=ForestSampler(seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=30)
    """

    model: Literal["random_forest", "extra_trees", "gradient_boosting"] = "random_forest"
    acquisition: Literal["logei", "lcb", "pi"] = "logei"
    n_startup_trials: int = 10
    seed: int | None = None
    exploration: float = 0.2
    kappa: float = 1.96
    n_candidates: int = 2000
    n_observations: int = 500
    failures: Literal["avoid", "ignore"] = "avoid"
    on_exhausted: OnExhausted = "repeat"
    constraints_func: Callable[[Any], Sequence[float]] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_function("constraints_func", self.constraints_func, "a function that returns a list of numbers")
        check_choices(self, _CHOICES)
        for name, least in (("n_startup_trials", 0), ("n_candidates", 1), ("n_observations", 20)):
            check_whole(name, getattr(self, name), least)
        check_least("kappa", self.kappa, 0.0)
        check_share("exploration", self.exploration)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        if not len(space):
            return np.empty(0)
        n_startup = max(self.n_startup_trials, 1)
        finished = TrialState.PRUNED if self.failures == "ignore" else TrialState.FAIL
        if int((history.state <= finished).sum()) < n_startup:
            row = startup.stratified(space, key, n_startup, "forest.startup")
            return self._unrepeated(row, space, history, key)
        model = completed(space, history)
        free = model is history.space and not history.given
        explores = free and key.uniform("forest.explore") < self.exploration
        row = self._proposed(model, history, key, explores=explores)
        return narrowed(row, model, space)

    def _proposed(self, space: Space, history: History, key: Key, *, explores: bool) -> Array:
        axes = axes_of(space)
        known = Known.of(history, space, axes, with_failed=self.failures == "avoid")
        asked = np.array([name not in history.given for name in space], dtype=np.bool_)
        told = np.flatnonzero(~known.failed)
        if not known.active[told][:, asked].any():
            return self._unrepeated(space.uniform(key), space, history, key)
        tree = tree_of(axes, known.points[told], known.active[told])
        fixed = axes.points(space.encode(history.given)[None])[0]
        prior = space.uniform(key)
        drawn = axes.points(prior[None])[0]
        branch = active_at(tree, axes, drawn[None])[0] if explores else None
        if branch is not None:
            decide = sorted(deciding(tree))
            if axes.is_finite or not decide or not (known.active[told] == branch).all(axis=1).any():
                return self._unrepeated(prior, space, history, key)
            fixed[decide] = drawn[decide]
        running = axes.points(history.pending(space))
        question = Question(
            fit=MODELS[self.model],
            acquisition=self.acquisition,
            kappa=self.kappa,
            n_candidates=self.n_candidates,
            n_observations=self.n_observations,
            on_exhausted=self.on_exhausted,
            space=space,
            whole=space is history.space and not history.given,
            history=history,
            key=key,
            branch=branch,
        )
        pending = np.where(active_at(tree, axes, running), running, np.nan) if len(running) else running
        point = propose(known, Region(axes, tree, fixed), pending, question)
        return np.asarray(axes.coded(point[None])[0])

    def _unrepeated(self, row: Array, space: Space, history: History, key: Key) -> Array:
        """A row of the prior, or another one if it would be tried again although something else is left."""
        return new_row(row, space, history, self.on_exhausted, key) if space is history.space else row
