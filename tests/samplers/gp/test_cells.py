"""Quadratics of trials with the same choices on the same branch."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.events import TrialState
from hpo.samplers import RandomSampler
from hpo.samplers.gp.cells import minima
from hpo.samplers.gp.domain import Domain
from hpo.samplers.gp.embedding import Embedding
from hpo.samplers.gp.observations import Observations
from hpo.samplers.model.axes import axes_of
from hpo.samplers.model.branches import tree_of
from hpo.trial import Trial

BOTTOM = {"a": 2.0, "b": 1.0, "c": 0.0}  # the least loss of each model


def branching(trial: Trial) -> float:
    model = trial.suggest_categorical("model", list(BOTTOM))
    x = trial.suggest_float("x", 0, 1)
    if model == "a":
        return BOTTOM[model] + (x - 0.2) ** 2
    y = trial.suggest_float(f"y {model}", 0, 1)
    return BOTTOM[model] + (x - 0.4) ** 2 + 100.0 * (y - x) ** 2


def least(objective: hpo.Objective, n: int) -> tuple[Array, hpo.Study, Domain, Observations]:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(objective, n_trials=n)
    space = study.history.space
    axes, seen = axes_of(space), Observations.of(study.history, space, with_failed=False)
    tree = tree_of(axes, seen.points, seen.active)
    domain = Domain(axes, tree, Embedding.of(axes, seen.active), np.full(len(space), np.nan))
    return minima(seen, domain), study, domain, seen


def test_each_model_has_its_own_and_the_most_promising_comes_first() -> None:
    points, study, domain, seen = least(branching, 80)
    names = list(study.history.space)
    found = [dict(zip(names, point.tolist(), strict=True)) for point in points]
    assert found[0]["model"] == list(BOTTOM).index("c")
    np.testing.assert_allclose([found[0]["x"], found[0]["y c"]], 0.4, atol=1e-6)
    assert np.isnan(found[0]["y b"])
    assert len(found) == 1  # what others promise is worse than what is known of this one
    worse = seen.at(np.flatnonzero(seen.points[:, names.index("model")] != list(BOTTOM).index("c")))
    (second,) = minima(worse, domain)
    assert second[names.index("model")] == list(BOTTOM).index("b")


@pytest.mark.parametrize("state", [TrialState.PRUNED, TrialState.COMPLETE])
def test_trials_that_tell_no_loss_have_none(state: TrialState) -> None:
    def silent(trial: Trial) -> float:
        trial.suggest_float("x", 0, 1)
        trial.report(1.0, 0)
        if state is TrialState.PRUNED:
            raise hpo.TrialPruned
        return float("inf")

    assert len(least(silent, 12)[0]) == 0
