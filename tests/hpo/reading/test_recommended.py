"""Which trial to rely on where values are noisy."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.samplers import AutoSampler, GPSampler, NSGAIISampler, RandomSampler, TPESampler

SAMPLERS = [AutoSampler, TPESampler, RandomSampler]
NOISE = 10.0


def bowl(x: float, y: float) -> float:
    return (x - 1) ** 2 + (y + 1) ** 2


def noisy(seed: int, n_trials: int, sign: float = 1.0, sampler: hpo.Sampler | None = None) -> tuple[hpo.Study, Array]:
    """A study of a bowl whose noise is as large as its signal, and the bowl's values without noise by trial."""
    rng, true = np.random.default_rng([seed, 1]), list[float]()

    def objective(trial: hpo.Trial) -> float:
        true.append(bowl(trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)))
        return sign * (true[-1] + NOISE * rng.standard_normal())

    direction = "minimize" if sign > 0 else "maximize"
    study = hpo.create_study(sampler=sampler or TPESampler(), seed=seed, direction=direction)
    study.optimize(objective, n_trials=n_trials)
    return study, np.array(true)


def test_under_noise_it_is_nearer_to_the_optimum_than_the_best_value() -> None:
    runs = [noisy(seed, 60) for seed in range(12)]
    best = np.mean([true[study.best_trial.number] for study, true in runs])
    recommended = np.mean([true[study.recommend().number] for study, true in runs])
    assert recommended < 0.7 * best


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_without_noise_it_is_the_best_trial(sampler: type[AutoSampler | TPESampler | RandomSampler]) -> None:
    study = hpo.create_study(sampler=sampler(seed=0))
    study.optimize(lambda trial: bowl(trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)), n_trials=30)
    found = study.recommend()
    assert found.number == found.best.number == study.best_trial.number
    assert found.trial.mean == pytest.approx(study.best_value, abs=5 * found.trial.std)
    assert found._repr_html_() == f"<p>{found}</p>"
    assert str(found) == (
        f"Trial {found.number} has the best value, {study.best_value:.4g}, and is expected to be the best, at "
        f"{found.trial.mean:.4g} ± {found.trial.std:.2g}."
    )


def test_maximising_recommends_what_minimising_the_negative_does() -> None:
    (low, _), (high, _) = (noisy(0, 40, sign, RandomSampler()) for sign in (1.0, -1.0))
    down, up = low.recommend(), high.recommend()
    assert (down.number, down.best.number) == (up.number, up.best.number)
    assert (down.trial.value, down.trial.mean) == pytest.approx((-up.trial.value, -up.trial.mean))


def test_what_is_infeasible_pruned_or_failed_is_never_recommended() -> None:
    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", -1, 1)
        trial.set_constraint("right", -x)
        if 0.0 < x < 0.2:
            trial.report(x - 10.0, 0)
            raise hpo.TrialPruned
        if 0.2 < x < 0.3:
            raise ArithmeticError
        return x

    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=60, catch=ArithmeticError)
    trial = study.trials[study.recommend().number]
    assert trial.state == hpo.TrialState.COMPLETE
    assert trial.params["x"] >= 0.3
    assert study.recommend().best.number == study.best_trial.number


def test_a_branching_space_and_more_trials_than_the_model_is_given() -> None:
    def objective(trial: hpo.Trial) -> float:
        kind = trial.suggest_categorical("kind", ["a", "b"])
        return trial.suggest_float("x", 0, 1) + 1 if kind == "a" else trial.suggest_float("y", 0, 1)

    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=530)
    assert study.trials[study.recommend().number].params["kind"] == "b"


def test_of_trials_of_one_configuration_it_is_the_one_with_the_best_value() -> None:
    rng = np.random.default_rng(0)
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_int("n", 0, 2) + rng.standard_normal(), n_trials=40)
    number = study.recommend().number
    alike = [one.number for one in study.trials if one.params == study.trials[number].params]
    assert number == min(alike, key=lambda one: float(study.history.losses[one, 0]))


def test_noise_that_is_known_counts() -> None:
    study, _ = noisy(0, 30, sampler=GPSampler(noise_std=NOISE))
    found = study.recommend()
    assert found.noise == pytest.approx(NOISE**2 / np.var(study.history.losses[:, 0]), rel=1e-6)


def test_it_says_how_lucky_the_best_trial_was() -> None:
    study, _ = noisy(0, 60)
    found = study.recommend()
    assert found.number != found.best.number == study.best_trial.number
    assert found.best.value == study.best_value < found.trial.mean < found.best.mean
    assert str(found) == (
        f"Trial {found.number} is expected to be the best, at {found.trial.mean:.4g} ± {found.trial.std:.2g}. Trial "
        f"{found.best.number} has the best value, {study.best_value:.4g}, but {found.best.mean:.4g} ± "
        f"{found.best.std:.2g} is expected of it: {found.noise:.0%} of the variance of values is taken for noise."
    )


def test_it_says_how_lucky_a_trial_was_that_is_the_best_in_both_ways() -> None:
    rng = np.random.default_rng(0)
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_int("n", 0, 2) + 0.5 * rng.standard_normal(), n_trials=40)
    found = study.recommend()
    assert found.number == study.best_trial.number
    assert study.best_value < found.trial.mean - 2 * found.trial.std
    assert str(found).endswith(f": {found.noise:.0%} of the variance of values is taken for noise.")


def test_there_is_none_of_several_objectives_nor_without_a_model() -> None:
    several = hpo.create_study(directions=["minimize", "maximize"], sampler=NSGAIISampler())
    with pytest.raises(RuntimeError, match="no single `recommend`; see `best_trials`"):
        several.recommend()
    study = hpo.create_study()
    with pytest.raises(ValueError, match="No trials are completed yet"):
        study.recommend()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=7)
    with pytest.raises(ValueError, match="at least 8 trials with finite values.* has 7 such trials and .*'x'"):
        study.recommend()


def test_there_is_none_where_only_pruned_trials_have_finite_values() -> None:
    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.number % 2:
            trial.report(x, 0)
            raise hpo.TrialPruned
        return float("inf")

    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=20)
    with pytest.raises(ValueError, match="No complete and feasible trial has a value that a model can be told"):
        study.recommend()


@pytest.mark.parametrize("n_trials", [15, 40])
def test_the_deviation_covers_the_truth(n_trials: int) -> None:
    z = []
    for seed in range(20):
        study, true = noisy(seed, n_trials, sampler=RandomSampler())
        found = study.recommend().trial
        z.append((found.mean - true[found.number]) / found.std)
    assert np.mean(np.abs(z) > 2) <= 0.2
    assert np.max(np.abs(z)) < 5


def outlying(trial: hpo.Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    return -10.0 if trial.number == 98 else x


def test_the_latest_trials_count_as_all_do() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(outlying, n_trials=100)
    found = study.recommend()
    assert found.best.number == 98
    assert found.best.luck > 5
    assert found.trial.std > 0.05
    assert str(found).endswith("taken for noise. That is more than luck explains: run it again to see.")


@pytest.mark.parametrize("infinite", [-np.inf, np.inf])
def test_infinite_values_tell_nothing(infinite: float) -> None:
    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        return infinite if trial.number == 3 else x

    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=20)
    found = study.recommend()
    assert found.number == found.best.number == min((t.value, t.number) for t in study.trials if t.number != 3)[1]
    assert found.trial.mean == pytest.approx(found.trial.value, abs=5 * found.trial.std)


def test_without_noise_an_excellent_trial_is_not_taken_for_luck() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0), direction="maximize")
    study.optimize(lambda trial: 1e6 * np.exp(-2 * bowl(*(trial.suggest_float(n, -5, 5) for n in "xy"))), n_trials=50)
    assert study.recommend().number == study.best_trial.number
