"""Every pruner keeps the laws of pruners."""

from __future__ import annotations

import pytest

from hpo.protocols import Pruner
from hpo.pruners import (
    HyperbandPruner,
    LearningCurvePruner,
    MedianPruner,
    NopPruner,
    PatientPruner,
    PercentilePruner,
    SuccessiveHalvingPruner,
    ThresholdPruner,
    WilcoxonPruner,
)
from hpo.testing import PrunerContract

PRUNERS: list[Pruner] = [
    NopPruner(),
    MedianPruner(),
    MedianPruner(n_startup_trials=0, n_warmup_steps=2, interval_steps=3, n_min_trials=4),
    PercentilePruner(25.0, n_startup_trials=2),
    PercentilePruner(100.0),
    SuccessiveHalvingPruner(),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
    SuccessiveHalvingPruner(min_resource=2, reduction_factor=3, min_early_stopping_rate=1),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote"),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote", progressive=True),
    HyperbandPruner(),
    HyperbandPruner(max_resource=8, reduction_factor=2),
    ThresholdPruner(lower=-8.0, upper=8.0),
    ThresholdPruner(lower=-3.0, upper=3.0, n_warmup_steps=1, interval_steps=2),
    PatientPruner(None, patience=1),
    PatientPruner(SuccessiveHalvingPruner(min_resource=1, reduction_factor=2), patience=0),
    PatientPruner(HyperbandPruner(max_resource=8), patience=2, min_delta=0.1),
    PatientPruner(SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote"), patience=0),
    PatientPruner(PatientPruner(HyperbandPruner(max_resource=8, reduction_factor=2), patience=0), patience=1),
    WilcoxonPruner(),
    WilcoxonPruner(p_threshold=0.3, n_startup_steps=0),
    LearningCurvePruner(),
    LearningCurvePruner(p_threshold=0.3, max_resource=8, n_min_reports=3, interval_steps=2),
]


@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
class TestPruners(PrunerContract):
    pass
