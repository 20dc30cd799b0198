"""Steps that are given as numbers, or left to the first trial that completes."""

from __future__ import annotations

from typing import Any

from hpo.checks import check_count, check_whole

__all__ = ["check_bootstrap", "check_resource"]


def check_bootstrap(bootstrap_count: Any, name: str, resource: int | str) -> None:
    """Raise unless so many trials can be stopped from the beginning: where must be known then.

    Args:
        bootstrap_count: How many.
        name: Of the resource that says where.
        resource: A number, or "auto".

    Raises:
        TypeError: If the count is no whole number.
        ValueError: If it is negative, or above 0 without a number as the resource.
    """
    check_whole("bootstrap_count", bootstrap_count, 0)
    if bootstrap_count > 0 and resource == "auto":
        raise ValueError(f"bootstrap_count > 0 needs {name} as a number, not 'auto'.")


def check_resource(name: str, value: Any) -> None:
    """Raise unless a resource is "auto" or a whole number.

    Raises:
        TypeError: If it is something else.
        ValueError: If it is below 1, or another text.
    """
    if not isinstance(value, str):
        check_count(name, value, 1, ", or 'auto'")
    elif value != "auto":
        raise ValueError(f"{name} must be 'auto' or a whole number, got {value!r}.")
