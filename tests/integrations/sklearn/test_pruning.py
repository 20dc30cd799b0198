"""A candidate that falls behind is stopped after a fold or an epoch, and a good one is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

import hpo
from hpo.events import TrialStarted
from hpo.integrations.sklearn import StudySearchCV
from hpo.protocols import Pruner, pairs
from hpo.pruners import MedianPruner, NopPruner, PatientPruner, SuccessiveHalvingPruner, WilcoxonPruner
from hpo.study import Study
from hpo.trial import TrialState
from tests.integrations.sklearn.data import X, assert_same_search, y

GOOD, BAD = {"C": 10.0, "gamma": 1e-3}, {"C": 1e-6, "gamma": 10.0}
SPACE = {"C": (1e-6, 100.0, "log-uniform"), "gamma": (1e-5, 10.0, "log-uniform")}
PRUNERS: list[Pruner] = [
    WilcoxonPruner(),
    MedianPruner(n_startup_trials=1),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
]
N = 6


def study_with(pruner: Any, *queued: dict[str, float]) -> Study:
    study = hpo.create_study(direction="maximize", pruner=pruner)
    for params in queued:
        study.enqueue_trial(dict(params))
    return study


def searched(study: Study, **options: Any) -> StudySearchCV:
    found: StudySearchCV = StudySearchCV(SVC(), SPACE, study=study, cv=N, n_trials=3, **options).fit(X, y)
    return found


@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_bad_candidate_is_stopped_early_and_a_good_one_is_not(pruner: Any, n_jobs: int | None) -> None:
    found = searched(study_with(pruner, GOOD, BAD, GOOD), n_jobs=n_jobs)
    assert found.cv_results_["trial_state"].tolist() == ["COMPLETE", "PRUNED", "COMPLETE"]
    n_folds = [sum(~np.isnan(found.cv_results_[f"split{k}_test_score"][row]) for k in range(N)) for row in range(3)]
    assert n_folds[0] == n_folds[2] == N
    assert 1 <= n_folds[1] < N
    assert np.isnan(found.cv_results_["mean_test_score"]).tolist() == [False, True, False]
    assert found.cv_results_["rank_test_score"].tolist() == [1, 3, 1]
    assert found.best_params_ == GOOD
    assert found.study_.verify() == []


@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
def test_what_is_not_stopped_is_as_without_a_pruner(pruner: Any) -> None:
    found = searched(study_with(pruner, GOOD, BAD, GOOD), return_train_score=True)
    plain = searched(study_with(NopPruner(), GOOD, BAD, GOOD), return_train_score=True)
    assert np.array_equal(found.predict(X), plain.predict(X))
    for name, column in plain.cv_results_.items():
        if name.startswith(("split", "mean_t", "std_t")):
            assert np.array_equal(found.cv_results_[name][[0, 2]], column[[0, 2]]), name


@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
def test_pruners_are_told_what_they_compare(pruner: Any) -> None:
    found = searched(study_with(pruner, GOOD))
    scores = np.array([found.cv_results_[f"split{k}_test_score"][0] for k in range(N)])
    told = scores if pairs(pruner) else np.cumsum(scores) / np.arange(1, N + 1)
    assert np.allclose(list(found.study_.trials[0].intermediate_values.values()), told)


def test_a_wrapper_compares_what_the_wrapped_one_does() -> None:
    assert [pairs(pruner) for pruner in PRUNERS] == [True, False, False]
    assert [pairs(PatientPruner(pruner, patience=1)) for pruner in PRUNERS] == [True, False, False]
    assert not pairs(PatientPruner(None, patience=1))


def test_without_a_pruner_nothing_is_reported() -> None:
    found = StudySearchCV(SVC(), SPACE, n_trials=2, cv=3).fit(X, y)
    assert all(not trial.intermediate_values for trial in found.study_.trials)


def test_several_scores_are_reported_together() -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    found = StudySearchCV(
        SVC(), SPACE, n_trials=8, cv=4, pruner=pruner, scoring=["accuracy", "f1_macro"], refit=False, random_state=0
    ).fit(X, y)
    assert {len(value) for trial in found.study_.trials for value in trial.intermediate_values.values()} == {2}
    assert "PRUNED" in found.cv_results_["trial_state"]


EPOCHS = 4
LINEAR = {"alpha": (1e-6, 1e3, "log-uniform")}


def by_epochs(pruner: Any = None, **options: Any) -> StudySearchCV:
    options = {"n_trials": 6, "cv": 3, "random_state": 0} | options
    return StudySearchCV(SGDClassifier(random_state=0), LINEAR, epochs=EPOCHS, pruner=pruner, **options)


def test_epochs_are_passes_of_partial_fit() -> None:
    found = by_epochs(n_trials=2).fit(X, y)
    for row, params in enumerate(found.cv_results_["params"]):
        for k, (train, test) in enumerate(StratifiedKFold(3).split(X, y)):
            model = clone(found.estimator).set_params(**params)
            for _ in range(EPOCHS):
                model.partial_fit(X[train], y[train], classes=np.unique(y))
            assert found.cv_results_[f"split{k}_test_score"][row] == model.score(X[test], y[test])
    whole = clone(found.estimator).set_params(**found.best_params_)
    for _ in range(EPOCHS):
        whole.partial_fit(X, y, classes=np.unique(y))
    assert np.array_equal(found.best_estimator_.coef_, whole.coef_)


def test_a_bad_candidate_is_stopped_after_few_epochs() -> None:
    study = study_with(MedianPruner(n_startup_trials=1), {"alpha": 1e-4}, {"alpha": 1e3}, {"alpha": 1e-4})
    found = by_epochs(study=study, n_trials=3, random_state=None).fit(X, y)
    assert found.cv_results_["trial_state"].tolist() == ["COMPLETE", "PRUNED", "COMPLETE"]
    assert [len(trial.intermediate_values) for trial in study.trials] == [EPOCHS, 1, EPOCHS]
    assert np.isnan(found.cv_results_["mean_test_score"]).tolist() == [False, True, False]
    assert found.cv_results_["split0_test_score"][1] < found.cv_results_["split0_test_score"][0]


@pytest.mark.parametrize("options", [{"n_jobs": 2}, {"return_train_score": True}], ids=repr)
def test_epochs_are_the_same_however_they_are_run(options: dict[str, Any]) -> None:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    one, other = by_epochs(pruner, **options).fit(X, y), by_epochs(pruner).fit(X, y)
    assert one.cv_results_["trial_state"].tolist() == other.cv_results_["trial_state"].tolist()
    assert np.array_equal(one.cv_results_["mean_test_score"], other.cv_results_["mean_test_score"], equal_nan=True)


def test_a_regressor_learns_by_epochs_too() -> None:
    search = StudySearchCV(SGDRegressor(random_state=0), {"alpha": (1e-6, 0.1)}, epochs=3, n_trials=2, cv=3)
    assert search.fit(X / 16, y).best_estimator_.t_ == 1 + 3 * len(X)


@pytest.mark.parametrize(("epochs", "cv"), [(None, 8), (6, 2)])
def test_paused_candidates_go_on_with_what_they_had_learned(tmp_path: Any, epochs: int | None, cv: int) -> None:
    """Those that come to their end have the scores of candidates that never paused."""
    study = hpo.create_study(
        direction="maximize",
        sampler=hpo.samplers.RandomSampler(seed=0),
        pruner=SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote"),
        checkpoints=tmp_path,
    )
    options: dict[str, Any] = {"n_trials": 12, "cv": cv, "epochs": epochs}
    model = SGDClassifier(random_state=0, tol=None, max_iter=10)
    found = StudySearchCV(model, LINEAR, study=study, **options).fit(X, y)
    plain = StudySearchCV(model, LINEAR, sampler=hpo.samplers.RandomSampler(), random_state=0, **options).fit(X, y)
    states = found.cv_results_["trial_state"]
    whole = states == "COMPLETE"
    resumed = {event.claims for event in study.events() if isinstance(event, TrialStarted)}
    assert resumed & set(found.cv_results_["trial_number"][whole].tolist())
    assert "PAUSED" in states
    assert np.isnan(found.cv_results_["mean_test_score"][~whole]).all()
    by_params = {repr(params): i for i, params in enumerate(plain.cv_results_["params"])}
    for row in np.flatnonzero(whole):
        other = by_params[repr(found.cv_results_["params"][row])]
        assert found.cv_results_["mean_test_score"][row] == plain.cv_results_["mean_test_score"][other]


def test_epochs_that_fail_are_failures() -> None:
    negative = SGDClassifier(random_state=0)
    search = StudySearchCV(negative, {"loss": ["hinge", "nonsense"]}, epochs=2, cv=3, n_trials=4)
    with pytest.warns(FitFailedWarning, match="3 fits failed out of a total of 6"):
        search.fit(X, y)
    assert sorted(search.cv_results_["trial_state"].tolist()) == ["COMPLETE", "FAIL"]
    assert search.best_params_ == {"loss": "hinge"}


def test_epochs_end_where_one_fails() -> None:
    calls: list[int] = []

    class Fragile(SGDClassifier):
        def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Any:  # noqa: N803
            calls.append(1)
            if len(calls) == 2:
                raise ValueError("diverged")
            return super().partial_fit(X, y, classes)

    search = StudySearchCV(Fragile(), LINEAR, epochs=5, cv=2, n_trials=1, refit=False, error_score=-1.0)
    with pytest.warns(FitFailedWarning, match="diverged"):
        search.fit(X, y)
    assert len(calls) == 5 + 1
    assert search.cv_results_["split1_test_score"] == [-1.0]


def test_a_function_as_refit_that_chooses_what_was_stopped_is_warned_of() -> None:
    study = study_with(MedianPruner(n_startup_trials=1), GOOD, BAD)
    with pytest.warns(UserWarning, match=r"refit chose trial 1, whose state is PRUNED .* use np\.nanargmax"):
        searched(study, refit=lambda results: results["mean_test_score"].argmax())


def test_candidates_that_end_are_pruned_by_nobody() -> None:
    """After the last fold there is nothing to save."""

    class Never:
        def prune(self, history: Any, curve: Any) -> bool:
            return len(curve.steps) >= N

    found = searched(study_with(Never(), GOOD, BAD, GOOD))
    assert {trial.state for trial in found.study_.trials} == {TrialState.COMPLETE}


def test_searches_in_threads_are_the_same_with_pruning() -> None:
    options: dict[str, Any] = {"pruner": WilcoxonPruner(), "n_points": 2, "cv": N, "n_trials": 8, "random_state": 1}
    one, other = (StudySearchCV(SVC(), SPACE, **options).fit(X, y) for _ in range(2))
    assert_same_search(one, other)
