"""Model-based samplers begin with each number in the middle of its range."""

from __future__ import annotations

import pytest

import hpo
from hpo.protocols import Sampler
from hpo.pruners import HyperbandPruner
from hpo.samplers import AutoSampler, GPSampler, TPESampler

SAMPLERS: list[Sampler] = [
    AutoSampler(),
    GPSampler(),
    GPSampler(n_startup_trials=1),
    TPESampler(),
    TPESampler(startup="sobol", multivariate=False),
]


def branching(trial: hpo.Trial) -> float:
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    scale = trial.suggest_float("scale", 1e-4, 1.0, log=True)
    return scale + trial.suggest_int(f"n_{kind}", 0, 20) + trial.suggest_normal("belief", 3.0, 1.0)


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_whichever_number_is_new_is_tried_in_the_middle(sampler: Sampler) -> None:
    study = hpo.create_study(sampler=sampler, seed=2)
    study.optimize(branching, n_trials=12)
    first: dict[str, object] = {}
    for trial in study.trials:
        first = {**trial.params, **first}
    first.pop("kind")
    assert first == {"scale": pytest.approx(1e-2), "belief": 3.0, "n_a": 10, "n_b": 10, "n_c": 10}


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_of_trials_that_run_at_once_one_is_in_the_middle(sampler: Sampler, *, grouped: bool) -> None:
    pruner = HyperbandPruner(max_resource=27) if grouped else None
    study = hpo.create_study(sampler=sampler, pruner=pruner, seed=2)
    trials = study.ask(n=6)
    middle = [trial.suggest_float("x", 0.0, 1.0) == 0.5 for trial in trials]
    assert middle == [True, *[False] * 5]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_a_space_that_is_known_beforehand_begins_there_as_well(sampler: Sampler) -> None:
    study = hpo.create_study(sampler=sampler, seed=2)
    space = {"x": hpo.distributions.FloatDistribution(0.0, 1.0), "n": hpo.distributions.IntDistribution(1, 9)}
    assert study.ask(space).params == {"x": 0.5, "n": 5}
    assert study.verify() == []
