# %% [markdown]
# # A first study
#
# We tune a support vector machine that tells benign from malignant breast tumours, on the data that
# scikit-learn ships. It takes a few seconds. Everything here also works in a notebook.

# %%
import math

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)  # by default every trial logs a line

X, y = load_breast_cancer(return_X_y=True)


def accuracy(model):
    return cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3).mean()


print(f"With scikit-learn's defaults: {accuracy(SVC()):.4f}")

# %% [markdown]
# ## An objective
#
# An *objective* takes a trial, asks it for parameters, and returns a number. The search space is whatever the
# code asks for while it runs: a branch that is not taken asks for nothing.


# %%
def objective(trial):
    C = trial.suggest_float("C", 1e-3, 1e3, log=True)
    kernel = trial.suggest_categorical("kernel", ["linear", "rbf"])
    if kernel == "linear":
        return accuracy(SVC(C=C, kernel="linear"))
    return accuracy(SVC(C=C, gamma=trial.suggest_float("gamma", 1e-5, 1e1, log=True)))


study = hpo.create_study(direction="maximize", seed=0)
study.optimize(objective, n_trials=30)
print(f"Best of 30: {study.best_value:.4f} with {study.best_params}")

# %% [markdown]
# The default sampler is random search; with `seed=0` the same 30 trials come out each time. So few random points in
# ranges this wide need not beat defaults that experts have chosen. Below we make better use of the same number.
#
# ## Looking at the trials
#
# `study.trials` lists them all. The parameters of a trial are those that its branch asked for.

# %%
for trial in study.trials[:5]:
    print(trial.number, trial.state.name, f"{trial.value:.4f}", trial.params)

# %% [markdown]
# With pandas installed, `study.trials_dataframe()` gives the same as a table:

# %%
print(study.trials_dataframe(attrs=("number", "value", "params")).sort_values("value").tail(3))

# %% [markdown]
# ## Saying what you know
#
# Good values of `gamma` often lie near 1 / (number of features). `suggest_normal` says so, here on a logarithmic
# scale: about two thirds of the proposals lie within a factor of e of it, and none is ruled out.


# %%
def with_prior(trial):
    C = trial.suggest_normal("C", mean=math.log(10), std=2.0, log=True)
    gamma = trial.suggest_normal("gamma", mean=math.log(1 / X.shape[1]), std=1.0, log=True)
    return accuracy(SVC(C=C, gamma=gamma))


informed = hpo.create_study(direction="maximize", seed=0)
informed.enqueue_trial({"C": 1.0, "gamma": 1 / X.shape[1]})  # first of all, try the defaults
informed.optimize(with_prior, n_trials=30)
print(f"Best of 30 with a prior: {informed.best_value:.4f} with {informed.best_params}")

# %% [markdown]
# ## When a trial fails
#
# A failure ends the run, unless `catch` names it. Either way the trial is kept, with the reason.


# %%
def fragile(trial):
    degree = trial.suggest_int("degree", -1, 4)  # scikit-learn refuses a negative degree with a ValueError
    model = make_pipeline(StandardScaler(), SVC(kernel="poly", degree=degree))
    return cross_val_score(model, X, y, cv=3, error_score="raise").mean()


hpo.logging.set_verbosity(hpo.logging.ERROR)  # the warnings would show each traceback
failing = hpo.create_study(direction="maximize", seed=1)
failing.optimize(fragile, n_trials=12, catch=ValueError)
for trial in failing.get_trials(states=(hpo.TrialState.FAIL,)):
    print(f"Trial {trial.number} with {trial.params}: {trial.error.type}: {trial.error.message.splitlines()[0]}")

# %% [markdown]
# Next: `02_resume.py` keeps a study in a file, and goes on with it after a crash.
