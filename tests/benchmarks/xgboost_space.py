"""How good `hpo.integrations.xgboost.tune` is beside Optuna's TPE over the ranges that most tutorials have.

    python -m tests.benchmarks.xgboost_space run --folder DIR [--seeds 10] [--only NAME,…]
    python -m tests.benchmarks.xgboost_space report --folder DIR

It needs `pip install xgboost scikit-learn optuna`. Both make 68 trials with the same training and validation set, the
same metric, at most 300 rounds and early stopping after 50, on one thread; a seed is another split and another search.
`tune` goes on until it has taken as much processor time, and is judged at both points. The data sets are those of the
half "report" of `boosting.py`, on which no range was chosen; `report` prints what its `report` does.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.boosting import HALVES, N_TRIALS, Array, Data, report, value

ROUNDS, PATIENCE = 300, 50


def fixed(data: Data, seed: int) -> dict[str, Any]:
    binary = data.objective == "binary"
    return {
        "objective": "binary:logistic" if binary else "reg:squarederror",
        "eval_metric": "logloss" if binary else "rmse",
        "nthread": 1,
        "seed": seed,
        "verbosity": 0,
    }


def usual(trial: Any) -> dict[str, Any]:
    """The ranges of most tutorials."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.3, log=True),
        "max_depth": trial.suggest_int("max_depth", 3, 10),
        "min_child_weight": trial.suggest_int("min_child_weight", 1, 10),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.5, 1.0),
        "gamma": trial.suggest_float("gamma", 1e-8, 1.0, log=True),
        "reg_alpha": trial.suggest_float("reg_alpha", 1e-8, 10.0, log=True),
        "reg_lambda": trial.suggest_float("reg_lambda", 1e-8, 10.0, log=True),
    }


def sets(data: Data, seed: int) -> tuple[Any, Any, tuple[Array, Array]]:
    import xgboost as xgb

    (x, y), (x_valid, y_valid), test = data.split(seed)
    return xgb.DMatrix(x, y), xgb.DMatrix(x_valid, y_valid), test


def outcome(data: Data, seed: int, params: dict[str, Any], n_rounds: int) -> float:
    """The loss on the test set."""
    import xgboost as xgb

    train, _, (x, y) = sets(data, seed)
    return data.loss(y, xgb.train(params, train, n_rounds).predict(xgb.DMatrix(x)))


def trained(params: dict[str, Any], train: Any, valid: Any) -> tuple[float, int]:
    """The best metric on the validation set, and the rounds after which it was reached."""
    import xgboost as xgb

    booster = xgb.train(
        params, train, ROUNDS, evals=[(valid, "valid")], early_stopping_rounds=PATIENCE, verbose_eval=False
    )
    return float(booster.best_score), int(booster.best_iteration) + 1


def run_rival(data: Data, seed: int) -> dict[str, float]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    train, valid, _ = sets(data, seed)

    def objective(trial: Any) -> float:
        best, n_rounds = trained({**fixed(data, seed), **usual(trial)}, train, valid)
        trial.set_user_attr("n_rounds", n_rounds)
        return best

    start = time.process_time()
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=N_TRIALS)
    seconds = time.process_time() - start
    best = study.best_trial
    loss = outcome(data, seed, {**fixed(data, seed), **best.params}, best.user_attrs["n_rounds"])
    default = outcome(data, seed, fixed(data, seed), trained(fixed(data, seed), train, valid)[1])
    return {"tuner": loss, "tuner_valid": study.best_value, "seconds": seconds, "default": default}


def run_ours(data: Data, seed: int, seconds: float) -> dict[str, float]:
    import hpo
    from hpo.integrations.xgboost import tune

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
        seed=seed, callbacks=[until_both],
    )  # fmt: skip
    found: dict[str, float] = {"seconds_68": taken[N_TRIALS - 1]}
    for name, n in {"at_68": N_TRIALS, "at_time": max(1, int(np.searchsorted(taken, seconds)))}.items():
        complete = [trial for trial in tuned.study.trials[:n] if trial.state is hpo.TrialState.COMPLETE]
        best = min(complete, key=value)
        found[name] = outcome(data, seed, tuned.params | best.params, best.user_attrs["n_rounds"])
        found |= {f"{name}_valid": value(best), f"{name}_n": n, f"{name}_complete": len(complete)}
    return found


def run(folder: Path, seeds: int, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        for make in HALVES["report"]:
            path = folder / f"{make.__name__}-{seed}.json"
            if path.exists() or (only and make.__name__ not in only):
                continue
            data = make(seed)
            found = run_rival(data, seed)
            found |= run_ours(data, seed, found["seconds"])
            path.write_text(json.dumps(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["run", "report"])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if arguments.action == "report":
        return report(arguments.folder, "report")
    return run(arguments.folder, arguments.seeds, [name for name in arguments.only.split(",") if name])


if __name__ == "__main__":
    main()
