"""Matplotlib draws what plotly's figure holds: the same numbers on the same axes, for every plot of every study."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import plotly.graph_objects as go
import pytest
from matplotlib.axes import Axes

import hpo
from hpo.visualization import matplotlib as printed
from tests.visualization.studies import STUDIES, run, study_named
from tests.visualization.test_family import OF_ONE_VALUE, PLOTS, question

Plot = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    mpl.use("Agg")
    yield
    plt.close("all")


def printed_as(plot: Plot) -> Plot:
    found: Plot = getattr(printed, plot.__name__)
    return found


def panels(drawn: Any) -> list[Any]:
    """All Axes that a plot returned, without those that are switched off."""
    return [axes for axes in np.ravel(np.array(drawn, dtype=object)) if axes.axison or axes.name == "3d"]


def points(axes: Axes) -> list[tuple[Any, ...]]:
    return [
        tuple(map(tuple, np.ma.getdata(c.get_offsets()).tolist()))
        for c in axes.collections
        if type(c).__name__ == "PathCollection"
    ]


def known(values: Any) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]


def test_all_plots_are_here() -> None:
    assert set(printed.__all__) == {plot.__name__ for plot in PLOTS} | {"is_available"}
    assert printed.is_available()
    assert hpo.visualization.matplotlib is printed
    for plot in PLOTS:
        assert list(inspect.signature(printed_as(plot)).parameters) == list(inspect.signature(plot).parameters)


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_axes_hold_the_numbers_of_the_other_figure(plot: Plot, name: str) -> None:
    study = study_named(name)
    asked = question(plot, study)
    if asked:
        with pytest.raises(ValueError, match=asked):
            printed_as(plot)(study)
        return
    figure = plot(study)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = panels(printed_as(plot)(study))
    assert all(isinstance(axes, Axes) for axes in drawn)
    if not figure.data:
        assert drawn[0].texts[0].get_text() == unescape(figure.layout.annotations[0].text.replace("<br>", "\n"))
        return
    keys = list(dict.fromkeys((trace.xaxis, trace.yaxis) for trace in figure.data if trace.type != "scatter3d"))
    if plot.__name__ != "plot_timeline":  # a running trial lasts until now
        for axes, key in zip(drawn, keys, strict=False) if keys else []:
            compare(axes, [trace for trace in figure.data if (trace.xaxis, trace.yaxis) == key])
    assert len(drawn) == max(len(keys), 1)


def compare(axes: Axes, traces: list[Any]) -> None:
    """Points, lines, bars and surfaces of a panel are those of the traces."""
    expected = [t for t in traces if t.type == "scatter" and "markers" in t.mode]
    for trace, found in zip(expected, points(axes), strict=True):
        np.testing.assert_allclose(np.array(found), np.column_stack([known(trace.x), known(trace.y)]), rtol=1e-6)
    lines = [t for t in traces if t.type == "scatter" and "lines" in t.mode and t.fill is None and t.line.width != 0]
    for trace, line in zip(lines, axes.lines, strict=False):
        np.testing.assert_allclose(np.asarray(line.get_xdata(), dtype=np.float64), known(trace.x), rtol=1e-6)
        np.testing.assert_allclose(np.asarray(line.get_ydata(), dtype=np.float64), known(trace.y), rtol=1e-6)
    surfaces = [np.array(t.z, dtype=np.float64) for t in traces if t.type in ("heatmap", "contour")]
    meshes = [c for c in axes.collections if type(c).__name__ == "QuadMesh"]
    for z, mesh in zip(surfaces, meshes, strict=True):
        np.testing.assert_allclose(np.ma.filled(np.ma.asarray(mesh.get_array()), np.nan).reshape(z.shape), z)
    bars = [t for t in traces if t.type == "bar"]
    for trace, drawn in zip(bars, axes.containers, strict=False):
        sizes = [bar.get_width() if trace.orientation == "h" else bar.get_height() for bar in drawn]
        np.testing.assert_allclose(sizes, known(trace.x if trace.orientation == "h" else trace.y))


@pytest.mark.parametrize("plot", OF_ONE_VALUE, ids=lambda plot: plot.__name__)
def test_axes_have_the_ranges_scales_and_names_of_the_other_figure(plot: Plot) -> None:
    study = study_named("mixed" if "intermediate" not in plot.__name__ and "rungs" not in plot.__name__ else "pruning")
    figure: go.Figure = plot(study)
    keys = list(dict.fromkeys((trace.xaxis or "x", trace.yaxis or "y") for trace in figure.data))
    for axes, (x, y) in zip(panels(printed_as(plot)(study)), keys, strict=True):
        for of, limits, scale in (
            (figure.layout[f"xaxis{x[1:]}"], axes.get_xlim(), axes.get_xscale()),
            (figure.layout[f"yaxis{y[1:]}"], axes.get_ylim(), axes.get_yscale()),
        ):
            assert scale == ("log" if of.type == "log" else "linear")
            if of.range is not None:
                ends = [10.0**end if of.type == "log" else end for end in of.range]
                assert limits == pytest.approx(ends)


def test_pairs_stand_below_a_diagonal() -> None:
    study = study_named("mixed")
    drawn = printed.plot_contour(study, params=["lr", "kind", "momentum"])
    assert drawn.shape == (2, 2)
    assert [axes.axison for axes in drawn.flat] == [True, False, True, True]
    assert isinstance(printed.plot_contour(study, params=["lr", "momentum"]), Axes)
    assert printed.plot_slice(study, params=["lr", "kind", "momentum"]).shape == (3,)
    assert isinstance(printed.plot_slice(study, params=["lr"]), Axes)


def test_names_are_no_formulas_and_no_markup() -> None:
    def odd(trial: hpo.Trial) -> float:
        return trial.suggest_float("$\\alpha$ <b>", 0, 1) + trial.suggest_float("_hidden", 0, 1)

    study = run(odd, 8, study_name="_odd $x$")
    other = run(odd, 8, study_name="_other")
    for plot in (printed.plot_slice, printed.plot_contour, printed.plot_param_importances):
        for axes in panels(plot(study)):
            axes.figure.canvas.draw()
    (axes, _) = printed.plot_slice(study)
    assert axes.get_title() == "\\$\\alpha\\$ <b>"
    legend = printed.plot_edf([study, other]).figure.legends[0]
    assert [text.get_text().strip() for text in legend.get_texts()] == ["_odd \\$x\\$ (8)", "_other (8)"]


@pytest.mark.parametrize("plot", ["plot_contour", "plot_rank", "plot_slice"])
def test_axes_may_go_as_far_as_floats(plot: str) -> None:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(seed=0))
    study.optimize(lambda t: t.suggest_float("x", -1, 1) + 0 * t.suggest_float("y", 1e-300, 1e300, log=True), 20)
    for axes in np.ravel(getattr(printed, plot)(study)):
        assert np.isfinite([*axes.get_xlim(), *axes.get_ylim()]).all()
