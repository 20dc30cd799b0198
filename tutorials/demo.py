"""Tune a real classifier, stop halfway, resume in a new process, and recompute every decision from the log.

    python tutorials/demo.py            # both halves, each in a process of its own
    python tutorials/demo.py first      # only the first half; leaves demo.db in the working directory
    python tutorials/demo.py second     # only the second half, which finds the study by its name

Data: scikit-learn's bundled images of handwritten digits. Needs scikit-learn (`pip install 'hpo-study[demo]'`).
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

import hpo

NAME, STORAGE = "digits", "sqlite:///demo.db"
X, Y = load_digits(return_X_y=True)
FOLDS = list(StratifiedKFold(3, shuffle=True, random_state=0).split(X, Y))
DEFAULTS = {
    "svm": make_pipeline(StandardScaler(), SVC()),
    "forest": RandomForestClassifier(random_state=0),
}


def suggest_model(trial: hpo.Trial):
    """A model from a space with branches: what is asked for depends on what was answered before."""
    if trial.suggest_categorical("family", ["svm", "forest"]) == "forest":
        return RandomForestClassifier(
            n_estimators=trial.suggest_int("trees", 10, 150, log=True),
            max_features=trial.suggest_float("max_features", 0.05, 1.0),
            min_samples_leaf=trial.suggest_int("min_samples_leaf", 1, 10),
            random_state=0,
        )
    c = trial.suggest_float("C", 1e-2, 1e3, log=True)
    if trial.suggest_categorical("kernel", ["rbf", "linear"]) == "rbf":
        # A prior: values around 1 / (number of features), which is scikit-learn's default, are the likelier ones.
        gamma = trial.suggest_normal("gamma", mean=math.log(1 / X.shape[1]), std=1.5, log=True)
        return make_pipeline(StandardScaler(), SVC(C=c, gamma=gamma))
    penalty = trial.suggest_categorical("penalty", ["l1", "l2"])
    loss = trial.suggest_categorical("loss", ["hinge", "squared_hinge"])  # l1 with hinge raises ValueError
    linear = LinearSVC(C=c, penalty=penalty, loss=loss, dual=loss == "hinge", max_iter=5000, random_state=0)
    return make_pipeline(StandardScaler(), linear)


def accuracies(model):
    """Test accuracy on one fold after the other, so that a hopeless model can be given up early."""
    for train, test in FOLDS:
        yield model.fit(X[train], Y[train]).score(X[test], Y[test])


def objective(trial: hpo.Trial) -> float:
    scores = []
    for fold, accuracy in enumerate(accuracies(suggest_model(trial))):
        scores.append(accuracy)
        trial.report(np.mean(scores), fold)
        if trial.should_prune():
            raise hpo.TrialPruned
    return np.mean(scores)


def show(study: hpo.Study, trial: hpo.FrozenTrial) -> None:
    """One line per trial, for `callbacks`."""
    outcome = f"{trial.value:.4f}" if trial.value is not None else trial.error.type
    chosen = ", ".join(f"{k}={v:.3g}" if isinstance(v, float) else f"{k}={v}" for k, v in trial.params.items())
    print(f"{trial.number:5d}  {trial.state.name:8s}  {outcome:10s}  {chosen}", flush=True)


def run_first_half(n_trials: int) -> None:
    if NAME in hpo.get_all_study_names(STORAGE):
        print(f"Deleting the study {NAME!r} that an earlier run left in {STORAGE}.")
        hpo.delete_study(study_name=NAME, storage=STORAGE)
    study = hpo.create_study(study_name=NAME, storage=STORAGE, direction="maximize", seed=0)
    study.optimize(objective, n_trials=n_trials // 2, catch=(ValueError,), callbacks=[show])


def run_second_half(n_trials: int) -> None:
    study = hpo.load_study(study_name=NAME, storage=STORAGE)
    print(f"Found {len(study.trials)} trials of {NAME!r}, the best one at {study.best_value:.4f}.")
    study.optimize(objective, n_trials=n_trials - len(study.trials), catch=(ValueError,), callbacks=[show])
    summarise(study)


def summarise(study: hpo.Study) -> None:
    counts = {state.name: study.count_trials((state,)) for state in hpo.TrialState if state.is_finished()}
    print("\nTrials: " + ", ".join(f"{n} {name.lower()}" for name, n in counts.items()))
    for failed in study.get_trials(states=(hpo.TrialState.FAIL,))[:1]:
        print(f"Failures are kept with their reason; that of trial {failed.number}: {failed.error.message}")

    family = study.best_params["family"]
    default = np.mean(list(accuracies(DEFAULTS[family])))
    print(f"\nBest model, trial {study.best_trial.number}: {study.best_params}")
    print(f"  {study.best_value:.4f}  its accuracy in 3-fold cross-validation")
    print(f"  {default:.4f}  that of a {family} with scikit-learn's defaults, on the same folds")

    differences = study.verify()
    if differences:
        sys.exit(f"The log does not reproduce: {differences}")
    n_decisions = sum(len(trial.intermediate_values) for trial in study.trials)
    print(
        f"\nAll {len(study.trials)} proposals and {n_decisions} pruning decisions were recomputed from the log: equal."
    )


def run_both_halves(n_trials: int) -> None:
    began = time.monotonic()
    for half in ("first", "second"):
        print(f"\nThe {half} half, in a process of its own:", flush=True)
        subprocess.run([sys.executable, __file__, half, "--n-trials", str(n_trials)], check=True)
    print(f"Took {time.monotonic() - began:.0f} s. The study is in demo.db.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Tune a classifier in two processes, one after the other.")
    parser.add_argument("half", nargs="?", choices=["first", "second"], help="run only this one")
    parser.add_argument("--n-trials", type=int, default=50, help="of both halves together")
    given = parser.parse_args()
    hpo.logging.set_verbosity(hpo.logging.ERROR)  # `show` prints instead
    warnings.simplefilter("ignore", ConvergenceWarning)
    {"first": run_first_half, "second": run_second_half, None: run_both_halves}[given.half](given.n_trials)
