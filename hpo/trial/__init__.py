"""Trials: as an objective sees them, as records, and with fixed parameters.

Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load

if TYPE_CHECKING:
    from hpo.events import TrialError, TrialState
    from hpo.trial.fixed import FixedTrial
    from hpo.trial.frozen import FrozenTrial, create_trial
    from hpo.trial.trial import Trial

__all__ = ["FixedTrial", "FrozenTrial", "Trial", "TrialError", "TrialState", "create_trial"]

_HOME = {
    "BaseTrial": "hpo.trial.suggest",
    "FixedTrial": "hpo.trial.fixed",
    "FrozenTrial": "hpo.trial.frozen",
    "Trial": "hpo.trial.trial",
    "TrialError": "hpo.events",
    "TrialState": "hpo.events",
    "create_trial": "hpo.trial.frozen",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)


def __dir__() -> list[str]:
    return __all__
