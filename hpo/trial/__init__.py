"""Trials: as an objective sees them, as records, and with fixed parameters."""

from hpo.events import TrialError, TrialState
from hpo.trial.fixed import FixedTrial
from hpo.trial.frozen import FrozenTrial, create_trial
from hpo.trial.trial import Trial

__all__ = ["FixedTrial", "FrozenTrial", "Trial", "TrialError", "TrialState", "create_trial"]
