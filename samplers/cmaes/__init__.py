"""The evolution strategy with covariance matrix adaptation, one concept per module.

sampler.py        the sampler: options, and what to do when
strategy.py       its state: a fold over finished trials
progress.py       the trials that will change it when their generation is complete
gaussian.py       the distribution of numbers
categories.py     those of choices
draws.py          random numbers, which each trial's number addresses
sobol.py          how these are spread evenly
offers.py         points for trials, made of them
untried.py        a point that was tried already, and another one in its place
margin.py         integers and steps
settled.py        cells in which nothing is left but to know other numbers more exactly
censored.py       what trials tell of them
constants.py      learning rates and weights
learning_rate.py  the same, following the signal
surrogate.py      from how many points a trial is chosen, by how far a model is trusted
quadratic.py      that model
warm.py           where it starts
restarts.py       where it starts again
"""

from hpo.samplers.cmaes.sampler import CmaEsSampler

__all__ = ["CmaEsSampler"]
