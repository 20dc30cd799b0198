"""The numbers behind each plot, by value."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from html import unescape
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import hpo
from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from hpo.pareto import hypervolume
from hpo.pruners import NopPruner
from hpo.space import Space
from hpo.study import Study
from hpo.trial import TrialState, create_trial
from hpo.visualization.axes import log_ticks
from hpo.visualization.contour import surface
from hpo.visualization.convergence import convergence, quartiles
from hpo.visualization.density import density, means
from hpo.visualization.edf import edf
from hpo.visualization.effects import leading, main_effect
from hpo.visualization.hypervolume_history import hypervolume_history, plot_hypervolume_history
from hpo.visualization.intermediate_values import intermediate_values, report_quantiles
from hpo.visualization.optimization_history import mean_history, optimization_history
from hpo.visualization.parallel_coordinate import line_groups, ruler
from hpo.visualization.parameters import Parameter, parameter, parameters
from hpo.visualization.pareto_front import pareto_front
from hpo.visualization.partial_dependence import model, partial_dependence
from hpo.visualization.rank import relative_ranks
from hpo.visualization.rungs import rungs
from hpo.visualization.scale import value_scale
from hpo.visualization.surrogate import dependence, fit
from hpo.visualization.text import distinct
from hpo.visualization.timeline import spans, timeline
from hpo.visualization.trials import read
from tests.growing import prefixes
from tests.visualization.studies import big, study_named

KINDS = ("complete", "infeasible", "pruned", "failed", "running", "paused")
losses = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)
unit = FloatDistribution(0, 1)


def told(values: Sequence[Any], direction: str = "minimize", violations: Sequence[float] = ()) -> Study:
    """A study whose trials have these values; a state instead of a value ends a trial without one."""
    study = hpo.create_study(direction=direction, study_name="told", pruner=NopPruner())
    for i, value in enumerate(values):
        trial = study.ask()
        if violations:
            trial.set_constraint("c", violations[i])
        if isinstance(value, TrialState):
            study.tell(trial, state=value)
        else:
            study.tell(trial, value)
    return study


@given(losses, st.sampled_from(["minimize", "maximize"]))
def test_the_best_so_far_is_the_best_so_far(values: list[float], direction: str) -> None:
    history = optimization_history(read(told(values, direction)))
    best = min if direction == "minimize" else max
    assert history.number.tolist() == list(range(len(values)))
    assert history.value.tolist() == values
    assert history.best.tolist() == [best(values[: i + 1]) for i in range(len(values))]
    assert len(history.steps) == len(set(history.best.tolist()))


def test_the_best_so_far_keeps_its_constraints() -> None:
    study = told([3.0, 1.0, TrialState.FAIL, 2.0, math.inf, 2.5], violations=[1.0, 2.0, 0.0, -1.0, 0.0, 0.0])
    trials = read(study)
    history = optimization_history(trials)
    assert history.number.tolist() == [0, 1, 3, 5]
    np.testing.assert_array_equal(history.best, [math.nan, math.nan, 2.0, 2.0])
    assert history.is_feasible.tolist() == [False, False, True, True]
    assert history.steps.tolist() == [2]
    assert trials.n_unshown == 1
    assert trials.note() == "6 trials · 1 failed · 1 value not finite"


@pytest.mark.parametrize("name", ["penalties", "penalties when maximising"])
def test_a_penalty_too_large_to_draw_leaves_the_scale_to_the_others(name: str) -> None:
    trials = read(study_named(name))
    scale = value_scale(trials.value, trials.sign)
    assert (len(trials), trials.n_unshown, trials.n_too_large) == (24, 0, 6)
    assert trials.note() == "30 trials · 6 values too large to draw"
    assert -3.0 < scale.low < scale.high < 1.0


def test_several_histories_have_a_mean_and_the_shorter_one_keeps_its_best() -> None:
    histories = [optimization_history(read(told(values))) for values in ([4.0, 2.0, 6.0], [8.0, 9.0])]
    mean = mean_history(histories)
    assert mean.number.tolist() == [0, 1, 2]
    assert mean.value.tolist() == [6.0, 5.5, 6.0]
    assert mean.value_std.tolist() == [2.0, 3.5, 0.0]
    assert mean.best.tolist() == [6.0, 5.0, 5.0]
    assert mean.best_std.tolist() == [2.0, 3.0, 3.0]


def test_convergence_counts_trials_and_knows_the_regret() -> None:
    study = told([TrialState.FAIL, 1.0, 3.0, 2.0, 4.0, 0.0], "maximize")
    assert convergence(read(study)).n_trials.tolist() == [2, 3, 5, 6]
    assert convergence(read(study)).value.tolist() == [1.0, 3.0, 4.0, 4.0]
    assert convergence(read(study), optimum=4.0).value.tolist() == [3.0, 1.0, 0.0, 0.0]
    assert convergence(read(study), optimum=4.0).after(np.array([1, 2, 4, 9])).tolist()[1:] == [3.0, 1.0, 0.0]


def test_quartiles_of_a_group() -> None:
    curves = [convergence(read(told(values))) for values in ([5.0, 1.0, 1.0], [4.0, 4.0, 2.0, 0.0], [3.0, 3.0, 3.0])]
    group = quartiles(curves)
    assert group.n_trials.tolist() == [1, 2, 3]
    assert group.middle.tolist() == [4.0, 3.0, 2.0]
    assert group.low.tolist() == [3.5, 2.0, 1.5]
    assert group.high.tolist() == [4.5, 3.5, 2.5]


@given(losses)
def test_a_distribution_says_how_many_are_at_most_that(values: list[float]) -> None:
    curve = edf(np.array(values))
    assert curve.value.tolist() == sorted(set(values))
    assert curve.share.tolist() == [sum(v <= x for v in values) / len(values) for x in curve.value]


def test_a_long_distribution_is_close_to_the_whole_one() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    curve = edf(values, 500)
    assert len(curve.value) <= 500
    whole = np.searchsorted(np.sort(values), curve.value, side="right") / len(values)
    np.testing.assert_allclose(curve.share, whole)
    assert np.diff(curve.share, prepend=0.0).max() <= 2 / 499


@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=20))
def test_ranks_are_the_share_that_is_better(values: list[float]) -> None:
    ranks = relative_ranks(np.array(values))
    for value, rank in zip(values, ranks, strict=True):
        better, equal = sum(v < value for v in values), sum(v == value for v in values)
        assert rank == pytest.approx((better + (equal - 1) / 2) / max(len(values) - 1, 1))


def test_parameters_stand_at_their_values_and_categories_in_their_order() -> None:
    trials = read(study_named("mixed"))
    known = {p.name: p for p in parameters(trials, None)}
    assert [known[name].kind for name in ("lr", "kind", "width", "momentum")] == ["log", "category", "log", "linear"]
    assert known["kind"].labels == ("svm", "a rather …m forest", "None", "True", "3", "(1, 2)")
    records = {t.number: t for t in study_named("mixed").trials}
    for i, number in enumerate(trials.number.tolist()):
        for name, p in known.items():
            value = records[number].params.get(name)
            if name == "kind":
                choices = records[number].distributions["kind"]
                assert isinstance(choices, CategoricalDistribution)
                assert p.position[i] == choices.choices.index(value)
            else:
                assert p.position[i] == value or (value is None and math.isnan(p.position[i]))
    assert (known["lr"].low, known["lr"].high) == (1e-6, 1e-1)
    assert known["width"].is_integer


def test_categories_that_are_no_longer_offered_stand_behind_the_others() -> None:
    p = parameter(read(study_named("changing")), "kind")
    assert p.labels == ("b", "c", "a")
    assert p.codes[:2] == (0.0, 1.0)
    assert math.isnan(p.codes[2])
    assert parameter(read(study_named("changing")), "x").high == 100


@pytest.mark.parametrize(
    ("values", "sign", "is_log"),
    [
        ([1.0, 2.0, 3.0], 1.0, False),
        ([0.001, 0.1, 10.0, 1000.0], 1.0, True),
        ([-1.0, 0.1, 1e6], 1.0, False),
        ([1e-9, *[1.0] * 20], 1.0, True),
        ([1e-9, *[1.0] * 20], -1.0, False),
    ],
)
def test_values_that_span_decades_get_a_logarithm(values: list[float], sign: float, is_log: bool) -> None:
    assert value_scale(np.array(values), sign).is_log == is_log


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40), st.sampled_from([1.0, -1.0]))
def test_the_good_values_are_always_in_view(values: list[float], sign: float) -> None:
    scale = value_scale(np.array(values), sign)
    where = scale.coordinate(np.array(values))
    inside = (where >= scale.low) & (where <= scale.high)
    assert scale.low < scale.high
    assert scale.n_outside == int((~inside).sum()) <= len(values) // 10
    assert inside[int(np.argmin(sign * np.array(values)))]


def test_a_few_bad_values_leave_the_view() -> None:
    scale = value_scale(np.array([*np.linspace(0, 1, 30), 1e6, 1e9]), 1.0)
    assert scale.n_outside == 2
    assert scale.high < 2


@given(st.floats(-30, 30), st.floats(0.01, 40), st.integers(3, 8))
@example(1.5, 4.0, 3)
def test_ticks_are_round_numbers_within_the_axis(low: float, width: float, most: int) -> None:
    ticks = log_ticks(low, low + width, most)
    assert 3 <= len(ticks) <= max(most + 1, 6)
    assert ticks == sorted(set(ticks))
    assert all(low - 1e-6 <= math.log10(tick) <= low + width + 1e-6 for tick in ticks)


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2), st.floats(-1, 1)), max_size=30))
def test_cells_hold_every_trial_once(points: list[tuple[float, float, float]]) -> None:
    x, y, z = np.array(points).reshape(-1, 3).T
    x_edges, y_edges = np.arange(4.0), np.arange(3.0)
    counted = density(x, y, x_edges, y_edges).count
    mean = means(x, y, z, x_edges, y_edges)
    assert counted.shape == mean.shape == (2, 3)
    assert counted.sum() == len(points)
    np.testing.assert_array_equal(np.isnan(mean), counted == 0)
    assert np.nansum(mean * counted) == pytest.approx(float(z.sum()))


def test_the_main_effect_finds_what_matters() -> None:
    trials = read(big())
    effects = {p.name: main_effect(p, trials.loss) for p in parameters(trials, None)}
    assert effects["rate"] > effects["kind"] > effects["x"] > effects["size"] > 0.0
    assert [p.name for p in leading(parameters(trials, None), trials.loss, 2)] == ["rate", "kind"]
    nothing = Parameter("n", "linear", np.random.default_rng(0).uniform(size=len(trials)), (), (), False, 0.0, 1.0)
    assert main_effect(nothing, trials.loss) < 0.01


def bowl(x: Array) -> Array:
    return np.asarray((x[:, 0] - 0.3) ** 2 + 0.5 * x[:, 1])


def test_the_surrogate_recovers_a_function_and_knows_what_it_does_not_know() -> None:
    rng = np.random.default_rng(0)
    x, new = rng.uniform(size=(60, 2)), rng.uniform(size=(50, 2))
    surrogate = fit(x, bowl(x) + 0.001 * rng.normal(size=60), [unit, unit])
    mean, std = surrogate.predict(new)
    assert np.abs(mean - bowl(new)).max() < 0.02
    assert surrogate.predict(np.array([[0.5, 0.5]]))[1] < surrogate.predict(np.array([[4.0, -4.0]]))[1]
    assert (std < 0.05).all()


def test_the_gradient_of_the_surrogate_is_that_of_its_loss() -> None:
    from scipy.optimize import check_grad

    from hpo.visualization.surrogate import _loss, _squared

    rng = np.random.default_rng(0)
    x = rng.uniform(size=(20, 3))
    squares = np.stack([_squared(x[:, [j]], x[:, [j]]) for j in range(3)])
    z, w = rng.normal(size=20), rng.integers(1, 5, 20).astype(np.float64)
    at = np.array([-0.5, 0.2, -1.0, -2.0])

    def loss(θ: Array) -> float:
        return _loss(θ, squares, z, w)[0]

    def gradient(θ: Array) -> Array:
        return _loss(θ, squares, z, w)[1]

    assert check_grad(loss, gradient, at) < 1e-4


def test_averaging_over_the_others_is_what_partial_dependence_does() -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(40, 3))
    x[:10, 2] = np.nan  # a parameter that not every trial has
    domains = [unit, unit, CategoricalDistribution(["a", "b"])]
    x[10:, 2] = rng.integers(0, 2, 30)
    surrogate = fit(x, bowl(x) + np.nan_to_num(x[:, 2]), domains)
    mean, std = dependence(surrogate, [0], np.array([[0.1], [0.9]]))
    for at, found in zip((0.1, 0.9), mean, strict=True):
        rows = x.copy()
        rows[:, 0] = at
        assert found == pytest.approx(surrogate.predict(rows)[0].mean())
    assert (std > 0).all()
    assert (std < surrogate.predict(x)[1].max() + 1.0).all()


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0, 1.0], [1.0, 2.0]], ids=str)
def test_little_data_gives_a_flat_model(values: list[float]) -> None:
    x = np.linspace(0, 1, len(values))[:, None]
    mean, std = fit(x, np.array(values), [unit]).predict(np.array([[0.2], [0.7]]))
    assert np.isfinite(mean).all()
    assert np.isfinite(std).all()
    assert min(values) - 0.5 <= mean.min() <= mean.max() <= max(values) + 0.5


def test_a_surface_is_low_where_the_trials_are_good() -> None:
    for study in (study_named("plain"), big()):
        trials = read(study)
        x, y = parameters(trials, None)[:2]
        scale = value_scale(trials.value, trials.sign)
        smooth = surface(trials, x, y, scale)
        assert smooth is not None
        assert smooth.height.shape == (len(smooth.y), len(smooth.x))
        rows, columns = np.nonzero(smooth.height == smooth.height.min())
        best = (1.0, 1.0) if len(trials) < 100 else (0.0, 0.01)
        assert np.abs(smooth.x[columns] - best[0]).min() < 1.0
        assert smooth.y[rows].min() < 4 * best[1]


def test_partial_dependence_follows_the_function() -> None:
    trials = read(study_named("plain"))
    space, surrogate = model(trials, value_scale(trials.value, 1.0))
    x, n = parameters(trials, None)
    curve = partial_dependence(space, surrogate, x)
    middle = float(trials.raw("n")[0].mean())
    inside = np.abs(curve.x) < 4.5
    assert np.abs(curve.mean - ((curve.x - 1) ** 2 + middle))[inside].max() < 2.0
    steps = partial_dependence(space, surrogate, n)
    assert steps.x.tolist() == list(range(1, 10))
    assert np.polyfit(steps.x, steps.mean, 1)[0] == pytest.approx(1.0, abs=0.3)


def test_rulers_go_from_end_to_end_and_leave_out_what_was_not_used() -> None:
    p = Parameter("lr", "log", np.array([1e-4, 1e-2, math.nan]), (), (), False, 1e-4, 1.0)
    one = ruler(p)
    assert one.place.tolist()[:2] == [0.0, 0.5]
    assert one.place[2] < 0.0
    assert one.ticks.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert one.words == ("0.0001", "0.001", "0.01", "0.1", "1")
    two = ruler(Parameter("kind", "category", np.array([0.0, 2.0]), ("a", "b", "c"), (0.0, 1.0, 2.0), False, 0.0, 2.0))
    assert two.place.tolist() == [0.0, 1.0]
    assert two.words == ("a", "b", "c")


def test_groups_of_lines_go_from_good_to_bad() -> None:
    trials = read(big())
    groups = line_groups(trials)
    assert [len(group) for group in groups] == [60] * 4
    assert trials.loss[groups[0]].max() == np.sort(trials.loss)[59]
    for better, worse in itertools.pairwise(groups):
        assert trials.loss[better].max() < trials.loss[worse].min()
    small = line_groups(read(study_named("mixed")))
    assert sorted(np.concatenate(small)) == list(range(len(read(study_named("mixed")))))


def test_reports_of_all_trials_are_there() -> None:
    study = study_named("pruning")
    curves = intermediate_values(study)
    assert curves.number.tolist() == [t.number for t in study.trials if t.intermediate_values]
    for i, number in enumerate(curves.number.tolist()):
        trial = study.trials[number]
        mine = slice(curves.begin[i], curves.begin[i + 1])
        assert dict(zip(curves.step[mine].tolist(), curves.value[mine].tolist(), strict=True)) == (
            trial.intermediate_values
        )
        assert curves.state[i] == trial.state
    steps, (low, middle, high) = report_quantiles(curves)
    at_one = sorted(t.intermediate_values[1] for t in study.trials)
    assert steps.tolist() == list(range(1, 28))
    assert (low[0], middle[0], high[0]) == (at_one[3], at_one[19], at_one[35])


def test_a_trial_that_paused_and_went_on_reports_once() -> None:
    study = study_named("pausing")
    n_events = len(study.events())
    for state in prefixes(study, 1, n_events)[::9]:
        curves = intermediate_values(state)
        known = {trial.number: trial for trial in state.trials if trial.intermediate_values}
        assert curves.number.tolist() == list(known)
        assert curves.state.tolist() == [trial.state for trial in known.values()]
        for i, trial in enumerate(known.values()):
            mine = slice(curves.begin[i], curves.begin[i + 1])
            assert curves.step[mine].tolist() == sorted(trial.intermediate_values)
            assert curves.value[mine].tolist() == [trial.intermediate_values[step] for step in curves.step[mine]]


def test_a_running_trial_reports_too() -> None:
    curves = intermediate_values(study_named("running"))
    assert curves.state.tolist() == [TrialState.RUNNING] * 2


def halved() -> Study:
    """Nine trials reach step 1, three step 3, one step 9; one more fails at step 2."""
    study = hpo.create_study(study_name="halved", pruner=NopPruner())
    domain = {"x": unit}
    ends = [(1, TrialState.PRUNED)] * 6 + [(3, TrialState.PRUNED)] * 2 + [(9, TrialState.COMPLETE)]
    for i, (last, state) in enumerate([*ends, (2, TrialState.FAIL)]):
        reports = {step: i + 1 / step for step in range(1, last + 1)}
        value = None if state is TrialState.FAIL else reports[last]
        params = {"x": i / 10}
        study.add_trial(
            create_trial(
                state=state, value=value, params=params, distributions=dict(domain), intermediate_values=reports
            )
        )
    return study


def test_rungs_tell_who_was_kept() -> None:
    found = rungs(intermediate_values(halved()))
    assert found is not None
    assert found.last.tolist() == [1, 3, 9]
    assert found.first.tolist() == [1, 2, 4]
    assert found.kept.tolist() == [4, 1, 1]
    assert found.pruned.tolist() == [6, 2, 0]
    assert found.failed.tolist() == [0, 1, 0]
    assert len(found.value) == 10 + 4 + 1
    assert found.value[found.rung == 1].tolist() == [6 + 1 / 3, 7 + 1 / 3, 8 + 1 / 3, 9.5]
    assert found.is_pruned.sum() == 8
    assert rungs(intermediate_values(big())) is None


def test_many_rungs_become_ten() -> None:
    study = hpo.create_study(study_name="many", pruner=NopPruner())
    for last in range(1, 41):
        reports = {step: float(step) for step in range(1, last + 1)}
        study.add_trial(create_trial(state=TrialState.PRUNED, value=1.0, intermediate_values=reports))
    found = rungs(intermediate_values(study))
    assert found is not None
    assert len(found.last) == 10
    assert found.pruned.sum() == 40
    assert found.pruned.max() - found.pruned.min() <= 1
    assert (found.kept[:-1] == (found.kept + found.pruned)[1:]).all()


def test_the_front_is_what_nobody_beats_among_the_feasible() -> None:
    study = hpo.create_study(directions=["minimize", "maximize"])
    for values, violation in (
        ((0.0, 0.0), 0.0),
        ((1.0, 2.0), 0.0),
        ((1.0, 1.0), 0.0),
        ((-9.0, 9.0), 1.0),
        ((2.0, math.inf), 0.0),
    ):
        trial = study.ask()
        trial.set_constraint("c", violation)
        study.tell(trial, values)
    front = pareto_front(study)
    assert front.number.tolist() == [0, 1, 2, 3]
    assert front.is_optimal.tolist() == [True, True, False, False]
    assert front.is_feasible.tolist() == [True, True, True, False]
    assert front.front.tolist() == [0, 1]
    everything = pareto_front(study, constraints_func=lambda trial: [0.0])
    assert everything.is_optimal.tolist() == [False, False, False, True]
    ones = pareto_front(study, targets=lambda trial: (trial.number, 2.0, 1.0))
    assert ones.signs.tolist() == [1.0, 1.0, 1.0]
    assert ones.values[2].tolist() == [2.0, 2.0, 1.0]


def test_fronts_have_targets_of_one_length() -> None:
    with pytest.raises(ValueError, match="as many numbers for every trial"):
        pareto_front(study_named("two objectives"), targets=lambda trial: (1.0,) * (1 + trial.number % 2))


@pytest.mark.parametrize("name", ["targets", "constraints_func"])
@pytest.mark.parametrize("returned", [None, 0.5, ("a", "b"), [None]], ids=repr)
def test_what_is_asked_of_a_front_are_lists_of_numbers(name: str, returned: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must return a list of numbers, got .* for trial 0"):
        pareto_front(study_named("two objectives"), **{name: lambda trial: returned})


@pytest.mark.parametrize("name", ["two objectives", "three objectives", "four objectives"])
def test_the_hypervolume_is_that_of_the_trials_so_far(name: str) -> None:
    study = study_named(name)
    signs = study.history.signs
    history = hypervolume_history(study, [2.0 if sign > 0 else -1.0 for sign in signs])
    assert history is not None
    complete = [t for t in study.trials if t.values is not None and max(t.constraints.values(), default=0.0) <= 0]
    for number, volume in zip(history.number.tolist(), history.volume.tolist(), strict=True):
        so_far = np.array([t.values for t in complete if t.number <= number]).reshape(-1, len(signs)) * signs
        assert volume == pytest.approx(hypervolume(so_far[np.isfinite(so_far).all(axis=1)], history.reference * signs))
    assert (np.diff(history.volume) >= 0).all()
    assert history.volume[-1] > 0
    assert len(set(history.volume.tolist())) > 3


@pytest.mark.parametrize("m", [5, 8])
def test_the_hypervolume_of_a_long_front_of_many_objectives_is_estimated(m: int) -> None:
    losses = np.abs(np.random.default_rng(m).normal(size=(50, m)))
    losses /= np.linalg.norm(losses, axis=1, keepdims=True)
    losses[0, 0] = -1e6  # dominates nearly all of the box around the front
    study = hpo.create_study(directions=["minimize"] * m)
    study.add_trials([create_trial(values=row) for row in losses.tolist()])
    reference = np.full(m, 1.1)
    history = hypervolume_history(study, reference.tolist())
    assert history is not None
    assert history.is_estimated == (m == 8)
    numbers, volumes = history.number.tolist(), history.volume
    exact = np.array([hypervolume(losses[: number + 1], reference) for number in numbers])
    np.testing.assert_allclose(volumes - volumes[1], exact - exact[1], rtol=0.06 if m == 8 else 1e-9, atol=1e-9)
    note = plot_hypervolume_history(study).layout.title.subtitle.text
    assert ("estimated" in note) == (m == 8)


def test_times_are_those_of_the_trials() -> None:
    study = study_named("running")
    times = timeline(study, now=4e9)
    started = [t for t in study.trials if t.datetime_start is not None]
    assert times.number.tolist() == [t.number for t in started]
    for i, trial in enumerate(started):
        assert trial.datetime_start is not None
        assert times.start[i] == pytest.approx(trial.datetime_start.timestamp(), abs=1e-5)
        assert (times.end[i] == 4e9) == (trial.state is TrialState.RUNNING)
    kinds = [KINDS[kind] for kind in times.kind]
    assert kinds.count("failed") == sum(t.state is TrialState.FAIL for t in started)
    assert kinds.count("running") == 2
    assert kinds.count("infeasible") == sum(
        t.state is TrialState.COMPLETE and t.constraints["small"] > 0 for t in started
    )
    assert timeline(study, 3).number.tolist() == times.number[-3:].tolist()


def test_a_trial_that_paused_has_one_bar() -> None:
    study = study_named("pausing")
    n_events = len(study.events())
    words = {TrialState.FAIL: "failed"}
    for state in prefixes(study, 1, n_events)[::9]:
        times = timeline(state)
        assert times.number.tolist() == [trial.number for trial in state.trials]
        assert [KINDS[kind] for kind in times.kind] == [
            words.get(trial.state, trial.state.name.lower()) for trial in state.trials
        ]


def test_bars_of_many_trials_are_cut_into_shares() -> None:
    times = timeline(big(2000))
    bars = spans(times, 300)
    assert 100 <= len(bars.number) <= 300
    assert bars.start.min() == times.start.min()
    assert bars.end.max() == pytest.approx(times.end.max())
    mixed = type(times)(times.number, times.start, times.end, np.arange(2000) % 4 // 3 * 3)
    cut = spans(mixed, 300)
    assert len(cut.number) == 200
    length = cut.end - cut.start
    np.testing.assert_allclose(length[::2] / (length[::2] + length[1::2]), 0.75, atol=1e-3)


def test_a_target_is_a_function_or_an_index() -> None:
    study = study_named("two objectives")
    by_index, by_function = read(study, 1), read(study, lambda trial: (trial.values or [])[1])
    assert by_index.number.tolist() == by_function.number.tolist()
    assert by_index.value.tolist() == by_function.value.tolist()
    assert (by_index.sign, by_index.is_objective, by_function.is_objective) == (-1.0, True, False)
    assert by_index.n_unshown == 1
    assert read(study_named("named"), 1).name == "speed"


@pytest.mark.parametrize(
    ("names", "most", "shown"),
    [
        (["lr", "momentum"], 12, ["lr", "momentum"]),
        (["encoder_00_dropout_rate", "encoder_01_dropout_rate"], 12, ["…er_00_drop…", "…er_01_drop…"]),
        (["a" * 30 + "x", "a" * 30 + "y"], 8, ["aaaa…aax", "aaaa…aay"]),
        (["<b>", "a & b"], 12, ["&lt;b&gt;", "a &amp; b"]),
        (["same", "same", "a"], 12, ["same", "same (2)", "a"]),
    ],
)
def test_names_that_are_cut_can_be_told_apart(names: list[str], most: int, shown: list[str]) -> None:
    found = distinct(names, most)
    assert len(set(found)) == len(names)
    assert max(len(unescape(text)) for text in found) <= most
    assert found == shown


def test_spaces_are_those_of_the_trials() -> None:
    trials = read(study_named("plain"))
    space, _ = model(trials, value_scale(trials.value, 1.0))
    assert space == Space({"x": FloatDistribution(-5, 5), "n": IntDistribution(1, 9)})


few = st.integers(-2, 2).map(float)  # so that many are equal


@given(st.lists(st.tuples(few, few), min_size=1, max_size=12), st.sampled_from(["minimize", "maximize"]))
def test_the_best_trials_are_feasible_before_infeasible_and_of_equal_ones_the_first(
    pairs: list[tuple[float, float]], direction: str
) -> None:
    values, violations = map(list, zip(*pairs, strict=True))
    trials = read(told(values, direction, violations))
    sign = 1.0 if direction == "minimize" else -1.0
    order = sorted(range(len(pairs)), key=lambda i: (violations[i] > 0, sign * values[i]))
    for most in range(len(pairs) + 2):
        assert trials.best(most).tolist() == order[:most]
