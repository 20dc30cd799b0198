"""Genetic algorithms for several objectives, and the crossovers and the mutation that they can be given.

sampler.py     the sampler that keeps the least crowded of equals
nsgaiii.py     the sampler that keeps those near to reference points
moead.py       the sampler that keeps the best of many ways to weigh the objectives
population.py  their state: a fold over finished trials
selection.py   which trials the first two keep
decomposition.py  which the third
breeding.py    a child of some of them
variation.py   how its numbers come about where no crossover is given
crossover.py   how numbers come from parents
mutation.py    how they change
strategies.py  what Optuna's samplers can be given and these cannot

Whatever fulfils `Crossover` or `Mutation` by its shape is welcome; there is nothing to inherit.

Example:
    >>> sampler = hpo.samplers.NSGAIISampler(crossover=hpo.samplers.nsgaii.BLXAlphaCrossover(alpha=0.3))
"""

from __future__ import annotations

from typing import Any

from hpo.absent import absent
from hpo.samplers.nsgaii.crossover import (
    BLXAlphaCrossover,
    Crossover,
    SBXCrossover,
    SPXCrossover,
    UNDXCrossover,
    UniformCrossover,
    VSBXCrossover,
)
from hpo.samplers.nsgaii.moead import MOEADSampler
from hpo.samplers.nsgaii.mutation import Mutation, PolynomialMutation
from hpo.samplers.nsgaii.nsgaiii import NSGAIIISampler
from hpo.samplers.nsgaii.sampler import NSGAIISampler

__all__ = [
    "BLXAlphaCrossover",
    "Crossover",
    "MOEADSampler",
    "Mutation",
    "NSGAIIISampler",
    "NSGAIISampler",
    "PolynomialMutation",
    "SBXCrossover",
    "SPXCrossover",
    "UNDXCrossover",
    "UniformCrossover",
    "VSBXCrossover",
]

_SHAPES = {
    "BaseCrossover": "a crossover is any object with `n_parents` and `child(parents, rng, *, several)`",
    "BaseMutation": "a mutation is any object with `mutated(x, rng)`",
}


def __getattr__(name: str) -> Any:
    if name in _SHAPES:  # what `from … import` says of an AttributeError would hide the sentence
        raise ImportError(f"hpo.samplers.nsgaii has no {name}: {_SHAPES[name]}; there is nothing to inherit.")
    raise absent(__name__, name)
