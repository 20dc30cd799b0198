"""What a reader sees: marks, ticks, words and surfaces that say what is so, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hpo
from hpo.pruners import SuccessiveHalvingPruner
from hpo.study import Study
from hpo.trial import Trial, TrialState
from hpo.visualization import (
    plot_contour,
    plot_convergence,
    plot_optimization_history,
    plot_param_importances,
    plot_pareto_front,
    plot_rank,
    plot_rungs,
    plot_slice,
)
from hpo.visualization.axes import round_ticks
from hpo.visualization.contour import surface
from hpo.visualization.frame import frame
from hpo.visualization.intermediate_values import intermediate_values
from hpo.visualization.parameters import parameters
from hpo.visualization.rungs import rungs
from hpo.visualization.scale import value_scale
from hpo.visualization.states import BEST, MARKS
from hpo.visualization.text import ticks_in_words, wrapped
from hpo.visualization.trials import read
from tests.visualization.studies import STUDIES, run, study_named
from tests.visualization.test_family import OF_ONE_VALUE, PLOTS, question, texts
from tests.visualization.test_numbers import told

Plot = Callable[..., go.Figure]


def figures() -> Iterator[go.Figure]:
    """Every plot of every kind of study that it makes sense for."""
    for name in STUDIES:
        study = study_named(name)
        for plot in PLOTS:
            if not question(plot, study):
                yield plot(study)


@pytest.fixture(scope="module")
def family() -> list[go.Figure]:
    return list(figures())


def named(figure: go.Figure, name: str) -> list[Any]:
    return [trace for trace in figure.data if (trace.name or "").split(":")[0] == name]


# ---- surfaces


def shown(kind: int, noise: float) -> Callable[[Trial], float]:
    """One of several functions of two parameters of any kind, with noise."""

    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", -5, 5) if kind % 2 else np.log10(trial.suggest_float("x", 1e-5, 1e5, log=True))
        y = trial.suggest_int("y", -5, 5) if kind % 3 else trial.suggest_categorical("y", [-5, 0, 5])
        loss = (x * x + y * y, x * y + 3 * x, np.sin(3 * x) + y, 10.0 ** (x + y) + 1e-9)[kind % 4]
        return float(loss + noise * np.random.default_rng(trial.number).normal())

    return objective


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 23), st.sampled_from([0.0, 0.5, 10.0]), st.integers(1, 60), st.booleans())
def test_surfaces_leave_what_was_seen_by_no_more_than_the_noise(kind: int, noise: float, n: int, up: bool) -> None:
    study = run(shown(kind, noise), n, direction="maximize" if up else "minimize", study_name="shown")
    trials = read(study)
    x, y = parameters(trials, ["x", "y"])
    scale = value_scale(trials.value, trials.sign)
    smooth = surface(trials, x, y, scale)
    assert smooth is not None
    seen = np.clip(scale.coordinate(trials.value), scale.low, scale.high)
    spread = seen.std() if noise else 0.6 * seen.std()  # all of it may be noise of a parameter that is not drawn
    assert smooth.height.min() >= seen.min() - spread - 1e-9
    assert smooth.height.max() <= seen.max() + spread + 1e-9
    assert smooth.doubt.shape == smooth.height.shape
    assert ((smooth.doubt >= 0.0) & (smooth.doubt <= 1.0)).all()


def test_a_surface_without_noise_stays_within_what_was_seen() -> None:
    trials = read(run(lambda t: t.suggest_float("x", 0, 9) * t.suggest_float("y", 0, 9), 12, study_name="product"))
    x, y = parameters(trials, None)
    smooth = surface(trials, x, y, value_scale(trials.value, 1.0))
    assert smooth is not None
    assert smooth.height.max() <= trials.value.max() + 0.05 * trials.value.std()
    assert smooth.height.min() >= trials.value.min() - 0.05 * trials.value.std()


def test_surfaces_fade_where_no_trial_is_near() -> None:
    def in_a_corner(trial: Trial) -> float:
        return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)

    study = run(in_a_corner, 0)
    for i in range(25):
        study.enqueue_trial({"x": 0.25 * (i % 5) / 4, "y": 0.25 * (i // 5) / 4})
    study.optimize(in_a_corner, n_trials=25)
    trials = read(study)
    x, y = parameters(trials, None)
    smooth = surface(trials, x, y, value_scale(trials.value, 1.0))
    assert smooth is not None
    assert smooth.doubt[:9, :9].max() < 0.1
    assert smooth.doubt[-12:, -12:].min() == 1.0
    cover = named(plot_contour(study), "doubt")[0]
    assert np.abs(np.array(cover.z, dtype=np.float64) - smooth.doubt).max() < 1e-3
    assert cover.colorscale[0][1].endswith(",0)")


@pytest.mark.filterwarnings("ignore:.*does not lie in")
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("plot", [plot_contour, plot_slice, plot_rank])
def test_a_queued_value_far_outside_does_not_make_the_others_a_line(plot: Plot, log: bool) -> None:
    def objective(trial: Trial) -> float:
        return abs(trial.suggest_float("x", 0.1, 1, log=log) - 0.5) + trial.suggest_float("y", 0, 1)

    study = run(objective, 20)
    study.enqueue_trial({"x": 1e6, "y": 0.5})
    study.optimize(objective, n_trials=1)
    figure = plot(study)
    assert "1 trial with parameters beyond this view" in figure.layout.title.subtitle.text
    low, high = figure.layout.xaxis.range
    assert (low > -1.1 and high < 0.1) if log else (low > 0 and high < 1.1)


@pytest.mark.filterwarnings("ignore:.*does not lie in")
@pytest.mark.parametrize("n_far", [1, 12])
def test_the_best_trial_and_what_many_have_are_in_view(n_far: int) -> None:
    def objective(trial: Trial) -> float:
        return -trial.suggest_float("x", 0, 1) * (n_far == 1) + trial.suggest_float("y", 0, 1)

    study = run(objective, 20)
    for i in range(n_far):
        study.enqueue_trial({"x": 1000.0 + i, "y": 0.5})
    study.optimize(objective, n_trials=n_far)
    figure = plot_slice(study)
    assert figure.layout.xaxis.range[1] > 1000
    assert "beyond" not in figure.layout.title.subtitle.text


@pytest.mark.parametrize("name", ["plain", "maximised", "mixed"])
@pytest.mark.parametrize("plot", [plot_contour, plot_slice, plot_optimization_history])
def test_the_best_trial_has_a_star(plot: Plot, name: str) -> None:
    study = study_named(name)
    stars = named(plot(study), BEST.word)
    assert stars
    for star in stars:
        assert star.name == f"best: trial {study.best_trial.number}"
        assert (star.marker.symbol, star.marker.color) == (BEST.symbol, BEST.colour)
        assert star.hovertext[0].startswith(f"<b>Trial {study.best_trial.number}</b>")


# ---- states


def test_a_state_looks_alike_in_every_figure(family: list[go.Figure]) -> None:
    marks = {mark.word: mark for mark in MARKS.values()}
    seen = set()
    for figure in family:
        for trace in figure.data:
            mark = marks.get((trace.name or "").split(",")[0])
            if mark is None or trace.type == "scatter3d" or trace.marker.coloraxis or trace.marker.color == "black":
                continue
            if trace.marker.color is None:  # the line of a study of that name
                continue
            red, green, blue = (str(int(mark.colour[i : i + 2], 16)) for i in (1, 3, 5))
            assert mark.colour == trace.marker.color or f"({red},{green},{blue}," in trace.marker.color
            assert trace.type == "bar" or (trace.marker.symbol or "circle") == mark.symbol
            seen.add(mark.word)
    assert seen == set(marks)


def test_history_shows_failed_trials_beyond_the_worst_and_trial_0_within() -> None:
    for direction in ("minimize", "maximize"):
        study = told([3.0, TrialState.FAIL, 1.0, 2.0, TrialState.FAIL], direction)
        figure = plot_optimization_history(study)
        (failed,) = named(figure, "failed")
        assert failed.x.tolist() == [1, 4]
        worse = failed.y[0] > 3.0 if direction == "minimize" else failed.y[0] < 1.0
        assert worse
        low, high = figure.layout.yaxis.range
        assert low < failed.y[0] < high
        assert figure.layout.xaxis.range[0] < 0
        assert figure.layout.xaxis.range[1] > 4


def test_points_lie_over_the_line() -> None:
    kinds = [trace.mode for trace in plot_optimization_history(study_named("mixed")).data]
    assert kinds[0] == "lines"
    assert set(kinds[1:]) == {"markers"}


# ---- rungs


def promoting(n: int) -> Study:
    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        for step in range(trial.resume_step, 9):
            trial.report(x + 1 / (step + 1), step)
            if trial.should_pause():
                from hpo import TrialPaused

                raise TrialPaused
        return x

    pruner = SuccessiveHalvingPruner(mode="promote", min_resource=1, reduction_factor=2)
    return run(objective, n, pruner=pruner, study_name="promoting")


@pytest.mark.parametrize("n", [5, 20, 60])
def test_rungs_count_trials_that_wait(n: int) -> None:
    study = promoting(n)
    found = rungs(intermediate_values(study))
    assert found is not None
    trials = study.trials
    assert found.paused.sum() == sum(t.state is TrialState.PAUSED for t in trials)
    assert found.kept[-1] == sum(t.state is TrialState.COMPLETE for t in trials)
    for last, kept, pruned, paused in zip(found.last, found.kept, found.pruned, found.paused, strict=True):
        assert kept + pruned + paused == sum((t.last_step or 0) >= last for t in trials)
    figure = plot_rungs(study)
    bars = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    assert bars["paused"].y.tolist() == found.paused.tolist()
    assert {trace.type for trace in figure.data if trace.legendgroup == "paused"} == {"bar", "scatter"}


# ---- ticks


def test_an_axis_has_ticks_of_one_form_and_enough(family: list[go.Figure]) -> None:
    for figure in family:
        for axis in [*figure.select_xaxes(), *figure.select_yaxes()]:
            if axis.visible is False or axis.tickvals is None or axis.ticktext is None:
                continue
            words = [word for word in axis.ticktext if re.fullmatch(r"-?[\d.]+|.*10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", word)]
            assert len({"10" in word and word[-1] in "⁰¹²³⁴⁵⁶⁷⁸⁹" for word in words if word != "0"}) <= 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.booleans())
def test_round_ticks_are_three_to_nine(low: float, width: float, whole: bool) -> None:
    ticks = round_ticks(low, low + width, whole=whole)
    assert len(ticks) <= 9
    assert len(ticks) >= 3 or whole
    assert len(ticks) >= min(3, int(width)) if whole else True
    assert all(low - 1e-6 * width - 1e-9 <= tick <= low + width * (1 + 1e-6) + 1e-9 for tick in ticks)
    if whole and width >= 1:
        assert all(tick == round(tick) for tick in ticks)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
@example(0.0, 5e-324)
@example(1e-310, 2e-310)
@example(-1e300, 1e300)
def test_every_range_has_ticks_and_words(one: float, other: float) -> None:
    ticks = round_ticks(*sorted((one, other)))
    assert 1 <= len(ticks) <= 9
    assert np.isfinite(ticks).all()
    assert all(ticks_in_words(ticks))


@given(st.lists(st.integers(-12, 12), min_size=1, max_size=8))
def test_ticks_in_words_are_the_ticks(exponents: list[int]) -> None:
    words = ticks_in_words([float(f"1e{e}") for e in exponents])
    raised = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for word, exponent in zip(words, exponents, strict=True):
        if any(mark in word for mark in "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"):
            assert word.startswith("10")
            assert int(word[2:].translate(raised)) == exponent
        else:
            assert float(word) == float(f"1e{exponent}")


def test_panels_have_three_ticks_at_least() -> None:
    study = run(
        lambda t: t.suggest_float("a", 0.1, 0.9) + t.suggest_float("b", 1e-5, 1e-1, log=True), 20, study_name="t"
    )
    for figure in (plot_slice(study), plot_contour(study)):
        for axis in figure.select_xaxes():
            assert axis.tickvals is None or len(axis.tickvals) >= 3


# ---- words


def test_a_legend_of_two_rows_leaves_the_note_alone(family: list[go.Figure]) -> None:
    """Four entries fit beside each other at 600 pixels."""
    n_long = 0
    for figure in family:
        if not figure.layout.showlegend:
            continue
        entries = {t.legendgroup or t.name for t in figure.data if t.name and t.showlegend is not False}
        n_notes = figure.layout.title.subtitle.text.count("<br>") + 1 if figure.layout.title.subtitle.text else 0
        n_long += len(entries) > 4
        assert figure.layout.margin.t >= 52 + 16 * n_notes + 28 + (19 if len(entries) > 4 else 0)
    assert n_long


@pytest.mark.parametrize(("words", "n_rows"), [("a", 1), ("complete, the best ones", 3), ("a" * 80, 5)])
def test_a_legend_has_room_for_as_many_rows_as_its_words_need(words: str, n_rows: int) -> None:
    traces = [go.Scatter(name=f"{words} {i}", x=[0], y=[0]) for i in range(5)]
    assert frame(traces, title="Title", note="Note", legend=True).layout.margin.t >= 52 + 16 + 28 + 19 * (n_rows - 1)


@pytest.mark.parametrize(("least", "word"), [(-np.inf, "best drawn"), (-2.0, "best"), (np.inf, "best")])
def test_the_star_of_a_history_is_not_called_the_best_where_a_better_one_is_infinite(least: float, word: str) -> None:
    study = hpo.create_study()
    for number, value in enumerate([-1.0, least, -3.0, 0.0]):
        study.tell(study.ask(), value)
        assert study.trials[number].value == value
    names = [trace.name for trace in plot_optimization_history(study).data]
    assert f"{word}: trial 2" in names


def test_one_is_not_many(family: list[go.Figure]) -> None:
    for figure in family:
        for text in texts(json.loads(figure.to_json())):
            assert not re.search(r"(?<![\d.\u202f])1 [a-z]+s\b(?<!is)(?<!less)(?<! ms)", text), text


def test_titles_say_which_objective_where_there_are_several() -> None:
    study = study_named("named")
    for plot in OF_ONE_VALUE:
        assert plot(study, target=1).layout.title.text in (
            f"{plot(study_named('plain')).layout.title.text}: speed",
        ) or (not plot(study, target=1).data)
    assert plot_pareto_front(study).layout.title.text == "Pareto front"


def test_importances_say_what_measured_them_and_for_what() -> None:
    from hpo.importance import FanovaImportanceEvaluator

    study = study_named("plain")
    assert plot_param_importances(study).layout.title.subtitle.text == "PED-ANOVA, for Objective value"
    by_forest = plot_param_importances(study, FanovaImportanceEvaluator(), target_name="loss")
    assert by_forest.layout.title.subtitle.text == "fANOVA, for loss"


def test_the_name_of_an_axis_reads_well() -> None:
    assert plot_convergence(study_named("plain")).layout.yaxis.title.text == "Objective value: best so far"


@pytest.mark.parametrize("name", ["min_data_in_leaf", "encoder_dropout_probability", "learning_rate"])
def test_names_of_pairs_are_whole(name: str) -> None:
    def four(trial: Trial) -> float:
        return sum(trial.suggest_float(other, 0, 1) for other in (name, "b", "c", "d", "e"))

    figure = plot_contour(run(four, 15), params=[name, "b", "c", "d", "e"])
    found = [str(axis.title.text).replace("<br>", "") for axis in figure.select_xaxes() if axis.title.text]
    assert name in found


@given(st.lists(st.text("abc_", min_size=1, max_size=40), min_size=1, max_size=5, unique=True), st.integers(8, 30))
def test_names_are_broken_and_cut_only_where_they_must(names: list[str], width: int) -> None:
    for name, text in zip(names, wrapped(names, width), strict=True):
        lines = text.split("<br>")
        assert len(lines) <= 2
        assert max(map(len, lines)) <= width
        if len(name) <= 2 * width:
            assert "".join(lines) == name
