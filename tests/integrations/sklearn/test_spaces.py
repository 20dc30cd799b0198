"""Spaces say which parameters a candidate has, and every wrong one is named before a trial begins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import hpo
from hpo.distributions import FloatDistribution
from hpo.integrations.sklearn.spaces import BRANCH, read_spaces
from hpo.samplers import RandomSampler

PIPELINE = Pipeline([("scale", StandardScaler()), ("model", SVC())])


def by_kernel(trial: Any) -> dict[str, Any]:
    kernel = trial.suggest_categorical("kernel", ["linear", "rbf"])
    gamma = {"gamma": trial.suggest_float("gamma", 1e-4, 1.0, log=True)} if kernel == "rbf" else {}
    return {"kernel": kernel, **gamma}


MODELS = {
    "model__C": (0.1, 10.0, "log-uniform"),
    "model__max_depth": range(1, 9),
    "model": [SVC(), RandomForestClassifier(5), "passthrough", LogisticRegression()],
    "scale__with_mean": [True, False],
    "scale": [StandardScaler(), None],
    "model__n_estimators": (5, 10),
}
SPACES: dict[str, tuple[Any, Any]] = {
    "dict": (SVC(), {"C": (0.1, 10.0), "gamma": stats.loguniform(1e-4, 1), "degree": range(2, 5), "kernel": ["rbf"]}),
    "ours": (SVC(), {"C": FloatDistribution(0.1, 10.0, log=True)}),
    "list": (SVC(), [{"kernel": ["linear"]}, {"kernel": ["rbf"], "gamma": stats.expon(scale=0.1)}]),
    "same name, other range": (SVC(), [{"C": (0.1, 1.0), "degree": [2]}, {"C": (1e-9, 1e-3, "log-uniform")}]),
    "weighted": (SVC(), [({"kernel": ["linear"]}, 1), ({"kernel": ["rbf"]}, 9)]),
    "function": (SVC(), by_kernel),
    "models": (PIPELINE, MODELS),
    "nothing": (SVC(), {}),
}


@pytest.mark.parametrize(("estimator", "spaces"), SPACES.values(), ids=SPACES)
def test_every_candidate_can_be_set_and_is_read_back_from_the_storage(
    estimator: Any, spaces: Any, tmp_path: Any
) -> None:
    candidate = read_spaces(spaces, estimator)
    study = hpo.create_study(storage=f"sqlite:///{tmp_path}/study.db", sampler=RandomSampler(seed=0))
    seen: list[dict[str, Any]] = []

    def objective(trial: hpo.Trial) -> float:
        seen.append(candidate(trial))
        return 0.0

    study.optimize(objective, n_trials=30)
    again = read_spaces(spaces, estimator)
    for params, trial in zip(seen, study.trials, strict=True):
        assert repr(again(trial)) == repr(params)
        model = Pipeline(estimator.steps) if estimator is PIPELINE else type(estimator)()
        if params.get("model") != "passthrough" and params.get("scale") is not None:
            model.set_params(**params)


def candidates(estimator: Any, spaces: Any) -> list[dict[str, Any]]:
    candidate = read_spaces(spaces, estimator)
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    return [candidate(study.ask()) for _ in range(60)]


def test_parts_have_their_parameters_where_they_have_them() -> None:
    kinds = set()
    for params in candidates(PIPELINE, MODELS):
        model = type(params["model"])
        kinds.add(model)
        assert ("model__C" in params) == (model in (SVC, LogisticRegression))
        assert ("model__max_depth" in params) == ("model__n_estimators" in params) == (model is RandomForestClassifier)
        assert ("scale__with_mean" in params) == isinstance(params["scale"], StandardScaler)
    assert kinds == {SVC, RandomForestClassifier, str, LogisticRegression}


def test_parts_of_parts_follow_their_wholes() -> None:
    inner = Pipeline([("reduce", PCA(2)), ("last", SVC())])
    spaces = {"model__last__C": (0.1, 1.0), "model__last": [SVC(), PCA()], "model": [inner, SVC()]}
    found = candidates(PIPELINE, spaces)
    assert {tuple(params) for params in found} == {
        ("model",),
        ("model", "model__last"),
        ("model", "model__last", "model__last__C"),
    }


def test_names_that_mean_two_things_are_two_parameters_of_the_study() -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    candidate = read_spaces(
        [{"C": (0.1, 1.0), "degree": [2]}, {"C": (1e-9, 1e-3, "log-uniform"), "degree": [2]}], SVC()
    )
    for _ in range(20):
        assert candidate(study.ask()).keys() == {"C", "degree"}
    assert {name for trial in study.trials for name in trial.params} == {BRANCH, "C (space 0)", "C (space 1)", "degree"}


def test_weights_say_how_often_a_dict_is_taken() -> None:
    kernels = [params["kernel"] for params in candidates(*SPACES["weighted"])]
    assert 0 < kernels.count("linear") < 15


BAD: list[tuple[Any, type[Exception], str]] = [
    ({"gama": [1.0]}, ValueError, "spaces has the parameter 'gama', which SVC lacks; did you mean 'gamma'?"),
    ({"foo": [1.0]}, ValueError, "spaces has the parameter 'foo', which SVC lacks; there is 'C', 'break_ties'"),
    ({"C": 1.0}, TypeError, "Parameter 'C': expected values to choose from, got 1.0 alone"),
    ({"C": (2.0, 1.0)}, ValueError, "Parameter 'C': low must be ≤ high"),
    ({1: [1.0]}, TypeError, "spaces must have names of parameters as keys, got 1 of type int"),
    ([], TypeError, "spaces must be a dict from parameters to what they may be"),
    (None, TypeError, "got None of type NoneType"),
    ("C", TypeError, "got 'C' of type str"),
    ([1], TypeError, "spaces must be a list of dicts, or of tuples of a dict and its weight, got 1 of type int in it"),
    ([({"C": [1]}, "often")], TypeError, "got ({'C': [1]}, 'often') of type tuple in it"),
    ([{"C": [1]}, {"c": [1]}], ValueError, "spaces has the parameter 'c', which SVC lacks"),
]


@pytest.mark.parametrize(("spaces", "error", "sentence"), BAD, ids=[repr(spaces) for spaces, _, _ in BAD])
def test_what_is_no_space_is_refused_in_a_sentence(spaces: Any, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=re.escape(sentence)):
        read_spaces(spaces, SVC())


def test_what_no_choice_has_is_refused() -> None:
    spaces = {"model": [SVC(), RandomForestClassifier()], "model__gama": [1.0]}
    sentence = "which none of the choices of 'model' has; did you mean 'model__gamma'?"
    with pytest.raises(ValueError, match=re.escape(sentence)):
        read_spaces(spaces, PIPELINE)
    with pytest.raises(ValueError, match="none of the choices of 'model' has; there is nothing else"):
        read_spaces({"model": ["passthrough"], "model__C": [1.0]}, PIPELINE)


def test_functions_must_return_dicts() -> None:
    with pytest.raises(TypeError, match="must return a dict from parameters of the estimator to values, got 3 of type"):
        read_spaces(lambda trial: 3, SVC())(hpo.trial.FixedTrial({}))
