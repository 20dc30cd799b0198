# %% [markdown]
# # Coming from Keras Tuner: build_model(hp), as it is
#
# A function that builds a network from `hp` runs unchanged. Around it: early stopping, a learning rate that decays,
# pruning, several executions per trial, and the best model from its file. This tutorial needs
# `pip install 'hpo-study[keras]' torch scikit-learn`; Keras Tuner itself it does not.

# %%
import os
import warnings
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")  # is read when Keras is imported
warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)  # of Keras, by NumPy

import keras  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.model_selection import train_test_split  # noqa: E402

import hpo  # noqa: E402
from hpo.integrations.keras import HyperParameters, KerasPruningCallback  # noqa: E402

hpo.logging.set_verbosity(hpo.logging.WARNING)

x, y = load_digits(return_X_y=True)
x_train, x_valid, y_train, y_valid = train_test_split(x / 16, y, test_size=0.4, random_state=0, stratify=y)


def build_model(hp):
    """As one writes it for Keras Tuner."""
    model = keras.Sequential([keras.Input((64,))])
    kind = hp.Choice("kind", ["plain", "convolution"])
    with hp.conditional_scope("kind", ["convolution"]):
        if kind == "convolution":
            filters = hp.Int("filters", 4, 16, step=2, sampling="log")
            model.add(keras.layers.Reshape((8, 8, 1)))
            model.add(keras.layers.Conv2D(filters, 3, activation="relu"))
            model.add(keras.layers.Flatten())
    model.add(
        keras.layers.Dense(hp.Int("units", 16, 64, step=16, default=32), hp.Choice("activation", ["relu", "tanh"]))
    )
    if hp.Boolean("dropout"):
        model.add(keras.layers.Dropout(0.25))
    model.add(keras.layers.Dense(10, "softmax"))
    decay = keras.optimizers.schedules.ExponentialDecay(
        hp.Float("learning_rate", 1e-4, 1e-1, sampling="log", default=1e-3), decay_steps=20, decay_rate=0.9
    )
    model.compile(keras.optimizers.Adam(decay), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


# %% [markdown]
# ## The search
#
# What `tuner.search` did stands in the objective: fit, with whatever callbacks, and return a number. The model goes
# into a file, of which the trial keeps the name.

# %%
folder = Path("models")
folder.mkdir(exist_ok=True)


def objective(trial):
    keras.utils.set_random_seed(0)
    model = build_model(HyperParameters(trial))
    early = keras.callbacks.EarlyStopping("val_accuracy", patience=2, restore_best_weights=True)
    history = model.fit(
        x_train, y_train, batch_size=64, epochs=4, verbose=0, validation_data=(x_valid, y_valid),
        callbacks=[early, KerasPruningCallback(trial, "val_accuracy")],
    )  # fmt: skip
    path = folder / f"{trial.number}.keras"
    model.save(path)
    trial.set_user_attr("model", str(path))
    return max(history.history["val_accuracy"])


# %% [markdown]
# Without a trial, `hp` has the defaults, as in Keras Tuner. The study begins with them.

# %%
defaults = HyperParameters()
build_model(defaults)
study = hpo.create_study(direction="maximize", seed=0, pruner=hpo.pruners.MedianPruner(n_startup_trials=3))
study.enqueue_trial(defaults.params)
study.optimize(objective, n_trials=7)
print("The first trial has the defaults:", study.trials[0].params == defaults.params)
print(study.search_space_summary(), end="\n\n")
print(study.results_summary(3))

# %% [markdown]
# ## The best model

# %%
best = keras.saving.load_model(study.best_trial.user_attrs["model"])
print(f"Loaded again: accuracy {best.evaluate(x_valid, y_valid, verbose=0)[1]:.3f}")
rebuilt = build_model(HyperParameters(study.best_trial))
print("The same network, to be trained anew:", rebuilt.count_params() == best.count_params())

# %% [markdown]
# ## Several executions per trial
#
# The value is the mean of the executions; after each the pruner is asked, so that a bad configuration is trained once.


# %%
def several(trial):
    scores = []
    for execution in range(3):
        keras.utils.set_random_seed(execution)
        model = build_model(HyperParameters(trial))
        model.fit(x_train, y_train, batch_size=64, epochs=2, verbose=0)
        scores.append(model.evaluate(x_valid, y_valid, verbose=0)[1])
        trial.report(sum(scores) / len(scores), execution)
        if trial.should_prune():
            raise hpo.TrialPruned
    return sum(scores) / len(scores)


repeated = hpo.create_study(direction="maximize", seed=1, pruner=hpo.pruners.MedianPruner(n_startup_trials=2))
repeated.optimize(several, n_trials=4)
executions = sum(len(trial.intermediate_values) for trial in repeated.trials)
print(f"{executions} executions for {len(repeated.trials)} trials, best mean {repeated.best_value:.3f}")
