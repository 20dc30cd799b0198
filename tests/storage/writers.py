"""Processes that write down which trials they were told are safe, for tests that kill them, or their server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import hpo
from hpo.trial import TrialState

__all__ = ["Writer", "check_acknowledged"]

_PROGRAM = """
import os, sys, hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
url, note, max_trials = sys.argv[1:]
sampler = hpo.samplers.RandomSampler()
study = hpo.create_study(study_name="s", storage=url, load_if_exists=True, seed=0, sampler=sampler)

def objective(trial):
    for step in range(3):
        trial.report(trial.suggest_float(f"x{step}", 0, 1), step)
        trial.should_prune()
    return trial.params["x0"]

with open(note, "a") as acknowledged:
    def write_down(study, trial):
        print(trial.number, trial.value.hex(), file=acknowledged, flush=True)
        os.fsync(acknowledged.fileno())
        print(flush=True)
    study.optimize(objective, max_trials=int(max_trials), callbacks=[write_down])
"""


class Writer:
    """A process that runs trials of the study "s" and notes each, on the disk, after `tell` has returned.

    Args:
        url: Of the storage.
        note: A file; writers that follow each other may share it.
        max_trials: Of the study, for a writer that is to end by itself.
    """

    def __init__(self, url: str, note: Path, *, max_trials: int = 10**9) -> None:
        self._errors = note.with_suffix(".errors")
        command = [sys.executable, "-c", _PROGRAM, url, str(note), str(max_trials)]
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)

    def wait_for(self, n_trials: int) -> None:
        """Return when that many more trials have been acknowledged, or when the writer has ended."""
        assert self._process.stdout is not None
        for _ in range(n_trials):
            self._process.stdout.readline()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def join(self) -> None:
        """Wait until it has ended by itself, without an error."""
        self._process.communicate(timeout=240)
        assert self._process.returncode == 0, self._errors.read_text()


def check_acknowledged(study: hpo.Study, notes: Iterable[Path], *, at_least: int) -> None:
    """Everything that was acknowledged is there as it was told, every number once, and all of it can be replayed."""
    acknowledged = [line.split() for note in notes for line in note.read_text().splitlines()]
    assert len(acknowledged) >= at_least
    trials = study.trials
    for number, value in acknowledged:
        trial = trials[int(number)]
        assert trial.state is TrialState.COMPLETE
        assert trial.value == trial.params["x0"] == float.fromhex(value)
        assert len(trial.params) == len(trial.intermediate_values) == 3
    assert len({number for number, _ in acknowledged}) == len(acknowledged)
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert study.verify() == []
