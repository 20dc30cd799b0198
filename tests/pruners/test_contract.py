"""Every pruner keeps the laws of pruners."""

from __future__ import annotations

import pytest

from hpo.protocols import Pruner
from hpo.pruners import MedianPruner, NopPruner, PercentilePruner
from hpo.testing import PrunerContract

PRUNERS: list[Pruner] = [
    NopPruner(),
    MedianPruner(),
    MedianPruner(n_startup_trials=0, n_warmup_steps=2, interval_steps=3, n_min_trials=4),
    PercentilePruner(25.0, n_startup_trials=2),
    PercentilePruner(100.0),
]


@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
class TestPruners(PrunerContract):
    pass
