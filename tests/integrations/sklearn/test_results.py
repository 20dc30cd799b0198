"""`cv_results_` is the table that GridSearchCV makes of the same candidates."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from hpo.integrations.sklearn import StudySearchCV
from hpo.samplers import BruteForceSampler
from tests.integrations.sklearn.data import X, columns, y


class Picky(ClassifierMixin, BaseEstimator):
    """Cannot be fitted with a large C, nor on some folds with a small one."""

    def __init__(self, C: float = 1.0) -> None:  # noqa: N803
        self.C = C

    def fit(self, X: Any, y: Any) -> Picky:  # noqa: N803
        if self.C > 5 or (self.C < 0.5 and X[0].sum() == 294):
            raise ValueError("C is too large.")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        return np.full(len(X), self.classes_[int(self.C) % len(self.classes_)])


SCORER = make_scorer(accuracy_score)
TWO = {"accuracy": SCORER, "f1": "f1_macro"}
PIPELINE = Pipeline([("scale", StandardScaler()), ("model", SVC())])


def several(estimator: Any, X: Any, y: Any) -> dict[str, float]:  # noqa: N803
    return {"accuracy": estimator.score(X, y), "n": float(len(y))}


SEARCHES: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "numbers": (SVC(), {"C": [0.1, 1, 10.0], "gamma": [1e-3, 1e-2]}, {}),
    "words": (SVC(), {"kernel": ["rbf", "linear"], "shrinking": [True, False]}, {}),
    "train scores": (SVC(), {"C": [0.1, 1.0]}, {"return_train_score": True}),
    "branches": (SVC(), [{"kernel": ["linear"], "C": [1, 2]}, {"kernel": ["poly"], "degree": [2, 3]}], {}),
    "sequences": (DecisionTreeClassifier(random_state=0), {"class_weight": [None, "balanced", {0: 2.0}]}, {}),
    "steps of a pipeline": (PIPELINE, {"scale": [MinMaxScaler(), StandardScaler(), "passthrough"]}, {}),
    "parts of a pipeline": (PIPELINE, {"model__C": [0.1, 1.0], "scale__with_mean": [True, False]}, {}),
    "several scores": (SVC(), {"C": [0.01, 1.0]}, {"scoring": ["accuracy", "f1_macro"], "refit": "f1_macro"}),
    "one score in a list": (SVC(), {"C": [0.01, 1.0]}, {"scoring": ["accuracy"], "refit": "accuracy"}),
    "scores without a fit": (SVC(), {"C": [0.01, 1.0]}, {"scoring": ["accuracy", "f1_macro"], "refit": False}),
    "one score without a fit": (SVC(), {"C": [0.01, 1.0]}, {"refit": False}),
    "a function as scoring": (SVC(), {"C": [0.01, 1.0]}, {"scoring": several, "refit": "accuracy"}),
    "a function as refit": (SVC(), {"C": [0.01, 1.0]}, {"refit": lambda results: 1}),
    "a word as refit": (SVC(), {"C": [0.01, 1.0]}, {"refit": "whatever"}),
    "a scorer, and a word as refit": (SVC(), {"C": [0.01, 1.0]}, {"scoring": SCORER, "refit": "whatever"}),
    "a scorer, and a function as refit": (SVC(), {"C": [0.01, 1.0]}, {"scoring": SCORER, "refit": lambda results: 0}),
    "several scores, and a function as refit": (
        SVC(),
        {"C": [0.01, 1.0]},
        {"scoring": TWO, "refit": lambda results: 1},
    ),
    "folds": (SVC(), {"C": [0.01, 1.0]}, {"cv": KFold(4, shuffle=True, random_state=1)}),
    "regression": (Ridge(), {"alpha": [0.1, 1.0, 10.0]}, {"scoring": "neg_mean_squared_error"}),
    "failures": (Picky(), {"C": [0.1, 1.0, 6.0]}, {}),
    "failures that count": (Picky(), {"C": [0.1, 1.0, 6.0]}, {"error_score": -1.0, "return_train_score": True}),
    "failures of several scores": (Picky(), {"C": [0.1, 1.0, 6.0]}, {"scoring": ["accuracy"], "refit": "accuracy"}),
    "failures under a function": (Picky(), {"C": [1.0, 6.0]}, {"scoring": several, "refit": "accuracy"}),
}


@pytest.mark.parametrize(("estimator", "space", "options"), SEARCHES.values(), ids=SEARCHES)
def test_it_equals_that_of_a_grid_search(estimator: Any, space: Any, options: dict[str, Any]) -> None:
    options = {"cv": 3} | options
    with warnings.catch_warnings(action="ignore"):  # of failed fits
        grid = GridSearchCV(estimator, space, **options).fit(X, y)
        search = StudySearchCV(estimator, space, sampler=BruteForceSampler(), **options).fit(X, y)
    expected, found = grid.cv_results_, search.cv_results_
    assert set(found) - set(expected) == {"trial_number", "trial_state"}
    place = {repr(sorted(params.items())): i for i, params in enumerate(found["params"])}
    order = [place[repr(sorted(params.items()))] for params in expected["params"]]
    assert len(order) == len(found["params"])
    for name in columns(expected):
        if name == "params":
            continue
        values = found[name][order]
        assert values.dtype == expected[name].dtype, name
        assert type(values) is type(expected[name]), name
        if name.startswith("param_"):
            assert repr(values.tolist()) == repr(expected[name].tolist())
            assert np.array_equal(np.ma.getmaskarray(values), np.ma.getmaskarray(expected[name]))
        else:
            assert np.array_equal(values, expected[name], equal_nan=True), name
    for name in [name for name in expected if "time" in name]:
        assert found[name].shape == expected[name].shape
        assert (found[name] >= 0).all()
    assert search.multimetric_ == grid.multimetric_
    assert search.n_splits_ == grid.n_splits_
    for name in ("best_score_", "best_index_", "best_params_", "best_estimator_", "refit_time_"):
        assert hasattr(search, name) == hasattr(grid, name), name
    if hasattr(grid, "best_score_"):
        assert search.best_score_ == grid.best_score_
    if hasattr(grid, "best_estimator_") and not callable(options.get("refit")):
        assert repr(search.scorer_) == repr(grid.scorer_)
        assert search.score(X, y) == pytest.approx(
            grid.score(X, y), abs=0.2
        )  # of equally good ones either may be taken


def test_failures_warn_as_those_of_a_grid_search() -> None:
    messages = []
    for search in (
        GridSearchCV(Picky(), {"C": [1.0, 6.0]}, cv=3),
        StudySearchCV(Picky(), {"C": [1.0, 6.0]}, cv=3, sampler=BruteForceSampler()),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            search.fit(X, y)
        messages += [(one.category, str(one.message)[:40]) for one in caught if "fits failed" in str(one.message)]
    assert messages[0] == messages[1]


def test_the_study_knows_why_a_candidate_failed() -> None:
    search = StudySearchCV(Picky(), {"C": [6.0, 1.0]}, cv=3, sampler=BruteForceSampler())
    with pytest.warns(FitFailedWarning, match="3 fits failed out of a total of 6"):
        search.fit(X, y)
    (failed,) = [trial for trial in search.study_.trials if trial.error]
    assert failed.error is not None
    assert failed.error.message == "Fold 0 could not be fitted: ValueError: C is too large."


def test_errors_come_through_where_they_are_asked_for() -> None:
    with pytest.raises(ValueError, match=r"^C is too large\.$"):
        StudySearchCV(Picky(), {"C": [6.0]}, cv=3, error_score="raise").fit(X, y)


def test_if_nothing_can_be_fitted_that_is_said() -> None:
    with pytest.raises(ValueError, match=r"(?s)All the 6 fits failed.*C is too large"):
        StudySearchCV(Picky(), {"C": (6.0, 9.0)}, cv=3, n_trials=2).fit(X, y)
