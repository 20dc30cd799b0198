"""A plot of a study that others write into shows one state of it, not the beginning of one and the end of another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import pytest

import hpo
from hpo.study import Study
from hpo.trial import Trial
from hpo.visualization import plot_pareto_front, plot_timeline
from hpo.visualization.pareto_front import pareto_front
from tests.growing import Growing, prefixes
from tests.visualization.studies import run
from tests.visualization.test_family import OF_OBJECTIVES, OF_ONE_VALUE, PLOTS, Plot, question


def objective(trial: Trial) -> Any:
    """Trials of every end; what reports, and how much, is another thing in each trial."""
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    trial.set_constraint("c", x + y - 1.6)
    if len(trial.study.directions) > 1:
        return x, (x - y) ** 2
    for step in range(trial.number % 3):
        trial.report(x + y / (1 + step), step)
    if trial.number % 5 == 4:
        raise hpo.TrialPruned
    if trial.number % 9 == 8:
        raise ArithmeticError
    return (x - y) ** 2 / (trial.number % 11 != 10 or 1e-300)


OF_ONE = run(objective, 40, study_name="one")
OF_TWO = run(objective, 40, directions=["minimize", "maximize"], study_name="two")


def assert_one_state(plot: Plot, states: Sequence[Study], **options: Any) -> None:
    growing = Growing(states)
    figure: go.Figure = plot(growing, **options)
    assert growing.n_looks > 0
    assert figure.to_json() in [plot(state, **options).to_json() for state in states[: growing.n_looks]]


@pytest.mark.parametrize("begin", [80, 91, 102, 113])
@pytest.mark.parametrize("plot", [plot for plot in PLOTS if plot is not plot_timeline], ids=lambda plot: plot.__name__)
def test_a_plot_shows_one_state(plot: Plot, begin: int) -> None:
    study = OF_TWO if question(plot, OF_ONE) else OF_ONE
    assert_one_state(plot, prefixes(study, begin, 9))


def test_a_timeline_shows_one_state() -> None:
    ends = [state for state in prefixes(OF_ONE, 60, 40) if not len(state.history.running)]  # which last until now
    assert len(ends) > 5
    assert_one_state(plot_timeline, ends)


@pytest.mark.parametrize("begin", [80, 91, 102, 113])
@pytest.mark.parametrize("plot", [p for p in OF_ONE_VALUE if p not in OF_OBJECTIVES], ids=lambda plot: plot.__name__)
def test_a_plot_of_a_function_of_the_trials_shows_one_state(plot: Plot, begin: int) -> None:
    assert_one_state(plot, prefixes(OF_ONE, begin, 9), target=lambda trial: trial.params["x"])


@pytest.mark.parametrize("begin", [80, 91, 102, 113])
def test_a_front_of_functions_of_the_trials_shows_one_state(begin: int) -> None:
    states = prefixes(OF_TWO, begin, 9)
    assert_one_state(plot_pareto_front, states, targets=lambda trial: (trial.params["x"], trial.params["y"]))
    assert_one_state(plot_pareto_front, states, constraints_func=lambda trial: [trial.params["x"] - 0.8])


@pytest.mark.parametrize("plot", [p for p in OF_ONE_VALUE if p not in OF_OBJECTIVES], ids=lambda plot: plot.__name__)
def test_a_trial_that_is_deleted_meanwhile_is_left_out(plot: Plot) -> None:
    before, after = prefixes(OF_ONE, 120, 2)
    after.delete_trial(after.best_trial.number)
    figure: go.Figure = plot(Growing([before, after]), target=lambda trial: trial.params["x"])
    assert figure.data


def test_a_trial_that_is_deleted_meanwhile_is_not_on_the_front() -> None:
    before, after = prefixes(OF_TWO, 120, 2)
    after.delete_trial(after.best_trials[0].number)
    front = pareto_front(Growing([before, after]), targets=lambda trial: trial.values)  # type: ignore[arg-type,return-value]
    assert set(front.number.tolist()) <= {trial.number for trial in after.trials}
