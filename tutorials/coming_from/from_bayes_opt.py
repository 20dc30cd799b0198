# %% [markdown]
# # Coming from bayes_opt: bounds, a table, and a network's neurons
#
# What one does with `BayesianOptimization(f, pbounds)`: bounds, points to begin with, the printed table, points that
# one wants to see tried, other bounds, a constraint, and numbers that are whole.

# %%
import warnings

from sklearn.datasets import load_diabetes
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)

x, y = load_diabetes(return_X_y=True)
y = (y - y.mean()) / y.std()


def black_box(log_c, log_gamma):
    """R² of a support vector machine, in five folds; to be maximised."""
    return cross_val_score(make_pipeline(StandardScaler(), SVR(C=10**log_c, gamma=10**log_gamma)), x, y, cv=5).mean()


# %% [markdown]
# ## Bounds, and the table
#
# Names in `pbounds` are the arguments of the function. `n_startup_trials` are what `init_points` were, and the trials
# together `init_points + n_iter`.

# %%
pbounds = {"log_c": (-3.0, 1.0), "log_gamma": (-4.0, 0.0)}


def objective(trial):
    return black_box(**{name: trial.suggest_float(name, *ends) for name, ends in pbounds.items()})


study = hpo.create_study(direction="maximize", sampler=hpo.samplers.GPSampler(n_startup_trials=4), seed=1)
study.optimize(objective, n_trials=4 + 8, callbacks=[hpo.TableCallback()])
print("max:", {"target": round(study.best_value, 4), "params": study.best_params})

# %% [markdown]
# ## Probing, and other bounds
#
# A point that one wants to see tried goes first. Bounds may change at any time: what was learned stays.

# %%
study.enqueue_trial({"log_c": 0.0, "log_gamma": -1.0})
pbounds["log_c"] = (-3.0, 3.0)
study.optimize(objective, n_trials=6)
print(f"Wider: {study.best_value:.4f} at {study.best_params}")

# %% [markdown]
# ## A constraint
#
# The machine should keep no more than 300 support vectors. A constraint is an amount that is to be at most 0; the
# sampler models it beside the target.


# %%
def constrained(trial):
    params = {name: 10 ** trial.suggest_float(name, *ends) for name, ends in pbounds.items()}
    model = make_pipeline(StandardScaler(), SVR(C=params["log_c"], gamma=params["log_gamma"], epsilon=0.4))
    trial.set_constraint("support", len(model.fit(x, y)[-1].support_) - 300)
    return cross_val_score(model, x, y, cv=5).mean()


small = hpo.create_study(direction="maximize", seed=0)
small.optimize(constrained, n_trials=15)
print(f"Feasible: {small.best_value:.4f}, constraint {small.best_trial.constraints['support']:.0f}")

# %% [markdown]
# ## Neurons and layers
#
# Whole numbers need no rounding by hand, and a layer that is not there asks for no neurons.

# %%
x_train, x_valid, y_train, y_valid = train_test_split(x, y, random_state=0)


def network(trial):
    layers = trial.suggest_int("layers", 1, 3)
    neurons = [trial.suggest_int(f"neurons_{i}", 4, 64) for i in range(layers)]
    activation = trial.suggest_categorical("activation", ["relu", "tanh"])
    rate = trial.suggest_float("rate", 1e-3, 1e-1, log=True)
    model = MLPRegressor(
        hidden_layer_sizes=neurons, activation=activation, learning_rate_init=rate, max_iter=40, random_state=0
    )
    with warnings.catch_warnings(action="ignore"):  # that it could be trained for longer
        return make_pipeline(StandardScaler(), model).fit(x_train, y_train).score(x_valid, y_valid)


discrete = hpo.create_study(direction="maximize", seed=0)
discrete.optimize(network, n_trials=15)
print(discrete.results_summary(3))
