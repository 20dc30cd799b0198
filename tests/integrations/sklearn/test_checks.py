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
from hpo.samplers import RandomSampler

RANDOM: dict[str, Any] = {"sampler": RandomSampler(), "random_state": 0}
SEARCHES = [
    StudySearchCV(LogisticRegression(tol=0.1), {"C": FloatDistribution(0.1, 1.0)}, n_trials=2, cv=2, **RANDOM),
    StudySearchCV(Ridge(), {"alpha": [0.1, 1.0]}, n_trials=2, cv=3, pruner=WilcoxonPruner(), **RANDOM),
]


def what_scikit_learn_expects_of_its_own_searches(estimator: Any) -> dict[str, str]:
    warns = isinstance(estimator.estimator, LogisticRegression)
    return {} if warns else {"check_supervised_y_2d": "the estimator has no warning about y that could be repeated"}


@parametrize_with_checks(SEARCHES, expected_failed_checks=what_scikit_learn_expects_of_its_own_searches)  # type: ignore[untyped-decorator]
def test_a_search_is_an_estimator_in_every_respect(estimator: Any, check: Callable[[Any], None]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
