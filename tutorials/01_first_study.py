# %% [markdown]
# # A first study
#
# We tune a support vector machine that tells benign from malignant breast tumours, on the data that
# scikit-learn ships. It takes a few seconds. Everything here also works in a notebook.

# %%
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
# With `seed=0` the same 30 trials come out each time. So few points in ranges this wide need not beat defaults that
# experts have chosen. Below we let the study begin with these.
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
# And as a picture, which a notebook shows where it is the last expression of a cell:

# %%
hpo.visualization.plot_optimization_history(study)

# %% [markdown]
# ## Beginning with what you have
#
# Configurations that you want to see tried go first, here scikit-learn's own defaults. So the study is never worse than
# what you had, and whatever chooses the other trials learns from them. The same call of `optimize` can be made again at
# any time: it goes on.

# %%
study.enqueue_trial({"C": 1.0, "kernel": "rbf", "gamma": 1 / X.shape[1]})
study.optimize(objective, n_trials=10, callbacks=[hpo.TableCallback()])

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
# Next: `02_search_spaces.py` says more of what a trial can be asked for.
