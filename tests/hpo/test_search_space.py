"""The parameters that all trials share."""

from __future__ import annotations

import hpo
from hpo.search_space import IntersectionSearchSpace, intersection_search_space


def test_it_has_what_all_trials_that_count_have_alike() -> None:
    def objective(trial: hpo.Trial) -> float:
        trial.suggest_float("z", 0, 1)
        trial.suggest_int("moving", 0, trial.number + 1)
        if trial.number == 2:
            raise hpo.TrialPruned
        if trial.number == 3:
            raise ArithmeticError
        return trial.suggest_float("a", 0, 1)

    study = hpo.create_study(seed=0)
    assert IntersectionSearchSpace().calculate(study) == {}
    study.optimize(objective, n_trials=5, catch=ArithmeticError)
    unit = hpo.distributions.FloatDistribution(0, 1)
    assert list(IntersectionSearchSpace().calculate(study).items()) == [("a", unit), ("z", unit)]
    assert IntersectionSearchSpace(include_pruned=True).calculate(study) == {"z": unit}
    assert intersection_search_space(study.trials[2:4]) == {}
