"""No sampler minds how large losses are, or whether they are infinite."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.exceptions import SearchSpaceExhausted
from hpo.key import Key
from hpo.protocols import Sampler
from hpo.samplers import ForestSampler, GPSampler, GridSampler, RandomSampler, TPESampler
from hpo.study import Study, create_study
from hpo.trial import TrialState

LARGEST, LEAST = sys.float_info.max, 5e-324
MODELS: list[Sampler] = [
    TPESampler(n_startup_trials=2),
    TPESampler(n_startup_trials=2, bandwidth="scott", good_weights="old-decay", bad_weights="old-decay"),
    TPESampler(n_startup_trials=2, bandwidth="gap", startup="sobol", split="sqrt", good_fraction=0.5),
    TPESampler(n_startup_trials=2, multivariate=False, failures="bad"),
    TPESampler(n_startup_trials=2, multi_fidelity=True),
    ForestSampler(n_startup_trials=2),
    ForestSampler(n_startup_trials=2, model="extra_trees", acquisition="pi"),
    ForestSampler(n_startup_trials=2, model="gradient_boosting", acquisition="lcb", failures="ignore"),
    GPSampler(n_startup_trials=2),
    GPSampler(n_startup_trials=2, acquisition="pi", failures="worst"),
    GPSampler(n_startup_trials=2, acquisition="lcb", deterministic_objective=True),
    GPSampler(n_startup_trials=10, acquisition="gp_hedge", warp_losses=False),
    GPSampler(n_startup_trials=2, noise_std=0.1, input_warping=True),
]
SAMPLERS: list[Sampler] = [
    RandomSampler(),
    GridSampler({"x": [0.1, 0.2, 0.3], "kind": ["a", "b"], "n": [1, 2, 30]}),
    *MODELS,
]

any_number = st.one_of(
    st.sampled_from([LARGEST, -LARGEST, 1e308, -1e308, np.inf, -np.inf, 1e155, -1e155, LEAST, -LEAST, 0.0, 1.0, 1e16]),
    st.floats(allow_nan=False),
)
pools = st.one_of(st.lists(any_number, min_size=1, max_size=4), st.lists(any_number, min_size=9, max_size=30))


def studied(
    losses: list[float], violations: list[float], m: int, n_trials: int, seed: int, *, failing: bool = True
) -> Study:
    """Trials on two branches with losses from some pool; a few are pruned or fail, and one is running."""
    draw = np.random.default_rng(seed)
    study = create_study(sampler=RandomSampler(), seed=seed, directions=["minimize", "maximize", "minimize"][:m])
    for number in range(n_trials):
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        if trial.suggest_categorical("kind", ["a", "b"]) == "a":
            trial.suggest_int("n", 0, 40)
        if violations and number % 4:
            for name in ("c", "d"):
                trial.set_constraint(name, float(draw.choice(violations)))
        values = draw.choice(losses, m).tolist()
        if m == 1:
            trial.report(values[0], number % 3)
        states = {2: TrialState.PRUNED, 5: TrialState.FAIL if failing else TrialState.COMPLETE}
        state = states.get(number % 7, TrialState.COMPLETE)
        study.tell(trial, values if state is TrialState.COMPLETE else None, state=state)
    study.ask().suggest_float("x", 0, 1)
    return study


def asked(sampler: Sampler, study: Study, number: int) -> dict[str, Any] | None:
    """What is proposed, after a look at whether it may be; None at the end of a finite space."""
    history = study.history
    try:
        row = sampler.sample(history.space, history, Key(1, number))
    except SearchSpaceExhausted:
        return None
    for u, distribution in zip(row.tolist(), history.space.distributions, strict=True):
        assert u != u or 0.0 <= u <= max(1.0, distribution.cardinality - 1)
    values = history.space.decode(row)
    assert all(history.space[name].contains(value) for name, value in values.items())
    return values


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
@settings(max_examples=20)
@given(
    losses=pools,
    violations=st.one_of(st.just([]), pools),
    m=st.integers(1, 3),
    n_trials=st.integers(2, 16),
    seed=st.integers(0, 9),
)
def test_whatever_the_losses_are_proposals_lie_in_their_domains(
    sampler: Sampler, losses: list[float], violations: list[float], m: int, n_trials: int, seed: int
) -> None:
    study = studied(losses, violations, m, n_trials, seed)
    for number in (100, 101):
        asked(sampler, study, number)


@pytest.mark.parametrize("sampler", MODELS[:-1], ids=repr)  # the last one is told how large the noise is
@pytest.mark.parametrize("exponent", [-1000, 1000])
@pytest.mark.parametrize("m", [1, 2])
def test_the_unit_of_losses_makes_no_difference(sampler: Sampler, exponent: int, m: int) -> None:
    losses = np.random.default_rng(0).normal(size=30)
    scales = (1.0, 2.0**exponent)
    one, other = (studied((losses * scale).tolist(), [], m, 30, 4, failing=False) for scale in scales)
    for number in (100, 101, 102):
        assert asked(sampler, one, number) == asked(sampler, other, number)
