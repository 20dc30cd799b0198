"""`OptunaSearchCV` takes Optuna's arguments, and is a `StudySearchCV`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.linear_model import SGDClassifier
from sklearn.svm import SVC

import hpo
from hpo.distributions import FloatDistribution, IntDistribution
from hpo.integration import OptunaSearchCV
from hpo.integrations import StudySearchCV
from hpo.pruners import MedianPruner
from hpo.samplers import RandomSampler

X, Y = load_iris(return_X_y=True)
SPACE: dict[str, Any] = {"C": FloatDistribution(1e-3, 1e3, log=True), "degree": IntDistribution(1, 5)}


def maximising() -> hpo.Study:
    return hpo.create_study(direction="maximize", sampler=RandomSampler(seed=0))


def test_it_searches_with_the_arguments_that_optuna_has() -> None:
    search = OptunaSearchCV(SVC(), SPACE, cv=3, n_trials=4, scoring="accuracy", study=maximising(), random_state=24)
    assert isinstance(clone(search), StudySearchCV)
    search.fit(X, Y)
    assert len(search.study_.trials) == 4
    assert search.best_score_ == search.study_.best_value > 0.8
    assert search.best_params_ == search.study_.best_params
    assert search.predict(X).shape == Y.shape


def test_ten_trials_are_the_default_and_callbacks_end_them() -> None:
    search = OptunaSearchCV(SVC(), SPACE, 2, study=maximising()).fit(X, Y)
    assert len(search.study_.trials) == 10
    ended = OptunaSearchCV(SVC(), SPACE, 2, study=maximising(), callbacks=[lambda study, _: study.stop()])
    assert len(ended.fit(X, Y).study_.trials) == 1


def test_pruning_is_learning_in_passes() -> None:
    space = {"alpha": FloatDistribution(1e-5, 1e-1, log=True)}
    search = OptunaSearchCV(SGDClassifier(), space, cv=2, enable_pruning=True, max_iter=4, n_trials=3, random_state=0)
    search.fit(X, Y)
    assert isinstance(search.study_.pruner, MedianPruner)
    assert list(search.study_.trials[0].intermediate_values) == [0, 1, 2, 3]


def test_a_part_of_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match=r"give fit\(\) a part of them instead of subsample=0.5"):
        OptunaSearchCV(SVC(), SPACE, subsample=0.5)
    assert np.isnan(OptunaSearchCV(SVC(), SPACE).error_score)
