# %% [markdown]
# # Coming from Optuna: the script, and what it gains
#
# A script of Optuna's, with one line changed. Then: taking along a study that Optuna has stored, resuming exactly, and
# checking that every trial was what the sampler proposed.

# %%
from pathlib import Path

from sklearn.datasets import load_wine
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

import hpo as optuna

optuna.logging.set_verbosity(optuna.logging.WARNING)

x, y = load_wine(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(
    StandardScaler().fit_transform(x), y, test_size=0.4, random_state=0
)


def objective(trial):
    alpha = trial.suggest_float("alpha", 1e-5, 1e1, log=True)
    model = SGDClassifier(alpha=alpha, penalty=trial.suggest_categorical("penalty", ["l1", "l2"]), random_state=0)
    for step in range(20):
        model.partial_fit(x_train, y_train, classes=[0, 1, 2])
        trial.report(1 - model.score(x_valid, y_valid), step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return 1 - model.score(x_valid, y_valid)


study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0), pruner=optuna.pruners.MedianPruner())
study.optimize(objective, n_trials=30)
print(f"{study.best_value:.4f} with {study.best_params}")
print({name: round(share, 2) for name, share in optuna.importance.get_param_importances(study).items()})

# %% [markdown]
# ## Taking a study along
#
# `import_optuna` copies studies out of a database of Optuna's into one of ours. The log of a study is its only state,
# so nothing else has to come along. (Here Optuna makes a study first.)

# %%
import warnings  # noqa: E402

with warnings.catch_warnings(action="ignore"):  # which Optuna may have about what it uses
    import optuna as theirs

for stale in ("theirs.db", "ours.db"):
    Path(stale).unlink(missing_ok=True)
theirs.logging.set_verbosity(theirs.logging.WARNING)
old = theirs.create_study(
    storage="sqlite:///theirs.db", study_name="wine", sampler=theirs.samplers.RandomSampler(seed=0)
)
old.optimize(lambda trial: (trial.suggest_float("x", -5, 5) - 2) ** 2, n_trials=15)

optuna.storage.import_optuna("sqlite:///theirs.db", to="sqlite:///ours.db", seed=0)
copy = optuna.load_study(study_name="wine", storage="sqlite:///ours.db")
print(f"{len(copy.trials)} trials, best {copy.best_value:.4f}, as there: {copy.best_params == old.best_params}")
copy.optimize(lambda trial: (trial.suggest_float("x", -5, 5) - 2) ** 2, n_trials=10)
print(f"After 10 more: {copy.best_value:.6f}")

# %% [markdown]
# ## Resuming, exactly
#
# A seeded study that is interrupted makes the trials that it would have made. Sampler and pruner are functions of the
# log, so every proposal can be computed again: `verify` lists those that differ.


# %%
def run(*parts):
    one = optuna.create_study(sampler=optuna.samplers.TPESampler(), seed=7)
    for n in parts:
        one.optimize(lambda trial: (trial.suggest_float("x", -5, 5) - 2) ** 2, n_trials=n)
    return one


whole, parts = run(30), run(10, 20)
print("Same trials:", [t.params for t in whole.trials] == [t.params for t in parts.trials])
print("Differences:", parts.verify())

# %% [markdown]
# ## Why this trial?
#
# The default sampler chooses a model by what is known so far, and says so.

# %%
default = optuna.create_study(seed=0)
default.optimize(lambda trial: (trial.suggest_float("x", -5, 5) - 2) ** 2, n_trials=15)
print(default.explain(14))
