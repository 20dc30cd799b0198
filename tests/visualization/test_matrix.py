"""The matrix shows each parameter once, and every two of them once, with the numbers of the other plots."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import pytest

from hpo.visualization import matplotlib as printed
from hpo.visualization import plot_matrix
from hpo.visualization.matrix import histogram
from hpo.visualization.parameters import parameters
from hpo.visualization.partial_dependence import model, partial_dependence, partial_dependence_of_two
from hpo.visualization.scale import value_scale
from hpo.visualization.trials import read
from tests.visualization.studies import STUDIES, big, study_named
from tests.visualization.test_family import check

OF_ONE = [name for name in STUDIES if len(study_named(name).directions) == 1]


def panel(figure: go.Figure, row: int, column: int) -> list[Any]:
    """The traces in a row and a column, from 0."""
    place = figure.get_subplot(row + 1, column + 1)
    key = tuple(axis.plotly_name.replace("axis", "") for axis in (place.xaxis, place.yaxis))
    return [trace for trace in figure.data if (trace.xaxis or "x", trace.yaxis or "y") == key]


@pytest.mark.parametrize("name", OF_ONE)
def test_trials_are_shown_of_every_study(name: str) -> None:
    check(plot_matrix(study_named(name), kind="trials"))


def test_bars_count_every_trial_that_has_the_parameter() -> None:
    trials = read(study_named("mixed"))
    for one in parameters(trials, None):
        counted = histogram(one)
        assert counted.count.sum() == np.count_nonzero(~np.isnan(one.position))
        if one.kind == "category":
            places = one.position[~np.isnan(one.position)].astype(int)
            assert counted.count.tolist() == np.bincount(places, minlength=len(one.labels)).tolist()


def test_the_diagonal_and_the_surfaces_are_those_of_partial_dependence() -> None:
    study = study_named("mixed")
    names = ["lr", "kind", "momentum"]
    figure, trials = plot_matrix(study, names), read(study)
    columns, scale = parameters(trials, names), value_scale(trials.value, trials.sign)
    space, surrogate = model(trials, scale)
    for i, one in enumerate(columns):
        curve = partial_dependence(space, surrogate, one)
        drawn = next(t for t in panel(figure, i, i) if t.mode != "lines" or (t.fill is None and not t.line.dash))
        np.testing.assert_allclose(np.array(drawn.y, dtype=np.float64), scale.value(curve.mean), rtol=1e-5)
        for j in range(i):
            mean, _ = partial_dependence_of_two(space, surrogate, columns[j], one)
            z = next(t.z for t in panel(figure, i, j) if t.name == "surface")
            np.testing.assert_allclose(np.array(z, dtype=np.float64), mean.height, rtol=1e-4, atol=1e-6)
            assert not panel(figure, j, i)


@pytest.mark.parametrize("kind", ["dependence", "trials"])
def test_the_best_trial_is_marked_in_every_panel(kind: Any) -> None:
    study = study_named("plain")
    figure, best = plot_matrix(study, kind=kind), study.best_trial
    dotted = {name: panel(figure, i, i)[-1] for i, name in enumerate(["x", "n"])}
    for name, trace in dotted.items():
        assert trace.line.dash == "dot"
        assert trace.x.tolist() == [best.params[name]] * 2
    (star,) = [trace for trace in panel(figure, 1, 0) if (trace.name or "").startswith("best")]
    assert (star.x[0], star.y[0]) == (best.params["x"], best.params["n"])


def test_the_parameters_that_matter_most_are_drawn_and_others_by_name() -> None:
    study = study_named("crowded")
    few = plot_matrix(study)
    assert (
        "the 5 of 20 parameters that matter most; params= names other ones"
        in few.layout.title.subtitle.text.replace("<br>", " ")
    )
    names = list(study.trials[0].params)[:12]
    many = plot_matrix(study, names)
    assert len({(trace.xaxis, trace.yaxis) for trace in many.data}) == 12 * 13 / 2
    assert len(many.layout.annotations) == 12
    check(many)


def test_twelve_parameters_have_room_in_print() -> None:
    names = list(study_named("crowded").trials[0].params)[:12]
    mpl.use("Agg")
    drawn = printed.plot_matrix(study_named("crowded"), names, kind="trials")
    drawn[0, 0].figure.canvas.draw()  # which would warn, were there none
    assert drawn.shape == (12, 12)
    widths = {round(axes.get_position().width, 3) for axes in drawn.flat if axes.axison}
    assert min(widths) > 0.02
    assert [axes.yaxis.get_ticks_position() for axes in (drawn[1, 0], drawn[0, 0])] == ["left", "right"]
    plt.close("all")


def test_many_trials_are_a_shade_and_the_best_ones() -> None:
    figure = plot_matrix(big(), kind="trials")
    check(figure)
    assert sum(trace.type == "heatmap" for trace in figure.data) == 6
    assert len(figure.to_html(include_plotlyjs=False)) < 2_000_000


def test_what_makes_no_matrix_is_named() -> None:
    with pytest.raises(ValueError, match="kind must be 'dependence' or 'trials', got 'all'"):
        plot_matrix(study_named("plain"), kind="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"at least two parameters, got \['x'\]; plot_slice draws one"):
        plot_matrix(study_named("plain"), ["x"])
