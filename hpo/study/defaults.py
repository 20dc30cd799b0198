"""The sampler, the pruner and the retry policy of a study that is given none."""

from __future__ import annotations

from hpo.protocols import Pruner, Sampler, Storage, retrying
from hpo.running.retry import RetryPolicy

__all__ = ["default_pruner", "default_sampler", "retry_policy"]


def default_sampler() -> Sampler:
    """`AutoSampler()`; loaded when it is wanted."""
    from hpo.samplers.auto import AutoSampler

    return AutoSampler()


def default_pruner() -> Pruner:
    """`MedianPruner()`; loaded when it is wanted."""
    from hpo.pruners.percentile import MedianPruner

    return MedianPruner()


def retry_policy(retry: RetryPolicy | None, storage: Storage) -> RetryPolicy | None:
    """Which failed trials are tried again: by default those that the storage was given a policy for.

    Raises:
        TypeError: If the storage was given something else.
    """
    if retry is not None:
        return retry
    given = retrying(storage)
    if given is None or isinstance(given, RetryPolicy):
        return given
    raise TypeError(
        f"What a storage does when a trial's worker is lost is a RetryFailedTrialCallback(max_retry=3), got {given!r}. "
        'For anything else, let a callback of `optimize` look for failed trials whose error.type is "WorkerLost".'
    )
