"""One value out of what a library reports, by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpo.near import nearest

__all__ = ["metric"]


def metric(name: str, reported: Mapping[str, Any], remedy: str = "") -> Any:
    """The value of a metric.

    Args:
        name: What the library calls it.
        reported: All that it has reported after a round.
        remedy: A sentence about how to have it reported.

    Raises:
        ValueError: If it is not among them; the error names those that are, the nearest one first.
    """
    if name in reported:
        return reported[name]
    if not reported:
        raise ValueError(f"There is no metric {name!r}, as nothing was evaluated. {remedy}".rstrip())
    near = nearest(name, reported)
    hint = f" Did you mean {near!r}?" if near else ""
    there = ", ".join(map(repr, reported))
    raise ValueError(f"There is no metric {name!r}, only {there}.{hint} {remedy}".rstrip())
