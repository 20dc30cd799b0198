"""Make the studies of this folder, with whatever version of hpo is on the path.

python make.py sqlite:///old.db && sqlite3 old.db .dump > sqlite_0001.sql
python make.py journal:///journal_1.log
"""

from __future__ import annotations

import math
import platform
import socket
import sys
from typing import Any

import hpo

__all__ = ["STUDIES", "make", "objective", "plug_ins"]

STUDIES = {"single": ["minimize"], "several": ["minimize", "maximize"]}
"""The directions of each study by name."""


def plug_ins() -> dict[str, Any]:
    """The sampler and the pruner of both studies."""
    return {"sampler": hpo.samplers.RandomSampler(seed=3), "pruner": hpo.pruners.MedianPruner(n_startup_trials=2)}


def objective(trial: hpo.Trial) -> Any:
    """Has parameters of every kind, reports, attributes, trials that fail and trials that are pruned."""
    x = trial.suggest_float("x", -1, 1)
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    n = trial.suggest_int("n", 1, 9)
    kind = trial.suggest_categorical("kind", ["a", 1, None])
    trial.set_user_attr("odd", [math.nan, {"$key": "é"}])
    trial.set_constraint("c", x)
    if trial.number == 1:
        return math.nan  # which fails, without a traceback that would name files of this machine
    if len(trial.study.directions) == 2:
        return x, n
    for step in range(3):
        trial.report(x**2 + step, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    return x**2 + math.log10(lr) + n + (kind == "a")


def make(storage: Any) -> None:
    """Write the studies: finished trials, an enqueued one that waits, and one that was running when its worker died."""
    hpo.create_study(storage=storage, study_name="deleted")
    hpo.delete_study(storage=storage, study_name="deleted")
    for name, directions in STUDIES.items():
        can_rename = "rename" in dir(hpo.Study)  # the first version could not
        first_name = f"{name}, at first" if can_rename else name
        study = hpo.create_study(storage=storage, study_name=first_name, directions=directions, **plug_ins())
        if can_rename:
            study.rename(name)
        study.set_user_attr("note", name)
        study.enqueue_trial({"x": 0.5})
        study.optimize(objective, n_trials=8)
        study.ask().suggest_float("x", -1, 1)
        study.enqueue_trial({"x": 0.25}, user_attrs={"queued": True})


if __name__ == "__main__":
    socket.gethostname = platform.node = lambda: "host"  # of which a version asks one
    make(sys.argv[1])
