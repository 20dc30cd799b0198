"""The sampler and the pruner of a study that is given none."""

from __future__ import annotations

from hpo.protocols import Pruner, Sampler

__all__ = ["default_pruner", "default_sampler"]


def default_sampler() -> Sampler:
    """`TPESampler()`; loaded when it is wanted."""
    from hpo.samplers.tpe import TPESampler

    return TPESampler()


def default_pruner() -> Pruner:
    """`MedianPruner()`; loaded when it is wanted."""
    from hpo.pruners.percentile import MedianPruner

    return MedianPruner()
