# %% [markdown]
# # Coming from scikit-optimize: a network's epochs, layers, learning rate and optimiser
#
# The search that introduces Bayesian optimisation in many books: how long, how deep, how fast, and with which optimiser
# is a network to be trained? We read handwritten digits with scikit-learn's network, by `hpo.minimize`, which stands
# where `gp_minimize` stands, and compare it with random search.

# %%
import warnings
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from skopt.space import Categorical, Integer, Real

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)

x, y = load_digits(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x / 16, y, train_size=700, random_state=0, stratify=y)


def train(epochs, layers, rate, optimiser):
    """The error on digits that the network has not seen."""
    model = MLPClassifier((32,) * layers, learning_rate_init=rate, solver=optimiser, max_iter=epochs, random_state=0)
    with warnings.catch_warnings(action="ignore"):  # that so few epochs are not the end
        model.fit(x_train, y_train)
    return 1 - model.score(x_valid, y_valid)


# %% [markdown]
# ## The dimensions, as they are
#
# Objects of `skopt.space` are taken; tuples and lists such as `(1, 20)`, `(1e-4, 1e-1, "log-uniform")` and
# `["adam", "sgd"]` say the same without that library.

# %%
dimensions = [
    Integer(1, 20, name="epochs"),
    Integer(1, 3, name="layers"),
    Real(1e-4, 1e-1, prior="log-uniform", name="rate"),
    Categorical(["adam", "sgd"], name="optimiser"),
]
default = [5, 1, 1e-3, "adam"]
result = hpo.minimize(lambda point: train(*point), dimensions, x0=default, n_trials=20, acq_func="EI", seed=0)
print(f"Error {result.fun:.3f} at {result.x}, after {result.func_vals[0]:.3f} for the default")

# %% [markdown]
# Is that luck? Random search, as often:

# %%
by_chance = hpo.minimize(
    lambda point: train(*point), dimensions, x0=default, n_trials=20, sampler=hpo.samplers.RandomSampler(), seed=0
)
print(f"Random search: error {by_chance.fun:.3f} at {by_chance.x}")

# %% [markdown]
# ## Its plots
#
# `plot_convergence` compares searches. `plot_matrix` is `plot_objective`: what the error depends on, one parameter
# after the other on the diagonal, two together below. With `kind="trials"` it is `plot_evaluations`.

# %%
from hpo.visualization import plot_convergence, plot_matrix  # noqa: E402

plot_convergence([result.study, by_chance.study]).write_html("convergence.html", include_plotlyjs="cdn")
plot_matrix(result.study).write_html("objective.html", include_plotlyjs="cdn")
plot_matrix(result.study, kind="trials").write_html("evaluations.html", include_plotlyjs="cdn")

# %% [markdown]
# ## Dump, load, and go on
#
# With a storage there is nothing to dump. The same call again with more trials makes only those that are missing, and a
# callback ends it when nothing better has come for a while.

# %%
space = {"epochs": (1, 20), "layers": (1, 3), "rate": (1e-4, 1e-1, "log-uniform"), "optimiser": ["adam", "sgd"]}
Path("digits.db").unlink(missing_ok=True)
kept = {"storage": "sqlite:///digits.db", "study_name": "digits", "seed": 0}
hpo.minimize(lambda point: train(**point), space, n_trials=8, **kept)
longer = hpo.minimize(lambda point: train(**point), space, n_trials=14, callback=hpo.NoImprovement(10), **kept)
print(f"Went on to {len(longer.x_iters)} points, best {longer.x}")

# %% [markdown]
# ## As an objective
#
# A list of dimensions cannot say that the second layer has a width only if there is one. An objective can:


# %%
def objective(trial):
    layers = trial.suggest_int("layers", 1, 3)
    widths = tuple(trial.suggest_int(f"width_{i}", 8, 64, log=True) for i in range(layers))
    model = MLPClassifier(widths, learning_rate_init=trial.suggest_float("rate", 1e-3, 1e-1, log=True), max_iter=8)
    with warnings.catch_warnings(action="ignore"):
        model.set_params(random_state=0).fit(x_train, y_train)
    return 1 - model.score(x_valid, y_valid)


study = hpo.create_study(seed=0)
study.optimize(objective, n_trials=12)
print(study.results_summary(3))
