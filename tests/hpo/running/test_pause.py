"""Trials that pause at a rung, wait, and go on when the pruner promotes them."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.events import TrialFinished, TrialStarted
from hpo.history import Curve, History
from hpo.reading.verify import verify
from hpo.running.retry import RetryPolicy
from hpo.samplers import RandomSampler
from hpo.storage import RDBStorage
from hpo.trial import Trial, TrialState

LAST = 9


@dataclass(frozen=True)
class Rungs:
    """Pauses after steps 0 and 2; promotes the best paused trial once three are at its rung, the highest rung first."""

    pauses: bool = True

    def prune(self, history: History, curve: Curve) -> bool:
        return curve.steps[-1] in (0, 2)

    def promote(self, history: History) -> int | None:
        for step in (2, 0):
            waiting = history.paused & (history.last_step == step)
            if waiting.sum() >= 3:
                losses = history.losses[waiting, 0]
                return int(history.number[waiting][losses.argmin()])
        return None


class SlowSampler:
    """Takes longer than the limit above which other writers are not kept out."""

    def sample(self, space: Any, history: History, key: Any) -> Any:
        import time

        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
        return RandomSampler().sample(space, history, key)


def objective(trial: Trial) -> float:
    """Trains for ten steps, and keeps its state in a file."""
    x = trial.suggest_float("x", 0, 1)
    state = trial.checkpoint_dir / "state"
    assert (int(state.read_text()) if state.exists() else -1) == trial.resume_step - 1
    for step in range(trial.resume_step, LAST):
        trial.report(x + 1 / (step + 1), step)
        state.write_text(str(step))
        if trial.should_pause():
            raise hpo.TrialPaused
    return x


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def create(folder: Path, **arguments: Any) -> hpo.Study:
    options: dict[str, Any] = {"pruner": Rungs(), "sampler": RandomSampler(), "seed": 1, "checkpoints": folder}
    return hpo.create_study(**options | arguments)


def log(study: hpo.Study) -> list[Any]:
    """The events after the header, without times, workers and tracebacks."""
    events: list[Any] = []
    event: Any
    for event in study.events(1):
        if "time" in event._fields:
            event = event._replace(time=0.0)
        if isinstance(event, TrialStarted):
            event = event._replace(worker=None, run=None)
        events.append(event)
    return events


@pytest.mark.parametrize("sampler", [RandomSampler(), SlowSampler()])
def test_trials_pause_and_the_promoted_ones_go_on_where_they_stopped(folder: Path, sampler: Any) -> None:
    study = create(folder, sampler=sampler)
    study.optimize(objective, n_trials=9)
    states = [trial.state for trial in study.trials]
    assert len(states) == 9  # n_trials counts new trials
    assert states.count(TrialState.COMPLETE) == 5  # of 9 trials 7 leave the first rung, and of these 5 the second
    assert states.count(TrialState.PAUSED) == 4
    order = sorted(study.trials, key=lambda trial: trial.params["x"])
    assert {trial.number for trial in order[-2:]} <= {t.number for t in study.trials if t.state is TrialState.PAUSED}
    for trial in study.trials:
        steps = {TrialState.COMPLETE: [LAST], TrialState.PAUSED: [1, 3]}[trial.state]
        assert list(trial.intermediate_values) in [list(range(n)) for n in steps]
        assert trial.datetime_complete is None or trial.state.is_finished()
        if trial.state is TrialState.PAUSED:
            assert trial.value == trial.intermediate_values[max(trial.intermediate_values)]
    assert study.verify() == []
    assert study.best_value == min(t.params["x"] for t in study.trials if t.state is TrialState.COMPLETE)


def test_checkpoints_live_as_long_as_their_trials(folder: Path) -> None:
    study = create(folder)
    study.optimize(objective, n_trials=9)
    (below,) = folder.iterdir()
    paused = {f"trial-{trial.number}" for trial in study.get_trials(states=[TrialState.PAUSED])}
    assert {path.name for path in below.iterdir()} == paused
    other = create(folder)
    other.optimize(objective, n_trials=1)
    assert len(list(folder.iterdir())) == 2  # studies do not share directories


def test_another_process_resumes_what_one_paused(folder: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/study.db"
    first = create(folder, storage=url, study_name="s")
    for _ in range(3):
        trial = first.ask()
        x = trial.suggest_float("x", 0, 1)
        trial.set_user_attr("by", "first")
        trial.report(x, 0)
        (trial.checkpoint_dir / "weights").write_text(str(x))
        assert trial.should_pause()
        first.tell(trial, state=TrialState.PAUSED)
    assert [t.state for t in first.trials] == [TrialState.PAUSED] * 3
    second = hpo.load_study(study_name="s", storage=url, sampler=RandomSampler(), pruner=Rungs(), checkpoints=folder)
    best = min(first.trials, key=lambda trial: trial.params["x"])
    resumed = second.ask()
    assert (resumed.number, resumed.resume_step) == (best.number, 1)
    assert resumed.suggest_float("x", 0, 1) == best.params["x"]
    assert 0 <= resumed.suggest_float("never before", 0, 1) <= 1
    assert resumed.user_attrs == {"by": "first"}
    assert (resumed.checkpoint_dir / "weights").read_text() == str(best.params["x"])
    second.tell(resumed, 0.5)
    assert first.trials[best.number].state is TrialState.COMPLETE
    assert first.trials[best.number].params.keys() == {"x", "never before"}
    assert first.verify() == second.verify() == []
    assert list(RDBStorage(url).studies()) == ["s"]
    with closing(sqlite3.connect(tmp_path / "study.db")) as db:
        rows = db.execute("SELECT number, state FROM hpo_trial ORDER BY number").fetchall()
    assert rows == [(t.number, t.state.name) for t in first.trials]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_reproducible_run_does_not_depend_on_threads(folder: Path, n_jobs: int) -> None:
    studies = [create(folder), create(folder)]
    for study, jobs in zip(studies, (1, n_jobs), strict=True):
        study.optimize(objective, n_trials=9, n_jobs=jobs, reproducible=True, lag=3)
    assert log(studies[0]) == log(studies[1])
    assert studies[0].verify() == []
    assert TrialState.PAUSED in {trial.state for trial in studies[0].trials}


@pytest.mark.parametrize("stops", [(1,), (4,), (5, 8)])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(folder: Path, stops: tuple[int, ...]) -> None:
    whole, parts = create(folder), create(folder)
    whole.optimize(objective, n_trials=9)
    counter = itertools.count(1)

    def stop(study: hpo.Study, trial: Any) -> None:
        if next(counter) in stops:
            study.stop()

    for _ in range(len(stops) + 1):
        parts.optimize(objective, n_trials=9 - len(parts.trials), callbacks=[stop])
    assert log(parts) == log(whole)


def test_a_budget_counts_a_trial_once(folder: Path) -> None:
    study = create(folder)
    study.optimize(objective, max_trials=9)
    assert len(study.trials) == 9
    study.optimize(objective, max_trials=9)
    assert len(study.trials) == 9
    assert TrialState.COMPLETE in {trial.state for trial in study.trials}


def test_nothing_waits_for_a_pruner_that_promotes_nothing() -> None:
    study = hpo.create_study(sampler=RandomSampler(), seed=0)

    def pauses(trial: Trial) -> float:
        trial.report(1.0, 3)
        assert not trial.should_pause()
        raise hpo.TrialPaused

    with pytest.warns(UserWarning, match="promotes no paused trials"):
        study.optimize(pauses, n_trials=1)
    assert [(trial.state, trial.value) for trial in study.trials] == [(TrialState.PRUNED, 1.0)]


def test_an_objective_that_knows_no_pauses_runs_to_its_end(folder: Path) -> None:
    study = create(folder)

    def prunes(trial: Trial) -> float:
        trial.report(1.0, 0)
        with pytest.warns(UserWarning, match="should_pause"):
            assert not trial.should_prune()
        return 1.0

    study.optimize(prunes, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 2


def test_a_promotion_that_the_pruner_would_not_make_is_a_difference(folder: Path) -> None:
    study = create(folder)
    study.optimize(objective, n_trials=4)
    assert study.verify() == []
    log = [event._replace(plan=None) if isinstance(event, TrialStarted) else event for event in study.events()]
    found = verify(log, study.sampler, Rungs(pauses=False))
    assert {difference.what for difference in found.differences} == {"promotion"}


def test_only_paused_trials_can_be_promoted(folder: Path) -> None:
    @dataclass(frozen=True)
    class Wrong(Rungs):
        def promote(self, history: History) -> int | None:
            return 7

    study = create(folder, pruner=Wrong())
    with pytest.raises(ValueError, match="promotes trial 7, which is not paused"):
        study.optimize(objective, n_trials=2)
    assert [trial.state for trial in study.trials] == [TrialState.PAUSED]


def test_a_retry_goes_on_from_the_checkpoint_of_the_attempt_before(folder: Path) -> None:
    study = create(folder, retry=RetryPolicy(1, failed=True, inherit_intermediate_values=True))
    seen = []

    def fails(trial: Trial) -> float:
        trial.suggest_float("x", 0, 1)
        seen.append((trial.resume_step, sorted(path.name for path in trial.checkpoint_dir.iterdir())))
        (trial.checkpoint_dir / str(trial.number)).touch()
        trial.report(0.5, trial.resume_step + 4)
        raise ArithmeticError

    study.optimize(fails, n_trials=2, catch=ArithmeticError)
    assert seen == [(0, []), (5, ["0"])]
    assert not folder.exists() or not any(folder.iterdir())


def test_deleting_a_trial_forgets_its_pauses(folder: Path) -> None:
    study = create(folder)
    study.optimize(objective, n_trials=9)
    complete = study.best_trial.number
    paused = study.get_trials(states=[TrialState.PAUSED])[0].number
    study.delete_trial(complete)
    study.delete_trial(paused)
    history = study._log.ledger.history()
    assert not {complete, paused} & set(history.number.tolist())
    assert {t.number for t in study.get_trials(states=[TrialState.PAUSED])} == set(history.number[history.paused])
    study.optimize(objective, n_trials=2)
    assert {t.number for t in study.trials} == set(range(11)) - {complete, paused}


def test_a_copy_has_the_same_pauses(folder: Path, tmp_path: Path) -> None:
    study = create(folder, study_name="s")
    study.optimize(objective, n_trials=5)
    url = f"sqlite:///{tmp_path}/copy.db"
    hpo.copy_study(from_study_name="s", from_storage=study._log.storage, to_storage=url)
    copy = hpo.load_study(study_name="s", storage=url)
    assert [(t.state, t.intermediate_values) for t in copy.trials] == [
        (t.state, t.intermediate_values) for t in study.trials
    ]
    ends = [event for event in log(copy) if isinstance(event, TrialFinished)]
    assert [event.state for event in ends] == [e.state for e in log(study) if isinstance(e, TrialFinished)]


def test_an_objective_that_pauses_runs_with_fixed_parameters() -> None:
    trial = hpo.FixedTrial({"x": 0.25})
    assert objective(trial) == 0.25  # type: ignore[arg-type]
    assert (trial.checkpoint_dir / "state").read_text() == str(LAST - 1)
