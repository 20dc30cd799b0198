# %% [markdown]
# # From one process to a cluster
#
# Sooner or later an objective takes so long that one process is not enough. Then one argument changes, and nothing
# else. `pip install 'hpo-study[processes,server]'` brings what this needs.

# %%
import os
import signal
import time
from pathlib import Path

import hpo

hpo.logging.set_verbosity(hpo.logging.ERROR)


def objective(trial):
    from sklearn.datasets import load_breast_cancer  # loaded by the processes that need it
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    trial.set_user_attr("process", os.getpid())
    X, y = load_breast_cancer(return_X_y=True)
    model = SVC(
        C=trial.suggest_float("C", 1e-2, 1e2, log=True), gamma=trial.suggest_float("gamma", 1e-4, 1e0, log=True)
    )
    return cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3).mean()


# %% [markdown]
# ## Processes of this machine
#
# `workers=2` has the trials run by two processes. They begin afresh, so a script needs no `if __name__ ==
# "__main__":`, and a function of a notebook or a lambda will do, with what it refers to.

# %%
study = hpo.create_study(direction="maximize", seed=0)
study.optimize(objective, n_trials=16, workers=2)
processes = {trial.user_attrs["process"] for trial in study.trials}
print(f"{len(study.trials)} trials, best {study.best_value:.4f}")
print("Ran in this process:", os.getpid() in processes)

# %%
hpo.visualization.plot_timeline(study)

# %% [markdown]
# This process begins the trials, asks the sampler, ends them, and calls the callbacks, in the order in which the
# trials end. So `timeout`, `max_trials`, `catch`, the progress bar, pruning, pausing and `study.stop()` are what they
# were. Only the objective runs elsewhere; and the sampler, once it takes longer than 20 ms, so that no worker waits
# in a queue for it.
#
# This study is in memory. Its workers reach it through a small server which runs in this process while they do. A
# study in a database or a file they open for themselves.
#
# ## The same trials, whatever the number of workers
#
# Which trial knows of which others depends on who was faster. Where that is not wanted, say `reproducible=True`: each
# trial then knows those that began at least `lag` before it, eight by default, and so one, two or eight workers leave
# the same log.

# %%
runs = []
for workers in (1, 2):
    run = hpo.create_study(direction="maximize", seed=0)
    run.optimize(objective, n_trials=12, workers=workers, reproducible=True)
    runs.append([(trial.params, trial.value) for trial in run.trials])
print("Same trials with one and two workers:", runs[0] == runs[1])

# %% [markdown]
# ## When a worker dies
#
# Out of memory, a crash in a library, an operator: a process may be gone at any moment. Its trial fails as `worker
# lost`, another process takes its place, and the run goes on. With `retry=1` the trial is queued once more. Here the
# third trial kills its own process the first time.


# %%
def mortal(trial):
    seen = Path("seen")
    if trial.number == 2 and not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.2)  # a training takes longer than it takes to miss a process
    return trial.suggest_float("x", 0, 1)


study = hpo.create_study(storage="sqlite:///mortal.db", sampler=hpo.samplers.RandomSampler(), seed=0, retry=1)
study.optimize(mortal, n_trials=10, workers=2)
for trial in study.trials:
    if trial.error is not None:
        print(f"Trial {trial.number} failed: {trial.error.message.partition(':')[0]}")
    elif "failed_trial" in trial.system_attrs:
        print(
            f"Trial {trial.number} tried trial {trial.system_attrs['failed_trial']} again: {trial.state.name.lower()}"
        )
print("Differences:", study.verify())

# %% [markdown]
# ## Executors
#
# `executor=` takes any executor of `concurrent.futures`, and so what many libraries offer: processes of your own
# setting, `mpi4py.futures`, `ipyparallel`, `executorlib` for batch queues. It is asked how many calls it runs at a
# time; where it does not tell, say `workers=` too.

# %%
from concurrent.futures import ThreadPoolExecutor  # noqa: E402

with ThreadPoolExecutor(2) as pool:
    study.optimize(mortal, n_trials=5, executor=pool)
print(f"{len(study.trials)} trials")

# %% [markdown]
# ## Clusters
#
# The engine schedules, and hpo decides what runs: one task for each trial, at most as many as there are slots. So its
# resources, its autoscaling and its dashboard work as you know them.
#
# ```python
# from dask.distributed import Client
#
# client = Client("tcp://scheduler:8786")
# study.optimize(objective, n_trials=200, executor=client)
# study.optimize(objective, n_trials=200, executor=hpo.executors.Dask(client, resources={"GPU": 1}))
#
# study.optimize(objective, n_trials=200, executor=hpo.executors.Ray(num_gpus=1))   # ray.init() if you have not
# study.optimize(objective, n_trials=200, executor=hpo.executors.Spark(session))    # a SparkSession or SparkContext
# ```
#
# The workers need hpo and what the objective imports. They open a PostgreSQL, MySQL or Redis server by its URL; a
# study in memory or in a file of this machine is served to them for as long as the run lasts, with a token, and
# without encryption: on a network that you do not trust, use a database, or `hpo serve` with TLS and its
# `https+hpo://` URL.
#
# And when this process itself should not be needed, start the same program on as many machines as you like, as in
# `05_processes.py`.
