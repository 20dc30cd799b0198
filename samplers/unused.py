"""Arguments of scripts written for Optuna that change nothing here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hpo.caution import warn

__all__ = ["say_unused"]


def say_unused(owner: str, given: dict[str, Any], instead: dict[str, str]) -> None:
    """Warn, once for each name in a process, of arguments that are given and have no effect.

    Args:
        owner: Whose arguments.
        given: By name; None for what was not given.
        instead: What to write, by name.
    """
    for name, value in given.items():
        if value is not None:
            _say(owner, name, instead[name])


@lru_cache
def _say(owner: str, name: str, instead: str) -> None:
    warn(f"{owner}({name}=…) has no effect here, and can be left out: {instead}.", FutureWarning)
