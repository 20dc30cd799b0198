"""Pruners: pure functions from what is known and a trial's own curve to the decision to stop it."""

from hpo.pruners.nop import NopPruner
from hpo.pruners.percentile import MedianPruner, PercentilePruner

__all__ = ["MedianPruner", "NopPruner", "PercentilePruner"]
