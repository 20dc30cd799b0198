"""A snapshot says what the study said, and goes on saying it."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

import hpo
from hpo.events import TrialState
from hpo.reading.snapshot import Snapshot
from hpo.study import Study
from hpo.testing.studies import objective, text
from hpo.trial import Trial
from tests.logs import knowledge


def said(study: Study | Snapshot) -> dict[str, Any]:
    return {
        "name": study.study_name,
        "goals": (study.directions, study.metric_names, study.seed),
        "attributes": (study.user_attrs, study.system_attrs),
        "trials": text(study.trials),
        "states": {state: text(study.get_trials(states=(state,))) for state in TrialState},
        "counts": {state: study.count_trials((state,)) for state in TrialState},
        "best": text(study.best_trials),
        "history": knowledge(study.history),
    }


@pytest.fixture
def study() -> Study:
    pruner = hpo.pruners.SuccessiveHalvingPruner(mode="promote")
    study = hpo.create_study(study_name="s", seed=1, pruner=pruner)
    study.optimize(objective, n_trials=20, catch=ArithmeticError)
    study.enqueue_trial({"x": 0.5}, {"from": "me"})
    for number in range(2):
        waiting = study.ask()
        waiting.report(0.5, 1)
        if number:
            study.tell(waiting, state=TrialState.PAUSED)
    study.enqueue_trial({"x": 0.25})
    study.set_user_attr("a", [1])
    study.set_metric_names(["loss"])
    return study


def test_it_says_what_the_study_says(study: Study) -> None:
    assert said(study.snapshot()) == said(study)
    assert study.snapshot().best_trial == study.best_trial
    assert (study.snapshot().best_value, study.snapshot().best_params) == (study.best_value, study.best_params)
    assert study.snapshot().position == len(study.events())


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda snapshot: pickle.loads(pickle.dumps(snapshot))])
def test_copies_and_what_was_sent_to_another_process_say_the_same(
    study: Study, duplicate: Callable[[Snapshot], Snapshot]
) -> None:
    snapshot = study.snapshot()
    study.optimize(objective, n_trials=5, catch=ArithmeticError)
    again = duplicate(snapshot)
    assert said(again) == said(snapshot)
    assert (again.identity, again.position, again.runs) == (snapshot.identity, snapshot.position, snapshot.runs)


@pytest.mark.parametrize(
    ("states", "advice"),
    [
        (TrialState.COMPLETE, r"write states=\[TrialState.COMPLETE\]"),
        (["COMPLETE"], r"a list of states such as TrialState.COMPLETE, got \['COMPLETE'\]"),
        ("COMPLETE", "a list of states such as TrialState.COMPLETE, got 'COMPLETE'"),
    ],
)
def test_states_are_a_list(study: Study, states: Any, advice: str) -> None:
    for ask in (study.get_trials, study.snapshot().get_trials, study.snapshot().count_trials):
        with pytest.raises(TypeError, match=advice):
            ask(states=states)


def test_states_may_come_one_by_one(study: Study) -> None:
    states = (TrialState.PAUSED, TrialState.COMPLETE)
    assert text(study.get_trials(states=iter(states))) == text(study.get_trials(states=states))  # type: ignore[arg-type]


def test_it_stays_whatever_happens_to_the_study(study: Study) -> None:
    looked_at, unseen = study.snapshot(), study.snapshot()
    before = said(looked_at)
    study.set_user_attr("a", [2])
    study.set_trial_user_attr(0, "late", True)
    study.delete_trial(2)
    study.delete_trial(study.best_trial.number)
    study.rename("t")
    study.set_metric_names(["other"])
    study.optimize(objective, n_trials=30, catch=ArithmeticError)
    assert said(looked_at) == before
    assert said(unseen) == before
    assert said(study) != before


def test_what_it_hands_out_can_be_changed(study: Study) -> None:
    snapshot = study.snapshot()
    before = said(snapshot)
    snapshot.user_attrs["a"].append(2)
    for trial in snapshot.trials:
        trial.set_user_attr("mine", 1)
        trial.params.clear()
    assert said(snapshot) == before == said(study)


def test_what_cannot_be_copied_is_shared_and_nothing_is_lost() -> None:
    study, lock = hpo.create_study(seed=0), threading.Lock()

    def locking(trial: Trial) -> float:
        trial.set_user_attr("lock", lock)
        return trial.suggest_float("x", 0, 1)

    study.optimize(locking, n_trials=2)
    (first, _) = study.snapshot().trials
    assert first.user_attrs == {"lock": lock}
    assert list(first.params) == ["x"]


def test_there_may_be_no_best_trial() -> None:
    study = hpo.create_study()
    with pytest.raises(ValueError, match="No trials are completed"):
        _ = study.snapshot().best_trial
    trial = study.ask()
    trial.set_constraint("c", 1.0)
    study.tell(trial, 0.0)
    with pytest.raises(ValueError, match="No feasible trials"):
        _ = study.snapshot().best_trial
    with pytest.raises(RuntimeError, match="several objectives"):
        _ = hpo.create_study(directions=["minimize"] * 2).snapshot().best_trial
