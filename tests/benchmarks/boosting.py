"""How good `hpo.integrations.lightgbm.tune` is beside Optuna's `LightGBMTuner`, on data that it has never seen.

    python -m tests.benchmarks.boosting run --folder DIR [--half report|tune] [--seeds 10] [--only NAME,…]
    python -m tests.benchmarks.boosting report --folder DIR [--half report|tune]

It needs `pip install lightgbm scikit-learn optuna 'optuna-integration[lightgbm]'`. Both search with the same training
and validation set, the same metric, at most 1000 rounds and early stopping after 50, on one thread; a seed is another
split and another search. The tuner goes through its 68 trials; `tune` runs until it has as many trials and has taken as
much processor time, and is judged at both points. `run` writes one line per search into DIR and skips what is there;
`report` prints, for each data set, the mean loss on the test set and how much smaller ours is, by paired seeds, with an
interval of 90 %; and the same on the validation set, which is what both search for.

Spaces and pruner were chosen on the half "tune", and "report" was not looked at before.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t as student
from sklearn import datasets
from sklearn.metrics import log_loss, mean_squared_error

Array = NDArray[Any]

N_TRIALS = 68
ROUNDS, PATIENCE = 1000, 50


@dataclass(frozen=True)
class Data:
    """A task of prediction: shapes (n, d) and (n,), to be split into training, validation and test set."""

    x: Array
    y: Array
    objective: str
    n_train: int
    n_valid: int

    def split(self, seed: int) -> list[tuple[Array, Array]]:
        """The three parts of the rows, in an order that depends on the seed."""
        order = np.random.default_rng(seed).permutation(len(self.y))
        parts = np.split(order, [self.n_train, self.n_train + self.n_valid])
        return [(self.x[rows], self.y[rows]) for rows in parts]

    def loss(self, y: Array, prediction: Array) -> float:
        """What is to be small on the test set."""
        if self.objective == "binary":
            return float(log_loss(y, prediction))
        return float(np.sqrt(mean_squared_error(y, prediction)))


def cancer(seed: int) -> Data:
    x, y = datasets.load_breast_cancer(return_X_y=True)
    return Data(x, y, "binary", 250, 120)


def diabetes(seed: int) -> Data:
    x, y = datasets.load_diabetes(return_X_y=True)
    return Data(x, y, "regression", 200, 100)


def hastie(seed: int) -> Data:
    x, y = datasets.make_hastie_10_2(9000, random_state=seed)
    return Data(x, y > 0, "binary", 600, 400)


def friedman1(seed: int) -> Data:
    x, y = datasets.make_friedman1(9000, n_features=20, noise=1.0, random_state=seed)
    return Data(x, y, "regression", 500, 300)


def parity(seed: int) -> Data:
    """Whether a handwritten digit is even."""
    x, y = datasets.load_digits(return_X_y=True)
    return Data(x, y % 2 == 0, "binary", 700, 400)


def clusters(seed: int) -> Data:
    """Two classes of four clusters each in eight dimensions, among twelve that say nothing; 5 % of labels are wrong."""
    x, y = datasets.make_classification(
        12000, n_features=24, n_informative=8, n_redundant=4, n_clusters_per_class=4, flip_y=0.05, random_state=seed
    )
    return Data(x, y == 1, "binary", 1000, 600)


def friedman3(seed: int) -> Data:
    x, y = datasets.make_friedman3(12000, noise=0.1, random_state=seed)
    extra = np.random.default_rng(seed).normal(size=(12000, 8))
    return Data(np.hstack([x, extra]), y, "regression", 1000, 600)


def quantiles(seed: int) -> Data:
    """Whether a point is far from the origin of five dimensions, among ten that say nothing; 10 % are wrong."""
    rng = np.random.default_rng(seed)
    x, y = datasets.make_gaussian_quantiles(n_samples=9000, n_features=5, n_classes=2, random_state=seed)
    wrong = rng.random(9000) < 0.1
    return Data(np.hstack([x, rng.normal(size=(9000, 10))]), (y == 1) != wrong, "binary", 700, 400)


def friedman2(seed: int) -> Data:
    x, y = datasets.make_friedman2(9000, noise=150.0, random_state=seed)
    extra = np.random.default_rng(seed).normal(size=(9000, 6))
    return Data(np.hstack([x, extra]), y / 400, "regression", 800, 400)


def waves(seed: int) -> Data:
    """Two classes by a wave, a product and a step, in fifteen dimensions."""
    rng = np.random.default_rng([seed, 3])
    x = rng.uniform(-1, 1, size=(12000, 15))
    logit = 3 * np.sin(4 * x[:, 0]) + 5 * x[:, 1] * x[:, 2] + 2.0 * (x[:, 3] > 0.3) - 2 * np.abs(x[:, 4])
    return Data(x, rng.random(12000) < expit(logit), "binary", 1000, 600)


HALVES: dict[str, list[Callable[[int], Data]]] = {
    "tune": [cancer, diabetes, hastie, friedman1, quantiles, friedman2],
    "report": [clusters, friedman3, waves, parity],
}


def fixed(data: Data, seed: int) -> dict[str, Any]:
    return {"objective": data.objective, "metric": "binary_logloss" if data.objective == "binary" else "rmse",
            "num_threads": 1, "verbosity": -1, "seed": seed}  # fmt: skip


def sets(data: Data, seed: int) -> tuple[Any, Any, tuple[Array, Array]]:
    import lightgbm as lgb

    (x, y), (x_valid, y_valid), test = data.split(seed)
    train = lgb.Dataset(x, y, params={"feature_pre_filter": False})
    return train, lgb.Dataset(x_valid, y_valid, reference=train), test


def outcome(data: Data, seed: int, params: dict[str, Any], n_rounds: int) -> float:
    """The loss on the test set."""
    import lightgbm as lgb

    train, _, (x, y) = sets(data, seed)
    return data.loss(y, lgb.train(params, train, n_rounds).predict(x))


def run_tuner(data: Data, seed: int) -> dict[str, float]:
    import lightgbm as lgb
    import optuna
    from optuna_integration.lightgbm import LightGBMTuner  # type: ignore[import-not-found, import-untyped, unused-ignore]

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    train, valid, (x, y) = sets(data, seed)
    start = time.process_time()
    tuner = LightGBMTuner(
        fixed(data, seed), train, ROUNDS, valid_sets=[valid], optuna_seed=seed, show_progress_bar=False,
        callbacks=[lgb.early_stopping(PATIENCE, verbose=False)],
    )  # fmt: skip
    tuner.run()
    seconds = time.process_time() - start
    booster = tuner.get_best_booster()
    loss = data.loss(y, booster.predict(x, num_iteration=booster.best_iteration))
    default = run_default(data, seed)
    return {"tuner": loss, "tuner_valid": tuner.best_score, "seconds": seconds, "default": default}


def run_default(data: Data, seed: int) -> float:
    import lightgbm as lgb

    train, valid, (x, y) = sets(data, seed)
    callbacks = [lgb.early_stopping(PATIENCE, verbose=False)]
    booster = lgb.train(fixed(data, seed), train, ROUNDS, valid_sets=[valid], callbacks=callbacks)
    return data.loss(y, booster.predict(x))


def run_ours(data: Data, seed: int, seconds: float, **options: Any) -> dict[str, float]:
    import hpo
    from hpo.integrations.lightgbm import tune

    hpo.logging.set_verbosity(hpo.logging.ERROR)
    train, valid, _ = sets(data, seed)
    taken: list[float] = []

    def until_both(study: hpo.Study, trial: hpo.trial.FrozenTrial) -> None:
        taken.append(time.process_time() - start)
        if len(taken) >= N_TRIALS and taken[-1] >= seconds:
            study.stop()

    start = time.process_time()
    tuned = tune(
        fixed(data, seed), train, valid, num_boost_round=ROUNDS, early_stopping_rounds=PATIENCE, n_trials=None,
        seed=seed, callbacks=[until_both], **options,
    )  # fmt: skip
    trials = tuned.study.trials
    found: dict[str, float] = {"seconds_68": taken[N_TRIALS - 1]}
    for name, n in {"at_68": N_TRIALS, "at_time": max(1, int(np.searchsorted(taken, seconds)))}.items():
        complete = [trial for trial in trials[:n] if trial.state is hpo.TrialState.COMPLETE]
        best = min(complete, key=value)
        found[name] = outcome(data, seed, tuned.params | best.params, best.user_attrs["n_rounds"])
        found[f"{name}_valid"] = value(best)
        found[f"{name}_n"] = n
        found[f"{name}_complete"] = len(complete)
    return found


def value(trial: Any) -> float:
    return float(trial.values[0])


def run(folder: Path, half: str, seeds: int, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        for make in HALVES[half]:
            if only and make.__name__ not in only:
                continue
            path = folder / f"{make.__name__}-{seed}.json"
            if path.exists():
                continue
            data = make(seed)
            found = run_tuner(data, seed)
            found |= run_ours(data, seed, found["seconds"])
            path.write_text(json.dumps(found))


def interval(values: Sequence[float]) -> str:
    """The mean and an interval of 90 %."""
    mean = float(np.mean(values))
    half = float(student.ppf(0.95, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return f"{mean:+.1f} [{mean - half:+.1f}, {mean + half:+.1f}]"


MEASURES = ["at_68", "at_time", "at_68_valid", "at_time_valid"]
HEAD = ["data", "seeds", "default", "tuner", "68 trials", "equal time", "s: tuner, 68 trials", "trials in equal time"]
HEAD += ["% less: 68 trials", "% less: equal time", "on the validation set: 68 trials", "equal time"]


def gains(found: list[dict[str, float]]) -> list[list[float]]:
    """By how many per cent, as differences of logarithms, our loss is smaller in each search, for each measure."""
    base = {name: "tuner_valid" if name.endswith("valid") else "tuner" for name in MEASURES}
    return [[100 * float(np.log(one[base[name]] / one[name])) for one in found] for name in MEASURES]


def report(folder: Path, half: str) -> None:
    rows: list[list[str]] = [HEAD, ["---"] * len(HEAD)]
    everything: list[dict[str, float]] = []
    for make in HALVES[half]:
        found = [json.loads(path.read_text()) for path in sorted(folder.glob(f"{make.__name__}-*.json"))]
        if len(found) < 2:
            continue
        everything += found
        mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
        losses = [f"{mean[name]:.4f}" for name in ("default", "tuner", "at_68", "at_time")]
        costs = [f"{mean['seconds']:.1f}, {mean['seconds_68']:.1f}", f"{mean['at_time_n']:.0f}"]
        rows.append([make.__name__, str(len(found)), *losses, *costs, *map(interval, gains(found))])
    if everything:
        rows.append(["all", str(len(everything)), *[""] * 6, *map(interval, gains(everything))])
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "report"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--half", choices=list(HALVES), default="report")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if arguments.action == "report":
        return report(arguments.folder, arguments.half)
    return run(arguments.folder, arguments.half, arguments.seeds, [name for name in arguments.only.split(",") if name])


if __name__ == "__main__":
    main()
