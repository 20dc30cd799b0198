# %% [markdown]
# # Many processes, crashes and resuming
#
# A study that is kept in a file can be stopped at any moment, killed even, and goes on where it was. And as many
# processes as you like may work on it together. We run a training script in processes of its own, as you would from
# a shell. It tunes a classifier of breast tumours.

# %%
import signal
import subprocess
import sys
import time
from pathlib import Path

import hpo

hpo.logging.set_verbosity(hpo.logging.WARNING)

STORAGE = "sqlite:///tumours.db"
if "tumours" in hpo.get_all_study_names(STORAGE):
    hpo.delete_study(study_name="tumours", storage=STORAGE)  # so that the story starts at its beginning

Path("train.py").write_text("""
import sys
import hpo
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True)

def accuracy(C, gamma):
    return cross_val_score(make_pipeline(StandardScaler(), SVC(C=C, gamma=gamma)), X, y, cv=3).mean()

def objective(trial):
    return accuracy(
        C=trial.suggest_float("C", 1e-2, 1e2, log=True),
        gamma=trial.suggest_float("gamma", 1e-4, 1e0, log=True),
    )

if __name__ == "__main__":
    hpo.logging.set_verbosity(hpo.logging.WARNING)
    study = hpo.create_study(
        study_name="tumours", storage="sqlite:///tumours.db", direction="maximize", seed=0, load_if_exists=True
    )
    study.optimize(objective, n_trials=int(sys.argv[1]))
    print(f"{len(study.trials)} trials, best {study.best_value:.4f}")
""")

# %% [markdown]
# ## Run it twice
#
# With `load_if_exists=True` the second run opens the study of the first, and goes on.

# %%
for _ in range(2):
    subprocess.run([sys.executable, "train.py", "6"], check=True)

# %% [markdown]
# The twelve trials are exactly those of one run without a break. Here is that run, in memory:

# %%
sys.path.insert(0, ".")
from train import accuracy, objective  # noqa: E402

whole = hpo.create_study(direction="maximize", seed=0)
whole.optimize(objective, n_trials=12)

study = hpo.load_study(study_name="tumours", storage=STORAGE)
print("Same trials:", [t.params for t in study.trials] == [t.params for t in whole.trials])

# %% [markdown]
# ## Kill it
#
# Now we start a longer run, watch it from here, and kill it in the middle of a trial, without a chance to tidy up.
# To be sure that it is in the middle of one, we hold it for a look before.

# %%
process = subprocess.Popen([sys.executable, "train.py", "1000"])
while len(study.trials) < 17 or study.trials[-1].state is not hpo.TrialState.RUNNING:
    process.send_signal(signal.SIGCONT)
    time.sleep(0.02)
    process.send_signal(signal.SIGSTOP)
process.kill()
process.wait()
for trial in study.trials[-3:]:
    print(trial.number, trial.state.name, trial.value)

# %% [markdown]
# Every result that was told is there. The trial that was under way is still listed as running, because nobody
# has said how it ended. Whoever asks for the next trial notices that its process is gone, and lets it fail: at once
# on the same machine, elsewhere when its lease has expired. So a new process simply goes on.

# %%
subprocess.run([sys.executable, "train.py", "3"], check=True)
for trial in study.get_trials(states=(hpo.TrialState.FAIL,)):
    print(f"Trial {trial.number} failed: {trial.error.message}")

# %% [markdown]
# ## Check it
#
# The file holds a log of all that happened, in order. So what the sampler proposed, and what the pruner decided,
# can be computed again, each from what was known at that moment. `verify` lists what differs: nothing.

# %%
print("Differences:", study.verify())

# %% [markdown]
# ## Work together
#
# Start the script several times, and the processes share the study; nothing else is to be set up. With `max_trials`
# they stop when the study has so many finished trials, whoever ran them. With `retry` a trial of a process that died
# is queued again, and one of the others takes it. We start two workers and kill one of them.

# %%
Path("worker.py").write_text("""
import hpo
from train import objective

hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.load_study(study_name="tumours", storage="sqlite:///tumours.db", retry=2)
study.optimize(objective, max_trials=40)
""")
workers = [subprocess.Popen([sys.executable, "worker.py"]) for _ in range(2)]
while study.count_trials((hpo.TrialState.RUNNING,)) < 2 and all(worker.poll() is None for worker in workers):
    time.sleep(0.02)
workers[0].kill()
print("Exit codes:", [worker.wait() for worker in workers])
finished = study.count_trials((hpo.TrialState.COMPLETE, hpo.TrialState.FAIL))
print(f"{finished} finished trials, best {study.best_value:.4f}")
for trial in study.get_trials(states=(hpo.TrialState.FAIL,)):
    print(f"Trial {trial.number} failed: {trial.error.message}")
print("Differences:", study.verify())

# %% [markdown]
# Who worked when? The trial of the killed worker ends where its death was noticed.

# %%
hpo.visualization.plot_timeline(study)

# %% [markdown]
# On several machines the same works with a database, such as `postgresql+psycopg://…`, or with a
# file that all of them see: `journal:///study.log`.
#
# ## Change your mind
#
# The range of a parameter may change between trials. The trials so far stay, and count wherever they lie in the
# new range. Here we leave small values of `C` out, and allow larger ones.

# %%
print("Best so far:", study.best_params)


def shifted(trial):
    return accuracy(
        C=trial.suggest_float("C", 1.0, 1e3, log=True),
        gamma=trial.suggest_float("gamma", 1e-4, 1e0, log=True),
    )


study.optimize(shifted, n_trials=5)
print(f"{len(study.trials)} trials, best {study.best_value:.4f} with {study.best_params}")
print("Differences:", study.verify())

# %% [markdown]
# Next: `06_objectives.py`, where there is more than one thing to want.
