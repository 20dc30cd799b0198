"""Samplers, pruners, storages and callbacks as they are given: what is none is refused at once, in one sentence."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from typing import Any

from hpo.numbers import whole
from hpo.protocols import Pruner, Sampler, Storage
from hpo.running.retry import RetryPolicy
from hpo.study.origin import origin

__all__ = [
    "checked_callbacks",
    "checked_objective",
    "checked_pruner",
    "checked_retry",
    "checked_sampler",
    "checked_storage",
]


_HOOKS = ("infer_relative_search_space", "sample_relative", "sample_independent", "before_trial", "after_trial")
"""Methods of Optuna's samplers."""


def checked_sampler(sampler: Any) -> Sampler:
    """A sampler as it is.

    Raises:
        TypeError: If it is none, or has methods that nobody would call.
    """
    _refuse_class(sampler, "sampler")
    if not isinstance(sampler, Sampler) or not _takes(sampler.sample, 3):
        raise TypeError(_refusal(sampler, "sampler", "hpo.samplers.TPESampler()", "sample(space, history, key)"))
    hook = next((name for name in _HOOKS if callable(getattr(type(sampler), name, None))), None)
    if hook is not None:
        raise TypeError(
            f"{type(sampler).__name__} has the method {hook}, which hpo would not call: it asks a sampler for whole "
            "trials by sample(space, history, key), see hpo.protocols.Sampler. A callback can look at ended trials."
        )
    return sampler


def checked_pruner(pruner: Any) -> Pruner:
    """A pruner as it is.

    Raises:
        TypeError: If it is none.
    """
    _refuse_class(pruner, "pruner")
    of_optuna = origin(pruner) != ""  # whose pruners have a method of that name too
    if of_optuna or not isinstance(pruner, Pruner) or not _takes(pruner.prune, 2) or _takes_a_study(pruner.prune):
        raise TypeError(_refusal(pruner, "pruner", "hpo.pruners.MedianPruner()", "prune(history, curve)"))
    return pruner


def checked_storage(storage: Any, name: str = "storage") -> str | Storage | None:
    """A storage or a URL as it is.

    Args:
        storage: None for a new one in memory.
        name: Of the argument.

    Raises:
        TypeError: If it is neither.
    """
    _refuse_class(storage, name)
    if storage is None or isinstance(storage, (str, Storage)):
        return storage
    if isinstance(storage, os.PathLike):
        raise TypeError(f'{name} must be a URL or a storage, got a path; write {name}="sqlite:///{storage}".')
    methods, wanted = "create, append, read, studies, rename and delete", "a URL such as {}, a storage, or None"
    raise TypeError(_refusal(storage, "storage", '"sqlite:///study.db"', methods, wanted, name))


def checked_retry(retry: Any) -> RetryPolicy | None:
    """Which failed trials are tried again; a number says how often all of them are.

    Raises:
        TypeError: If it is no policy, no number and not None.
    """
    _refuse_class(retry, "retry")
    if retry is None or isinstance(retry, RetryPolicy):
        return retry
    return RetryPolicy(max_retry=whole(retry, "retry"), failed=True)


def checked_callbacks(callbacks: Any) -> tuple[Callable[..., None], ...]:
    """Callbacks as they are; one alone counts as a list of one.

    Raises:
        TypeError: If one of them cannot be called, or is a class.
    """
    several = callbacks is not None and isinstance(callbacks, Iterable) and not isinstance(callbacks, (str, type))
    called = () if callbacks is None else tuple(callbacks) if several else (callbacks,)
    for callback in called:
        _refuse_class(callback, "callbacks", "[{}()]")
        if not callable(callback):
            raise TypeError(
                f"callbacks must be a list of functions that take the study and a trial, got {callback!r} of type "
                f"{type(callback).__name__} in it."
            )
    return called


def checked_objective(objective: Any) -> Callable[..., Any]:
    """An objective as it is; a class whose instances can be made of a trial is one.

    Raises:
        TypeError: If it cannot be called.
    """
    if callable(objective):
        return objective  # type: ignore[no-any-return]
    hint = ""
    if isinstance(objective, (int, float)):
        hint = " Give the function itself, without calling it: study.optimize(objective), not objective(trial)."
    raise TypeError(f"The objective must be something to call with a trial, got {objective!r}.{hint}")


def _refuse_class(given: Any, what: str, form: str = "{}()") -> None:
    if isinstance(given, type):
        made = form.format(given.__name__)
        raise TypeError(f"{what} must be an instance, got the class {given.__name__}; write {what}={made}.")


def _refusal(
    given: Any, what: str, example: str, methods: str, wanted: str = "an object such as {}", name: str = ""
) -> str:
    home, name = origin(given), name or what
    if home:
        return (
            f"{type(given).__name__} is a {what} of Optuna's ({home}), whose methods hpo would not call; "
            f"write {name}={example} or another one of hpo's, or give your own the method {methods}."
        )
    shown = repr(given)
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    return (
        f"{name} must be {wanted.format(example)}, got {shown} of type {type(given).__name__}, which lacks {methods}."
        + (" hpo calls no other methods, as Optuna does of its samplers." if what == "sampler" else "")
    )


def _takes(method: Callable[..., Any], n: int) -> bool:
    """Whether a method can be called with so many arguments, as far as it says."""
    try:
        inspect.signature(method).bind(*range(n))
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _takes_a_study(method: Callable[..., Any]) -> bool:
    """Whether a pruner's method was written for Optuna, as its first argument's name says."""
    try:
        return next(iter(inspect.signature(method).parameters), "") == "study"
    except (TypeError, ValueError):
        return False
