"""A search is a study: it resumes, it is reproducible, and it does what its arguments say."""

from __future__ import annotations

import pickle
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.cluster import KMeans
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import hpo
from hpo import integrations
from hpo.integrations.sklearn import StudySearchCV
from hpo.pruners import MedianPruner, WilcoxonPruner
from hpo.samplers import RandomSampler, TPESampler
from hpo.trial import TrialState
from tests.integrations.sklearn.data import X, assert_same_search, y

SPACE = {"C": (0.01, 100.0, "log-uniform"), "gamma": (1e-5, 0.1, "log-uniform"), "kernel": ["rbf", "poly"]}


def search(space: Any = SPACE, **options: Any) -> StudySearchCV:
    return StudySearchCV(SVC(), space, **{"cv": 3, "random_state": 0, "n_trials": 6} | options)


@pytest.mark.parametrize("pruner", [None, WilcoxonPruner()], ids=repr)
@pytest.mark.parametrize("n_points", [1, 2])
def test_what_is_found_does_not_depend_on_the_number_of_processes(n_points: int, pruner: Any) -> None:
    options: dict[str, Any] = {"n_points": n_points, "pruner": pruner, "cv": 5, "n_trials": 8}
    assert_same_search(search(**options).fit(X, y), search(n_jobs=2, **options).fit(X, y))


@pytest.mark.parametrize("pruner", [None, WilcoxonPruner(), MedianPruner(n_startup_trials=2)], ids=repr)
def test_a_search_that_was_interrupted_goes_on_as_if_it_had_not_been(tmp_path: Any, pruner: Any) -> None:
    stored: dict[str, Any] = {
        "storage": f"sqlite:///{tmp_path}/study.db",
        "study_name": "svc",
        "pruner": pruner,
        "cv": 5,
    }

    def interrupt(study: hpo.Study, trial: hpo.trial.FrozenTrial) -> None:
        if trial.number == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(n_trials=12, callbacks=interrupt, **stored).fit(X, y)
    resumed = search(n_trials=12, **stored).fit(X, y)
    whole = search(n_trials=12, pruner=pruner, cv=5).fit(X, y)
    assert_same_search(resumed, whole)
    assert resumed.study_.verify() == []
    assert_same_search(search(n_trials=12, **stored).fit(X, y), whole)  # with nothing left to do


def test_estimators_as_choices_come_back_from_a_storage(tmp_path: Any) -> None:
    stored: dict[str, Any] = {"storage": f"sqlite:///{tmp_path}/study.db", "study_name": "svc"}
    pipeline = make_pipeline(StandardScaler(), SVC())
    space: dict[str, Any] = {
        "standardscaler": [StandardScaler(), "passthrough"],
        "svc": [SVC(), SGDClassifier(random_state=0)],
    }
    space |= {"svc__C": (0.1, 10.0), "svc__alpha": (1e-4, 0.1, "log-uniform")}
    options: dict[str, Any] = {"cv": 3, "random_state": 0} | stored
    StudySearchCV(pipeline, space, n_trials=4, **options).fit(X, y)
    resumed = StudySearchCV(pipeline, space, n_trials=9, **options).fit(X, y)
    whole = StudySearchCV(pipeline, space, n_trials=9, cv=3, random_state=0).fit(X, y)
    assert_same_search(resumed, whole)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"cv": 4}, "has trials on other data or other folds"),
        ({"cv": KFold(3, shuffle=True)}, "has trials on other data or other folds"),
        ({"scoring": "f1_macro"}, "has trials with scoring=None, and this search has scoring='f1_macro'"),
        ({"scoring": ["f1_macro"], "refit": "f1_macro"}, r"maximises \['score'\], and this search \['f1_macro'\]"),
    ],
)
def test_trials_of_another_search_are_not_mixed_in(tmp_path: Any, change: dict[str, Any], sentence: str) -> None:
    stored: dict[str, Any] = {"storage": f"sqlite:///{tmp_path}/study.db", "study_name": "svc"}
    search(n_trials=2, **stored).fit(X, y)
    with pytest.raises(ValueError, match=sentence):
        search(**stored | change).fit(X, y)
    with pytest.raises(ValueError, match="has trials on other data"):
        search(**stored).fit(X * 2, y)


def test_epochs_and_fits_are_not_mixed() -> None:
    study = hpo.create_study(direction="maximize", sampler=RandomSampler(seed=0))
    linear = StudySearchCV(SGDClassifier(), {"alpha": (1e-6, 0.1)}, study=study, n_trials=1, epochs=1, cv=2).fit(X, y)
    with pytest.raises(ValueError, match="has trials of epochs=1, and this search has epochs=None"):
        linear.set_params(epochs=None).fit(X, y)


def test_functions_as_scoring_are_the_same_in_each_process() -> None:
    """Their memory addresses, which differ there, play no part."""
    study = hpo.create_study(direction="maximize", sampler=RandomSampler(seed=0))
    for n_trials in (1, 2):
        found = search(
            study=study, random_state=None, n_trials=n_trials, scoring=lambda model, *data: model.score(*data)
        )
        assert len(found.fit(X, y).cv_results_["params"]) == n_trials


def test_another_estimator_is_a_warning() -> None:
    study = hpo.create_study(direction="maximize", sampler=RandomSampler(seed=0))
    once = search(study=study, random_state=None, n_trials=1).fit(X, y)
    with pytest.warns(UserWarning, match=r"trials of SVC\(\), and this search is of SVC\(class_weight='balanced'\)"):
        once.set_params(estimator__class_weight="balanced").fit(X, y)


def test_train_scores_that_were_not_asked_for_before_are_unknown() -> None:
    study = hpo.create_study(direction="maximize", sampler=RandomSampler(seed=0))
    search(study=study, random_state=None, n_trials=1).fit(X, y)
    more = search(study=study, random_state=None, n_trials=2, return_train_score=True).fit(X, y)
    assert np.isnan(more.cv_results_["mean_train_score"]).tolist() == [True, False]


def test_trials_of_another_space_are_left_out(tmp_path: Any) -> None:
    stored: dict[str, Any] = {"storage": f"sqlite:///{tmp_path}/study.db", "study_name": "svc"}
    search({"C": (0.1, 1.0)}, n_trials=2, **stored).fit(X, y)
    with pytest.warns(UserWarning, match="2 trials of the study 'svc' have other parameters than `spaces` says now"):
        found = search({"gamma": (0.1, 1.0)}, n_trials=5, **stored).fit(X, y)
    assert found.cv_results_["trial_number"].tolist() == [2, 3, 4]


def test_a_study_can_be_given() -> None:
    study = hpo.create_study(direction="maximize", sampler=TPESampler(seed=3))
    study.enqueue_trial({"C": 2.0, "gamma": 0.003, "kernel": "poly"})
    found = search(study=study, random_state=None).fit(X, y)
    assert found.study_ is study
    assert found.cv_results_["params"][0] == {"C": 2.0, "gamma": 0.003, "kernel": "poly"}
    assert found.best_score_ == study.best_value
    assert found.best_params_ == study.best_params
    more = search(study=study, random_state=None, n_trials=8).fit(X, y)
    assert len(more.cv_results_["params"]) == len(study.trials) == 8


@pytest.mark.parametrize("name", ["sampler", "pruner", "storage", "study_name", "random_state"])
def test_a_study_has_its_own_options(name: str) -> None:
    given: dict[str, Any] = {
        "sampler": RandomSampler(),
        "pruner": MedianPruner(),
        "storage": "sqlite://",
        "study_name": "x",
    }
    options: dict[str, Any] = {"random_state": None, "study": hpo.create_study(direction="maximize")} | {
        name: given.get(name, 1)
    }
    with pytest.raises(ValueError, match=f"study= has a {name} of its own; leave {name}= out, or study="):
        search(**options).fit(X, y)


def test_scores_are_maximised() -> None:
    with pytest.raises(ValueError, match=r'create_study\(direction="maximize"\); the study has \[\'minimize\'\]'):
        search(study=hpo.create_study(), random_state=None).fit(X, y)


def test_several_scores_without_a_name_are_several_objectives() -> None:
    found = search(scoring=["accuracy", "f1_macro"], refit=lambda results: results["rank_test_f1_macro"].argmin())
    found.fit(X, y)
    assert len(found.study_.directions) == 2
    best = found.study_.get_trials(states=(TrialState.COMPLETE,))[found.best_index_]
    assert best.values[1] == max(trial.values[1] for trial in found.study_.trials)  # type: ignore[index]


def test_nothing_is_tried_twice_where_little_can_be() -> None:
    found = search({"C": [1.0, 2.0], "kernel": ["rbf", "linear"]}, n_trials=50).fit(X, y)
    assert len({repr(params) for params in found.cv_results_["params"]}) == len(found.cv_results_["params"]) == 4


def test_callbacks_end_a_search() -> None:
    found = search(n_trials=40, callbacks=hpo.NoImprovement(3)).fit(X, y)
    assert 4 <= len(found.study_.trials) < 40
    assert hpo.NoImprovement(3).is_over(found.study_.history)


def test_a_search_is_part_of_a_nested_cross_validation() -> None:
    inner = search(n_trials=3)
    scores = cross_val_score(inner, X, y, cv=2, error_score="raise")
    assert np.array_equal(scores, cross_val_score(clone(inner), X, y, cv=2))
    assert not hasattr(inner, "best_params_")


def test_a_search_that_was_fitted_pickles() -> None:
    found = search(n_trials=2).fit(X, y)
    again = pickle.loads(pickle.dumps(found))
    assert np.array_equal(again.predict(X), found.predict(X))
    assert [t.params for t in again.study_.trials] == [t.params for t in found.study_.trials]


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was given."""

    def __init__(self, strength: float = 1.0) -> None:
        self.strength = strength

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Recorder:  # noqa: N803
        self.classes_, self.weight_ = np.unique(y), sample_weight
        return self

    def predict(self, X: Any) -> Any:  # noqa: N803
        return np.full(len(X), self.classes_[0])

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: N803
        return 0.0 if sample_weight is None else float(len(sample_weight) == len(X))


GROUPS = np.arange(len(X)) % 5


def test_groups_and_weights_reach_their_places() -> None:
    found = StudySearchCV(Recorder(), {"strength": (0.0, 1.0)}, n_trials=2, cv=GroupKFold(3))
    found.fit(X, y, groups=GROUPS, sample_weight=np.arange(len(X), dtype=float))
    assert np.array_equal(found.best_estimator_.weight_, np.arange(len(X)))
    with pytest.raises(ValueError, match="'groups' parameter should not be None"):
        StudySearchCV(Recorder(), {"strength": (0.0, 1.0)}, n_trials=2, cv=GroupKFold(3)).fit(X, y)


def test_metadata_are_routed() -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        recorder = Recorder().set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        found = StudySearchCV(recorder, {"strength": (0.0, 1.0)}, n_trials=2, cv=GroupKFold(3))
        found.fit(X, y, groups=GROUPS, sample_weight=np.ones(len(X)))
        assert found.best_score_ == 1.0
        assert len(found.best_estimator_.weight_) == len(X)
        linear = SGDClassifier().set_partial_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        space = {"alpha": (1e-4, 0.1)}
        StudySearchCV(linear, space, n_trials=2, epochs=2, cv=3).fit(X, y, sample_weight=np.ones(len(X)))
        with pytest.raises(ValueError, match=r"not explicitly set as requested.* SGDClassifier\.partial_fit"):
            StudySearchCV(SGDClassifier(), space, epochs=2, cv=3).fit(X, y, sample_weight=np.ones(len(X)))


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"n_trials": 0}, ValueError, "n_trials must be ≥ 1, got 0"),
        ({"n_trials": 2.5}, ValueError, "n_trials must be a whole number, got 2.5"),
        ({"n_points": 0}, ValueError, "n_points must be ≥ 1, got 0"),
        ({"epochs": 3}, ValueError, "epochs=3 needs an estimator with partial_fit, which SVC lacks"),
        ({"timeout": 0}, ValueError, "No trial completed within timeout=0 seconds"),
        ({"sampler": RandomSampler}, TypeError, r"write sampler=RandomSampler\(\)"),
        ({"callbacks": [3]}, TypeError, "callbacks must be a list of functions"),
        ({"cv": 1}, ValueError, "The 'cv' parameter of StudySearchCV must be an int"),
        ({"scoring": ["accuracy", "f1_macro"]}, ValueError, "refit must be set to a scorer key"),
        ({"scoring": lambda *_: {"a": 1.0}, "refit": "b"}, ValueError, "scoring gives 'a', so refit must name"),
        ({"scoring": lambda *_: {"a": 1.0}, "refit": len}, ValueError, "for all of them as objectives, give scoring"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(
    options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        search(**options).fit(X, y)


@pytest.mark.parametrize("name", [None, "threading"])
def test_processes_are_those_that_joblib_is_configured_for(name: str | None) -> None:
    with joblib.parallel_config(name or "loky", n_jobs=2):
        assert_same_search(search(n_points=2).fit(X, y), search(n_points=2, n_jobs=1).fit(X, y))


def test_data_may_be_frames_sparse_or_without_targets() -> None:
    frame = pd.DataFrame(X, columns=[f"pixel {i}" for i in range(X.shape[1])])
    plain = search(n_trials=3).fit(X, y)
    framed = search(n_trials=3).fit(frame, pd.Series(y))
    assert_same_search(framed, plain)
    assert framed.feature_names_in_.tolist() == frame.columns.tolist()
    assert_same_search(search({"C": (0.1, 1.0)}).fit(csr_matrix(X), y), search({"C": (0.1, 1.0)}).fit(csr_matrix(X), y))
    clusters = StudySearchCV(KMeans(n_init=1, random_state=0), {"n_clusters": (2, 6)}, n_trials=3, cv=3).fit(X)
    assert clusters.predict(X).max() == clusters.best_params_["n_clusters"] - 1


def test_it_is_found_beside_the_other_integrations() -> None:
    assert integrations.StudySearchCV is StudySearchCV
