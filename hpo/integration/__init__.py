"""Optuna's name for `hpo.integrations`: what is there is here too, and for the rest it says what to use instead.

>>> from hpo.integration import LightGBMPruningCallback
"""

from __future__ import annotations

from typing import Any

import hpo.integrations
from hpo.integrations import Reporter

__all__ = ["Reporter"]


def __getattr__(name: str) -> Any:
    if name in hpo.integrations.__all__:
        return getattr(hpo.integrations, name)
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "OptunaSearchCV":
        raise ImportError(
            "hpo has no OptunaSearchCV. Write hpo.integrations.StudySearchCV(estimator, spaces, n_trials=…), with a "
            "pruner= for enable_pruning=True and epochs= for max_iter=."
        )
    if name in ("LightGBMTuner", "LightGBMTunerCV"):
        raise ImportError(
            f"hpo has no {name}. Write hpo.integrations.lightgbm.tune(params, train_set, valid_set), with nfold=5 "
            "instead of a validation set for cross-validation; it searches all parameters at once."
        )
    # An ImportError, as what `from … import` makes of an AttributeError would hide the sentence.
    raise ImportError(
        f"hpo has no {name}. Report from the loop of your framework with hpo.integrations.Reporter(trial), which also "
        "ends the trial when the pruner says so."
    )
