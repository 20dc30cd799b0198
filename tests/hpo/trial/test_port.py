"""An objective runs in another process, and its trial asks for what it needs through a port."""

from __future__ import annotations

import multiprocessing
import pickle
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, cast

import pytest

import hpo
from hpo.arrays import JSON, Report
from hpo.distributions import BaseDistribution
from hpo.events import TrialState
from hpo.exceptions import TrialPruned
from hpo.pruners import SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from hpo.study import Study
from hpo.testing.studies import objective
from hpo.trial import Trial
from hpo.trial.live import LiveTrial
from hpo.trial.port import TrialPort, TrialStudy


class PipePort:
    """A port whose questions go through a pipe; what changes in a trial meanwhile comes back with the answer."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def check(self, name: str, distribution: BaseDistribution) -> None:
        self._ask("check", name, distribution)

    def sample(self, trial: LiveTrial, name: str, distribution: BaseDistribution) -> Any:
        return self._ask_for(trial, "sample", name, distribution)

    def report(self, trial: LiveTrial, step: int, value: Report) -> None:
        self._ask_for(trial, "report", step, value)

    def should_prune(self, trial: LiveTrial) -> bool:
        return bool(self._ask_for(trial, "should_prune"))

    def should_pause(self, trial: LiveTrial) -> bool:
        return bool(self._ask_for(trial, "should_pause"))

    def adopt(self, trial: LiveTrial) -> bool:
        return True

    def checkpoint(self, trial: LiveTrial) -> Path:
        return Path(self._ask_for(trial, "checkpoint"))

    def stored(self, value: JSON) -> JSON:
        return self._ask("stored", value)

    def _ask(self, what: str, *arguments: Any) -> Any:
        self._pipe.send((what, None, arguments))
        answer, _ = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _ask_for(self, trial: LiveTrial, what: str, *arguments: Any) -> Any:
        self._pipe.send((what, trial, arguments))
        answer, changed = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        for field in ("record", "reports", "reported_at", "asked", "pruned"):
            setattr(trial, field, getattr(changed, field))
        return answer


class Goals:
    """All that this objective asks of its study."""

    directions = (1,)


def elsewhere(pipe: Connection) -> None:
    """What the other process does: one trial after another, until it gets none."""
    while (live := pipe.recv()) is not None:
        trial = Trial(cast(TrialStudy, Goals()), PipePort(pipe), live)
        try:
            outcome: tuple[TrialState, float | None] = (TrialState.COMPLETE, objective(trial))
        except TrialPruned:
            outcome = TrialState.PRUNED, None
        except ArithmeticError:
            outcome = TrialState.FAIL, None
        pipe.send(("end", live, outcome))


def answered(study: Study, pipe: Connection, trial: Trial) -> None:
    """Send a trial away and answer its questions until it ends."""
    port: TrialPort = trial._port
    mine = trial._live
    pipe.send(mine)
    while True:
        what, theirs, arguments = pipe.recv()
        if theirs is not None:
            for field in ("parameters", "distributions", "constraints", "user_attrs", "has_checkpoint"):
                setattr(mine, field, getattr(theirs, field))
        if what == "end":
            state, value = arguments
            study.tell(trial, value, state)
            return
        ask = getattr(port, what)
        try:
            answer = ask(*arguments) if theirs is None else ask(mine, *arguments)
        except Exception as error:
            answer = error
        pipe.send((answer, mine))


@pytest.mark.parametrize("kind", ["memory", "sqlite", "journal"])
def test_a_trial_elsewhere_is_like_one_here(kind: str, tmp_path: Path) -> None:
    urls = {"memory": None, "sqlite": f"sqlite:///{tmp_path}/s.db", "journal": f"journal:///{tmp_path}/s.log"}
    away = hpo.create_study(storage=urls[kind], study_name="s", seed=3)
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=elsewhere, args=(there,))
    process.start()
    for _ in range(25):
        answered(away, here, away.ask())
    here.send(None)
    process.join()
    assert process.exitcode == 0
    local = hpo.create_study(study_name="s", seed=3)
    local.optimize(objective, n_trials=25, catch=ArithmeticError)
    assert [trial.params for trial in away.trials] == [trial.params for trial in local.trials]
    assert [trial.state for trial in away.trials] == [trial.state for trial in local.trials]
    assert [trial.intermediate_values for trial in away.trials] == [t.intermediate_values for t in local.trials]
    assert [trial.constraints for trial in away.trials] == [trial.constraints for trial in local.trials]
    assert away.verify() == []


@pytest.mark.parametrize("mode", ["stop", "promote"])
def test_what_a_trial_reported_elsewhere_counts_when_it_is_ended_here(
    mode: Literal["stop", "promote"], tmp_path: Path
) -> None:
    def run(*, elsewhere: bool) -> list[tuple[TrialState, list[float] | None, int]]:
        pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode=mode)
        storage = f"sqlite:///{tmp_path}/{elsewhere}.db"
        study = hpo.create_study(storage=storage, pruner=pruner, sampler=RandomSampler(), seed=0)

        def objective(trial: Trial) -> float:
            x = trial.suggest_float("x", 0, 1)
            other = pickle.loads(pickle.dumps(trial)) if elsewhere else trial
            for step in range(trial.resume_step, 5):
                other.report(x / (step + 1), step)
                if mode == "promote" and other.should_pause():
                    raise hpo.TrialPaused
                if mode == "stop" and other.should_prune():
                    raise TrialPruned
            return x

        study.optimize(objective, n_trials=16)
        return [(trial.state, trial.values, len(trial.intermediate_values)) for trial in study.trials]

    there = run(elsewhere=True)
    assert there == run(elsewhere=False)
    assert len({state for state, _, _ in there}) == 2
