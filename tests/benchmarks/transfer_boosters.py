"""What earlier studies are worth to boosted trees of LightGBM and XGBoost, with ten and eight parameters.

    python -m tests.benchmarks.transfer_boosters run --folder DIR [--samplers auto,tpe] [--seeds 5] [--trials 40]
    python -m tests.benchmarks.transfer_boosters report --folder DIR

It needs `pip install lightgbm xgboost scikit-learn`. Each of some data sets is the target in turn; the earlier studies
tuned the model on all others, by 50 trials of `TPESampler`. "unrelated" earlier studies are those of the same model
turned round: every number is the one at the other end of its range. A regret is a share of the distance from the least
loss that any run has found to the median of the first trials of runs without earlier studies. How configurations are
chosen from earlier studies was decided on the half "tune" and the tables of `transfer.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hpo
from hpo import samplers
from tests.benchmarks.rows import read
from tests.benchmarks.transfer import ARMS, table

N_EARLIER = 50
HALVES = {
    "tune": ("cancer", "digits", "wine", "synthetic", "classes", "friedman", "hastie"),
    "report": ("parity", "clusters", "quantiles", "waves", "iris", "moons", "ages"),
}
Array = NDArray[Any]
Suggest = Callable[..., Any]


def rows_of(name: str) -> tuple[Array, Array]:
    """Up to 500 examples and their classes."""
    from sklearn import datasets

    rng = np.random.default_rng(7)
    match name:
        case "cancer":
            x, y = datasets.load_breast_cancer(return_X_y=True)
        case "digits":
            x, y = datasets.load_digits(n_class=5, return_X_y=True)
        case "wine":
            x, y = datasets.load_wine(return_X_y=True)
        case "iris":
            x, y = datasets.load_iris(return_X_y=True)
        case "synthetic":
            x, y = datasets.make_classification(500, 12, n_informative=5, class_sep=0.7, flip_y=0.05, random_state=1)
        case "classes":
            x, y = datasets.make_classification(400, 30, n_informative=6, n_classes=3, class_sep=0.8, random_state=2)
        case "friedman":
            x, y = datasets.make_friedman1(500, 10, noise=2.0, random_state=3)
            y = y > np.median(y)
        case "hastie":
            x, y = datasets.make_hastie_10_2(500, random_state=4)
        case "parity":
            x, y = datasets.load_digits(return_X_y=True)
            x, y = x[600:1100], y[600:1100] % 2
        case "clusters":
            x, y = datasets.make_classification(500, 24, n_informative=8, n_clusters_per_class=4, random_state=5)
        case "quantiles":
            x, y = datasets.make_gaussian_quantiles(n_samples=500, n_features=5, n_classes=3, random_state=6)
        case "waves":
            x = rng.uniform(-1, 1, size=(500, 8))
            y = 3 * np.sin(4 * x[:, 0]) + 5 * x[:, 1] * x[:, 2] + rng.normal(size=500) > 0
        case "moons":
            x, y = datasets.make_moons(500, noise=0.4, random_state=8)
        case _:
            x, y = datasets.load_diabetes(return_X_y=True)
            y = y > np.median(y)
    return x[:500], np.unique(y[:500], return_inverse=True)[1]


@cache
def halves(name: str) -> tuple[Array, Array, Array, Array]:
    """Examples to train with and to be judged on, and their classes."""
    from sklearn.model_selection import train_test_split

    x, y = rows_of(name)
    train, test, y_train, y_test = train_test_split(x, y, test_size=0.5, random_state=0, stratify=y)
    return train, test, y_train, y_test


def lightgbm(number: Suggest, integer: Suggest) -> Any:
    from lightgbm import LGBMClassifier

    return LGBMClassifier(
        learning_rate=number("learning_rate", 1e-3, 1, log=True),
        num_leaves=integer("num_leaves", 2, 128, log=True),
        min_child_samples=integer("min_child_samples", 1, 100, log=True),
        colsample_bytree=number("colsample_bytree", 0.1, 1),
        subsample=number("subsample", 0.1, 1),
        subsample_freq=1,
        reg_alpha=number("reg_alpha", 1e-8, 10, log=True),
        reg_lambda=number("reg_lambda", 1e-8, 10, log=True),
        max_depth=integer("max_depth", 2, 12),
        min_split_gain=number("min_split_gain", 1e-8, 1, log=True),
        n_estimators=integer("n_estimators", 10, 200, log=True),
        n_jobs=1,
        random_state=0,
        verbose=-1,
    )


def xgboost(number: Suggest, integer: Suggest) -> Any:
    from xgboost import XGBClassifier

    return XGBClassifier(
        learning_rate=number("learning_rate", 1e-3, 1, log=True),
        max_depth=integer("max_depth", 1, 12),
        min_child_weight=number("min_child_weight", 0.1, 30, log=True),
        subsample=number("subsample", 0.2, 1),
        colsample_bytree=number("colsample_bytree", 0.2, 1),
        gamma=number("gamma", 1e-8, 10, log=True),
        reg_lambda=number("reg_lambda", 1e-8, 100, log=True),
        n_estimators=integer("n_estimators", 10, 200, log=True),
        n_jobs=1,
        random_state=0,
    )


MODELS = {"lightgbm": lightgbm, "xgboost": xgboost}


def objective(trial: hpo.Trial, model: str, data: str, *, turned: bool = False) -> float:
    """The log loss on one half of a data set after training with the other."""
    from sklearn.metrics import log_loss

    def other_end(value: float, low: float, high: float, log: bool) -> float:
        if not turned:
            return value
        return low * high / value if log else low + high - value

    def number(name: str, low: float, high: float, log: bool = False) -> float:
        return other_end(trial.suggest_float(name, low, high, log=log), low, high, log)

    def integer(name: str, low: int, high: int, log: bool = False) -> int:
        return round(other_end(trial.suggest_int(name, low, high, log=log), low, high, log))

    train, test, y_train, y_test = halves(data)
    classifier = MODELS[model](number, integer).fit(train, y_train)
    return float(log_loss(y_test, classifier.predict_proba(test), labels=classifier.classes_))


@cache
def earlier(model: str, data: str, seed: int, *, turned: bool) -> hpo.Study:
    """A finished study."""
    study = hpo.create_study(study_name=data, sampler=samplers.TPESampler(seed=seed))
    study.optimize(partial(objective, model=model, data=data, turned=turned), n_trials=N_EARLIER)
    return study


def best_so_far(sampler: str, model: str, data: str, arm: str, seed: int, options: argparse.Namespace) -> list[float]:
    """The least loss after each trial."""
    kinds = {name.removesuffix("Sampler").lower(): name for name in samplers.__all__}
    others = [one for one in HALVES[options.half] if one != data] if arm != "none" else []
    known = [earlier(model, one, 100 + seed, turned=arm == "unrelated") for one in others]
    study = hpo.create_study(sampler=getattr(samplers, kinds[sampler])(seed=seed), warm_start=known)
    study.optimize(partial(objective, model=model, data=data), n_trials=options.trials)
    values = [trial.value for trial in study.trials if trial.value is not None]
    return [float(v) for v in np.minimum.accumulate(values)]


def run(options: argparse.Namespace) -> None:
    """Make the runs that are missing."""
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    done = {tuple(row[key] for key in ("sampler", "model", "data", "arm", "seed")) for row in read(folder)}
    with (folder / "runs.jsonl").open("a") as out:
        for key in runs(options):
            if key in done:
                continue
            row = dict(zip(("sampler", "model", "data", "arm", "seed"), key, strict=True))
            row["best"] = best_so_far(*key, options)
            out.write(json.dumps(row) + "\n")
            out.flush()


def runs(options: argparse.Namespace) -> Iterator[tuple[str, str, str, str, int]]:
    """Sampler, model, data, earlier studies and seed of each."""
    for seed in range(options.seeds):
        for model in options.models.split(","):
            for data in HALVES[options.half]:
                for arm in ARMS:
                    for sampler in options.samplers.split(","):
                        yield sampler, model, data, arm, seed


def report(options: argparse.Namespace) -> str:
    """The Markdown report."""
    rows = list(read(Path(options.folder)))
    for model, data in {(row["model"], row["data"]) for row in rows}:
        mine = [row for row in rows if (row["model"], row["data"]) == (model, data)]
        least = min(row["best"][-1] for row in mine)
        spread = np.median([row["best"][0] for row in mine if row["arm"] == "none"]) - least
        for row in mine:
            row["curve"] = ((np.array(row["best"]) - least) / spread).tolist()
    return table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "report"))
    parser.add_argument("--folder", required=True)
    parser.add_argument("--half", choices=list(HALVES), default="report")
    parser.add_argument("--samplers", default="auto,tpe")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=40)
    options = parser.parse_args()
    if options.what == "run":
        run(options)
    else:
        print(report(options))


if __name__ == "__main__":
    main()
