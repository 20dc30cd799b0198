# %% [markdown]
# # Coming from Hyperopt: a space of models, as it is
#
# The space that Hyperopt is known for: which classifier, and with which parameters? We run it unchanged, go on from
# what Hyperopt has tried, and print the same as a function in Python. `pip install 'hpo-study[hyperopt]'`.

# %%
import numpy as np
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, hp, rand
from hyperopt.pyll import scope
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import hpo
from hpo.integrations.hyperopt import objective, space_eval, to_define_by_run, trials_of

hpo.logging.set_verbosity(hpo.logging.ERROR)

x, y = load_wine(return_X_y=True)

space = hp.choice(
    "classifier",
    [
        {"type": "bayes"},
        {
            "type": "svm",
            "C": hp.lognormal("C", 0, 1),
            "kernel": hp.choice("kernel", [{"type": "linear"}, {"type": "rbf", "width": hp.lognormal("width", 0, 1)}]),
        },
        {
            "type": "tree",
            "criterion": hp.pchoice("criterion", [(0.7, "gini"), (0.3, "entropy")]),
            "depth": scope.int(hp.qlognormal("depth", 1.5, 0.5, 1)),
            "split": hp.uniformint("split", 2, 12),
        },
    ],
)


def loss(point):
    """One minus the accuracy; trees of depth 1 are too simple, and fail."""
    if point["type"] == "bayes":
        model = GaussianNB()
    elif point["type"] == "svm":
        kernel = point["kernel"]
        model = SVC(C=point["C"], kernel=kernel["type"], gamma=1 / (13 * kernel.get("width", 1.0)))
    elif point["depth"] < 2:
        return {"status": STATUS_FAIL, "message": f"a tree of depth {point['depth']} is a stump"}
    else:
        model = DecisionTreeClassifier(
            criterion=point["criterion"], max_depth=point["depth"], min_samples_split=point["split"], random_state=0
        )
    scores = cross_val_score(make_pipeline(StandardScaler(), model), x, y, cv=5)
    return {"status": STATUS_OK, "loss": 1 - scores.mean(), "loss_variance": scores.var()}


# %% [markdown]
# ## As it is
#
# The study asks for what the branch needs that is taken. Results that are dicts are understood: `loss_variance` becomes
# an attribute of the trial, and a status "fail" a failed trial with its message.

# %%
study = hpo.create_study(seed=4)
study.optimize(objective(loss, space), n_trials=30)
print(study.results_summary(3))
print("As Hyperopt has it:", space_eval(space, study.best_params))
for trial in study.get_trials(states=(hpo.TrialState.FAIL,)):
    print(f"Trial {trial.number} failed: {trial.error.message}")

# %% [markdown]
# ## Going on from there
#
# Trials that Hyperopt has made are trials of a study:

# %%
old = Trials()
fmin(loss, space, rand.suggest, 15, trials=old, rstate=np.random.default_rng(0), show_progressbar=False)
continued = hpo.create_study(seed=1)
continued.add_trials(trials_of(space, old))
print(f"Hyperopt's best loss: {continued.best_value:.4f} in {len(continued.trials)} trials")
continued.optimize(objective(loss, space), n_trials=15)
print(f"And after {len(continued.trials)} trials: {continued.best_value:.4f}")

# %% [markdown]
# ## Leaving it behind
#
# The same space as a function that asks a trial. It asks for the same parameters, so a study may change over to it.

# %%
source = to_define_by_run(space)
print(source)
names = {}
exec(source, names)
continued.optimize(lambda trial: loss(names["suggest"](trial)).get("loss", float("nan")), n_trials=3)
print(f"{len(continued.trials)} trials in one study")
