"""What cannot be a sampler or a pruner is refused at once, in a sentence that says what to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import optuna
import pytest

import hpo


class OptunaShaped:
    """As one writes samplers for Optuna: an annealing that would never be called."""

    def infer_relative_search_space(self, study: Any, trial: Any) -> dict[str, Any]:
        return {}

    def sample_relative(self, study: Any, trial: Any, search_space: Any) -> dict[str, Any]:
        return {}

    def sample_independent(self, study: Any, trial: Any, name: str, distribution: Any) -> Any:
        return 0.5

    def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None: ...


class InheritedPruner(optuna.pruners.BasePruner):
    def prune(self, study: Any, trial: Any) -> bool:
        return True


class Hooked(hpo.samplers.TPESampler):  # type: ignore[misc]
    def after_trial(self, study: Any, trial: Any, state: Any, values: Any) -> None: ...


class Renamed(hpo.pruners.MedianPruner):  # type: ignore[misc]
    def prune(self, study: Any, trial: Any) -> bool:
        return bool(trial.last_step > 3)


WRONG: list[tuple[str, Any, str]] = [
    ("sampler", hpo.samplers.GPSampler, r"got the class GPSampler; write sampler=GPSampler\(\)"),
    (
        "sampler",
        "tpe",
        r".*got 'tpe' of type str, which lacks sample\(space, history, key\)",
    ),
    (
        "sampler",
        optuna.samplers.RandomSampler(),
        r"sampler of Optuna's .*write sampler=hpo.samplers.TPESampler\(\)",
    ),
    ("sampler", OptunaShaped(), r"which lacks sample\(space, history, key\). hpo calls no other methods"),
    ("sampler", Hooked(), "Hooked has the method after_trial, which hpo would not call"),
    ("pruner", Renamed(), r"of type Renamed, which lacks prune\(history, curve\)"),
    ("pruner", hpo.pruners.MedianPruner, r"got the class MedianPruner; write pruner=MedianPruner\(\)"),
    ("pruner", optuna.pruners.MedianPruner(), "MedianPruner is a pruner of Optuna's"),
    ("pruner", InheritedPruner(), "InheritedPruner is a pruner of Optuna's .*whose methods hpo would not call"),
    ("pruner", 3, r"got 3 of type int, which lacks prune\(history, curve\)"),
]


@pytest.mark.parametrize(("role", "plugin", "sentence"), WRONG)
def test_they_are_refused_when_the_study_is_made_and_later(role: str, plugin: Any, sentence: str) -> None:
    ways: list[Callable[[], object]] = [
        lambda: hpo.create_study(**{role: plugin}),
        lambda: setattr(hpo.create_study(), role, plugin),
    ]
    for way in ways:
        with pytest.raises(TypeError, match=sentence):
            way()


def test_a_class_that_another_pruner_is_given_is_refused_too() -> None:
    with pytest.raises(TypeError, match=r"got the class MedianPruner; write MedianPruner\(\)"):
        hpo.pruners.PatientPruner(hpo.pruners.MedianPruner, patience=1)  # type: ignore[arg-type]


def test_a_study_that_is_refused_is_not_stored() -> None:
    storage = hpo.storage.InMemoryStorage()
    with pytest.raises(TypeError):
        hpo.create_study(study_name="s", storage=storage, sampler=OptunaShaped())  # type: ignore[arg-type]
    assert list(storage.studies()) == []
