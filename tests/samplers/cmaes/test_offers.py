"""A trial's points are the same whichever other trials' are made with them."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.key import Key
from hpo.samplers import CmaEsSampler
from hpo.samplers.cmaes.offers import offers
from hpo.samplers.cmaes.sampler import _fold
from hpo.samplers.model.axes import axes_of
from hpo.trial import Trial


def numbers(d: int, trial: Trial) -> float:
    x = [trial.suggest_float(f"x{i}", -1.0, 1.0) for i in range(d)] + [trial.suggest_int("k", 0, 9) / 9]
    return float(sum((i + 1) * (value - 0.3) ** 2 for i, value in enumerate(x)))


@pytest.mark.parametrize("d", [1, 2, 7, 24])
@pytest.mark.parametrize("sampler", [CmaEsSampler(seed=0), CmaEsSampler(seed=0, surrogate=None)], ids=repr)
def test_points_do_not_depend_on_what_is_made_with_them(d: int, sampler: CmaEsSampler) -> None:
    study = hpo.create_study(sampler=sampler)
    study.optimize(lambda trial: numbers(d, trial), n_trials=150)
    space = study.history.space
    strategy = study.history.fold(_fold(sampler, space, 0, 1.0, 1)).strategy
    how = strategy.gaussian, strategy.surrogate, axes_of(space), Key(0)
    alone = [offers(*how, (number,)) for number in range(-3, 20)]
    for size in (2, 5, 23):
        made = offers(*how, range(-3, size - 3))
        for i in range(size):
            assert np.array_equal(made.rows[i], alone[i].rows[0])
            assert np.array_equal(made.cells[i], alone[i].cells[0])
