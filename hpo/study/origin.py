"""Whether an object comes from Optuna, whose methods hpo would not call."""

from __future__ import annotations

from typing import Any

__all__ = ["origin"]


def origin(given: Any) -> str:
    """The class of Optuna's from which an object is made or derived; empty without one."""
    for kind in type(given).__mro__:
        if kind.__module__.partition(".")[0] == "optuna":
            return f"{kind.__module__}.{kind.__qualname__}"
    return ""
