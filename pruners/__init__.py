"""Pruners: pure functions from what is known and a trial's own curve to the decision to stop it."""

from __future__ import annotations

from typing import Any

from hpo.pruners.hyperband import HyperbandPruner
from hpo.pruners.learning_curve import LearningCurvePruner
from hpo.pruners.nop import NopPruner
from hpo.pruners.patient import PatientPruner
from hpo.pruners.percentile import MedianPruner, PercentilePruner
from hpo.pruners.successive_halving import SuccessiveHalvingPruner
from hpo.pruners.threshold import ThresholdPruner
from hpo.pruners.wilcoxon import WilcoxonPruner

__all__ = [
    "HyperbandPruner",
    "LearningCurvePruner",
    "MedianPruner",
    "NopPruner",
    "PatientPruner",
    "PercentilePruner",
    "SuccessiveHalvingPruner",
    "ThresholdPruner",
    "WilcoxonPruner",
]


def __getattr__(name: str) -> Any:
    if name == "BasePruner":
        from hpo.bases import BasePruner

        return BasePruner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
