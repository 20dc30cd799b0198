"""Arguments that cannot be are refused where they are given, by a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.samplers import (
    AutoSampler,
    CmaEsSampler,
    ForestSampler,
    GPSampler,
    GridSampler,
    LatinHypercubeSampler,
    NSGAIIISampler,
    NSGAIISampler,
    PartialFixedSampler,
    RandomSampler,
    TPESampler,
)


@pytest.mark.parametrize(
    ("made", "name"),
    [
        *((made, "n_startup_trials") for made in (AutoSampler, CmaEsSampler, ForestSampler, GPSampler, TPESampler)),
        (CmaEsSampler, "popsize"),
        (ForestSampler, "n_candidates"),
        (GPSampler, "n_observations"),
        (LatinHypercubeSampler, "n_trials"),
        (NSGAIIISampler, "dividing_parameter"),
        (NSGAIISampler, "population_size"),
        (TPESampler, "n_ei_candidates"),
        (TPESampler, "n_kernels"),
    ],
)
def test_what_is_counted_is_a_whole_number(made: Callable[..., Any], name: str) -> None:
    made(**{name: np.int64(20)})
    for value in (20.5, "20", [20]):
        with pytest.raises(TypeError, match=f"{name} must be a whole number"):
            made(**{name: value})
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        made(**{name: -1})


@pytest.mark.parametrize(
    ("made", "name", "wrong"),
    [
        (AutoSampler, "overhead", -1.0),
        (CmaEsSampler, "sigma0", 0.0),
        (ForestSampler, "exploration", 1.5),
        (GPSampler, "exploration", 1.5),
        (GPSampler, "kappa", -1.0),
        (GPSampler, "noise_std", 0.0),
        (NSGAIISampler, "mutation_prob", 2.0),
        (TPESampler, "crossed", -0.5),
        (TPESampler, "exploration", 1.5),
        (TPESampler, "good_fraction", np.inf),
        (TPESampler, "prior_weight", np.inf),
        (TPESampler, "magic_clip_exponent", -1.0),
    ],
)
def test_what_is_measured_is_a_number_within_its_bounds(made: Callable[..., Any], name: str, wrong: float) -> None:
    with pytest.raises(TypeError, match=f"{name} must be a number, got"):
        made(**{name: "much"})
    with pytest.raises(ValueError, match=f"{name} .*, got {wrong}"):
        made(**{name: wrong})


@pytest.mark.parametrize("name", ["kappa", "ambition"])
def test_nan_is_no_number(name: str) -> None:
    options: dict[str, Any] = {name: np.nan}
    with pytest.raises(ValueError, match=f"{name} must be at least 0.0, got nan"):
        GPSampler(**options)


@pytest.mark.parametrize(
    ("made", "arguments", "sentence"),
    [
        (GridSampler, (3,), "search_space must be a dict whose keys are names of parameters, got 3"),
        (GridSampler, ({"x": 1},), "search_space must give a list of values for 'x', got 1"),
        (GridSampler, ({"x": "ab"},), "search_space must give a list of values for 'x', got 'ab'"),
        (PartialFixedSampler, ([1], RandomSampler()), "fixed_params must be a dict"),
        (PartialFixedSampler, ({}, None), r"base_sampler must be a sampler, such as TPESampler\(\), got None"),
        (PartialFixedSampler, ({}, TPESampler), "base_sampler must be a sampler"),
    ],
)
def test_what_is_no_sampler_and_no_dict_is_refused(
    made: Callable[..., Any], arguments: tuple[Any, ...], sentence: str
) -> None:
    with pytest.raises(TypeError, match=sentence):
        made(*arguments)


def test_a_fixed_parameter_that_nobody_asks_for_is_told_once(lines: list[str]) -> None:
    study = hpo.create_study(sampler=PartialFixedSampler({"widht": 1.0}, RandomSampler()), seed=98)
    study.optimize(lambda trial: trial.suggest_float("width", 0, 1), n_trials=15)
    (told,) = (line for line in lines if "PartialFixedSampler" in line)
    assert (
        "gives values for 'widht' (did you mean 'width'?), which no trial of the study with seed 98 has asked" in told
    )
