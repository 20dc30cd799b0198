# %% [markdown]
# # Several objectives, and constraints
#
# A model should be accurate, and it should be small enough for where it runs. We look for random forests that
# recognise handwritten digits, and weigh their accuracy against the number of nodes that have to be stored.

# %%
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import hpo
from hpo.pareto import hypervolume

hpo.logging.set_verbosity(hpo.logging.WARNING)

X, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=0, stratify=y)


def forest(trial):
    model = RandomForestClassifier(
        n_estimators=trial.suggest_int("trees", 2, 60, log=True),
        max_depth=trial.suggest_int("depth", 2, 16),
        max_features=trial.suggest_float("features", 0.05, 1.0, log=True),
        min_samples_leaf=trial.suggest_int("leaf", 1, 20, log=True),
        random_state=0,
    )
    return model.fit(x_train, y_train)


def nodes(model):
    return sum(tree.tree_.node_count for tree in model.estimators_)


# %% [markdown]
# ## Two objectives
#
# Return two numbers, and give the study two directions. There is then no best trial, but a *Pareto front*: the trials
# that no other one beats in both.


# %%
def accuracy_and_size(trial):
    model = forest(trial)
    return model.score(x_test, y_test), nodes(model)


study = hpo.create_study(study_name="forests", directions=["maximize", "minimize"], seed=0)
study.set_metric_names(["accuracy", "nodes"])
study.optimize(accuracy_and_size, n_trials=40)

print(study.results_summary(30))

# %%
hpo.visualization.plot_pareto_front(study)

# %% [markdown]
# Read it as a price list: what an accuracy costs. How good a front is as a whole is told by its *hypervolume*, the
# area between the front and a point that is worse than everything; here 80 % accuracy with 20 000 nodes.


# %%
def area(trials):
    losses = np.array([[-trial.values[0], trial.values[1] / 20_000] for trial in trials])
    return hypervolume(losses, reference=np.array([-0.8, 1.0]))


for n in (10, 20, 40):
    print(f"After {n} trials: {area(study.trials[:n]):.4f}")

# %% [markdown]
# Which parameters lead to the front, and which to either end of it? With a target you ask for one objective.

# %%
print("The front:", hpo.importance.get_param_importances(study))
print("Accuracy: ", hpo.importance.get_param_importances(study, target=lambda trial: -trial.values[0]))
print("Size:     ", hpo.importance.get_param_importances(study, target=lambda trial: trial.values[1]))

# %% [markdown]
# ## Constraints
#
# If the device holds 3000 nodes, size is no objective but a limit. A *constraint* is a number that has to be ≤ 0.
# Trials that violate one are kept and learnt from, and are never the best. Here the table that `TableCallback` prints
# shows by how much each exceeds the limit.


# %%
LIMIT = 3000


def accuracy_within_limit(trial):
    model = forest(trial)
    trial.set_constraint("nodes", nodes(model) - LIMIT)
    trial.set_user_attr("nodes", nodes(model))
    return model.score(x_test, y_test)


limited = hpo.create_study(study_name="small forests", direction="maximize", sampler=hpo.samplers.TPESampler(), seed=0)
limited.optimize(accuracy_within_limit, n_trials=12, callbacks=[hpo.TableCallback()])

# %% [markdown]
# The sampler learns where the feasible trials are. Let us see what it makes of 28 more.

# %%
limited.optimize(accuracy_within_limit, n_trials=28)
feasible = [trial for trial in limited.trials if trial.constraints["nodes"] <= 0]
print(f"{sum(trial.number >= 12 for trial in feasible)} of the last 28 trials kept the limit")
best = limited.best_trial
print(f"Best within it: {best.value:.4f} with {best.user_attrs['nodes']} nodes, {best.params}")
unlimited = max(limited.trials, key=lambda trial: trial.value)
print(f"Best of all:    {unlimited.value:.4f} with {unlimited.user_attrs['nodes']} nodes")

# %% [markdown]
# Next: `07_looking_at_a_study.py`, for plots, importances and a report.
