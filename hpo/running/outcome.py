"""How a trial ended: what the objective returned or raised, in the terms of the log."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hpo.events import TrialError, TrialState

__all__ = ["Outcome", "read_values"]

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
    def of_error(cls, error: BaseException) -> Outcome:
        return cls(TrialState.FAIL, error=TrialError.of(error))


def read_values(returned: Any, n_objectives: int) -> tuple[float, ...] | str:
    """The objective's values, or a sentence that says why there are none."""
    if type(returned) is float and n_objectives == 1 and returned == returned:
        return (returned,)  # as nearly always
    if not isinstance(returned, Sequence):
        returned = (returned,)
    elif isinstance(returned, (str, bytes, bytearray)):
        return f"The value {_shown(returned)} could not be cast to float: expected a number, not text."
    if len(returned) != n_objectives:
        return f"The number of the values {len(returned)} did not match the number of the objectives {n_objectives}."
    values = []
    for value in returned:
        if isinstance(value, (str, bytes, np.ndarray)):
            return f"The value {_shown(value)} could not be cast to float: expected a number."
        try:
            number = float(value)
        except Exception as error:  # of the user's own type; whatever it does, the trial must end
            return f"The value {_shown(value)} could not be cast to float: {type(error).__name__}."
        if math.isnan(number):
            return f"The value {number!r} is not acceptable."
        values.append(number)
    return tuple(values)


def _shown(value: Any) -> str:
    try:
        return repr(value)[:200]
    except Exception:
        return f"of type {type(value).__name__}"
