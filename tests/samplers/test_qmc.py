"""Quasi-random search takes each point of its sequence once, whoever asks for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats.qmc import Halton, Sobol, discrepancy

import hpo
from hpo.arrays import Array
from hpo.distributions import FloatDistribution
from hpo.key import Key
from hpo.samplers import LatinHypercubeSampler, QMCSampler
from hpo.samplers.unused import _say
from hpo.space import Space
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.testing.studies import DISTRIBUTIONS
from hpo.trial import Trial

KINDS = {"sobol": Sobol, "halton": Halton}


def objective(trial: Trial) -> float:
    return sum(trial.suggest_float(f"x{i}", 0, 1) for i in range(3))


def points(study: Study) -> Array:
    return np.array([[trial.params[f"x{i}"] for i in range(3)] for trial in study.trials])


@pytest.mark.parametrize("kind", KINDS)
def test_without_scrambling_the_points_are_those_of_the_sequence(kind: Any) -> None:
    study = hpo.create_study(sampler=QMCSampler(qmc_type=kind, scramble=False), seed=5)
    study.optimize(objective, n_trials=512)
    np.testing.assert_allclose(points(study), KINDS[kind](3, scramble=False).random(512), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_scrambles_the_points_and_leaves_them_even(kind: Any) -> None:
    designs = []
    for seed in range(3):
        study = hpo.create_study(sampler=QMCSampler(qmc_type=kind), seed=seed)
        study.optimize(objective, n_trials=64)
        designs.append(points(study))
        assert discrepancy(designs[-1]) < 0.3 * discrepancy(np.random.default_rng(seed).random((64, 3)))
    assert not np.allclose(designs[0], designs[1])


@pytest.mark.parametrize("sampler", [QMCSampler(), QMCSampler(qmc_type="halton"), LatinHypercubeSampler(n_trials=40)])
@pytest.mark.parametrize("n_workers", [2, 7])
def test_workers_share_the_points_of_one(sampler: Any, n_workers: int) -> None:
    """However they take turns, from the first trial on, when nobody knows which parameters there are."""
    alone = hpo.create_study(sampler=sampler, seed=3)
    alone.optimize(objective, n_trials=40)
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, seed=3)
    workers = [hpo.load_study(study_name="s", storage=storage, sampler=sampler) for _ in range(n_workers)]
    under_way: list[tuple[Study, Trial]] = []
    for turn in range(40):
        worker = workers[turn % n_workers]
        under_way.append((worker, worker.ask()))
        if turn % 3 or len(under_way) > n_workers:
            worker, trial = under_way.pop(turn % len(under_way))
            worker.tell(trial, objective(trial))
    for worker, trial in under_way:
        worker.tell(trial, objective(trial))
    np.testing.assert_array_equal(points(workers[0]), points(alone))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_all_kinds_of_parameters_are_tried_evenly(name: str) -> None:
    distribution = DISTRIBUTIONS[name]
    study = hpo.create_study(sampler=QMCSampler(), seed=1)
    values = []

    def decoded(u: float) -> Any:
        return distribution.decode(distribution.draw(min(u, 1 - 1e-12)))

    for _ in range(64):
        trial = study.ask({name: distribution})
        values.append(trial.params[name])
        study.tell(trial, 0.0)
    parts = np.arange(65) / 64  # each of which one of the points lies in
    ends = [distribution.encode(np.array([distribution.to_internal_repr(v)]))[0] for v in map(decoded, parts)]
    found = np.sort([distribution.encode(np.array([distribution.to_internal_repr(v)]))[0] for v in values])
    assert (found >= np.array(ends)[:-1] - 1e-9).all()
    assert (found <= np.array(ends)[1:] + 1e-9).all()


def test_a_parameter_of_some_trials_has_a_coordinate_of_its_own() -> None:
    def branching(trial: Trial) -> float:
        kind = trial.suggest_categorical("kind", ["a", "b"])
        return trial.suggest_float(kind, 0, 1) + trial.suggest_float("x", 0, 1)

    study = hpo.create_study(sampler=QMCSampler(), seed=0)
    study.optimize(branching, n_trials=128)
    for kind in "ab":
        values = [trial.params[kind] for trial in study.trials if kind in trial.params]
        assert abs(len(values) - 64) <= 1
        assert np.histogram(values, bins=8, range=(0, 1))[0].min() >= 4
    assert study.verify() == []


def test_a_latin_hypercube_has_one_value_in_each_part() -> None:
    study = hpo.create_study(sampler=LatinHypercubeSampler(n_trials=25), seed=0)
    study.optimize(objective, n_trials=50)
    for block in (points(study)[:25], points(study)[25:]):
        for column in block.T:
            assert sorted(np.floor(25 * column).astype(int)) == list(range(25))
    assert not np.allclose(points(study)[:25], points(study)[25:])


def test_options_are_checked() -> None:
    with pytest.raises(ValueError, match="qmc_type must be one of .*'faure'"):
        QMCSampler(qmc_type="faure")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n_trials must be at least 1, got 0"):
        LatinHypercubeSampler(n_trials=0)
    _say.cache_clear()
    with pytest.warns(FutureWarning, match="numbers, of which no two workers"):
        assert QMCSampler(warn_asynchronous_seeding=False) == QMCSampler()
    wide = Space({f"x{i}": FloatDistribution(0, 1) for i in range(21202)})
    with pytest.raises(ValueError, match="up to 21201 parameters"):
        QMCSampler().sample(wide, hpo.create_study()._log.ledger.history(), Key(0, 0))
