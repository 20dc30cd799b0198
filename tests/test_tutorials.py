"""Every tutorial runs as it stands, and the demo in small."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TUTORIALS = Path(__file__).parents[1] / "tutorials"
COMING_FROM = TUTORIALS / "coming_from"
ELSEWHERE = {"09_training_loops"}  # is run with its libraries by tests/integrations/test_tutorial.py
WITH_KERAS = {"from_keras_tuner"}  # is run by tests/integrations/test_coming_from.py
SCRIPTS = [path for path in sorted(TUTORIALS.glob("[0-9]*.py")) if path.stem not in ELSEWHERE]
SCRIPTS += [path for path in sorted(COMING_FROM.glob("*.py")) if path.stem not in WITH_KERAS]
PROMISES = {
    "01_first_study": ["Best of 30: 0.9", "40 trials: 40 complete", "InvalidParameterError"],
    "02_search_spaces": ["in steps of", "(weights 1, 3)", "Refused: The parameter 'gamma'"],
    "03_samplers": [
        "1050 configurations",
        "18 trials",
        "Same seed, same trials:    True",
        "Four threads, same trials: True",
    ],
    "04_pruning": ["MedianPruner", "60 trials came to epoch 1", "PRUNED, value", "Differences: []"],
    "05_processes": [
        "Same trials: True",
        "RUNNING",
        "Exit codes: [",
        "finished trials, best 0.9",
        "Differences: []\nBest so far",
        "best 0.9",
    ],
    "06_objectives": ["maximize accuracy, minimize nodes: 40 trials: 40 complete", "Pareto optimal", "violation"],
    "07_looking_at_a_study": [
        "60 trials",
        "the baseline",
        "Trial",
        "tumours.html: ",
        "The dashboard is at http",
        "$ hpo studies",
    ],
    "08_from_one_process_to_a_cluster": [
        "Ran in this process: False",
        "Same trials with one and two workers: True",
        "Trial 2 failed: worker lost",
        "tried trial 2 again: complete",
        "Differences: []",
        "15 trials",
    ],
    "from_bayes_opt": ["max: {'target': 0.4", "Wider: 0.4", "Feasible: 0.4", "The 3 best"],
    "from_hyperopt": [
        "As Hyperopt has it: {",
        "is a stump",
        "in 15 trials",
        "def suggest(trial):",
        "33 trials in one study",
    ],
    "from_optuna": ["15 trials, best", "as there: True", "Same trials: True", "Differences: []", "Trial 14"],
    "from_ray_tune": ["epochs instead of 810", "36 trials; differences: []", "All in other processes: True"],
    "from_scikit_optimize": ["Error 0.0", "Random search: error 0.", "Went on to 14 points", "The 3 best"],
    "from_smac3": ["Failed: {'forbidden: ", "trainings instead of 250", "Pareto optimal"],
}


def run(script: Path, *arguments: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script), *arguments],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_tutorial_runs_and_tells_the_truth(script: Path, tmp_path: Path) -> None:
    told = run(script, folder=tmp_path)
    for promised in PROMISES.get(script.stem, []):
        assert promised in told


def test_the_demo_resumes_verifies_and_can_be_repeated(tmp_path: Path) -> None:
    told = run(TUTORIALS / "demo.py", "--n-trials", "6", folder=tmp_path)
    assert "Found 3 trials" in told
    assert "All 6 proposals" in told
    assert "Deleting" not in told
    assert "Deleting the study" in run(TUTORIALS / "demo.py", "first", "--n-trials", "2", folder=tmp_path)
