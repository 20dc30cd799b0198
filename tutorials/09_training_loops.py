# %% [markdown]
# # In your training loop
#
# Gradient boosting and neural networks are trained in loops that belong to their libraries. `hpo.integrations` has a
# callback for each: it reports what the library has measured, and ends trials that fall behind. Nothing else of the
# training changes. This tutorial needs `pip install 'hpo-study[lightgbm,keras]' torch scikit-learn`.

# %%
import tempfile
from pathlib import Path

import lightgbm as lgb
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.model_selection import train_test_split

import hpo
from hpo.integrations import CSVCallback, KerasPruningCallback, LightGBMPruningCallback
from hpo.integrations.lightgbm import SPACE, tune
from hpo.pruners import NopPruner, SuccessiveHalvingPruner

hpo.logging.set_verbosity(hpo.logging.WARNING)

# %% [markdown]
# ## LightGBM, from the first line to the report
#
# We tell tumours apart. One round of boosting adds one tree; a trial may have 200, and reports after each how surprised
# the model is by data that it has not seen.

# %%
x, y = load_breast_cancer(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x, y, test_size=0.3, random_state=0, stratify=y)
ROUNDS = 200


def boost(trial):
    params = {
        "objective": "binary",
        "metric": "binary_logloss",
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.5, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 2, 64, log=True),
        "min_child_samples": trial.suggest_int("min_child_samples", 1, 60, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 1e-6, 10.0, log=True),
        "num_threads": 1,
        "verbose": -1,
        "seed": 0,
    }
    data = lgb.Dataset(x_train, y_train)
    valid = lgb.Dataset(x_valid, y_valid, reference=data)
    pruning = LightGBMPruningCallback(trial, "binary_logloss")
    model = lgb.train(
        params, data, ROUNDS, valid_sets=[valid], callbacks=[pruning, lgb.early_stopping(30, verbose=False)]
    )
    trial.set_user_attr("rounds", model.best_iteration)
    return model.best_score["valid_0"]["binary_logloss"]


# %% [markdown]
# The pruner is asynchronous successive halving: after 5, 15, 45 and 135 rounds a trial goes on if it is among the best
# third of those that came as far. The library's own early stopping stands beside it, and ends the trainings that no
# longer improve. A tracker writes each trial into a file while the study runs.

# %%
with tempfile.TemporaryDirectory() as folder:
    study = hpo.create_study(
        study_name="tumours", storage=f"sqlite:///{folder}/boosting.db", seed=0,
        pruner=SuccessiveHalvingPruner(min_resource=5, reduction_factor=3),
    )  # fmt: skip
    study.optimize(boost, n_trials=60, callbacks=[CSVCallback(f"{folder}/trials.csv")])
    print(study.results_summary(3), end="\n\n")
    rounds = sum(len(trial.intermediate_values) for trial in study.trials)
    pruned = study.count_trials((hpo.TrialState.PRUNED,))
    print(f"{pruned} of 60 trials were pruned, and {rounds} rounds run instead of up to {60 * ROUNDS}.")
    best = study.best_trial
    print(f"The best trial needs {best.user_attrs['rounds']} trees: log-loss {best.value:.4f}")
    print("The table begins with", Path(folder, "trials.csv").read_text().splitlines()[0])
    report = study.report("boosting.html")
    print(f"{report}: {report.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# What would those rounds have bought without a pruner? A third of the trials:

# %%
whole = hpo.create_study(seed=0, pruner=NopPruner())
whole.optimize(boost, n_trials=20)
rounds_of_whole = sum(len(trial.intermediate_values) for trial in whole.trials)
print(f"20 trials without a pruner: log-loss {whole.best_value:.4f} after {rounds_of_whole} rounds")

# %% [markdown]
# For LightGBM and XGBoost there is `tune`, which does all of this: it searches a space that one can read and change,
# begins with the library's own defaults, prunes, stops early, and gives back the best model. What `params` fix stays.

# %%
params = {"objective": "binary", "num_threads": 1, "seed": 0}
tuned = tune(params, lgb.Dataset(x_train, y_train), lgb.Dataset(x_valid, y_valid), n_trials=60, seed=0)
print(f"tune: log-loss {tuned.best_value:.4f} with {tuned.best_iteration} trees, of", *SPACE)

# %% [markdown]
# ## If the name is wrong
#
# A metric that the library does not report is no reason to guess. And one that is to be maximised would make the pruner
# stop the best trials of a study that minimises: that is an error, too.

# %%
trial = hpo.trial.FixedTrial({})
data = lgb.Dataset(x_train, y_train)
try:
    lgb.train(
        {"objective": "binary", "verbose": -1}, data, 1, valid_sets=[data], valid_names=["train"],
        callbacks=[LightGBMPruningCallback(trial, "binary_loglos", "train")],
    )  # fmt: skip
except ValueError as error:
    print(error)

# %% [markdown]
# `XGBoostPruningCallback` and `CatBoostPruningCallback` are used alike; their docstrings have an example each.
#
# ## Keras, with trials that wait
#
# A network reads handwritten digits, on whatever backend Keras has; here it is PyTorch. This time trials *pause*: the
# callback saves the model with the state of its optimizer, and a trial that is promoted goes on from there, in any
# process. Two lines of the objective are for that.

# %%
import os  # noqa: E402
import warnings  # noqa: E402

os.environ.setdefault("KERAS_BACKEND", "torch")  # is read when Keras is imported
warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)  # of Keras, by NumPy

import keras  # noqa: E402

x, y = load_digits(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x / 16, y, test_size=0.4, random_state=0, stratify=y)
EPOCHS = 9


def network(trial):
    keras.utils.set_random_seed(0)
    hidden = keras.layers.Dense(trial.suggest_int("units", 8, 128, log=True), "relu")
    model = keras.Sequential([keras.Input((64,)), hidden, keras.layers.Dense(10, "softmax")])
    rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def read(trial):
    pruning = KerasPruningCallback(trial, "val_accuracy")
    model = keras.saving.load_model(pruning.checkpoint) if pruning.checkpoint else network(trial)
    first = trial.resume_step if pruning.checkpoint else 0
    history = model.fit(
        x_train, y_train, validation_data=(x_valid, y_valid), initial_epoch=first, epochs=EPOCHS, batch_size=64,
        verbose=0, callbacks=[pruning],
    )  # fmt: skip
    return history.history["val_accuracy"][-1]


with tempfile.TemporaryDirectory() as folder:
    digits = hpo.create_study(
        direction="maximize", seed=0, checkpoints=folder,
        pruner=SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, mode="promote"),
    )  # fmt: skip
    digits.optimize(read, n_trials=12)
for state in (hpo.TrialState.COMPLETE, hpo.TrialState.PAUSED):
    print(f"{digits.count_trials((state,)):2} trials are {state.name.lower()}")
epochs = sum(len(trial.intermediate_values) for trial in digits.trials)
print(f"{epochs} epochs instead of {12 * EPOCHS}; accuracy {digits.best_value:.3f} with {digits.best_params}")

# %% [markdown]
# ## scikit-learn
#
# `StudySearchCV` stands where `GridSearchCV` stands. Here it looks for the model of a pipeline together with the
# parameters of that model, and a candidate that is behind on the first folds is not fitted on the others.

# %%
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.pipeline import Pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402

from hpo.integrations import StudySearchCV  # noqa: E402
from hpo.pruners import WilcoxonPruner  # noqa: E402

space = {
    "model": [SVC(), RandomForestClassifier(random_state=0)],
    "model__C": (0.01, 1000.0, "log-uniform"),  # of the first one
    "model__gamma": (1e-4, 1.0, "log-uniform"),
    "model__n_estimators": (10, 80),  # of the second one
    "model__max_features": (0.05, 1.0),
}
pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
search = StudySearchCV(pipeline, space, n_trials=20, cv=5, pruner=WilcoxonPruner(), random_state=0)
search.fit(x_train, y_train)
states = list(search.cv_results_["trial_state"])
print(f"{states.count('COMPLETE')} candidates saw all folds, {states.count('PRUNED')} ended before")
print(f"{search.best_score_:.3f} in the folds, {search.score(x_valid, y_valid):.3f} on other digits")
print(search.best_params_)

# %% [markdown]
# ## Other loops
#
# | library | name | what is reported |
# |---|---|---|
# | XGBoost | `XGBoostPruningCallback` | a metric of each round, its mean over the folds in `xgb.cv` |
# | CatBoost | `CatBoostPruningCallback` | a metric of each round; call `check_pruned()` after `fit` |
# | PyTorch Lightning | `LightningPruningCallback` | what the module logs, also with several processes |
# | PyTorch Ignite | `PyTorchIgnitePruningHandler` | a metric of an evaluator |
# | fastai, skorch | `FastAIPruningCallback`, `SkorchPruningCallback` | a metric of each epoch |
# | Hugging Face's Trainer | `TransformersPruningCallback` | a metric of each evaluation |
# | `torch.distributed` | `TorchDistributedTrial` | one trial, shared by all processes |
# | scikit-learn, by hand | `partial_fit` | a score of each round |
# | all others | `Reporter` | what you give it |
#
# And trackers: `MLflowCallback`, `TensorBoardCallback`, `WeightsAndBiasesCallback`, `NeptuneCallback`, `CSVCallback`,
# `JSONLinesCallback`, and `TrackerCallback` to inherit from for another one. A service that is away is warned about,
# and never stops the study; `catch_up(study)` writes later what it lacks.
#
# That was the last of the tutorials.
