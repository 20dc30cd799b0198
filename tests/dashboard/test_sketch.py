"""The picture that is seen until plotly.js is read shows what the figure will show."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpo
from hpo import visualization
from hpo.dashboard.plots import suitable
from hpo.dashboard.sketch import sketch_of
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of
from tests.visualization import studies as kinds


@pytest.mark.parametrize("direction", ["minimize", "maximize"])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_every_trial_stands_where_its_value_is(direction: str, scale: float) -> None:
    study = hpo.create_study(direction=direction, sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: scale * trial.suggest_float("x", -1, 1), n_trials=40)
    sketch = sketch_of(visualization.plot_optimization_history(study).to_json().encode())
    assert sketch is not None
    (line,) = sketch.lines
    complete, star = sketch.points
    x, y = np.array(complete.places).T
    values = np.array([trial.value for trial in study.trials])
    assert np.corrcoef(x, np.arange(40))[0, 1] == pytest.approx(1.0, abs=1e-4)
    assert np.corrcoef(y, values)[0, 1] == pytest.approx(-1.0, abs=1e-4)  # downwards, as SVG counts
    assert star.places == (complete.places[study.best_trial.number],)
    heights = [float(corner.split(",")[1]) for corner in line.corners.split()]
    assert heights == sorted(heights, reverse=direction == "maximize")
    assert sketch.title == "Optimization history"
    assert [one.name for one in sketch.legend] == [line.name, complete.name, star.name]
    assert 3 <= len(sketch.y_ticks) <= 9
    steps = np.diff([place for place, _ in sketch.y_ticks])
    assert steps == pytest.approx(np.full(len(steps), steps[0]), abs=0.05)
    if scale == 1.0:
        numbers = [float(words.replace("\N{MINUS SIGN}", "-")) for _, words in sketch.y_ticks]
        assert np.corrcoef(numbers, [-place for place, _ in sketch.y_ticks])[0, 1] == pytest.approx(1.0, abs=1e-4)


def test_values_over_decades_stand_by_their_logarithms() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(lambda trial: trial.suggest_float("x", 1e-6, 1.0, log=True), n_trials=60)
    sketch = sketch_of(visualization.plot_optimization_history(study).to_json().encode())
    assert sketch is not None
    y = np.array(sketch.points[0].places)[:, 1]
    values = [math.log10(trial.value or 0.0) for trial in study.trials]
    assert np.corrcoef(y, values)[0, 1] == pytest.approx(-1.0, abs=1e-4)
    assert all(words for _, words in sketch.y_ticks)


def test_figures_of_other_kinds_have_no_picture() -> None:
    study = kinds.study_named("three objectives")
    for figure in (
        visualization.plot_pareto_front(study),
        visualization.plot_timeline(study),
        visualization.plot_param_importances(study, target=lambda trial: trial.params["x"]),
        visualization.frame.empty("title", "nothing"),
    ):
        assert sketch_of(figure.to_json().encode()) is None


@pytest.mark.parametrize("name", kinds.STUDIES)
def test_a_study_of_any_kind_has_its_pages(name: str) -> None:
    study = kinds.study_named(name)
    with client_of(study) as client:
        whole = client.get(address(study))
        part = client.get(address(study), headers={"hx-request": "true"})
        for plot in suitable(study):
            assert client.get(address(study, f"?plot={plot.kind}")).status_code == 200, plot.kind
    assert (whole.status_code, part.status_code) == (200, 200)
    assert 'class="sketch"' not in part.text
    has_values = any(math.isfinite(value) for trial in study.trials for value in trial.values or ())
    if len(study.directions) == 1:
        assert ('class="sketch"' in whole.text) == has_values
