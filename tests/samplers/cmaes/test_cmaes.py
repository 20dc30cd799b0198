"""The evolution strategy finds what is there, whoever proposed the trials, and in whatever order they end."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.distributions import FloatDistribution
from hpo.key import Key
from hpo.samplers import CmaEsSampler, RandomSampler
from hpo.samplers.cmaes.censored import moments
from hpo.samplers.cmaes.sampler import _fold
from hpo.samplers.cmaes.strategy import Strategy
from hpo.samplers.unused import _say
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.trial import Trial


def ellipsoid(trial: Trial, d: int = 5) -> float:
    x = [trial.suggest_float(f"x{i}", -5, 5) - i / 2 for i in range(d)]
    return float(np.square(x) @ np.logspace(0, 4, d))


def turned(trial: Trial) -> float:
    """Ill-conditioned along no axis."""
    x = np.array([trial.suggest_float(f"x{i}", -5, 5) for i in range(4)]) - 1.3
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    return float(((turn @ x) ** 2) @ [1.0, 1e2, 1e3, 1e4])


def mixed(trial: Trial) -> float:
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    n = trial.suggest_int("n", 0, 20)
    x = trial.suggest_float("x", 1e-5, 1.0, log=True)
    return float({"a": 1.0, "b": 0.0, "c": 2.0}[kind] + (n - 13) ** 2 / 10 + (np.log10(x) + 3.3) ** 2)


def branching(trial: Trial) -> float:
    if trial.suggest_categorical("model", ["tree", "net"]) == "tree":
        return 1.0 + (trial.suggest_float("depth", 0, 1) - 0.2) ** 2
    return (trial.suggest_float("lr", 0, 1) - 0.7) ** 2 + (trial.suggest_float("drop", 0, 1) - 0.4) ** 2


def made(sampler: Any, objective: Callable[[Trial], float], n: int, seed: int = 0) -> Study:
    study = hpo.create_study(sampler=sampler, seed=seed)
    study.optimize(objective, n_trials=n)
    return study


def values(study: Study) -> Array:
    return np.array([trial.value for trial in study.trials], dtype=np.float64)


def state(study: Study, sampler: CmaEsSampler) -> Strategy:
    history = study.history
    fold = _fold(sampler, history.space, study.seed, float(history.signs[0]), history.n_objectives)
    return history.fold(fold).strategy


@pytest.mark.parametrize(
    ("objective", "n", "target"),
    [(ellipsoid, 500, 1e-3), (turned, 500, 1e-2), (mixed, 300, 1e-2), (branching, 250, 1e-3)],
)
@pytest.mark.parametrize("options", [{}, {"use_separable_cma": True}, {"lr_adapt": True}], ids=repr)
def test_it_converges_where_random_search_does_not(objective: Any, n: int, target: float, options: Any) -> None:
    found = [made(CmaEsSampler(**options), objective, n, seed).best_value for seed in range(3)]
    if options.get("use_separable_cma") and objective is turned:
        assert np.median(found) < np.median([made(RandomSampler(), objective, n, seed).best_value for seed in range(3)])
    else:
        slower = 1e4 if options.get("lr_adapt") else 1.0
        assert np.median(found) < target * slower


def test_correlations_are_learned_unless_they_are_not_wanted() -> None:
    full, separable = CmaEsSampler(surrogate=None), CmaEsSampler(surrogate=None, use_separable_cma=True)
    assert state(made(full, turned, 400), full).gaussian.condition > 3
    assert state(made(separable, turned, 400), separable).gaussian.condition == 1.0


def test_correlations_that_are_not_wanted_are_not_learned_from_earlier_trials_either() -> None:
    source = hpo.create_study(sampler=RandomSampler(), seed=3)
    source.optimize(turned, n_trials=60)
    for start in ({"n_startup_trials": 40}, {"source_trials": source.trials}):
        study = made(sampler := CmaEsSampler(use_separable_cma=True, **start), turned, 60)
        known = state(study, sampler).gaussian
        assert known.condition == 1.0
        assert len(set(known.scale.tolist())) == 4


@pytest.mark.parametrize("n_workers", [4, 16])
def test_results_that_come_late_and_out_of_order_are_used(n_workers: int) -> None:
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, seed=1)
    workers = [hpo.load_study(study_name="s", storage=storage, sampler=CmaEsSampler()) for _ in range(n_workers)]
    rng, under_way = np.random.default_rng(0), []
    for turn in range(600):
        worker = workers[turn % n_workers]
        under_way.append((worker, worker.ask()))
        if len(under_way) == n_workers:
            worker, trial = under_way.pop(int(rng.integers(n_workers)))
            worker.tell(trial, ellipsoid(trial))
    assert workers[0].best_value < 1e-2 * made(RandomSampler(), ellipsoid, 600).best_value
    assert workers[0].verify() == []


def test_what_many_workers_tell_late_does_not_mislead() -> None:
    """Counted from the means around which they were proposed, late results made steps that had been made already."""
    found = []
    for seed in range(4):
        study, under_way = hpo.create_study(sampler=CmaEsSampler(), seed=seed), []
        rng = np.random.default_rng(seed)
        while len(study.history) < 500:
            under_way.append(study.ask())
            if len(under_way) == 16:
                trial = under_way.pop(int(rng.integers(16)))
                study.tell(trial, sum((trial.suggest_float(f"x{i}", -5, 5) - 1.5) ** 2 for i in range(6)))
        found.append(study.best_value)
    assert np.median(found) < 1.3e-4


def test_trials_of_others_are_learned_from() -> None:
    """What the user found is where the search goes on, though the strategy would have been elsewhere."""
    study = hpo.create_study(sampler=CmaEsSampler(), seed=0)
    study.optimize(ellipsoid, n_trials=40)
    for i in range(16):
        study.enqueue_trial({f"x{k}": k / 2 + 0.01 * np.sin(i + k) for k in range(5)})
    study.optimize(ellipsoid, n_trials=100)
    alone = made(CmaEsSampler(), ellipsoid, 140)
    assert np.median(values(study)[-20:]) < np.median(values(alone)[-20:])
    assert study.verify() == []


def test_it_goes_on_where_another_sampler_was_good() -> None:
    study = made(RandomSampler(), ellipsoid, 100)
    known = study.best_value
    study.sampler = CmaEsSampler(n_startup_trials=100)
    study.optimize(ellipsoid, n_trials=100)
    tried = np.array([trial.params["x4"] for trial in study.trials])
    best = tried[np.argsort(values(study)[:100])[:10]]
    assert abs(tried[100:108].mean() - best.mean()) < 1.0
    assert study.best_value < known
    assert study.verify() == []


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
def test_an_earlier_study_says_where_to_start(direction: Any) -> None:
    sign = 1.0 if direction == "minimize" else -1.0

    def objective(trial: Trial) -> float:
        return sign * ellipsoid(trial)

    source = hpo.create_study(sampler=RandomSampler(), seed=3, direction=direction)
    source.optimize(objective, n_trials=200)
    first = []
    for trials in (None, source.trials):
        study = hpo.create_study(sampler=CmaEsSampler(source_trials=trials), seed=0, direction=direction)
        study.optimize(objective, n_trials=30)
        first.append(np.median(sign * values(study)))
        assert study.verify() == []
    assert first[1] < first[0]


def test_the_start_can_be_given() -> None:
    sampler = CmaEsSampler(x0={"x0": 4.0, "x2": -4.0}, sigma0=0.01)
    study = made(sampler, ellipsoid, 8)
    assert all(abs(trial.params["x0"] - 4.0) < 0.5 for trial in study.trials)
    assert all(abs(trial.params["x1"]) < 0.5 for trial in study.trials)
    assert all(abs(trial.params["x2"] + 4.0) < 0.5 for trial in study.trials)
    chosen = made(CmaEsSampler(x0={"kind": "c"}, popsize=64), mixed, 60)
    assert 25 <= sum(trial.params["kind"] == "c" for trial in chosen.trials) <= 50


def test_integers_and_choices_keep_a_margin() -> None:
    study = made(CmaEsSampler(restart=None), mixed, 900)
    late = [trial.params for trial in study.trials[300:]]
    assert np.mean([params["n"] == 13 for params in late]) > 0.5
    assert np.mean([params["n"] != 13 for params in late]) > 0.02
    assert 0.02 < np.mean([params["kind"] != "b" for params in late]) < 0.5


def test_integers_that_are_found_do_not_hold_up_the_other_numbers() -> None:
    """Their deviations once hardly fell, and steps of the number left were measured by a length usual for five."""

    def whole(trial: Trial) -> float:
        n = [trial.suggest_int(f"n{i}", 0, high) - round(0.7 * high) for i, high in enumerate((1, 3, 7, 15))]
        return float(np.square(n).sum() + (trial.suggest_float("x", -5, 5) - 2.4) ** 2)

    assert np.median([made(CmaEsSampler(), whole, 500, seed).best_value for seed in range(5)]) < 1e-9


def test_what_is_expected_of_a_number_in_a_cell() -> None:
    rng = np.random.default_rng(0)
    z = rng.standard_normal(400_000)
    edges = np.array([-np.inf, -1.2, -0.1, 0.4, 1.7, np.inf])
    probability, mean, variance = moments(edges[:-1], edges[1:])
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        inside = z[(low < z) & (z < high)]
        assert probability[i] == pytest.approx(len(inside) / len(z), abs=0.004)
        assert mean[i] == pytest.approx(inside.mean(), abs=0.01)
        assert variance[i] == pytest.approx(inside.var(), abs=0.01)
    assert probability @ (variance + mean**2) == pytest.approx(1.0)
    far = moments(np.array([30.0, -31.0]), np.array([31.0, -30.0]))[1]
    assert far.tolist() == [4.0, -4.0]  # whichever tail it is


def test_what_a_branch_learned_is_kept_while_another_one_is_tried() -> None:
    sampler = CmaEsSampler(restart=None)
    study = made(sampler, branching, 400)
    gaussian, names = state(study, sampler).gaussian, list(study.history.space)[1:]
    deviations = dict(zip(names, gaussian.deviations.tolist(), strict=True))
    assert deviations["lr"] < 1e-3 < deviations["depth"]


def test_after_convergence_it_begins_anew_with_twice_the_population() -> None:
    def valley(trial: Trial) -> float:
        return trial.suggest_float("x", -5, 5) ** 2

    for restart in ("ipop", "bipop"):
        sampler = CmaEsSampler(restart=restart)
        study = made(sampler, valley, 1500)
        restarts = state(study, sampler).restarts
        assert restarts.number >= 1
        assert restarts.n_large >= 1
        assert np.std([trial.params["x"] for trial in study.trials[-600:]]) > 1e-4
        assert study.best_value < 1e-12
    none = CmaEsSampler(restart=None)
    assert state(made(none, valley, 900), none).restarts.number == 0


def test_constraints_come_first() -> None:
    def bounded(trial: Trial) -> float:
        value = ellipsoid(trial, d=3)
        trial.set_constraint("c", trial.params["x2"] - 0.5)
        return value

    study = made(CmaEsSampler(), bounded, 300)
    assert study.best_trial.params["x2"] <= 0.5
    assert study.best_value < 1e4 * 0.25 * 1.05
    assert sum(trial.constraints["c"] <= 0 for trial in study.trials[-100:]) > 30


def test_pruned_and_failed_trials_are_avoided() -> None:
    def ending(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        trial.report(0.0, int(10 * (1 - x)))
        if x > 0.5:
            raise hpo.TrialPruned
        if x < 0.2:
            raise ArithmeticError
        return x

    shares = []
    for seed in range(5):
        study = hpo.create_study(sampler=CmaEsSampler(), seed=seed)
        study.optimize(ending, n_trials=120, catch=ArithmeticError)
        shares.append(np.mean([0.15 < trial.params["x"] < 0.5 for trial in study.trials[60:]]))
    assert np.median(shares) > 0.8


@pytest.mark.parametrize("d", [1, 2, 70])
def test_any_number_of_parameters_will_do(d: int) -> None:
    space = {f"x{i}": FloatDistribution(0, 1) for i in range(d)}
    study = hpo.create_study(sampler=CmaEsSampler(), seed=0)
    for _ in range(150):
        trial = study.ask(space)
        study.tell(trial, sum((x - 0.6) ** 2 for x in trial.params.values()))
    assert study.best_value < d * 0.03  # random search leaves 0.07 d of 70 parameters


def test_losses_of_any_size_are_only_compared() -> None:
    plain = made(CmaEsSampler(), ellipsoid, 60)
    for factor in (1e-300, 1e290):
        study = made(CmaEsSampler(), lambda trial, factor=factor: factor * ellipsoid(trial), 60)  # type: ignore[misc]
        assert [t.params for t in study.trials] == [t.params for t in plain.trials]


def test_several_objectives_are_met_with_a_sentence(lines: list[str]) -> None:
    study = hpo.create_study(sampler=CmaEsSampler(), seed=2**39, directions=["minimize"] * 2)
    study.optimize(lambda t: (t.suggest_float("x", 0, 1), 1 - t.params["x"]), n_trials=30)
    (said,) = [line for line in lines if "CmaEsSampler" in line]
    assert "NSGAIISampler" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"sigma0": 2.0}, r"sigma0 is a share of each parameter's range.*got 2\.0"),
        ({"popsize": 3}, "popsize must be at least 4"),
        ({"restart": "often"}, "restart must be one of"),
        ({"restart_strategy": "often"}, "restart must be one of"),
        ({"n_startup_trials": -1}, "n_startup_trials must be at least 0"),
        (
            {"source_trials": [hpo.create_trial(value=1.0)], "x0": {"x": 0.0}},
            "source_trials say where to start.*leave x0 out",
        ),
        (
            {"source_trials": [hpo.create_trial(value=1.0)], "sigma0": 0.1},
            "source_trials say where to start.*leave sigma0 out",
        ),
        ({"source_trials": [3]}, "source_trials must be a list of trials"),
        ({"x0": 3}, "x0 must be a dict whose keys are names of parameters, got 3"),
        ({"popsize": 4.5}, r"popsize must be a whole number, or None for the usual number, got 4\.5"),
    ],
)
def test_options_are_checked(arguments: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        CmaEsSampler(**arguments)


def test_a_start_that_cannot_be_is_told_once(lines: list[str]) -> None:
    """Of names that nobody asks for, and of values outside of their domains; the search goes on."""
    study = made(CmaEsSampler(x0={"x0": 50.0, "x1": 1.0, "xx": 1.0}), ellipsoid, 30, seed=99)
    told = [line for line in lines if "CmaEsSampler" in line]
    assert len(told) == 2
    assert "x0 of CmaEsSampler gives 50.0 for 'x0' (study with seed 99), which is not in FloatDistribution" in told[0]
    assert "gives values for 'xx'" in told[1]
    assert study.verify() == []


def test_arguments_of_scripts_work_or_are_told() -> None:
    _say.cache_clear()
    with pytest.warns(FutureWarning, match="margin|pruned|doubles|distributions of their own"):
        sampler = CmaEsSampler(
            with_margin=True,
            consider_pruned_trials=True,
            inc_popsize=2,
            independent_sampler=RandomSampler(),
            restart_strategy="bipop",
        )
    assert sampler == CmaEsSampler(restart="bipop") != CmaEsSampler()
    assert len({sampler, CmaEsSampler(restart="bipop"), CmaEsSampler(x0={"x": 1})}) == 2
    history = made(sampler, mixed, 1).history
    assert sampler.sample(history.space, history, Key(0)).shape == (3,)
