# %% [markdown]
# # Coming from SMAC3: conditions, forbidden combinations, and racing
#
# A support vector machine whose kernels have parameters of their own: in SMAC3 a `ConfigurationSpace` with conditions,
# here the function that trains it. Then what SMAC is known for, spending more evaluations on what is good.

# %%
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import hpo

hpo.logging.set_verbosity(hpo.logging.ERROR)

x, y = load_breast_cancer(return_X_y=True)
FOLDS = list(StratifiedKFold(10, shuffle=True, random_state=0).split(x, y))


def configured(trial):
    """What a configuration says: a condition is an `if`."""
    kernel = trial.suggest_categorical("kernel", ["linear", "rbf", "poly", "sigmoid"])
    options = {"C": trial.suggest_float("C", 1e-2, 1e2, log=True)}
    if kernel != "linear":
        options["gamma"] = trial.suggest_float("gamma", 1e-4, 1.0, log=True)
    if kernel == "poly":
        options["degree"] = trial.suggest_int("degree", 2, 4)
    if kernel in ("poly", "sigmoid"):
        options["coef0"] = trial.suggest_float("coef0", 0, 5)
    return make_pipeline(StandardScaler(), SVC(kernel=kernel, **options))


def error(model, fold):
    train, test = FOLDS[fold]
    return 1 - model.fit(x[train], y[train]).score(x[test], y[test])


# %% [markdown]
# ## Conditions, and what is forbidden
#
# A large C with a steep polynomial is forbidden: the trial fails before anything is trained, for a reason, and the
# sampler learns to keep away. The default configuration comes first, and then one that is forbidden.


# %%
def objective(trial):
    model = configured(trial)
    if trial.params["kernel"] == "poly" and trial.params["C"] * trial.params["gamma"] > 1:
        raise hpo.TrialFailed("forbidden: a polynomial with a large C")
    return np.mean([error(model, fold) for fold in range(3)])


study = hpo.create_study(seed=0)
study.enqueue_trial({"kernel": "rbf", "C": 1.0, "gamma": 1 / 30})
study.enqueue_trial({"kernel": "poly", "C": 50.0, "gamma": 0.5, "degree": 2, "coef0": 0.0})
study.optimize(objective, n_trials=25)
print(f"The default: {study.trials[0].value:.4f}; the incumbent: {study.best_value:.4f} with {study.best_params}")
print("Failed:", {trial.error.message for trial in study.get_trials(states=(hpo.TrialState.FAIL,))})
print(study.results_summary(3))

# %% [markdown]
# ## Racing
#
# Ten folds are ten instances. The pruner compares each trial with the best one, fold by fold, and ends it when it is
# worse beyond doubt. What a trial has by then is its value.


# %%
def race(trial):
    model, errors = configured(trial), []
    for fold in range(10):
        errors.append(error(model, fold))
        trial.report(errors[-1], fold)
        if trial.should_prune():
            break
    return np.mean(errors)


racing = hpo.create_study(pruner=hpo.pruners.WilcoxonPruner(), sampler=hpo.samplers.TPESampler(), seed=0)
racing.enqueue_trial({"kernel": "rbf", "C": 1.0, "gamma": 1 / 30})
racing.optimize(race, n_trials=25)
used = sum(len(trial.intermediate_values) for trial in racing.trials)
print(f"Racing: {racing.best_value:.4f} with {racing.best_params}, {used} trainings instead of {25 * 10}")

# %% [markdown]
# ## Two objectives
#
# An error and a size; SMAC's `ParEGO` has its place in the default sampler.


# %%
def both(trial):
    model = configured(trial)
    return error(model, 0), len(model[-1].support_)


front = hpo.create_study(directions=["minimize", "minimize"], seed=0)
front.set_metric_names(["error", "support vectors"])
front.optimize(both, n_trials=15)
print(front.results_summary(4))
