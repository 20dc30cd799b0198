"""Gaussian-process Bayesian optimisation, one concept per module.

sampler.py       the sampler: options, and what to do when
asked.py         what a trial asks for
question.py      from what was seen and what is asked for to where to look, and what for
propose.py       from models to the next point
models.py        all that is believed of losses and constraints then
observations.py  what is learned from: finished trials as arrays
stopped.py       what losses of pruned trials would have become
schedule.py      when hyperparameters are fitted, and to which trials
surrogate.py     one process for each objective and constraint, as a fold of the history
arms.py          the parts of a space, and what is learned of each
parted.py        improvements that the model of all and those of the parts expect
warp.py          losses made easier to model
scale.py         what a model's unit stands for in losses
embedding.py     points of mixed, branching spaces as vectors
input_warp.py    a learned change of variable of each number
kernel.py        Matérn-5/2
trend.py         a quadratic trend beside it
prior.py         of the hyperparameters
likelihood.py    of the hyperparameters, and the most probable ones
failures.py      where trials fail, and the probability that they do not
penalties.py     losses that only say how bad a trial was
averaged.py      the process averaged over how much noise there may be
posterior.py     predictions, their gradients, imagined observations
quadratic.py     a quadratic of the numbers, where one explains the better losses, and its minimum
cells.py         which trials share one
improvement.py   the expected added hypervolume
criterion.py     acquisitions of surrogates, as functions of features
believed.py      what beliefs of parameters make of points, as a weight of these
hedge.py         a portfolio of acquisitions
domain.py        where a search may go
search.py        the search
lbfgs.py         many local searches at once
curvature.py     what they remember of the curvature
threads.py       linear algebra in one thread
blocks.py        rows in pieces that are small enough for it
"""

from hpo.samplers.gp.sampler import GPSampler

__all__ = ["GPSampler"]
