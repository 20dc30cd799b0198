"""Latin hypercubes: designs in which every value of every parameter has its turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from hpo.arrays import Array
from hpo.checks import check_whole
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.startup import stratified
from hpo.space import Space

__all__ = ["LatinHypercubeSampler"]


@final
@dataclass(frozen=True, kw_only=True)
class LatinHypercubeSampler:
    """Cut each parameter's prior into as many equal parts as there are trials, and try each part once.

    In which order parts have their turn is another matter of chance for each parameter. After `n_trials` trials a new
    design begins. Trial t is row t of the designs, so that any number of workers together neither repeat nor skip one.
    A choice of k categories gets each of them n_trials / k times, up to one.

    Args:
        n_trials: How many trials make up one design; as many as you will run.
        seed: Becomes the study's seed when the study is created.

    Source: McKay et al. (1979), "A comparison of three methods for selecting values of input variables in the
    analysis of output from a computer code".

    Example:
        >>> study = hpo.create_study(sampler=LatinHypercubeSampler(n_trials=20, seed=0))
        >>> study.optimize(lambda trial: trial.suggest_float("x", -1, 1) ** 2, n_trials=20)
    """

    n_trials: int
    seed: int | None = None

    def __post_init__(self) -> None:
        check_whole("n_trials", self.n_trials, 1)

    def reseed_rng(self) -> None:
        """Do nothing: a draw depends on the study's seed and the trial's number, so no two workers share one."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        del history
        return stratified(space, key, self.n_trials, "latin_hypercube")
