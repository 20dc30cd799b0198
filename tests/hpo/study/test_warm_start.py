"""Earlier studies: their best configurations come first, fitted into the domains, and their values stay behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from hpo.exceptions import UnknownStudyError
from hpo.pareto import is_pareto_optimal
from hpo.samplers import RandomSampler, TPESampler
from hpo.study import Study
from hpo.study.warm_start import N_QUEUED
from hpo.trial import Trial, TrialState, create_trial


def finished(*rows: dict[str, Any], values: Any, directions: tuple[str, ...] = ("minimize",), **options: Any) -> Study:
    """A study of given configurations and values."""
    study = hpo.create_study(sampler=RandomSampler(seed=0), directions=directions, **options)
    for row, value in zip(rows, values, strict=True):
        distributions: dict[str, BaseDistribution] = {
            name: CategoricalDistribution([value]) if isinstance(value, str) else FloatDistribution(-100, 100)
            for name, value in row.items()
        }
        told = list(value) if isinstance(value, tuple) else [value]
        study.add_trial(create_trial(params=row, distributions=distributions, values=told))
    return study


def at_x(trial: Trial) -> float:
    return trial.suggest_float("x", -100, 100)


def begun(study: Study, n: int) -> list[Any]:
    """The values of x that a study tries."""
    study.optimize(at_x, n_trials=n)
    return [trial.params["x"] for trial in study.trials]


@pytest.mark.parametrize(("direction", "sign"), [("minimize", 1.0), ("maximize", -1.0)])
def test_the_best_ones_of_one_study_come_in_order_each_once(direction: str, sign: float) -> None:
    xs = [3.0, 1.0, 2.0, 1.0, *map(float, range(4, 30))]
    earlier = finished(*({"x": x} for x in xs), values=[sign * x for x in xs], directions=(direction,))
    study = hpo.create_study(sampler=RandomSampler(seed=0), direction=direction, warm_start=[earlier])
    assert len(study.trials) == N_QUEUED
    assert begun(study, N_QUEUED) == [1.0, 2.0, 3.0]


def bowl(middle: float, seed: int, *, sign: float = 1.0) -> Study:
    """A finished study of (x - middle)², or its negative."""
    study = hpo.create_study(sampler=RandomSampler(seed=seed), direction="minimize" if sign > 0 else "maximize")
    study.optimize(lambda trial: sign * (at_x(trial) - middle) ** 2, n_trials=40)
    return study


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_those_of_several_studies_complement_each_other_whatever_the_order_of_the_studies(sign: float) -> None:
    studies = [bowl(middle, seed, sign=sign) for seed, middle in enumerate([50.0, -50.0, -50.0, 50.0, -50.0])]
    for order in (studies, studies[::-1]):
        study = hpo.create_study(direction=studies[0].direction, warm_start=order)
        tried = [trial.system_attrs["fixed_params"]["x"] for trial in study.trials]
        assert len(tried) == N_QUEUED
        assert abs(tried[0] + 50) < 15
        assert abs(tried[1] - 50) < 15


def test_what_is_good_on_average_comes_before_what_is_best_in_the_study_that_is_named_first() -> None:
    study = hpo.create_study(warm_start=[bowl(80.0, 0), *(bowl(-20.0, seed) for seed in range(1, 6))])
    assert abs(study.trials[0].system_attrs["fixed_params"]["x"] + 20) < 10


def test_studies_without_a_choice_say_nothing_of_others() -> None:
    constant = finished({"x": 1.0}, {"x": 2.0}, values=[0, 0], study_name="constant")
    nothing = hpo.create_study(sampler=RandomSampler(seed=0))
    nothing.optimize(lambda trial: 1.0, n_trials=3)
    single = hpo.create_study(sampler=RandomSampler(seed=0))
    single.optimize(lambda trial: trial.suggest_float("x", 3, 3), n_trials=3)
    study = hpo.create_study(warm_start=[nothing, single, constant, bowl(-20.0, 0)])
    assert abs(study.trials[0].system_attrs["fixed_params"]["x"] + 20) < 10


def test_of_several_objectives_the_front_is_tried() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(60, 2))
    directions = ("minimize", "maximize")
    rows = [{"x": float(i)} for i in range(60)]
    earlier = finished(*rows, values=[tuple(v) for v in values.tolist()], directions=directions)
    study = hpo.create_study(directions=directions, warm_start=[earlier])
    front = set(np.flatnonzero(is_pareto_optimal(values * [1, -1])).tolist())
    tried = {int(trial.system_attrs["fixed_params"]["x"]) for trial in study.trials}
    assert tried <= front
    assert len(tried) == min(len(front), N_QUEUED)


def test_only_complete_and_feasible_trials_count() -> None:
    def constrained(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        trial.set_constraint("c", 0.5 - x)
        if x > 0.9:
            raise hpo.TrialPruned
        return x

    earlier = hpo.create_study(sampler=RandomSampler(seed=0))
    earlier.optimize(constrained, n_trials=40)
    study = hpo.create_study(warm_start=[earlier])
    tried = [trial.system_attrs["fixed_params"]["x"] for trial in study.trials]
    assert tried == sorted(tried)
    assert all(0.5 <= x <= 0.9 for x in tried)


def test_values_are_fitted_into_the_domains_and_choices_that_are_gone_are_sampled() -> None:
    earlier = finished(
        {"x": 7.0, "n": 2.4, "kind": "a", "gone": 1.0, "other": "word"},
        {"x": -7.0, "n": -5.0, "kind": "old", "gone": 2.0, "other": "word"},
        values=[0, 1],
    )

    def objective(trial: Trial) -> float:
        trial.suggest_float("x", -1, 1)
        trial.suggest_int("n", 0, 10, step=2)
        trial.suggest_categorical("kind", ["b", "a"])
        trial.suggest_float("new", 0, 1)
        trial.suggest_float("other", 0, 1)
        return 0.0

    study = hpo.create_study(sampler=RandomSampler(seed=0), warm_start=[earlier])
    study.optimize(objective, n_trials=3)
    first, second, _ = study.trials
    assert first.params.items() >= {"x": 1.0, "n": 2, "kind": "a"}.items()
    assert second.params.items() >= {"x": -1.0, "n": 0}.items()
    assert second.params["kind"] in ("a", "b")
    assert study.verify() == []


def test_a_study_that_shares_nothing_is_named_once() -> None:
    earlier = finished({"y": 1.0}, {"y": 2.0}, values=[0, 1], study_name="of y")
    half = finished({"x": 1.0, "y": 2.0}, values=[0])
    study = hpo.create_study(sampler=RandomSampler(seed=0), warm_start=[half, earlier])
    with pytest.warns(UserWarning, match="'of y' that warm_start was given shares no parameter") as said:
        study.optimize(at_x, n_trials=4)
    assert len({str(one.message) for one in said}) == 1


def test_no_value_of_another_study_is_taken_for_one_of_this_one() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), warm_start=[finished({"x": 1.0}, values=[-1e9])])
    assert len(study.history) == 0
    study.optimize(at_x, n_trials=3)
    assert study.best_value > -1e9
    assert study.trials[0].value == 1.0


def test_what_was_learned_is_in_the_log_whatever_becomes_of_the_earlier_study(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/studies.db"
    hpo.create_study(storage=storage, study_name="old", sampler=RandomSampler(seed=0)).optimize(at_x, n_trials=8)
    study = hpo.create_study(
        storage=storage, study_name="new", sampler=TPESampler(), seed=1, warm_start=[(storage, "old")]
    )
    whole = hpo.create_study(
        sampler=TPESampler(), seed=1, warm_start=[hpo.load_study(storage=storage, study_name="old")]
    )
    hpo.delete_study(storage=storage, study_name="old")
    study.optimize(at_x, n_trials=5)
    script = (
        "import hpo\n"
        f"study = hpo.load_study(storage={storage!r}, study_name='new', sampler=hpo.samplers.TPESampler())\n"
        "study.optimize(lambda trial: trial.suggest_float('x', -100, 100), n_trials=15)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert [trial.params for trial in study.trials] == [{"x": x} for x in begun(whole, 20)]
    assert study.verify() == []


def test_a_study_takes_them_once_and_not_after_it_has_begun(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path}/studies.db"
    earlier = finished({"x": 1.0}, values=[0])

    def opened(name: str) -> Study:
        return hpo.create_study(storage=storage, study_name=name, load_if_exists=True, warm_start=[earlier])

    assert [len(opened("a").trials) for _ in range(2)] == [1, 1]
    hpo.create_study(storage=storage, study_name="b")
    assert len(opened("b").trials) == 1  # nothing had happened there
    study = hpo.create_study(storage=storage, study_name="c", sampler=RandomSampler())
    study.optimize(at_x, n_trials=1)
    assert len(opened("c").trials) == 1


def test_values_that_cannot_be_stored_are_left_out(tmp_path: Path) -> None:
    earlier = hpo.create_study(sampler=RandomSampler(seed=0))
    with pytest.warns(UserWarning, match="nothing that JSON can hold"):
        earlier.optimize(lambda t: t.suggest_float("x", 0, 1) + bool(t.suggest_categorical("f", [min, max])), 3)
    kept = hpo.create_study(warm_start=[earlier])
    stored = hpo.create_study(storage=f"sqlite:///{tmp_path}/studies.db", warm_start=[earlier])
    assert [list(one.trials[0].system_attrs["fixed_params"]) for one in (kept, stored)] == [["x", "f"], ["x"]]


def test_a_retry_keeps_the_place_that_it_was_fitted_into() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), retry=1, warm_start=[finished({"x": 7.0}, values=[0])])

    def failing(trial: Trial) -> float:
        x = trial.suggest_float("x", -1, 1)
        if trial.number == 0:
            raise ArithmeticError
        return x

    study.optimize(failing, n_trials=2, catch=ArithmeticError)
    assert [(trial.state, trial.params) for trial in study.trials] == [
        (TrialState.FAIL, {"x": 1.0}),
        (TrialState.COMPLETE, {"x": 1.0}),
    ]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (lambda: [hpo.create_study(study_name="up", direction="maximize")], ValueError, "'up' has the directions"),
        (lambda: [hpo.create_study(study_name="empty")], ValueError, "'empty' has no complete trial"),
        (lambda: [3], TypeError, r"takes studies, and pairs .* got 3 of type int"),
        (lambda: finished({"x": 1.0}, values=[0]), TypeError, r"must be a list .* write warm_start=\[…\]"),
        (lambda: [(hpo.storage.InMemoryStorage(), "none")], UnknownStudyError, "no study named 'none'"),
    ],
    ids=["directions", "no trials", "no study", "no list", "unknown"],
)
def test_what_cannot_be_learned_from_is_refused_before_anything_is_made(given: Any, error: Any, message: str) -> None:
    storage = hpo.storage.InMemoryStorage()
    with pytest.raises(error, match=message):
        hpo.create_study(storage=storage, warm_start=given())
    assert not storage.studies()
