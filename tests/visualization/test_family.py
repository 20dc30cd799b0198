"""Every plot of every kind of study is a figure that can be read, or one error that says what to ask instead."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from hpo import visualization
from hpo.study import Study
from hpo.visualization import (
    plot_contour,
    plot_convergence,
    plot_edf,
    plot_hypervolume_history,
    plot_intermediate_values,
    plot_matrix,
    plot_optimization_history,
    plot_parallel_coordinate,
    plot_param_importances,
    plot_pareto_front,
    plot_partial_dependence,
    plot_rank,
    plot_rungs,
    plot_slice,
    plot_timeline,
)
from hpo.visualization.intermediate_values import intermediate_values
from hpo.visualization.theme import TEMPLATE
from tests.visualization.studies import STUDIES, big, study_named

Plot = Callable[..., go.Figure]

OF_ONE_VALUE: tuple[Plot, ...] = (
    plot_contour,
    plot_convergence,
    plot_edf,
    plot_intermediate_values,
    plot_matrix,
    plot_optimization_history,
    plot_parallel_coordinate,
    plot_partial_dependence,
    plot_rank,
    plot_rungs,
    plot_slice,
)
OF_OBJECTIVES = (plot_convergence, plot_intermediate_values, plot_rungs)
OF_SEVERAL: tuple[Plot, ...] = (plot_hypervolume_history, plot_pareto_front)
OF_PARAMETERS: tuple[Plot, ...] = (
    plot_contour,
    plot_matrix,
    plot_rank,
    plot_slice,
    plot_parallel_coordinate,
    plot_partial_dependence,
)
PLOTS: tuple[Plot, ...] = (
    *OF_ONE_VALUE,
    *OF_SEVERAL,
    plot_param_importances,
    plot_timeline,
)


def question(plot: Plot, study: Study) -> str:
    """What the error says if the plot makes no sense for the study; empty if it does."""
    m = len(study.directions)
    if plot in OF_ONE_VALUE and m > 1:
        return r"say which one to draw, such as target=0"
    if plot in OF_SEVERAL and m == 1:
        return r"see plot_optimization_history"
    if plot is plot_pareto_front and m > 3:
        return r"choose with targets="
    return ""


def test_all_plots_are_here() -> None:
    names = {name for name in visualization.__all__ if name.startswith("plot_")}
    assert names == {plot.__name__ for plot in PLOTS}
    assert visualization.is_available()


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_a_figure_or_one_error(plot: Plot, name: str) -> None:
    study = study_named(name)
    asked = question(plot, study)
    if asked:
        with pytest.raises(ValueError, match=asked):
            plot(study)
        return
    check(plot(study))


@pytest.mark.parametrize("given", [None, "name", 3])
@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_what_is_no_study_is_refused(plot: Plot, given: Any) -> None:
    with pytest.raises(TypeError, match=rf"study must be a study, .* got {given!r} of type"):
        plot(given)


def test_several_studies_may_come_one_by_one() -> None:
    studies: list[Any] = [study_named("mixed"), study_named("mixed")]
    plots: tuple[Plot, ...] = (plot_optimization_history, plot_edf)
    for plot in plots:
        assert plot(iter(studies)) == plot(studies)
        with pytest.raises(TypeError, match="study must be a study"):
            plot([studies[0], None])


@pytest.mark.parametrize("plot", [plot_contour, plot_rank])
def test_pairs_name_what_is_unknown_before_they_count(plot: Plot) -> None:
    with pytest.raises(ValueError, match=r"No trial has a parameter 'widht'; .* Did you mean 'width'\?"):
        plot(study_named("mixed"), ["widht"])
    with pytest.raises(ValueError, match="at least two parameters.*plot_slice draws one"):
        plot(study_named("mixed"), ["width"])


@pytest.mark.parametrize("point", ["ab", [1.0], [1.0, None], [1.0, float("nan")], 3.0])
def test_a_reference_point_is_a_number_per_objective(point: Any) -> None:
    with pytest.raises(ValueError, match="reference_point must be 2 finite numbers"):
        plot_hypervolume_history(study_named("two objectives"), point)


@pytest.mark.parametrize("name", ["two objectives", "empty of two", "one trial of two", "four objectives", "named"])
@pytest.mark.parametrize("plot", OF_ONE_VALUE, ids=lambda plot: plot.__name__)
def test_an_objective_can_be_chosen(plot: Plot, name: str) -> None:
    study = study_named(name)
    for target in (0, -1):
        check(plot(study, target=target, target_name="chosen"))
    with pytest.raises(ValueError, match="index of one of"):
        plot(study, target=len(study.directions))


@pytest.mark.parametrize("plot", [p for p in OF_ONE_VALUE if p not in OF_OBJECTIVES], ids=lambda plot: plot.__name__)
def test_a_function_can_be_the_target(plot: Plot) -> None:
    study = study_named("two objectives")
    check(plot(study, target=lambda trial: trial.values[0] + trial.values[1], target_name="sum"))
    with pytest.raises(ValueError, match=r"target must return a number, got 'a' for trial 0"):
        plot(study, target=lambda trial: "a")


@pytest.mark.parametrize("plot", OF_OBJECTIVES, ids=lambda plot: plot.__name__)
def test_some_plots_are_of_objectives_only(plot: Plot) -> None:
    with pytest.raises(ValueError, match="target must be the index of an objective here, got a function"):
        plot(study_named("two objectives"), target=lambda trial: trial.values[0])


def test_reports_of_several_objectives_are_told_apart() -> None:
    study = study_named("reports of two")
    first, second = (intermediate_values(study, target) for target in (0, 1))
    assert second.value.tolist() == [-10 * value for value in first.value]
    assert (first.sign, second.sign) == (1.0, -1.0)
    for target in (0, 1):
        check(plot_intermediate_values(study, target=target))
        check(plot_rungs(study, target=target))


@pytest.mark.parametrize("plot", OF_PARAMETERS, ids=lambda plot: plot.__name__)
def test_parameters_are_chosen_by_name(plot: Plot) -> None:
    study = study_named("mixed")
    check(plot(study, ["width", "lr", "kind"]))
    with pytest.raises(ValueError, match=r"No trial has a parameter 'rate'; the study has 'lr', 'kind'"):
        plot(study, ["lr", "rate"])
    with pytest.raises(ValueError, match="list of names|at least two"):
        plot(study, "lr")
    check(plot(study_named("empty"), ["lr", "kind"]))


@pytest.mark.parametrize("params", [[1], [None, "lr"], [["lr", 2]], 1, {"lr": 0}.items()], ids=repr)
@pytest.mark.parametrize("name", ["mixed", "empty"])
@pytest.mark.parametrize("plot", OF_PARAMETERS, ids=lambda plot: plot.__name__)
def test_what_are_no_names_of_parameters_is_refused(plot: Plot, name: str, params: Any) -> None:
    with pytest.raises(TypeError, match=r"params must be a list of parameters' names.* got"):
        plot(study_named(name), params=params)


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_a_study_of_many_trials_gives_a_small_file(plot: Plot) -> None:
    study = big()
    if question(plot, study):
        return
    figure = plot(study)
    check(figure)
    assert len(figure.to_html(include_plotlyjs=False)) < 2_000_000


def test_trials_that_became_the_best_are_always_drawn() -> None:
    study = big()
    values = np.array([trial.value for trial in study.trials])
    steps = set(np.flatnonzero(values <= np.minimum.accumulate(values)).tolist())
    figure = plot_optimization_history(study)
    points = next(trace for trace in figure.data if trace.type == "scatter" and "markers" in trace.mode)
    assert steps <= set(points.x.tolist())
    assert len(points.x) < 1000
    for text, number in zip(points.hovertext, points.x.tolist(), strict=True):
        assert text.startswith(f"<b>Trial {number}</b><br>Objective value: ")
        assert "<br>rate: " in text


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_drawing_a_study_leaves_it_as_it_is(plot: Plot) -> None:
    study = study_named("three objectives" if plot in OF_SEVERAL else "mixed")
    before = (study.trials, study.user_attrs, study.system_attrs)
    first, again = plot(study).to_json(), plot(study).to_json()
    assert first == again
    assert (study.trials, study.user_attrs, study.system_attrs) == before


def check(figure: go.Figure) -> None:
    """The figure has a title and the theme, shows something or says why not, and makes sense to a browser."""
    assert figure.layout.title.text
    assert figure.layout.template.layout.colorway == TEMPLATE["layout"]["colorway"]
    assert 250 <= figure.layout.height <= 3000
    assert figure.data or figure.layout.annotations[0].text
    for text in texts(json.loads(figure.to_json())):
        assert "<i>" not in text
        assert "<b>c</b>" not in text
    for trace in figure.data:
        sizes = {len(column) for column in (trace.x, trace.y) if column is not None}
        assert len(sizes) == 1 or trace.type in ("heatmap", "contour")
        assert max(sizes) > 0
        for column in (trace.x, trace.y):
            numbers = np.array([v for v in column if isinstance(v, (int, float, np.number))], dtype=np.float64)
            assert not np.isinf(numbers).any()
        if trace.type in ("scatter", "bar") and trace.hovertext is not None:
            assert len(trace.hovertext) == max(sizes)
    for axis in [*figure.select_xaxes(), *figure.select_yaxes()]:
        if axis.range is not None:
            assert np.isfinite(axis.range).all()
            assert axis.range[0] != axis.range[1]
        if axis.tickvals is not None and axis.ticktext is not None:
            assert len(axis.tickvals) == len(axis.ticktext)
    figure.to_html(include_plotlyjs=False).encode()
    assert not any(0xD800 <= ord(letter) < 0xE000 for text in texts(json.loads(figure.to_json())) for letter in text)


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from texts(child)
    elif isinstance(node, list):
        for child in node:
            yield from texts(child)
