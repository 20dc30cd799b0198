"""Warnings point at the user's line, wherever inside of hpo the reason is found, and in whatever thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BEGIN = """
import warnings
warnings.simplefilter("always")
import hpo
hpo.logging.set_verbosity(hpo.logging.CRITICAL)
study = hpo.create_study(seed=0)
"""

SNIPPETS = {
    "a range that changes within a trial": """
def objective(trial):
    trial.suggest_float("x", 0, 1)
    return trial.suggest_float("x", 0, 2)  # here
study.optimize(objective, n_trials=1)
""",
    "the same in a thread": """
def objective(trial):
    trial.suggest_float("x", 0, 1)
    return trial.suggest_float("x", 0, 2)  # here
study.optimize(objective, n_trials=2, n_jobs=2)
""",
    "a queued name that nobody asks for": """
study.enqueue_trial({"learning_rat": 0.5})
study.optimize(lambda trial: trial.suggest_float("learning_rate", 0, 1), n_trials=1)  # here
""",
    "the same told": """
study.enqueue_trial({"learning_rat": 0.5})
study.tell(study.ask(), 1.0)  # here
""",
    "the same in a thread, pointing at the run": """
study.enqueue_trial({"learning_rat": 0.5})
study.optimize(lambda trial: trial.suggest_float("learning_rate", 0, 1), n_trials=2, n_jobs=2)  # here
""",
    "an old name": """
study.ask().suggest_uniform("x", 0, 1)  # here
""",
    "a queued value outside of the range": """
study.enqueue_trial({"x": 5.0})
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)  # here
""",
    "a value told that is no number": """
study.tell(study.ask(), "text")  # here
""",
    "should_prune under a pruner that lets trials wait": """
study.pruner = hpo.pruners.SuccessiveHalvingPruner(mode="promote")
trial = study.ask()
trial.report(1.0, 1)
trial.should_prune()  # here
""",
    "choices that cannot be stored": """
study.ask().suggest_categorical("f", [print, max])  # here
""",
    "a value of the grid that is outside of the range": """
study.sampler = hpo.samplers.GridSampler({"x": [5.0]})
def objective(trial):
    return trial.suggest_float("x", 0, 1)  # here
study.optimize(objective, n_trials=1)
""",
    "an argument that changes nothing": """
hpo.samplers.TPESampler(consider_prior=True)  # here
""",
    "a record asked for another range": """
trial = hpo.create_trial(value=1.0, params={"x": 0.5}, distributions={"x": hpo.distributions.FloatDistribution(0, 1)})
trial.suggest_float("x", 0.6, 1)  # here
""",
}


@pytest.mark.parametrize("case", SNIPPETS)
def test_a_warning_points_at_the_line_of_the_user(case: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(BEGIN + SNIPPETS[case], encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    warned = [line for line in done.stderr.splitlines() if "Warning: " in line]
    (line,) = {number for number, text in enumerate(script.read_text().splitlines(), 1) if text.endswith("# here")}
    assert warned
    assert [one for one in warned if not one.startswith(f"{script}:{line}: ")] == []
