"""The states of trials that somebody asks for."""

from __future__ import annotations

from collections.abc import Container, Iterable
from numbers import Integral
from typing import Any

from hpo.events import TrialState

__all__ = ["wanted_states"]


def wanted_states(states: Container[TrialState] | None) -> list[TrialState]:
    """The states that are meant; of None all.

    Raises:
        TypeError: If something else is given, such as one state or its name.
    """
    if states is None:
        return list(TrialState)
    if isinstance(states, int):  # as a state is
        raise TypeError(f"states must be a list of states, got {states}; write states=[{states}].")
    among: Container[Any] = list(states) if isinstance(states, Iterable) else states
    if isinstance(among, list) and not all(isinstance(state, Integral) for state in among):  # Optuna's are integers too
        raise TypeError(f"states must be a list of states such as TrialState.COMPLETE, got {states!r}.")
    return [state for state in TrialState if state in among]
