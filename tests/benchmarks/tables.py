"""Real tuning problems with few enough configurations to evaluate each once: models of scikit-learn and LightGBM on
scikit-learn's wine and iris data and its synthetic generators. Losses are cross-validated squared errors of class
probabilities, kept in a JSON file between runs.

Where `HPO_BENCHMARK_TABLES` says, else in the folder for temporary files.
"""

from __future__ import annotations

import itertools
import json
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["DATA", "TABLES", "grid", "lookup", "losses", "optimum"]

Grid = Mapping[str, tuple[Any, ...]]

_GRIDS: dict[str, Grid] = {
    "knn": {"k": tuple(range(1, 31)), "weights": ("uniform", "distance"), "p": (1, 2)},
    "tree": {"depth": tuple(range(1, 11)), "leaf": tuple(range(1, 21)), "criterion": ("gini", "entropy")},
    "logistic": {"log_c": tuple(range(-8, 9)), "l1": (0, 1), "degree": (1, 2)},
    "svm": {"log_c": tuple(range(-4, 9)), "log_gamma": tuple(range(-8, 5)), "kernel": ("rbf", "sigmoid")},
    "boost": {
        "leaves": tuple(range(2, 13)),
        "log_rate": tuple(range(-8, 1)),
        "least": tuple(range(1, 9)),
        "extra": (0, 1),
    },
}
TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "wine_knn_tree": ("wine", ("knn", "tree")),
    "moons_all": ("moons", ("knn", "tree", "logistic", "svm")),
    "iris_all": ("iris", ("knn", "tree", "logistic", "svm")),
    "blobs_svm": ("blobs", ("svm", "logistic")),
    "circles_all": ("circles", ("knn", "tree", "logistic", "svm")),
    "wine_all": ("wine", ("knn", "tree", "logistic", "svm")),
    "blobs_boost": ("blobs", ("boost",)),
    "moons_boost": ("moons", ("boost", "tree")),
}
"""The data and the models of each problem."""
DATA = ("wine", "iris", "moons", "circles", "blobs", "cancer", "digits", "twins", "wide")
"""All data sets."""
TABLES |= {f"{model} on {data}": (data, (model,)) for model in _GRIDS for data in DATA}


def lookup(problem: str, values: Mapping[str, Any]) -> float:
    """The loss of a configuration."""
    return _table(problem)[_name(values)]


def optimum(problem: str) -> float:
    """The least loss of all configurations."""
    return min(_table(problem).values())


def losses(problem: str) -> list[float]:
    """Those of all configurations."""
    return list(_table(problem).values())


def grid(model: str) -> Grid:
    """The values of a model's parameters."""
    return _GRIDS[model]


@cache
def _table(problem: str) -> dict[str, float]:
    folder = Path(os.environ.get("HPO_BENCHMARK_TABLES", tempfile.gettempdir()))
    file = folder / f"hpo-table-{problem.replace(' ', '-')}.json"
    if not file.exists():
        data, models = TABLES[problem]
        table = {_name(values): loss for model in models for values, loss in _losses(data, model)}
        folder.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")  # another process may look meanwhile
        part.write_text(json.dumps(table))
        part.replace(file)
    loaded: dict[str, float] = json.loads(file.read_text())
    return loaded


def _name(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(sorted(values.items())))


def _losses(data: str, model: str) -> Iterator[tuple[dict[str, Any], float]]:
    from sklearn.model_selection import StratifiedKFold, cross_val_score  # type: ignore[import-untyped, unused-ignore]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped, unused-ignore]
    from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped, unused-ignore]

    x, y = _data(data)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    names, columns = list(_GRIDS[model]), list(_GRIDS[model].values())
    for row in itertools.product(*columns):
        values = dict(zip(names, row, strict=True))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pipeline = make_pipeline(StandardScaler(), _MODELS[model](values))
            scores = cross_val_score(pipeline, x, y, cv=folds, scoring=_score)
        yield {"model": model, **{f"{model}_{name}": value for name, value in values.items()}}, float(-scores.mean())


def _score(model: Any, x: Any, y: Any) -> float:
    """The negated mean squared error of class scores: smooth enough to tell configurations apart."""
    if hasattr(model, "predict_proba"):
        p = model.predict_proba(x)
    else:
        s = np.asarray(model.decision_function(x))
        s = np.column_stack([-s, s]) if s.ndim == 1 else s
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
    return -float(((p - (y[:, None] == model.classes_)) ** 2).sum(axis=1).mean())


def _data(name: str) -> Any:
    from sklearn import datasets  # type: ignore[import-untyped, unused-ignore]

    if name == "wine":
        return datasets.load_wine(return_X_y=True)
    if name == "iris":
        return datasets.load_iris(return_X_y=True)
    if name == "moons":
        return datasets.make_moons(200, noise=0.3, random_state=0)
    if name == "circles":
        return datasets.make_circles(200, noise=0.15, factor=0.6, random_state=0)
    if name == "cancer":
        x, y = datasets.load_breast_cancer(return_X_y=True)
        return x[:250], y[:250]
    if name == "digits":
        x, y = datasets.load_digits(return_X_y=True)
        return x[:300], y[:300]
    if name == "twins":
        return datasets.make_classification(250, 6, n_informative=3, class_sep=0.7, random_state=1)
    if name == "wide":
        return datasets.make_classification(150, 30, n_informative=5, random_state=2)
    return datasets.make_classification(200, 8, n_informative=4, n_classes=3, random_state=0)


def _knn(v: Mapping[str, Any]) -> Any:
    from sklearn.neighbors import KNeighborsClassifier  # type: ignore[import-untyped, unused-ignore]

    return KNeighborsClassifier(v["k"], weights=v["weights"], p=v["p"])


def _tree(v: Mapping[str, Any]) -> Any:
    from sklearn.tree import DecisionTreeClassifier  # type: ignore[import-untyped, unused-ignore]

    return DecisionTreeClassifier(
        max_depth=v["depth"], min_samples_leaf=v["leaf"], criterion=v["criterion"], random_state=0
    )


def _logistic(v: Mapping[str, Any]) -> Any:
    from sklearn.linear_model import RidgeClassifier  # type: ignore[import-untyped, unused-ignore]
    from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped, unused-ignore]
    from sklearn.preprocessing import PolynomialFeatures  # type: ignore[import-untyped, unused-ignore]

    return make_pipeline(
        PolynomialFeatures(v["degree"], interaction_only=bool(v["l1"])), RidgeClassifier(10.0 ** (-v["log_c"] / 2))
    )


def _svm(v: Mapping[str, Any]) -> Any:
    from sklearn.svm import SVC  # type: ignore[import-untyped, unused-ignore]

    return SVC(C=10.0 ** (v["log_c"] / 2), gamma=10.0 ** (v["log_gamma"] / 2), kernel=v["kernel"])


def _boost(v: Mapping[str, Any]) -> Any:
    from lightgbm import LGBMClassifier  # type: ignore[import-not-found, unused-ignore]

    return LGBMClassifier(
        n_estimators=20,
        num_leaves=v["leaves"],
        learning_rate=2.0 ** v["log_rate"],
        min_child_samples=3 * v["least"],
        extra_trees=bool(v["extra"]),
        n_jobs=1,
        random_state=0,
        verbose=-1,
    )


_MODELS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "knn": _knn,
    "tree": _tree,
    "logistic": _logistic,
    "svm": _svm,
    "boost": _boost,
}
