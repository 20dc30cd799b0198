"""scikit-learn's own checks of what an estimator must do."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from hpo.distributions import FloatDistribution
from hpo.integrations.sklearn import StudySearchCV
from hpo.pruners import WilcoxonPruner

SEARCHES = [
    StudySearchCV(LogisticRegression(), {"C": FloatDistribution(0.1, 1.0)}, n_trials=2, cv=2, random_state=0),
    StudySearchCV(Ridge(), {"alpha": [0.1, 1.0]}, n_trials=2, cv=3, pruner=WilcoxonPruner(), random_state=0),
]


def what_scikit_learn_expects_of_its_own_searches(estimator: Any) -> dict[str, str]:
    del estimator
    return {"check_supervised_y_2d": "the estimator's warning about y is not repeated"}


@parametrize_with_checks(SEARCHES, expected_failed_checks=what_scikit_learn_expects_of_its_own_searches)  # type: ignore[untyped-decorator]
def test_a_search_is_an_estimator_in_every_respect(estimator: Any, check: Callable[[Any], None]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
