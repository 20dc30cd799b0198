"""How a trial ended: what the objective returned or raised, in the terms of the log."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np

from hpo.events import TrialError, TrialState
from hpo.exceptions import TrialFailed, TrialPaused, TrialPruned
from hpo.near import add_hint
from hpo.numbers import real

__all__ = ["LOST", "Outcome", "outcome_of", "read_values"]

LOST = "WorkerLost"
"""The type of the error of a trial whose worker is gone."""

_OURS = 2  # frames of a traceback between the run and the user's objective
_COMPLETE = TrialState.COMPLETE  # looking it up takes a tenth of a microsecond


class Outcome(NamedTuple):
    """The end of a trial, not yet in the log.

    Args:
        state: COMPLETE, PRUNED, FAIL or PAUSED.
        values: For COMPLETE, one per objective.
        error: For FAIL.
    """

    state: TrialState
    values: tuple[float, ...] | None = None
    error: TrialError | None = None

    @classmethod
    def of_return(cls, returned: Any, n_objectives: int) -> Outcome:
        """What a returned object means; a useless one is a failure that says what was expected."""
        values = read_values(returned, n_objectives)
        if isinstance(values, str):
            return cls(TrialState.FAIL, error=TrialError("ValueError", values))
        return cls(_COMPLETE, values)

    @classmethod
    def of_error(cls, error: BaseException, *, skip: int = 0) -> Outcome:
        return cls(TrialState.FAIL, error=TrialError.of(error, skip=skip))

    @classmethod
    def of_loss(cls, what: str) -> Outcome:
        """A worker is gone: `what` says which one, and how it is known."""
        return cls(TrialState.FAIL, error=TrialError(LOST, f"worker lost: {what}"))

    @property
    def is_loss(self) -> bool:
        """Whether the worker is gone."""
        return self.error is not None and self.error.type == LOST


def outcome_of(
    objective: Callable[[Any], Any], trial: Any, n_objectives: int, catch: tuple[type[BaseException], ...]
) -> tuple[Outcome, BaseException | None]:
    """Call an objective: how its trial ends, and the error that ends the run.

    A trial that is pruned or paused has no values here; its reports say them.
    """
    try:
        return Outcome.of_return(objective(trial), n_objectives), None
    except TrialPruned:
        return Outcome(TrialState.PRUNED), None
    except TrialPaused:
        return Outcome(TrialState.PAUSED), None
    except TrialFailed as reason:
        return Outcome(TrialState.FAIL, error=TrialError(type(reason).__name__, str(reason))), None
    except catch as error:
        add_hint(error)
        return Outcome.of_error(error, skip=_OURS), None
    except BaseException as error:
        add_hint(error)
        return Outcome.of_error(error, skip=_OURS), error


def read_values(returned: Any, n_objectives: int) -> tuple[float, ...] | str:
    """The objective's values, or a sentence that says why there are none."""
    if type(returned) is float and n_objectives == 1 and returned == returned:
        return (returned,)  # as nearly always
    if isinstance(returned, (str, bytes, bytearray)):
        return f"The value {_shown(returned)} could not be cast to float: expected a number, not text."
    if returned is None or isinstance(returned, Mapping):
        return _useless(returned, n_objectives)
    given = _sequence(returned, n_objectives)
    if len(given) != n_objectives:
        return _wrong_length(len(given), n_objectives)
    values = []
    for value in given:
        try:
            number = real(value, "a value")
        except Exception as error:  # of the user's own type; whatever it does, the trial must end
            return f"The value {_shown(value)} could not be cast to float: {_why(error, value)}."
        if math.isnan(number):
            return f"The value {number!r} is not acceptable."
        values.append(number)
    return tuple(values)


def _sequence(returned: Any, n_objectives: int) -> Sequence[Any]:
    """What is to be one value per objective; an array is a number where there is one, and its elements otherwise."""
    if isinstance(returned, Sequence):
        return returned
    if n_objectives == 1 or not isinstance(returned, Collection) or isinstance(returned, Set):
        return (returned,)
    try:
        return list(returned)
    except Exception:  # such as an array without an axis
        return (returned,)


def _useless(returned: Any, n_objectives: int) -> str:
    wanted = "a number" if n_objectives == 1 else f"a tuple of {n_objectives} numbers, one per objective"
    if returned is None:
        return f"The value None could not be cast to float: the objective must end with `return` and {wanted}."
    example = next((f"{_shown(key)}]`" for key in returned), "…]`")
    return (
        f"The value {_shown(returned)} could not be cast to float: return {wanted} out of the "
        f"{type(returned).__name__}, such as `result[{example}."
    )


def _wrong_length(n_values: int, n_objectives: int) -> str:
    text = f"The number of the values {n_values} did not match the number of the objectives {n_objectives}"
    if n_objectives > 1:
        return f"{text}: return {n_objectives} numbers, one per objective."
    if n_values < 2:
        return f"{text}: return a number."
    directions = ", ".join(['"minimize"'] * n_values) if n_values < 5 else '"minimize", …'
    return (
        f"{text}: return one number; or say create_study(directions=[{directions}]) if there are {n_values} "
        'objectives. Other numbers are kept by trial.set_user_attr("name", number).'
    )


def _why(error: Exception, value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size == 1:
        return "expected a number, not an array; write `.item()` after it"
    if isinstance(value, (str, bytes, np.ndarray)):
        return "expected a number"
    is_to_be_one = hasattr(type(value), "__float__")
    return type(error).__name__ if is_to_be_one else f"expected a number, got {type(value).__name__}"


def _shown(value: Any) -> str:
    try:
        return repr(value)[:200]
    except Exception:
        return f"of type {type(value).__name__}"
