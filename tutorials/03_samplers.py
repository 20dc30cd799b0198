# %% [markdown]
# # Samplers
#
# A *sampler* decides which values a trial tries. It is a pure function of what the study knows, which is why a study
# can be resumed and verified, and why you may change the sampler at any time. Here several of them tune the same
# model, and we look at what each finds with how many trials.
#
# The model predicts how diabetes progressed in 442 patients, by kernel ridge regression. It has three parameters: the
# kernel, its width, and the strength of the penalty. We evaluate a fine grid of them once, so that below each sampler
# can be run many times within seconds. All of the errors are real.

# %%
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

import hpo
from hpo.samplers import (
    AutoSampler,
    CmaEsSampler,
    ForestSampler,
    GPSampler,
    GridSampler,
    RandomSampler,
    TPESampler,
)

hpo.logging.set_verbosity(hpo.logging.WARNING)

X, y = load_diabetes(return_X_y=True)
X = StandardScaler().fit_transform(X)
fold_of = np.random.default_rng(0).permutation(len(y)) % 3
WIDTHS, PENALTIES = np.logspace(-1, 3, 21), np.logspace(-4, 2, 25)
DISTANCES = {"gauss": cdist(X, X, "sqeuclidean"), "laplace": cdist(X, X, "cityblock")}


def errors(kernel: str, width: float) -> np.ndarray:
    """Mean absolute error in cross-validation for each penalty; one eigendecomposition per fold serves them all."""
    gram = np.exp(-DISTANCES[kernel] / width)
    found = []
    for fold in range(3):
        test, train = fold_of == fold, fold_of != fold
        values, vectors = np.linalg.eigh(gram[np.ix_(train, train)])
        centred = vectors.T @ (y[train] - y[train].mean())
        weights = vectors @ (centred / (values + PENALTIES[:, None])).T
        found.append(np.abs(gram[np.ix_(test, train)] @ weights + y[train].mean() - y[test, None]).mean(axis=0))
    return np.mean(found, axis=0)


TABLE = {(kernel, i): errors(kernel, width) for kernel in DISTANCES for i, width in enumerate(WIDTHS)}
print(
    f"{len(TABLE) * len(PENALTIES)} configurations, errors from {min(map(min, TABLE.values())):.2f} to "
    f"{max(map(max, TABLE.values())):.2f}"
)


def objective(trial: hpo.Trial) -> float:
    """The error of the nearest configuration of the grid."""
    kernel = trial.suggest_categorical("kernel", list(DISTANCES))
    width = trial.suggest_float("width", 1e-1, 1e3, log=True)
    penalty = trial.suggest_float("penalty", 1e-4, 1e2, log=True)
    i, j = np.abs(np.log(WIDTHS / width)).argmin(), np.abs(np.log(PENALTIES / penalty)).argmin()
    return TABLE[kernel, i][j]


# %% [markdown]
# ## Beside each other
#
# Each sampler gets 40 trials, from several seeds. We print the mean of the best errors after 10, 20 and 40 trials.


# %%
def best_after(sampler, n_trials: int, seed: int) -> np.ndarray:
    study = hpo.create_study(sampler=sampler, seed=seed)
    study.optimize(objective, n_trials=n_trials)
    return np.minimum.accumulate([trial.value for trial in study.trials])


def compare(samplers: dict, seeds: Iterable[int] = range(8)) -> dict[str, np.ndarray]:
    print(f"{'':10} {'10 trials':>10} {'20 trials':>10} {'40 trials':>10}")
    means = {}
    for name, sampler in samplers.items():
        means[name] = np.mean([best_after(sampler, 40, seed) for seed in seeds], axis=0)
        print(f"{name:10} " + " ".join(f"{means[name][n - 1]:10.2f}" for n in (10, 20, 40)))
    return means


means = compare(
    {
        "default": AutoSampler(),
        "random": RandomSampler(),
        "TPE": TPESampler(),
        "forest": ForestSampler(),
        "GP": GPSampler(),
    }
)

# %% [markdown]
# The same as a picture, which shows the way between:

# %%
import plotly.graph_objects as go  # noqa: E402

figure = go.Figure([go.Scatter(x=np.arange(1, 41), y=curve, name=name) for name, curve in means.items()])
figure.update_layout(xaxis_title="trials", yaxis_title="mean absolute error of the best trial", yaxis_range=[44, 47])
file = Path("samplers.html")
figure.write_html(file, include_plotlyjs="cdn")
print(f"{file}: {file.stat().st_size / 1e3:.0f} kB")
figure  # noqa: B018 - a notebook shows it

# %% [markdown]
# **The default** is `AutoSampler`, which asks one of the others, and can say which one and why. You need not choose:

# %%
study = hpo.create_study(seed=0)
study.optimize(objective, n_trials=20)
print(study.explain(19))

# %% [markdown]
# **Gaussian processes** model the objective itself, with its uncertainty, and try what promises most. They get the
# most out of each trial, and take some hundredths of a second for a proposal. The default asks them as long as that is
# little beside your objective: always, if it takes a minute.
#
# **TPE** looks at the best trials so far, and tries values that are frequent among them and rare among the others. It
# copes with branches, choices, many parameters and many thousands of trials, at about a millisecond each. The default
# goes over to it where trials are many and short. If there is one objective of continuous numbers without constraints,
# it goes over to `CmaEsSampler` instead, and asks it for every other trial from the hundredth on, however long they
# take. With two objectives it does the same with genetic algorithms, which keep a population instead of a model; with
# three or more they take turns with TPE.
#
# **Forests** of regression trees, `ForestSampler`, do what SMAC does, and scikit-optimize's `forest_minimize`. To a
# tree a choice, a branch or a jump is as good as a number, and only the ranks of losses count. They take two or three
# hundredths of a second for a proposal.
#
# **Random search** is the yardstick. It looks at nothing, needs no tuning, and each of its trials is as good
# as any other, so any number of workers may run them at the same time.
#
# Which for what else?
#
# | you have | take |
# |---|---|
# | numbers, and hundreds of trials or more that take no time | `CmaEsSampler`, which learns scales and correlations |
# | choices and branches above all, an objective that jumps, and a habit of SMAC | `ForestSampler` |
# | thousands of quick trials of two objectives | `NSGAIISampler`; of three `MOEADSampler`, of more `NSGAIIISampler` |
# | a plot of the whole space to make | `QMCSampler`, or `LatinHypercubeSampler(n_trials=…)` for a given number |
# | a few configurations, and want to see all | `GridSampler`, or `BruteForceSampler`, which finds them itself |
# | some parameters to be fixed for a while | `PartialFixedSampler` around any other |
#
# How much they leave of what random search leaves, which is 1, as the benchmark measures it: the mean over 36 kinds of
# problems, smooth and rough, noisy, mixed, with branches and with constraints.

# %%
REGRET = {
    "trials": [5, 10, 20, 30, 50, 100, 200, 300],
    "default": [0.91, 0.73, 0.38, 0.21, 0.11, 0.06, 0.03, 0.03],
    "TPESampler": [0.95, 0.80, 0.62, 0.49, 0.35, 0.23, 0.16, 0.17],
    "CmaEsSampler": [0.87, 0.84, 0.70, 0.56, 0.41, 0.23, 0.09, 0.07],
}

names = list(REGRET)[1:]
figure = go.Figure([go.Scatter(x=REGRET["trials"], y=REGRET[name], name=name) for name in names])
figure.update_layout(xaxis_title="trials", yaxis_title="regret beside random search", xaxis_type="log")
figure.update_xaxes(tickvals=REGRET["trials"])
figure.write_html(file, include_plotlyjs="cdn")
figure  # noqa: B018 - a notebook shows it

# %% [markdown]
# So the default is ahead from about ten trials on. `CmaEsSampler` overtakes `TPESampler` after a hundred.
#
# When would you choose by hand? To set an option: `GPSampler(deterministic_objective=True)` for a simulation without
# noise, `GPSampler(noise_std=…)` where you know the noise, `TPESampler(multi_fidelity=True)` for learning curves under
# successive halving. To compare with a paper. To see all combinations, as in the next section. Or if the same seed must
# give the same trials on any machine even for objectives of a tenth of a second: `AutoSampler(overhead=None)` leaves
# time out of the choice.
#
# ## Many quick trials
#
# Here is what the evolution strategy is for: ten numbers that depend on each other, of very different weights, and
# a function that takes no time. We print the best value after 300 and after 1 000 trials.


# %%
def valley(trial: hpo.Trial) -> float:
    x = np.array([trial.suggest_float(f"x{i}", -5, 5) for i in range(10)])
    return float((np.diff(x) ** 2).sum() * 100 + ((x - 1) ** 2).sum())


for sampler in (CmaEsSampler(), TPESampler(), RandomSampler()):
    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(valley, n_trials=1000)
    values = np.minimum.accumulate([trial.value for trial in study.trials])
    print(f"{type(sampler).__name__:15} {values[299]:12.4g} {values[999]:12.4g}")

# %% [markdown]
# ## A grid
#
# Where you want to see all combinations, in a paper's table say, name the values. The study ends when the grid is
# used up. Repeats and random search between its points cost nothing extra: see `GridSampler`.

# %%
grid = {"kernel": list(DISTANCES), "width": [0.1, 10.0, 1000.0], "penalty": [1e-4, 1e-1, 1e2]}
study = hpo.create_study(sampler=GridSampler(grid), seed=0)
study.optimize(objective, n_trials=100)
print(f"{len(study.trials)} trials, best {study.best_value:.2f} with {study.best_params}")

# %% [markdown]
# ## The same again, or not
#
# All random choices of a study come from its seed, each from the trial's number and the parameter's name. The same
# seed gives the same trials, also with threads, if `optimize` is asked to be reproducible.


# %%
def trials_of(seed: int, **options) -> list[dict]:
    study = hpo.create_study(sampler=TPESampler(), seed=seed)
    study.optimize(objective, n_trials=20, **options)
    return [trial.params for trial in study.trials]


print("Same seed, same trials:   ", trials_of(1) == trials_of(1))
print("Other seed, same trials:  ", trials_of(1) == trials_of(2))
print("Four threads, same trials:", trials_of(1, n_jobs=4, reproducible=True) == trials_of(1, reproducible=True))

# %% [markdown]
# ## Changing the sampler
#
# A study belongs to no sampler. Begin with random search, go on with TPE: it learns from all trials that are there.

# %%
study = hpo.create_study(sampler=RandomSampler(), seed=0)
study.optimize(objective, n_trials=20)
print(f"20 random trials:     {study.best_value:.2f}")
study.sampler = TPESampler()
study.optimize(objective, n_trials=20)
print(f"and 20 of TPE:        {study.best_value:.2f}")

# %% [markdown]
# ## One of your own
#
# A sampler is anything with a method `sample`. It gets the space, the history and a source of randomness, and returns
# one coded number per parameter: in [0, 1] for numbers, an index for choices, NaN to leave it to the prior. Here is
# one that perturbs the best trial; `hpo.testing.SamplerContract` would test it.


# %%
class Climber:
    """Change each number of the best trial a little."""

    def sample(self, space, history, key):
        proposal = space.uniform(key)
        complete = history.where(np.isfinite(history.losses[:, 0]))
        if len(complete) < 5:
            return proposal
        best = complete.over(space)[complete.losses[:, 0].argmin()]
        step = key.generator().normal(0, 0.1, len(space))
        numeric = np.array([distribution.kind != "categorical" for distribution in space.distributions])
        return np.where(numeric, np.clip(best + step, 0, 1), best)


compare({"random": RandomSampler(), "climber": Climber()})

# %% [markdown]
# It does no better than random search, as it never looks far from its first find: weighing far against near is what the
# others are good at.
#
# Next: `04_pruning.py` gives up hopeless trials early.
