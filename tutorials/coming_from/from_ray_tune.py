# %% [markdown]
# # Coming from Ray Tune: a trainable, a scheduler, and processes
#
# A training function that reports, successive halving, a few processes, and a run that is taken up again. The same
# objective runs on a cluster by `executor=hpo.executors.Ray(num_gpus=1)`; here processes of this machine do.

# %%
import os
import time
from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)

x, y = load_digits(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x / 16, y, test_size=0.4, random_state=0, stratify=y)
EPOCHS = 27


def trainable(trial):
    config = {
        "alpha": trial.suggest_float("alpha", 1e-6, 1e-1, log=True),
        "eta0": trial.suggest_float("eta0", 1e-4, 1.0, log=True),
        "loss": trial.suggest_categorical("loss", ["hinge", "log_loss"]),
    }
    model = SGDClassifier(learning_rate="constant", random_state=0, **config)
    report = hpo.integrations.Reporter(trial)  # in the place of tune.report
    for _ in range(EPOCHS):
        model.partial_fit(x_train, y_train, classes=range(10))
        report(model.score(x_valid, y_valid))
    return model.score(x_valid, y_valid)


# %% [markdown]
# ## ASHA
#
# `SuccessiveHalvingPruner` is `ASHAScheduler`: a third of the trials goes on after 1, 3, 9 epochs. The study has a name
# in a database, so that it can be taken up again, and be looked at while it runs.

# %%
asha = hpo.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
Path("tune.db").unlink(missing_ok=True)
options = {"study_name": "digits", "storage": "sqlite:///tune.db", "pruner": asha, "load_if_exists": True}
study = hpo.create_study(direction="maximize", sampler=hpo.samplers.TPESampler(), seed=0, **options)
study.optimize(trainable, max_trials=30)
epochs = sum(len(trial.intermediate_values) for trial in study.trials)
print(f"Accuracy {study.best_value:.3f} with {study.best_params}")
print(f"{epochs} epochs instead of {30 * EPOCHS}")

# %% [markdown]
# ## Taken up again
#
# `Tuner.restore` is the same program: trials that are there count, and the next one is the one that would have come.

# %%
again = hpo.create_study(direction="maximize", sampler=hpo.samplers.TPESampler(), **options)
again.optimize(trainable, max_trials=36)
print(f"{len(again.trials)} trials; differences: {again.verify()}")

# %% [markdown]
# ## Several at a time
#
# `workers=` are processes. A function of this file goes there by value; nothing has to be imported there.

# %%
HERE = os.getpid()


def elsewhere(trial):
    time.sleep(0.02)
    trial.set_user_attr("elsewhere", os.getpid() != HERE)
    return (trial.suggest_float("x", -1, 1) - 0.5) ** 2


parallel = hpo.create_study(sampler=hpo.samplers.TPESampler(), seed=0)
parallel.optimize(elsewhere, n_trials=12, workers=2)
print("All in other processes:", all(trial.user_attrs["elsewhere"] for trial in parallel.trials))

# %% [markdown]
# ## The best result
#
# `results.get_best_result()` and `results.get_dataframe()`:

# %%
print(again.best_trial.number, again.best_params)
print(again.trials_dataframe(attrs=("number", "value", "state")).tail(3))
