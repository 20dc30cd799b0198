"""The tree-structured Parzen estimator, one concept per module.

sampler.py    the sampler: options, and what to do when
record.py     which trials matter: the best ones, and a fair sample of all
split.py      how many of them are good
weights.py    how much each counts
bandwidth.py  how wide kernels are
parzen.py     the mixture: fit, draw, log density
tried.py      configurations of a finite space that need not be tried again
"""

from hpo.samplers.tpe.sampler import TPESampler

__all__ = ["TPESampler"]
