"""Values that were given for parameters which no trial asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from hpo import logging
from hpo.history import History
from hpo.near import nearest

__all__ = ["named", "say_unasked"]

logger = logging.get_logger(__name__)

_ENOUGH = 10  # finished trials, by which each parameter should have been asked for


def say_unasked(argument: str, names: Iterable[str], history: History, seed: int) -> None:
    """Warn, once for each study in a process, of names that none of a study's first trials has asked for.

    Args:
        argument: By which they were given.
        names: Of parameters.
        history: Of the study.
        seed: Of the study.
    """
    if len(history) < _ENOUGH:
        return
    asked = history.space
    unasked = tuple(name for name in names if name not in asked)
    if unasked:
        _say(argument, seed, unasked, tuple(asked))


def named(names: Sequence[str], asked: Iterable[str]) -> str:
    """Names in a sentence, each with the one that it may have been meant to be."""
    near = [nearest(name, asked, similarity=0.7) for name in names]
    return ", ".join(
        f"{name!r}" + (f" (did you mean {one!r}?)" if one else "") for name, one in zip(names, near, strict=True)
    )


@lru_cache(maxsize=4096)
def _say(argument: str, seed: int, names: tuple[str, ...], asked: tuple[str, ...]) -> None:
    logger.warning(
        f"{argument} gives values for {named(names, asked)}, which no trial of the study with seed {seed} has asked "
        "for: suggest them in the objective, or leave them out."
    )
