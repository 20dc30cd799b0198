"""Hyperopt's own spaces mean in a study what they mean in Hyperopt."""

from __future__ import annotations

import math
import pickle
import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.distributions import CategoricalDistribution
from hpo.samplers import RandomSampler
from hpo.trial import TrialState
from tests.integrations.libraries import library

hyperopt = library("hyperopt")
hp, scope = hyperopt.hp, library("hyperopt.pyll").scope
theirs = library("hpo.integrations.hyperopt")


def models() -> Any:
    """The example of Hyperopt's documentation, with each of its distributions."""
    return hp.choice(
        "model",
        [
            {"type": "bayes"},
            {
                "type": "svm",
                "C": hp.lognormal("C", 0, 1),
                "kernel": hp.choice(
                    "kernel", [{"ktype": "linear"}, {"ktype": "rbf", "width": hp.loguniform("width", -3, 2)}]
                ),
                "shift": 1 - 2 * hp.normal("shift", 0, 1),
            },
            {
                "type": "tree",
                "criterion": hp.pchoice("criterion", [(0.2, "gini"), (0.8, "entropy")]),
                "depth": hp.choice("depth", [None, hp.qlognormal("deepest", 3, 0.3, 1)]),
                "split": scope.int(hp.quniform("split", 2, 20, 2)) + hp.uniformint("more", 0, 5),
                "seeds": [hp.randint("seed", 5), (hp.randint("other", 2, 8), hp.uniform("share", 0.1, 0.9))],
                "rates": {"a": hp.qloguniform("a", math.log(10), math.log(200), 10), "b": hp.qnormal("b", 0, 3, 0.5)},
            },
        ],
    )


SPACES: dict[str, Callable[[], Any]] = {
    "models": models,
    "one": lambda: hp.uniform("x", -1, 1),
    "list": lambda: [hp.uniform("x", -1, 1), hp.quniform("q", 0, 1, 0.1)],
    "tuples": lambda: hp.choice("case", [("one", 1 + hp.lognormal("c", 0, 1)), ("two", hp.uniform("d", -10, 10))]),
    "shared": lambda: (lambda x: {"x": x, "twice": x + x, "log": scope.log(x), "first": scope.getitem([x, 1], 0)})(
        hp.uniform("x", 1, 2)
    ),
    "nested": lambda: hp.choice("a", [hp.choice("b", [hp.uniform("x", 0, 1), 7]), hp.choice("c", [8, [9]])]),
    "depends": lambda: (lambda n: {"n": n, "x": hp.uniform("x", 0, n)})(hp.uniformint("n", 1, 4)),
    "keys": lambda: {1: hp.uniform("x", 0, 1), 2: "two"},
}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    hpo.logging.set_verbosity(hpo.logging.ERROR)


def studied(space: Any, n_trials: int = 40) -> tuple[hpo.Study, list[Any]]:
    """A study of random trials, and the points that the function saw."""
    points: list[Any] = []

    def loss(point: Any) -> float:
        points.append(point)
        return float(len(points))

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(theirs.objective(loss, space), n_trials=n_trials)
    return study, points


def plain(point: Any) -> str:
    """A point as text, numbers of NumPy like others, and with twelve digits."""
    text = re.sub(r"np\.float64\((.*?)\)", r"\1", repr(point))
    return re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.12g}", text)


def assignment(trial: hpo.FrozenTrial) -> dict[str, Any]:
    """A trial as Hyperopt would keep it: choices by their positions."""
    return {
        name: int(trial.distributions[name].to_internal_repr(value))
        if isinstance(trial.distributions[name], CategoricalDistribution)
        else value
        for name, value in trial.params.items()
    }


@pytest.mark.parametrize("name", SPACES)
def test_points_are_those_of_hyperopt_for_the_same_parameters(name: str) -> None:
    space = SPACES[name]()
    study, points = studied(space)
    for trial, point in zip(study.trials, points, strict=True):
        assert repr(hyperopt.space_eval(space, assignment(trial))) == repr(point)
        assert repr(theirs.space_eval(space, trial)) == repr(theirs.space_eval(space, trial.params)) == repr(point)
        assert theirs.parameters_of(space, assignment(trial)) == trial.params


def test_only_the_branch_that_is_taken_is_asked_for() -> None:
    study, _ = studied(models())
    asked = {trial.params["model"]: set(trial.params) for trial in study.trials}
    assert set(asked) == {"bayes", "svm", "tree"}
    assert asked["bayes"] == {"model"}
    assert "C" not in asked["tree"]
    assert {trial.params["depth"] for trial in study.trials if "depth" in trial.params} == {None, 1}


@pytest.mark.parametrize(
    "space",
    [
        hp.uniform("x", -2, 3),
        hp.loguniform("x", -3, 1),
        hp.quniform("x", 0.3, 7.2, 0.5),
        hp.quniform("x", -20, 30, 5),
        hp.qloguniform("x", math.log(8), math.log(300), 8),
        hp.normal("x", 1, 2),
        hp.qnormal("x", 1, 4, 1),
        hp.lognormal("x", 1, 0.5),
        hp.qlognormal("x", 3, 0.5, 2),
        hp.randint("x", 7),
        hp.randint("x", 3, 9),
        hp.uniformint("x", 2, 6),
        hp.pchoice("x", [(0.1, 0), (0.6, 1), (0.3, 2)]),
        hp.choice("x", [3, 4, 5]),
    ],
    ids=lambda space: space.pos_args[0].arg["obj"].name if space.pos_args[0].name == "hyperopt_param" else space.name,
)
def test_values_are_distributed_as_in_hyperopt(space: Any) -> None:
    _, points = studied(space, 1500)
    rng = np.random.default_rng(0)
    drawn = np.array([library("hyperopt.pyll.stochastic").sample(space, rng) for _ in range(1500)], dtype=np.float64)
    n_values = len(set(drawn))
    near = 0.06 if n_values > 50 else 0.1 + 1 / n_values  # rounded values at the ends are as probable as others
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        quantile = np.quantile(drawn, share) + 1e-9
        below = np.mean(np.array(points, dtype=np.float64) <= quantile)
        assert below == pytest.approx(np.mean(drawn <= quantile), abs=near)


def test_values_that_are_rounded_are_those_that_hyperopt_can_draw() -> None:
    space = {
        "q": hp.quniform("q", 0.25, 1.05, 0.1),
        "w": hp.quniform("w", 3, 17, 5),
        "l": hp.qloguniform("l", -1, 3, 4),
    }
    study, points = studied(space, 300)
    rng = np.random.default_rng(0)
    drawn = [library("hyperopt.pyll.stochastic").sample(space, rng) for _ in range(3000)]
    for name in space:
        possible = {round(float(point[name]), 9) for point in drawn} - ({0.0} if name == "l" else set())
        assert {point[name] for point in points} == possible
    assert isinstance(study.trials[0].params["w"], int)
    assert isinstance(points[0]["w"], float)


def test_results_that_are_dicts_are_understood() -> None:
    def result(x: float) -> dict[str, Any]:
        if x < 0:
            return {"status": hyperopt.STATUS_FAIL, "message": "too small", "seen": x}
        return {"status": hyperopt.STATUS_OK, "loss": x, "loss_variance": 0.5, "extra": [1, 2]}

    study = hpo.create_study(sampler=RandomSampler(), seed=0)
    study.optimize(theirs.objective(result, hp.uniform("x", -1, 1)), n_trials=20)
    for trial in study.trials:
        x = trial.params["x"]
        if x < 0:
            assert trial.state is TrialState.FAIL
            assert trial.error is not None
            assert (trial.error.type, trial.error.message) == ("TrialFailed", "too small")
            assert trial.user_attrs == {"message": "too small", "seen": x}
        else:
            assert trial.value == x
            assert trial.user_attrs == {"loss_variance": 0.5, "extra": [1, 2]}
    assert study.count_trials((TrialState.FAIL,)) > 3


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        ({"loss": 1.0}, "must have a 'status' of 'ok' or 'fail', got None"),
        ({"status": "new", "loss": 1.0}, "got 'new'"),
        ({"status": "ok"}, "must have a 'loss'"),
    ],
)
def test_results_that_make_no_sense_are_errors(result: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        theirs.objective(lambda x: result, hp.uniform("x", 0, 1))(hpo.FixedTrial({"x": 0.5}))


def test_attachments_are_warned_about() -> None:
    run = theirs.objective(lambda x: {"status": "ok", "loss": x, "attachments": {"a": b""}}, hp.uniform("x", 0, 1))
    with pytest.warns(UserWarning, match="Attachments of results are not kept"):
        assert run(hpo.FixedTrial({"x": 0.5})) == 0.5


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (lambda: {"x": scope.uniform(0, 1)}, "draws from scope.uniform, which has no label.*write hp.uniform"),
        (lambda: scope.one_of(1, 2), "draws from scope.randint"),
        (lambda: scope.hyperopt_param("x", scope.add(1, 2)), "'x' is drawn from 'add', which is not understood"),
        (lambda: [hp.uniform("x", 0, 1), hp.uniform("x", 0, 2)], "'x' stands for two parameters"),
    ],
)
def test_what_is_not_understood_is_named_before_anything_runs(space: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        theirs.objective(float, space())


def test_a_range_that_is_none_names_its_parameter() -> None:
    with pytest.raises(ValueError, match="'x': quniform with .* makes no range"):
        theirs.space_eval(hp.quniform("x", 1, 2, 0), {"x": 1})


@pytest.mark.parametrize("name", sorted(set(SPACES) - {"depends", "keys"}))
def test_the_function_in_python_asks_the_same_and_returns_the_same(name: str) -> None:
    space = SPACES[name]()
    source = theirs.to_define_by_run(space)
    names: dict[str, Any] = {}
    exec(source, names)
    study, points = studied(space)
    for trial, point in zip(study.trials, points, strict=True):
        again = hpo.FixedTrial(trial.params)
        assert plain(names["suggest"](again)) == plain(point)
        assert again.params == trial.params
        assert again.distributions == trial.distributions
    assert max(len(line) for line in source.splitlines()) < 130


def test_what_cannot_be_written_in_python_is_named() -> None:
    with pytest.raises(ValueError, match="range of a uniform depends on another parameter"):
        theirs.to_define_by_run(SPACES["depends"]())
    with pytest.raises(ValueError, match="computes 'sum'"):
        theirs.to_define_by_run(scope.sum([hp.uniform("x", 0, 1), 2]))
    with pytest.raises(ValueError, match="holds .*object"):
        theirs.to_define_by_run({"x": object()})


def test_a_study_goes_on_where_hyperopt_stopped() -> None:
    space = models()

    def result(point: Any) -> dict[str, Any]:
        failed = point["type"] == "bayes"
        return {"status": "fail"} if failed else {"status": "ok", "loss": float(len(repr(point)))}

    trials = hyperopt.Trials()
    with warnings.catch_warnings(action="ignore"):  # of Hyperopt, about its dependencies
        best = hyperopt.fmin(
            result,
            space,
            algo=hyperopt.rand.suggest,
            max_evals=25,
            trials=trials,
            rstate=np.random.default_rng(0),
            show_progressbar=False,
        )
    study = hpo.create_study()
    study.add_trials(theirs.trials_of(space, trials))
    assert len(study.trials) == 25
    for trial, document in zip(study.trials, trials.trials, strict=True):
        assert trial.user_attrs["hyperopt_tid"] == document["tid"]
        if document["result"]["status"] == "ok":
            assert trial.value == document["result"]["loss"] == result(theirs.space_eval(space, trial))["loss"]
        else:
            assert trial.state is TrialState.FAIL
    assert study.best_params == theirs.parameters_of(space, best)
    study.optimize(theirs.objective(result, space), n_trials=2)
    assert len(study.trials) == 27


def test_what_lies_outside_of_the_space_is_left_out_with_a_warning() -> None:
    small, trials = hp.uniform("x", 0, 1), hyperopt.Trials()
    with warnings.catch_warnings(action="ignore"):
        hyperopt.fmin(
            float, hp.uniform("x", -1, 1), algo=hyperopt.rand.suggest, max_evals=10, trials=trials,
            rstate=np.random.default_rng(0), show_progressbar=False,
        )  # fmt: skip
    inside = [document for document in trials.trials if document["misc"]["vals"]["x"][0] >= 0]
    with pytest.warns(UserWarning, match="is left out: x=-.* does not lie in"):
        found = theirs.trials_of(small, trials)
    assert len(found) == len(inside) < 10
    with pytest.raises(ValueError, match="needs a value for 'x'"):
        theirs.parameters_of(small, {"y": 1})


def test_an_objective_pickles() -> None:
    again = pickle.loads(pickle.dumps(theirs.objective(repr, models())))
    trial = hpo.FixedTrial({"model": "svm", "C": 1.0, "kernel": "linear", "shift": 0.0})
    assert again(trial) == "{'C': 1.0, 'kernel': {'ktype': 'linear'}, 'shift': 1.0, 'type': 'svm'}"
