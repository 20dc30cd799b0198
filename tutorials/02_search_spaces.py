# %% [markdown]
# # Search spaces, priors and conditions
#
# A search space is not declared anywhere: it is what the objective asks for while it runs. So it can have branches
# and loops, and parameters that depend on others. We predict how diabetes progressed in 442 patients within a year,
# from ten measurements each; the data come with scikit-learn.

# %%
import math
import warnings

import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)

X, y = load_diabetes(return_X_y=True)
FOLDS = KFold(3, shuffle=True, random_state=0)


def error(model):
    """Mean absolute error in cross-validation; the target ranges from 25 to 346."""
    scores = cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=FOLDS, scoring="neg_mean_absolute_error")
    return -scores.mean()


print(f"Always predicting the median: {np.abs(y - np.median(y)).mean():.1f}")
print(f"Linear regression:            {error(Ridge(1e-9)):.1f}")

# %% [markdown]
# ## Numbers and choices
#
# `log=True` is for what people vary by factors. `step` lays a grid over a range, also over a logarithmic one. A choice
# may be anything that JSON can hold, lists and dicts too. `ordered=True` tells a sampler that neighbours are alike.


# %%
def boosted(trial):
    return GradientBoostingRegressor(
        learning_rate=trial.suggest_float("learning_rate", 1e-3, 1.0, log=True),
        n_estimators=trial.suggest_int("trees", 10, 50, step=10),
        subsample=trial.suggest_float("subsample", 0.3, 1.0, step=0.1),
        loss=trial.suggest_categorical("loss", ["squared_error", "absolute_error", "huber"]),
        max_depth=trial.suggest_categorical("depth", [1, 2, 3, 5], ordered=True),
        random_state=0,
    )


study = hpo.create_study(study_name="boosting", seed=0)
study.optimize(lambda trial: error(boosted(trial)), n_trials=10)
print(study.search_space_summary())
print(f"\nBest of 10: {study.best_value:.1f} with {study.best_params}")

# %% [markdown]
# ## Conditions
#
# An `if` makes a branch. Each trial has the parameters of its own branch and no others, and models of samplers and
# importances take that into account.


# %%
def any_model(trial):
    family = trial.suggest_categorical("family", ["ridge", "kernel", "boosting"])
    if family == "ridge":
        strength = trial.suggest_float("strength", 1e-3, 1e5, log=True)
        degree = trial.suggest_int("degree", 1, 2)
        return make_pipeline(PolynomialFeatures(degree), Ridge(strength))
    if family == "kernel":
        return KernelRidge(
            kernel="rbf",
            alpha=trial.suggest_float("alpha", 1e-3, 1e1, log=True),
            gamma=trial.suggest_float("gamma", 1e-5, 1e0, log=True),
        )
    return boosted(trial)


study = hpo.create_study(study_name="families", seed=0)
study.optimize(lambda trial: error(any_model(trial)), n_trials=20)
for family in ("ridge", "kernel", "boosting"):
    mine = [trial for trial in study.trials if trial.params["family"] == family]
    best = min(mine, key=lambda trial: trial.value)
    print(f"{family:8}  {len(mine):2} trials, best {best.value:.1f} with {sorted(best.params)}")

# %% [markdown]
# Where the good trials of each branch lie:

# %%
hpo.visualization.plot_slice(study)

# %% [markdown]
# A loop makes as many parameters as it runs. And a range may depend on what was drawn before: here no layer
# of a network is larger than the one before it.


# %%
def network(trial):
    sizes, largest = [], 32
    for i in range(trial.suggest_int("layers", 1, 3)):
        largest = trial.suggest_int(f"units {i}", 2, largest)
        sizes.append(largest)
    strength = trial.suggest_float("strength", 1e-2, 1e3, log=True)
    return MLPRegressor(hidden_layer_sizes=sizes, alpha=strength, solver="lbfgs", max_iter=60, random_state=0)


warnings.simplefilter("ignore", ConvergenceWarning)  # 60 iterations are meant
study = hpo.create_study(study_name="networks", seed=0)
study.optimize(lambda trial: error(network(trial)), n_trials=10)
for trial in study.trials[:3]:
    print([value for name, value in trial.params.items() if name.startswith("units")], f"{trial.value:.1f}")

# %% [markdown]
# ## Priors
#
# Often you know more than a range: a value that works usually, and by what factor it may be off.
# `suggest_normal` takes just that, on a logarithmic scale if wanted. Choices take weights. Every sampler draws from
# these priors at first; `GPSampler` and `TPESampler` believe them less with each trial, and least where
# good trials contradict them. `suggest_normal(..., integer=True)` gives integers: it is what Hyperopt calls `qnormal`,
# with `log=True` `qlognormal`; its `randint` is `suggest_int`.


# %%
def informed(trial):
    family = trial.suggest_categorical("family", ["ridge", "kernel"], weights=[1, 3])
    if family == "ridge":
        return Ridge(trial.suggest_normal("strength", mean=math.log(30), std=1.5, log=True))
    return KernelRidge(
        kernel="rbf",
        alpha=trial.suggest_normal("alpha", mean=math.log(0.1), std=1.0, log=True),
        gamma=trial.suggest_normal("gamma", mean=math.log(0.01), std=1.0, log=True),
    )


study = hpo.create_study(study_name="informed", seed=0)
study.optimize(lambda trial: error(informed(trial)), n_trials=20)
kernels = sum(trial.params["family"] == "kernel" for trial in study.trials)
print(f"{kernels} of 20 trials took the kernel; best {study.best_value:.1f} with {study.best_params}")

# %% [markdown]
# What you want to see tried goes first, whatever the sampler thinks. Parameters that you leave out are sampled.

# %%
study.enqueue_trial({"family": "ridge", "strength": 1.0})
study.enqueue_trial({"family": "kernel"})
study.optimize(lambda trial: error(informed(trial)), n_trials=2)
for trial in study.trials[-2:]:
    print(f"Trial {trial.number}: {trial.value:.1f} with {trial.params}")

# %% [markdown]
# ## Earlier studies
#
# The same model was tuned before, on other data? `warm_start` takes finished studies, or pairs of a storage and a name.
# Three good configurations are tried first, of several studies such as complement each other; then the sampler goes on
# with what these came to here. Their old errors are not mixed in: other data, other errors. Here the older half of the
# patients comes first.

# %%
is_old = X[:, 0] > np.median(X[:, 0])


def error_of(model, patients):
    pipeline = make_pipeline(StandardScaler(), model)
    return -cross_val_score(pipeline, X[patients], y[patients], cv=FOLDS, scoring="neg_mean_absolute_error").mean()


old = hpo.create_study(study_name="old", seed=0)
old.optimize(lambda trial: error_of(any_model(trial), is_old), n_trials=20)
for name, earlier in {"from nothing": [], "from the other study": [old]}.items():
    young = hpo.create_study(seed=1, warm_start=earlier)
    young.optimize(lambda trial: error_of(any_model(trial), ~is_old), n_trials=8)
    print(f"{name:20}  best of the first 2: {min(t.value for t in young.trials[:2]):.1f}, of 8: {young.best_value:.1f}")

# %% [markdown]
# A study may have fewer parameters than the earlier one, more, or other ranges. A value outside of its range becomes
# the nearest one inside, and a choice that is no longer offered is the sampler's to make.

# %% [markdown]
# ## Changing your mind
#
# A range may be widened, and a choice or a parameter be added while a study goes on. What was tried so far counts
# wherever it lies in the new space. Only the kind of a parameter has to stay the same: a name that was a number cannot
# become a choice.

# %%
study.optimize(lambda trial: error(KernelRidge(kernel="rbf", gamma=trial.suggest_normal("gamma", -5, 2, log=True))), 3)
print(study.search_space_summary())

hpo.logging.set_verbosity(hpo.logging.ERROR)  # the failure below is meant
try:
    study.optimize(lambda trial: trial.suggest_int("gamma", 1, 3), n_trials=1)
except hpo.exceptions.DistributionMismatchError as mistake:
    print(f"\nRefused: {mistake}")

# %% [markdown]
# Next: `03_samplers.py`, which looks at who chooses the values.
