"""What is drawn before anybody asks leaves nothing to import for the first page."""

from __future__ import annotations

import subprocess
import sys

import hpo
from hpo.dashboard import figures
from tests.dashboard.served import client_of, identity_of
from tests.visualization.studies import run

PROGRAM = """
import sys
import hpo
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of

def objective(trial):
    trial.suggest_categorical("kind", ["a", "b"])
    return trial.suggest_float("x", 0, 1) + trial.suggest_int("n", 1, 8)

hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(sampler=RandomSampler(seed=0))
study.optimize(objective, n_trials=30)
with client_of(study) as client:
    if sys.argv[1] == "rehearsed":
        from hpo.dashboard.rehearsal import rehearse
        rehearse()
    known = set(sys.modules)
    for rest in ("", "/plot/history", "/plot/importances"):
        assert client.get(address(study, rest)).status_code == 200
    print(*sorted(name for name in set(sys.modules) - known if name.split(".")[0] in ("hpo", "numpy", "plotly")))
"""


def objective(trial: hpo.Trial) -> float:
    return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)


def imported(how: str) -> list[str]:
    """What the first page of a study imports."""
    command = [sys.executable, "-c", PROGRAM, how]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()


def test_the_first_page_of_a_study_imports_nothing_more() -> None:
    assert "plotly.graph_objs.bar" in imported("as it is")
    assert imported("rehearsed") == []


def test_the_first_plots_of_the_newest_study_are_drawn_when_its_row_is_looked_at() -> None:
    older, newest = (run(objective, 5, study_name=name) for name in ("older", "newest"))
    with client_of(older, newest) as client:
        for study in (older, newest):
            assert client.get(f"/row/{identity_of(study)}").status_code == 200
    drawn = {(question[0], question[2]) for question in figures._drawn._answers}  # type: ignore[index]
    assert {(identity_of(newest), "history"), (identity_of(newest), "importances")} <= drawn
    assert identity_of(older) not in {identity for identity, _ in drawn}
