"""Runs in which workers are killed by SIGKILL at random moments, and what is wrong with their studies afterwards."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hpo
from hpo.events import TrialFinished, TrialQueued
from hpo.samplers import RandomSampler
from hpo.trial import Trial, TrialState

__all__ = ["Findings", "run_with_kills"]

_TRIALS, _KILLS = 80, 3
_FIRST, _LAST = 8, 60  # trials that have ended, between which workers are killed
_RECENT = 24  # trials that began last: whoever ran one of them is a worker that the engine uses now


@dataclass(frozen=True)
class Findings:
    """What was found after a run.

    Attributes:
        killed: Workers that died.
        lost: Trials of whose ends a callback was told, and that the stored study shows otherwise, or not at all.
        twice: Trials that were called twice, ended twice, told of twice, or retried twice.
        running: Trials that the stored study shows as running, at once after the run.
        failed: Trials that failed because their worker was lost.
        astray: Trials that failed otherwise, or lost ones that were not queued again.
        ended: Whether the run began as many trials as it was told to, and raised nothing.
    """

    killed: int
    lost: int
    twice: int
    running: int
    failed: int
    astray: int
    ended: bool

    @property
    def is_well(self) -> bool:
        """Whether all is as promised: a killed worker costs its own trial, and little more."""
        wrong = self.lost or self.twice or self.running or self.astray or self.failed > 2 * self.killed
        return self.ended and self.killed == _KILLS and not wrong


def run_with_kills(folder: Path, engine: Any, seed: int) -> Findings:
    """Run 80 trials on eight workers, of which three are killed at work, idle, or in between, as it comes."""
    calls, url = folder / "calls", f"sqlite:///{folder}/s.db"
    calls.touch()
    told: list[hpo.FrozenTrial] = []
    is_over = threading.Event()
    killed: list[int] = []
    killer = threading.Thread(target=_kill, args=(calls, told, random.Random(seed), is_over, killed.append))
    study = hpo.create_study(study_name="s", storage=url, sampler=RandomSampler(), seed=seed, retry=_KILLS)
    killer.start()
    well = True
    try:
        study.optimize(
            _objective(str(calls)), n_trials=_TRIALS, executor=engine, callbacks=[lambda _, trial: told.append(trial)]
        )
    except Exception:
        traceback.print_exc()
        well = False
    finally:
        is_over.set()
        killer.join()
    return _found(hpo.load_study(study_name="s", storage=url), told, _numbers(calls), len(killed), well)


def _objective(calls: str) -> Callable[[Trial], float]:
    """An objective that goes to the workers by value, as they need not have this module.

    Args:
        calls: A file for a line for each call: who runs which trial.
    """

    def noted(trial: Trial) -> float:
        with open("/proc/self/stat") as stat:  # noqa: PTH123  (nothing of this module is known there)
            born = stat.read().rpartition(")")[2].split()[19]
        with open(calls, "a") as file:  # noqa: PTH123
            file.write(f"{os.getpid()} {born} {trial.number}\n")
        x = trial.suggest_float("x", 0, 1)
        trial.report(x, 0)
        time.sleep(0.05)
        return x

    return noted


def _kill(
    calls: Path, told: Sequence[object], rng: random.Random, is_over: threading.Event, note: Callable[[int], None]
) -> None:
    """Kill workers, each a moment after so many trials have ended."""
    for n_ended in sorted(rng.sample(range(_FIRST, _LAST), _KILLS)):
        while len(told) < n_ended and not is_over.wait(0.001):
            pass
        while not is_over.wait(rng.uniform(0, 0.1)):
            alive = {pid for pid, born, _ in _lines(calls)[-_RECENT:] if _born(pid) == born}
            with suppress(ProcessLookupError):
                victim = rng.choice(sorted(alive))
                os.kill(victim, signal.SIGKILL)
                note(victim)
                break


def _lines(calls: Path) -> list[tuple[int, str, int]]:
    fields = (line.split() for line in calls.read_text().splitlines() if line)
    return [(int(pid), born, int(number)) for pid, born, number in fields]


def _numbers(calls: Path) -> list[int]:
    return [number for _, _, number in _lines(calls)]


def _born(pid: int) -> str | None:
    """When a process began, which tells it from a later one of that number; None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def _found(
    study: hpo.Study, told: Sequence[hpo.FrozenTrial], called: Sequence[int], killed: int, well: bool
) -> Findings:
    trials = {trial.number: trial for trial in study.trials}
    failed = [trial for trial in trials.values() if trial.state is TrialState.FAIL]
    lost = {trial.number for trial in failed if trial.error is not None and trial.error.message[:12] == "worker lost:"}
    events = study.events()
    ends = [event.number for event in events if isinstance(event, TrialFinished)]
    retried = [event.retries for event in events if isinstance(event, TrialQueued)]
    begun = len(trials) - study.count_trials((TrialState.WAITING,))
    return Findings(
        killed=killed,
        lost=sum(
            one.number not in trials or (trials[one.number].state, trials[one.number].values) != (one.state, one.values)
            for one in told
        ),
        twice=sum(map(_again, ([one.number for one in told], called, ends, retried))),
        running=study.count_trials((TrialState.RUNNING,)),
        failed=len(lost),
        astray=len(failed) - len(lost) + len(lost - set(retried)),
        ended=well and begun == _TRIALS,
    )


def _again(numbers: Sequence[int | None]) -> int:
    return sum(n - 1 for n in Counter(numbers).values())
