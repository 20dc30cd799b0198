"""Pruners: pure functions from what is known and a trial's own curve to the decision to stop it.

Each is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load

if TYPE_CHECKING:
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


_HOME = {
    "BasePruner": "hpo.bases",
    "HyperbandPruner": "hpo.pruners.hyperband",
    "LearningCurvePruner": "hpo.pruners.learning_curve",
    "MedianPruner": "hpo.pruners.percentile",
    "NopPruner": "hpo.pruners.nop",
    "PatientPruner": "hpo.pruners.patient",
    "PercentilePruner": "hpo.pruners.percentile",
    "SuccessiveHalvingPruner": "hpo.pruners.successive_halving",
    "ThresholdPruner": "hpo.pruners.threshold",
    "WilcoxonPruner": "hpo.pruners.wilcoxon",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)


def __dir__() -> list[str]:
    return __all__
