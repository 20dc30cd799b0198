"""Whether what a study is given as its sampler and its pruner can be one."""

from __future__ import annotations

import inspect
from typing import Any

__all__ = ["check_pruner", "check_sampler"]


def check_sampler(sampler: Any) -> None:
    """Raise TypeError, in a sentence that says what to write, unless something is a sampler."""
    _check(sampler, "sampler", "sample", ("space", "history", "key"))


def check_pruner(pruner: Any) -> None:
    """Raise TypeError, in a sentence that says what to write, unless something is a pruner."""
    _check(pruner, "pruner", "prune", ("history", "curve"))


def _check(plugin: Any, role: str, method: str, arguments: tuple[str, ...]) -> None:
    kind = plugin if isinstance(plugin, type) else type(plugin)
    of_optuna = any(base.__module__.partition(".")[0] == "optuna" for base in kind.__mro__)
    call = f"{method}({', '.join(arguments)})"
    if of_optuna and kind.__module__.partition(".")[0] == "optuna":
        raise TypeError(f"{kind.__name__} of Optuna cannot be the {role} of a study of hpo; use one of hpo.{role}s.")
    if of_optuna or not _takes(getattr(kind, method, None), len(arguments)):
        raise TypeError(
            f"The {role} must be an object with the method `{call}`, such as those of hpo.{role}s, got {plugin!r}. "
            f"What was written for Optuna's Base{role.capitalize()} needs that method instead of its own: hpo would "
            "not call the others."
        )
    if isinstance(plugin, type):
        raise TypeError(f"The {role} must be an object, got the class {kind.__name__}; write {kind.__name__}().")


def _takes(method: Any, n: int) -> bool:
    """Whether a class has a method that can be called with so many arguments."""
    if not callable(method):
        return False
    try:
        inspect.signature(method).bind(None, *range(n))
    except TypeError:
        return False
    except ValueError:  # it does not say
        return True
    return True
