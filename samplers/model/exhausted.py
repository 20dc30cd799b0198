"""What is left of a finite space, and what to do when nothing is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from hpo import logging
from hpo.arrays import IntArray
from hpo.exceptions import SearchSpaceExhausted
from hpo.key import Key

if TYPE_CHECKING:
    from hpo.samplers.model.tried import Tried

__all__ = ["ON_EXHAUSTED", "OnExhausted", "least_tried"]

OnExhausted: TypeAlias = Literal["repeat", "stop"]
ON_EXHAUSTED = ("repeat", "stop")
"""What a sampler may do once all configurations have been tried: try the rarest again, or end the study."""

logger = logging.get_logger(__name__)


def least_tried(values: IntArray, tried: Tried, on_exhausted: OnExhausted, key: Key) -> IntArray:
    """Of all configurations those that were tried least often, shape (k, d): not at all, as long as there are such.

    Args:
        values: Of all configurations, shape (n, d), n > 0; -1 where inactive.
        tried: What was tried, and how often.
        on_exhausted: What to do if nothing is left.
        key: Of the trial; tells studies apart, so that each is warned about once.

    Raises:
        SearchSpaceExhausted: If nothing is left, and the study is to end then.
    """
    times = tried.times(values)
    least = int(times.min())
    if least and on_exhausted == "stop":
        raise SearchSpaceExhausted(f"All {len(values)} configurations of the space have been tried.")
    if least:
        _warn(key.seed, len(values))
    left: IntArray = values[times == least]
    return left


@lru_cache(maxsize=4096)
def _warn(seed: int, n: int) -> None:
    """Say it once for each study in a process, which its seed and the size of its space name."""
    logger.warning(
        f"All {n} configurations of the space have been tried (seed {seed}), so trials repeat them from now on, the "
        'least often tried ones first. Give the sampler on_exhausted="stop" to end a study here, or suggest wider '
        "ranges."
    )
