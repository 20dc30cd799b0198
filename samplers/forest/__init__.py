"""Bayesian optimisation with forests of regression trees, one concept per module.

sampler.py   the sampler: options, and what to do when
propose.py   from what is known to the next point
known.py     what is learned from: trials that have ended
standing.py  what trees are told of losses
models.py    what trees believe: forests
boosting.py  the same, by trees that mend each other
growth.py    how trees grow, all at the same time
cuts.py      where their nodes are parted
trees.py     many trees in a few arrays
features.py  points as what trees part
region.py    where a search may go
search.py    the search
"""

from hpo.samplers.forest.sampler import ForestSampler

__all__ = ["ForestSampler"]
