"""Samplers: pure functions from what is known to the next configuration."""

from hpo.samplers.grid import GridSampler
from hpo.samplers.random import RandomSampler
from hpo.samplers.tpe import TPESampler

__all__ = ["GridSampler", "RandomSampler", "TPESampler"]
