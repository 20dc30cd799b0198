"""A trial that moves between processes in mid-run goes on as if it had stayed."""

from __future__ import annotations

import copy
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.exceptions import UpdateFinishedTrialError
from hpo.pruners import HyperbandPruner, MedianPruner, SuccessiveHalvingPruner
from hpo.testing.studies import logged
from hpo.trial import Trial, TrialState

PRUNERS: list[Any] = [
    MedianPruner(n_startup_trials=1),
    HyperbandPruner(max_resource=8, reduction_factor=2),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote"),
]


def go_on(trial: Any, begin: int, end: int) -> list[bool]:
    """Some steps of an objective: what the pruner said after each."""
    answers = []
    trial.set_constraint(f"c{begin}", -1.0)
    for step in range(begin, end):
        value = trial.suggest_float("x", 0, 1) + trial.suggest_float(f"y{step}", 0, 1) / (step + 1)
        trial.set_user_attr(f"step {step}", [value])
        trial.report(value, step)
        pauses = getattr(trial.study.pruner, "pauses", False)
        answers.append(trial.should_pause() if pauses else trial.should_prune())
    return answers


_PROGRAM = f"""
import pickle, sys
from typing import Any
{inspect.getsource(go_on)}
trial = pickle.load(sys.stdin.buffer)
answers = go_on(trial, int(sys.argv[1]), int(sys.argv[2]))
told = trial.study.tell(trial, 0.5) if sys.argv[3] == "told" else None
pickle.dump((trial, answers, told), sys.stdout.buffer)
"""


def elsewhere(trial: Trial, begin: int, end: int, *, told: bool) -> Any:
    """The trial as another process gives it back after some steps, what the pruner said there, and the told record."""
    command = [sys.executable, "-c", _PROGRAM, str(begin), str(end), "told" if told else ""]
    result = subprocess.run(command, input=pickle.dumps(trial), capture_output=True, check=False)
    assert result.returncode == 0, result.stderr.decode()
    return pickle.loads(result.stdout)


def create(url: str, pruner: Any) -> hpo.Study:
    """A study with some trials, whose next one has something to learn from them, and in which others go on."""
    study = hpo.create_study(storage=url, study_name="s", pruner=pruner, seed=0)
    for number in range(6):
        trial = study.ask()
        stops = go_on(trial, trial.resume_step, trial.resume_step + 3 + number % 2)
        paused = getattr(pruner, "pauses", False) and stops[-1]
        study.tell(trial, None if paused else 1.0, TrialState.PAUSED if paused else None)
    return study


@pytest.mark.parametrize("told", ["there", "here", "by the object that came back"])
@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
def test_it_leaves_the_log_and_hears_the_answers_of_one_that_stayed(tmp_path: Path, pruner: Any, told: str) -> None:
    stays, moves = (create(f"sqlite:///{tmp_path}/{name}.db", pruner) for name in ("stays", "moves"))
    logs, answers = [], []
    for study in (stays, moves):
        trial, other = study.ask(n=2)
        first = trial.resume_step
        heard = go_on(trial, first, first + 2)
        other.report(9.0, 1000)  # is known to the trial's pruner from its next report on
        if study is stays:
            heard += go_on(trial, first + 2, first + 4)
            study.tell(trial, 0.5)
        else:
            back, said, record = elsewhere(trial, first + 2, first + 4, told=told == "there")
            heard += said
            assert back.params.keys() == {"x"} | {f"y{step}" for step in range(first, first + 4)}
            if told == "there":
                assert study.trials[trial.number] == record
                assert repr(study.trials[trial.number]) == repr(record)
            else:
                (study if told == "here" else back.study).tell(back, 0.5)
        study.tell(other, 1.0)
        logs.append(logged(study))
        answers.append(heard)
        assert study.verify() == []
        with pytest.raises(ValueError, match="COMPLETE"):
            study.tell(trial, 0.5)
    assert logs[0] == logs[1]
    assert answers[0] == answers[1]


def test_one_that_has_ended_is_as_ended_there(tmp_path: Path) -> None:
    study = hpo.create_study(storage=f"sqlite:///{tmp_path}/s.db")
    trial = study.ask()
    text = pickle.dumps(trial)
    study.tell(trial, trial.suggest_float("x", 0, 1))
    for ended in (pickle.loads(text), pickle.loads(pickle.dumps(trial))):
        with pytest.raises(UpdateFinishedTrialError):
            ended.report(0.5, 1)
        with pytest.raises(ValueError, match="COMPLETE"):
            ended.study.tell(ended, 1.0)


def test_in_memory_it_takes_its_study_along() -> None:
    study = hpo.create_study(seed=0, pruner=MedianPruner(n_startup_trials=0))
    study.optimize(lambda trial: go_on(trial, 0, 3)[0] + 0.0, n_trials=3)
    trial = study.ask()
    go_on(trial, 0, 2)
    copied: Any
    for copied in (pickle.loads(pickle.dumps(trial)), copy.deepcopy(trial)):
        go_on(copied, 2, 4)
        copied.study.tell(copied, 0.5)
        assert list(copied.study.trials[3].intermediate_values) == list(range(4))
        assert copied.study.verify() == []
    assert study.trials[3].state is TrialState.RUNNING
    assert list(trial.curve().steps) == [0, 1]


def test_what_an_objective_hangs_on_it_goes_along(tmp_path: Path) -> None:
    study = hpo.create_study(storage=f"sqlite:///{tmp_path}/study.db")
    trial: Any = study.ask()
    trial.n_actions, trial.hidden = 4, {"replay": True}
    moved: Any = pickle.loads(pickle.dumps(trial))
    for one in (trial, moved):
        assert (one.n_actions, one.hidden, one.number) == (4, {"replay": True}, 0)
    study.tell(trial, 0.5)
    assert study.trials[0].user_attrs == study.trials[0].system_attrs == {}
