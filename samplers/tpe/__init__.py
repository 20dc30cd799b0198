"""The tree-structured Parzen estimator, one concept per module.

sampler.py    the sampler: options, and what to do when
record.py     which trials matter: the best ones, and a fair sample of all
fidelity.py   by which step they are compared that were stopped at different ones
trials.py     those that matter as points, divided into good and bad ones
split.py      how many of them are good
densities.py  from trials to densities
weights.py    how much each trial counts
bandwidth.py  how wide kernels are
parzen.py     the mixture: draw, mass, log density
ratio.py      what candidates are drawn from and compared by
search.py     the next point, along a branch
rare.py       another chance for categories that were rarely tried
finite.py     the next point of a finite space, where nothing is tried twice while something is left
"""

from hpo.samplers.tpe.sampler import TPESampler

__all__ = ["TPESampler"]
