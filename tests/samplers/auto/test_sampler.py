"""Which sampler is asked, and why."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import hpo
from hpo.distributions import BaseDistribution, FloatDistribution, IntDistribution
from hpo.protocols import Sampler
from hpo.samplers import (
    AutoSampler,
    CmaEsSampler,
    GPSampler,
    MOEADSampler,
    NSGAIIISampler,
    NSGAIISampler,
    TPESampler,
)
from hpo.samplers.auto.progress import is_stalled
from hpo.space import Space
from tests.benchmarks.shapes import SHAPES, finals
from tests.samplers.auto.test_effort import NOON

DOMAIN: dict[str, BaseDistribution] = {"x": FloatDistribution(-1.0, 1.0), "y": FloatDistribution(0.0, 2.0)}


def study_of(n: int, *, seconds: float = 0.0, m: int = 1, sampler: Sampler | None = None) -> hpo.Study:
    """A study with complete trials that took a time each."""
    study = hpo.create_study(sampler=sampler, directions=["minimize"] * m, seed=0)
    trials = []
    for i in range(n):
        params = {"x": (i * 0.377) % 2 - 1, "y": (i * 0.619) % 2}
        values = [params["x"] ** 2 + params["y"] * j + 100 / (i + 1) for j in range(m)]  # always a better one
        trial = hpo.create_trial(params=params, distributions=DOMAIN, values=values)
        trial.datetime_start, trial.datetime_complete = NOON, NOON + timedelta(seconds=seconds)
        trials.append(trial)
    study.add_trials(trials)
    return study


def asked(study: hpo.Study, sampler: AutoSampler) -> type:
    return type(sampler.choose(study.history.space, study.history).sampler)


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", -1, 1) ** 2 + trial.suggest_float("y", 0, 2)


def test_it_is_the_default() -> None:
    assert hpo.create_study().sampler == AutoSampler()


@pytest.mark.parametrize("n", [0, 9, 30, 100])
def test_few_trials_get_the_best_model_whatever_they_took(n: int) -> None:
    assert asked(study_of(n), AutoSampler()) is GPSampler


def test_many_trials_that_take_nothing_get_a_cheap_one() -> None:
    study = study_of(1000)
    assert asked(study, AutoSampler()) is CmaEsSampler
    mixed = Space({**DOMAIN, "n": IntDistribution(0, 9)})
    assert type(AutoSampler().choose(mixed, study.history).sampler) is TPESampler
    assert type(AutoSampler().choose(Space(), study.history).sampler) is TPESampler


def test_what_begins_anew_by_itself_takes_no_turns() -> None:
    trials = study_of(501).trials
    for trial in trials:
        trial.value = 1.0
    for n in (500, 501):
        flat = hpo.create_study(seed=0)
        flat.add_trials(trials[:n])
        assert asked(flat, AutoSampler()) is CmaEsSampler


def test_a_training_of_a_minute_always_gets_the_best_model() -> None:
    assert asked(study_of(1000, seconds=60.0), AutoSampler()) is GPSampler


def test_the_share_of_time_decides() -> None:
    study = study_of(600, seconds=1.0)
    assert asked(study, AutoSampler()) is GPSampler
    assert asked(study, AutoSampler(overhead=0.01)) is CmaEsSampler
    assert asked(study_of(1000), AutoSampler(overhead=None)) is GPSampler


def test_after_a_hundred_trials_of_continuous_numbers_every_other_one_is_the_evolution_strategys() -> None:
    study = study_of(150, seconds=60.0)
    for n in (99, 150):
        assert asked(study_of(n, seconds=60.0), AutoSampler()) is GPSampler
    for n in (101, 151):
        assert asked(study_of(n, seconds=60.0), AutoSampler()) is CmaEsSampler
    mixed = Space({**DOMAIN, "n": IntDistribution(0, 9)})
    assert type(AutoSampler().choose(mixed, study.history).sampler) is GPSampler


def no_better_than_the_first(trial: hpo.Trial) -> float:
    x, y = trial.suggest_float("x", -1, 1), trial.suggest_float("y", 0, 2)
    return max(x + y, 0.5)


def test_then_every_fourth_looks_elsewhere_where_nothing_better_is_found() -> None:
    study = hpo.create_study(sampler=AutoSampler(overhead=None), seed=0)
    study.optimize(no_better_than_the_first, 160)
    names = [study.explain(number).name for number in range(140, 160)]
    assert sorted(names) == 10 * ["CmaEsSampler"] + 5 * ["GPSampler"] + 5 * ["TPESampler"]
    assert study.verify() == []


@pytest.mark.parametrize("is_pruned", [False, True])
def test_where_there_is_noise_a_lucky_trial_is_no_reason_to_look_elsewhere(is_pruned: bool) -> None:
    rng = np.random.default_rng(0)

    def noisy(trial: hpo.Trial) -> float:
        loss = no_better_than_the_first(trial) + float(rng.normal())
        if is_pruned and trial.number == 5:
            raise hpo.TrialPruned
        return loss

    study = hpo.create_study(sampler=AutoSampler(overhead=None), seed=0)
    study.optimize(noisy, 80)
    assert is_stalled(study.history)
    others = {"TPESampler"} if is_pruned else set()  # what is made up of pruned trials looks like noise too
    assert {study.explain(number).name for number in range(40, 80)} == {"GPSampler", *others}


def test_a_parameter_that_is_new_inside_of_a_trial_comes_from_the_trials_sampler() -> None:
    study = hpo.create_study(sampler=AutoSampler(overhead=None), seed=0)
    study.optimize(no_better_than_the_first, 61)
    names = []
    for number in range(61, 65):
        known, trial = study.history, study.ask()
        names.append(study.explain(number).name)
        value = no_better_than_the_first(trial)
        new = Space({f"new{number}": FloatDistribution(0.0, 1.0)})
        assert type(AutoSampler(overhead=None).choose(new, known).sampler).__name__ == names[-1]
        trial.suggest_float(f"new{number}", 0, 1)
        study.tell(trial, value)
    assert set(names) == {"GPSampler", "TPESampler"}
    assert study.verify() == []


def test_where_nothing_better_is_found_every_other_trial_looks_elsewhere() -> None:
    study = hpo.create_study(sampler=AutoSampler(overhead=None), seed=0)
    study.optimize(lambda trial: 1.0 + 0.0 * trial.suggest_float("x", 0, 1), n_trials=30)
    assert [study.explain(number).name for number in range(24, 30)] == ["TPESampler", "GPSampler"] * 3
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) - 1 / (trial.number + 1), n_trials=1)
    assert study.explain(30).name == "TPESampler"
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1) - trial.number, n_trials=4)
    assert {study.explain(number).name for number in range(31, 35)} == {"GPSampler"}
    assert study.verify() == []


@pytest.mark.parametrize(("m", "genetic"), [(2, NSGAIISampler), (3, MOEADSampler), (4, NSGAIIISampler)])
def test_several_objectives_take_turns_and_a_genetic_algorithm_after_a_hundred_trials(m: int, genetic: type) -> None:
    assert [asked(study_of(n, m=m), AutoSampler()) for n in (20, 21)] == [TPESampler, GPSampler]
    names = [asked(study_of(n, m=m), AutoSampler(overhead=None)) for n in range(101, 105)]
    assert names == [genetic, GPSampler, genetic, TPESampler]
    later = {asked(study_of(n, m=m), AutoSampler()) for n in range(1001, 1005)}
    assert later == ({genetic} if m == 2 else {genetic, TPESampler})


def test_many_objectives_are_compared_by_ranks() -> None:
    names = [asked(study_of(n, m=6), AutoSampler(overhead=None)) for n in (4, 20, 21, 101, 102)]
    assert names == [TPESampler, TPESampler, TPESampler, NSGAIIISampler, TPESampler]


def test_a_finite_space_is_left_to_what_repeats_nothing() -> None:
    finite = Space({"n": IntDistribution(0, 9), "m": IntDistribution(0, 9)})
    for m in (2, 3, 4):
        history = study_of(1001, m=m).history
        assert type(AutoSampler().choose(finite, history).sampler) is TPESampler


@pytest.mark.parametrize("n", [40, 1000])
def test_its_proposals_are_those_of_the_sampler_that_it_asks(n: int) -> None:
    study, other = study_of(n, sampler=AutoSampler()), study_of(n)
    other.sampler = AutoSampler().choose(study.history.space, study.history).sampler
    assert study.ask(DOMAIN).params == other.ask(DOMAIN).params
    assert study.verify() == []


@pytest.mark.parametrize(
    ("m", "asked_for"),
    [
        (1, {"GPSampler", "CmaEsSampler"}),
        (2, {"NSGAIISampler"}),
        (3, {"MOEADSampler", "TPESampler"}),
        (4, {"NSGAIIISampler", "TPESampler"}),
    ],
)
def test_a_study_that_goes_over_can_be_recomputed_and_resumed(m: int, asked_for: set[str]) -> None:
    def losses(trial: hpo.Trial) -> list[float]:
        return [objective(trial) + i * trial.params["y"] for i in range(m)]

    whole, parts = study_of(230, m=m, sampler=AutoSampler()), study_of(230, m=m, sampler=AutoSampler())
    whole.optimize(losses, n_trials=20)
    for _ in range(4):
        parts.optimize(losses, n_trials=5)
    assert {whole.explain(number).name for number in range(230, 250)} == asked_for
    assert whole.verify() == []
    assert [trial.params for trial in whole.trials] == [trial.params for trial in parts.trials]


def test_a_study_that_began_otherwise_goes_on() -> None:
    study = hpo.create_study(sampler=TPESampler(), seed=0)
    study.optimize(objective, n_trials=15)
    study.sampler = AutoSampler()
    study.optimize(objective, n_trials=5)
    assert [study.explain(number).name for number in (14, 15)] == ["TPESampler", "GPSampler"]
    assert study.verify() == []


def test_options_are_checked_and_handed_on() -> None:
    for wrong in ({"overhead": -1.0}, {"n_startup_trials": -1}, {"on_exhausted": "end"}, {"constraints_func": 3}):
        with pytest.raises((ValueError, TypeError), match=next(iter(wrong))):
            AutoSampler(**wrong)
    choice = AutoSampler(n_startup_trials=4, on_exhausted="stop").choose(study_of(0).history.space, study_of(0).history)
    assert choice.sampler == GPSampler(n_startup_trials=4, on_exhausted="stop")


@pytest.mark.parametrize("name", ["risky, shared", "risky, own"])
def test_a_choice_whose_first_trials_were_unlucky_is_not_given_up(name: str) -> None:
    shape = SHAPES[name]
    assert max(finals(shape, "auto", 3)) <= shape.worst
