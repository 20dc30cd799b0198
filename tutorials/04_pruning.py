# %% [markdown]
# # Pruning
#
# Many trials can be seen to be hopeless long before they end. An objective that *reports* how far it has come lets a
# *pruner* stop it. We train a small neural network to read handwritten digits, epoch by epoch, and count the epochs.

# %%
import pickle
import tempfile
import warnings

from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

import hpo
from hpo.pruners import MedianPruner, NopPruner, SuccessiveHalvingPruner
from hpo.samplers import RandomSampler

hpo.logging.set_verbosity(hpo.logging.WARNING)
warnings.simplefilter("ignore", ConvergenceWarning)

X, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(X / 16, y, test_size=0.4, random_state=0, stratify=y)
EPOCHS = 12


def network(trial):
    return MLPClassifier(
        hidden_layer_sizes=(trial.suggest_int("units", 4, 64, log=True),),
        learning_rate_init=trial.suggest_float("rate", 1e-5, 1e-1, log=True),
        alpha=trial.suggest_float("penalty", 1e-6, 1e1, log=True),
        batch_size=trial.suggest_categorical("batch", [32, 64, 128], ordered=True),
        random_state=0,
    )


# %% [markdown]
# ## Report, ask, give up
#
# Three lines make an objective prunable: report the value at each step, ask whether to go on, raise `TrialPruned`
# if not.


# %%
def objective(trial):
    model = network(trial)
    for epoch in range(1, EPOCHS + 1):
        model.partial_fit(x_train, y_train, classes=range(10))
        accuracy = model.score(x_test, y_test)
        trial.report(accuracy, epoch)
        if trial.should_prune():
            raise hpo.TrialPruned
    return accuracy


def run(pruner, n_trials=20):
    study = hpo.create_study(direction="maximize", sampler=RandomSampler(), pruner=pruner, seed=0)
    study.optimize(objective, n_trials=n_trials)
    epochs = sum(len(trial.intermediate_values) for trial in study.trials)
    pruned = study.count_trials((hpo.TrialState.PRUNED,))
    print(f"{type(pruner).__name__:23} {pruned:3} of {n_trials} pruned  {epochs:4} epochs  best {study.best_value:.4f}")
    return study


everything = run(NopPruner())
median = run(MedianPruner(n_startup_trials=5, n_warmup_steps=2))

# %% [markdown]
# Both studies tried the same 20 configurations: they have one seed, and random search, unlike the default sampler, does
# not learn from what was pruned. The median pruner stopped each trial whose best
# accuracy so far was below the median of what earlier trials had at that epoch. It lets the first five trials
# run through, and each later one for two epochs.
#
# `Reporter` does the three lines in one call, in the loop of any framework: it counts the steps, takes whatever `float`
# takes, and ends the trial when the pruner says so.


# %%
def shorter(trial):
    model = network(trial)
    report = hpo.integrations.Reporter(trial)
    for _ in range(EPOCHS):
        model.partial_fit(x_train, y_train, classes=range(10))
        report(accuracy := model.score(x_test, y_test))
    return accuracy


again = hpo.create_study(direction="maximize", sampler=RandomSampler(), pruner=MedianPruner(2, 2), seed=0)
again.optimize(shorter, n_trials=6)
print(f"With Reporter {again.count_trials((hpo.TrialState.PRUNED,))} of 6 are pruned.")

# %% [markdown]
# Did it stop a trial that would have been the best? Here we can look, because the other study ran them all.

# %%
for trial in sorted(everything.trials, key=lambda trial: -trial.value)[:5]:
    other = median.trials[trial.number]
    print(f"Trial {trial.number:2} would have come to {trial.value:.4f}: {other.state.name.lower()}", end=" ")
    print(f"after {len(other.intermediate_values)} epochs")

# %% [markdown]
# ## More trials instead
#
# What is saved can be spent on more configurations. *Successive halving* has rungs, here after epochs 1, 3 and 9, and
# lets only the best third of those that have come to a rung go on. Most trials cost one epoch then, so there can be
# three times as many.

# %%
halving = run(SuccessiveHalvingPruner(min_resource=1, reduction_factor=3), n_trials=60)
for step in (1, 3, 9, EPOCHS):
    print(f"{sum(step in trial.intermediate_values for trial in halving.trials):3} trials came to epoch {step}")

# %%
hpo.visualization.plot_intermediate_values(halving)

# %% [markdown]
# Its danger is a late starter that looks bad after one epoch. `HyperbandPruner` hedges against that: it
# shares the trials out among brackets that begin to stop them later and later. `WilcoxonPruner` is for steps that have
# no order, such as the folds of a cross-validation, `PatientPruner` makes another pruner wait, `ThresholdPruner` knows
# absolute limits, and `LearningCurvePruner` extrapolates.
#
# ## Wait, and go on
#
# A trial that was stopped too early need not be lost. With `mode="promote"` trials *pause* at a rung, and whenever a
# worker is free the best one that waits goes on if it belongs to the best third there by then. The objective asks
# `should_pause`, raises `TrialPaused`, and keeps what it needs to go on in `trial.checkpoint_dir`, a folder that lives
# as long as the trial.


# %%
def objective_with_pauses(trial):
    model, saved = network(trial), trial.checkpoint_dir / "network.pickle"
    if trial.resume_step:
        model = pickle.loads(saved.read_bytes())
    for epoch in range(max(trial.resume_step, 1), EPOCHS + 1):
        model.partial_fit(x_train, y_train, classes=range(10))
        accuracy = model.score(x_test, y_test)
        trial.report(accuracy, epoch)
        if trial.should_pause():
            saved.write_bytes(pickle.dumps(model))
            raise hpo.TrialPaused
    return accuracy


with tempfile.TemporaryDirectory() as folder:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3, mode="promote")
    promoted = hpo.create_study(
        direction="maximize", sampler=RandomSampler(), pruner=pruner, seed=0, checkpoints=folder
    )
    promoted.optimize(objective_with_pauses, n_trials=60)
for state in (hpo.TrialState.COMPLETE, hpo.TrialState.PAUSED):
    print(f"{promoted.count_trials((state,)):3} trials are {state.name.lower()}")
epochs = sum(len(trial.intermediate_values) for trial in promoted.trials)
print(f"{epochs} epochs, and none of them twice; best {promoted.best_value:.4f}")

# %% [markdown]
# Any process may resume the trial of another one, if it finds the folder `checkpoints` at the same place.
#
# For long trainings there is `progressive=True`: at first trials go no farther than the second rung, and from there
# only the best one to its end. Another rung is added whenever the last two disagree who is better.
#
# ## What a pruned trial leaves
#
# A pruned trial is no failure. It keeps its reports, and its last one as its value, so samplers can learn from it.
# `best_trial` looks at complete trials only.

# %%
first = median.get_trials(states=(hpo.TrialState.PRUNED,))[0]
print(f"Trial {first.number}: {first.state.name}, value {first.value:.4f}, last step {first.last_step}")
print({step: round(value, 3) for step, value in first.intermediate_values.items()})

# %% [markdown]
# Pruning decisions are in the log as well, and can be recomputed: each from what was known at that moment.

# %%
print("Differences:", median.verify())

# %% [markdown]
# Next: `05_processes.py`, on stopping, crashing, and working together.
