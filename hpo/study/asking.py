"""What `Study.ask` is given, checked before a trial begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpo.distributions import BaseDistribution
from hpo.study.origin import origin

__all__ = ["checked_distributions"]


def checked_distributions(given: Any) -> dict[str, BaseDistribution] | None:
    """The distributions of parameters by name; None of None.

    Raises:
        TypeError: If it is something else.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        several = f" Write study.ask(n={given}) for several trials." if type(given) is int else ""
        raise TypeError(f"fixed_distributions must be a dict of distributions by name, got {given!r}.{several}")
    for name, distribution in given.items():
        if not isinstance(distribution, BaseDistribution):
            whose = " of Optuna's" if origin(distribution) else ""
            raise TypeError(
                f"The distribution of {name!r} must be one of hpo.distributions, such as FloatDistribution(0, 1), got "
                f"{distribution!r} of type {type(distribution).__name__}{whose}."
            )
    return dict(given)
