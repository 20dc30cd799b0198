"""The run loop: what objectives may return and raise, limits, callbacks, threads, interrupts."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.events import Event, TrialFinished, TrialReported, TrialStarted
from hpo.exceptions import SearchSpaceExhausted
from hpo.history import History
from hpo.key import Key
from hpo.space import Space
from hpo.trial import FrozenTrial, Trial, TrialState


def quadratic(trial: Trial) -> float:
    return trial.suggest_float("x", -1, 1) ** 2


class _Hostile:
    """Raises whatever is done to it."""

    def __float__(self) -> float:
        raise OSError("no")

    def __repr__(self) -> str:
        raise OSError("no")


@pytest.mark.parametrize(
    ("returned", "stored"),
    [
        (1.5, 1.5),
        (2, 2.0),
        (True, 1.0),
        (np.float32(0.5), 0.5),
        ([1.0], 1.0),
        ((1.0,), 1.0),
        (float("inf"), float("inf")),
        (float("-inf"), float("-inf")),
    ],
)
def test_numbers_complete_a_trial(returned: Any, stored: float) -> None:
    study = hpo.create_study()
    study.optimize(lambda trial: returned, n_trials=1)
    assert study.trials[0].state is TrialState.COMPLETE
    assert study.best_value == stored
    assert type(study.best_value) is float


@pytest.mark.parametrize(
    "returned",
    [float("nan"), None, {}, 1j, np.array([1.0]), (1.0, 2.0), (), "1.5", "1", b"1", ["1.5"], _Hostile()],
    ids=lambda value: type(value).__name__,
)
def test_anything_else_fails_the_trial_and_the_run_goes_on(returned: Any) -> None:
    study = hpo.create_study()
    seen: list[FrozenTrial] = []
    study.optimize(lambda trial: returned, n_trials=2, callbacks=[lambda _, trial: seen.append(trial)])
    assert [trial.state for trial in seen] == [TrialState.FAIL] * 2
    assert seen[0].values is None
    assert seen[0].error is not None
    assert seen[0].error.message


@pytest.mark.parametrize("returned", [1.0, (1.0,), (1.0, 2.0, 3.0), (1.0, float("nan")), None])
def test_several_objectives_need_one_number_each(returned: Any) -> None:
    study = hpo.create_study(directions=["minimize", "maximize"])
    study.optimize(lambda trial: returned, n_trials=1)
    assert study.trials[0].state is TrialState.FAIL


def test_a_pruned_trial_has_the_value_of_its_largest_step() -> None:
    def objective(trial: Trial) -> float:
        for step, value in ((5, 0.5), (2, 0.2)):
            trial.report(value, step)
        raise hpo.TrialPruned

    study = hpo.create_study()
    study.optimize(objective, n_trials=1)
    (trial,) = study.trials
    assert (trial.state, trial.value, trial.last_step) == (TrialState.PRUNED, 0.5, 5)


@pytest.mark.parametrize("report", [None, float("nan")])
def test_a_pruned_trial_without_a_number_has_no_value(report: float | None) -> None:
    def objective(trial: Trial) -> float:
        if report is not None:
            trial.report(report, 1)
        raise hpo.TrialPruned

    study = hpo.create_study()
    study.optimize(objective, n_trials=1)
    assert study.trials[0].state is TrialState.PRUNED
    assert study.trials[0].values is None


def test_caught_errors_fail_the_trial_and_are_kept() -> None:
    def objective(trial: Trial) -> float:
        trial.suggest_int("n", 3, 3)
        raise FileNotFoundError("the data are gone")

    study = hpo.create_study()
    study.optimize(objective, n_trials=2, catch=OSError)
    first = study.trials[0]
    assert first.state is TrialState.FAIL
    assert first.params == {"n": 3}
    assert first.error is not None
    assert first.error.type == "FileNotFoundError"
    assert first.error.message == "the data are gone"
    assert "in objective" in first.error.traceback


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_other_errors_end_the_run_after_the_trial_is_stored(error: type[BaseException], n_jobs: int) -> None:
    def objective(trial: Trial) -> float:
        raise error

    study = hpo.create_study()
    seen: list[FrozenTrial] = []
    with pytest.raises(error):
        study.optimize(objective, n_trials=4, n_jobs=n_jobs, catch=(KeyError,), callbacks=[lambda _, t: seen.append(t)])
    assert 1 <= len(study.trials) <= n_jobs
    assert all(trial.state is TrialState.FAIL for trial in study.trials)
    assert study.trials[0].error is not None
    assert study.trials[0].error.type == error.__name__
    assert not seen


def test_an_error_whose_text_cannot_be_made_is_stored_as_well() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def objective(trial: Trial) -> float:
        raise Broken

    study = hpo.create_study()
    study.optimize(objective, n_trials=1, catch=Broken)
    assert study.trials[0].state is TrialState.FAIL


def test_an_error_in_the_last_threads_surfaces() -> None:
    barrier = threading.Barrier(2)

    def objective(trial: Trial) -> float:
        barrier.wait(timeout=30)
        raise ValueError(trial.number)

    study = hpo.create_study()
    with pytest.raises(ValueError, match="[01]") as caught:
        study.optimize(objective, n_trials=2, n_jobs=2)
    assert caught.value.__notes__ == [f"Another error came as well: ValueError: {1 - caught.value.args[0]}"]
    assert [trial.state for trial in study.trials] == [TrialState.FAIL] * 2


@pytest.mark.parametrize("n_jobs", [1, 3])
@pytest.mark.parametrize("reproducible", [False, True])
@pytest.mark.parametrize("n_trials", [0, 1, 7])
def test_n_trials_is_exact(n_jobs: int, reproducible: bool, n_trials: int) -> None:
    study = hpo.create_study()
    study.optimize(quadratic, n_trials=n_trials, n_jobs=n_jobs, reproducible=reproducible)
    assert [trial.number for trial in study.trials] == list(range(n_trials))
    assert all(trial.state is TrialState.COMPLETE for trial in study.trials)


def test_no_trial_starts_after_the_timeout() -> None:
    study = hpo.create_study()
    study.optimize(quadratic, timeout=0)
    assert not study.trials
    study.optimize(quadratic, timeout=0.05)
    assert study.trials


@pytest.mark.parametrize("reproducible", [False, True])
def test_stop_ends_the_run(reproducible: bool) -> None:
    study = hpo.create_study()

    def stop_at_three(study: hpo.Study, trial: FrozenTrial) -> None:
        if trial.number == 3:
            study.stop()

    study.optimize(quadratic, callbacks=[stop_at_three], reproducible=reproducible, lag=4 if reproducible else None)
    assert len(study.trials) == (7 if reproducible else 4)  # those under way are finished
    study.optimize(quadratic, n_trials=1)
    with pytest.raises(RuntimeError, match="for objectives and callbacks"):
        study.stop()


def test_nested_runs_are_refused() -> None:
    study = hpo.create_study()

    def objective(trial: Trial) -> float:
        study.optimize(quadratic, n_trials=1)
        return 0.0

    with pytest.raises(RuntimeError, match="within"):
        study.optimize(objective, n_trials=1)
    study.optimize(quadratic, n_trials=1)


def test_callbacks_see_stored_trials_in_their_order() -> None:
    study = hpo.create_study()
    seen: list[tuple[str, int, int]] = []
    study.optimize(
        quadratic,
        n_trials=2,
        callbacks=[
            lambda study, trial: seen.append(("first", trial.number, study.count_trials((TrialState.COMPLETE,)))),
            lambda study, trial: seen.append(("second", trial.number, len(study.trials))),
        ],
    )
    assert seen == [("first", 0, 1), ("second", 0, 1), ("first", 1, 2), ("second", 1, 2)]


def test_an_error_in_a_callback_ends_the_run_and_leaves_the_trial() -> None:
    def callback(study: hpo.Study, trial: FrozenTrial) -> None:
        raise LookupError

    study = hpo.create_study()
    with pytest.raises(LookupError):
        study.optimize(quadratic, n_trials=5, callbacks=[callback])
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE]


def test_a_lag_that_does_nothing_is_told() -> None:
    study = hpo.create_study()
    with pytest.warns(UserWarning, match="lag=4 does nothing without reproducible=True"):
        study.optimize(quadratic, n_trials=1, lag=4)
    assert len(study.trials) == 1


def test_max_trials_callback_counts_the_study() -> None:
    study = hpo.create_study()
    study.optimize(quadratic, n_trials=3)
    study.optimize(quadratic, callbacks=[hpo.MaxTrialsCallback(5)])
    assert len(study.trials) == 5


class Tuner:
    """An objective may be any callable."""

    def method(self, trial: Trial) -> float:
        return quadratic(trial)

    def __call__(self, trial: Trial) -> float:
        return quadratic(trial)


@pytest.mark.parametrize("objective", [quadratic, lambda trial: quadratic(trial), Tuner().method, Tuner()])
def test_objectives_are_callables(objective: Callable[[Trial], float]) -> None:
    study = hpo.create_study()
    study.optimize(objective, n_trials=1, gc_after_trial=True)
    assert study.best_value >= 0


@pytest.mark.parametrize("arguments", [{"n_jobs": 0}, {"n_jobs": -2}, {"n_jobs": 9, "reproducible": True}])
def test_useless_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="n_jobs"):
        hpo.create_study().optimize(quadratic, n_trials=1, **arguments)


def test_what_cannot_be_called_or_caught_is_refused() -> None:
    study = hpo.create_study()
    with pytest.raises(TypeError, match="call"):
        study.optimize(3, n_trials=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="catch"):
        study.optimize(quadratic, n_trials=1, catch=[3])  # type: ignore[list-item]


def log_without_times(study: hpo.Study) -> list[Event]:
    """The log after its header, without what the clock says, without whose run it was and how far that meant to go,
    and without tracebacks, which name threads' frames.
    """
    events: list[Event] = []
    for event in study.events(1):
        if isinstance(event, (TrialStarted, TrialReported, TrialFinished)):
            event = event._replace(time=0.0)
        if isinstance(event, TrialStarted):
            event = event._replace(worker=None, run=None)
        if isinstance(event, TrialFinished) and event.error is not None:
            event = event._replace(error=replace(event.error, traceback=""))
        events.append(event)
    return events


def conditional(trial: Trial) -> float:
    """Branches, prunes and fails, all as its parameters say."""
    kind = trial.suggest_categorical("kind", ["a", "b", "c"])
    x = trial.suggest_float(f"x_{kind}", 0, 1)
    if kind == "c":
        raise ZeroDivisionError
    for step in range(3):
        trial.report(x + step, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    return x


@pytest.mark.parametrize("seed", [0, 1])
def test_reproducible_runs_have_one_log_for_any_number_of_threads(seed: int) -> None:
    logs = []
    for n_jobs in (1, 2, 4):
        study = hpo.create_study(study_name="s", seed=seed)
        study.optimize(conditional, n_trials=40, n_jobs=n_jobs, catch=ZeroDivisionError, reproducible=True)
        assert study.verify() == []
        logs.append(log_without_times(study))
    assert logs[0] == logs[1] == logs[2]
    assert {event.state for event in logs[0] if isinstance(event, TrialFinished)} == {
        TrialState.COMPLETE,
        TrialState.PRUNED,
        TrialState.FAIL,
    }


def test_asynchronous_threads_lose_nothing() -> None:
    study = hpo.create_study(seed=0)
    study.optimize(conditional, n_trials=60, n_jobs=4, catch=ZeroDivisionError)
    assert [trial.number for trial in study.trials] == list(range(60))
    assert all(trial.state.is_finished() for trial in study.trials)
    assert study.verify() == []


def test_a_progress_bar_shows_the_best_value(capsys: pytest.CaptureFixture[str]) -> None:
    study = hpo.create_study(seed=0)
    study.optimize(quadratic, n_trials=3, show_progress_bar=True)
    assert f"Best value: {study.best_value:.6g}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("timeout", "shown"), [(0.02, "/00:00"), (59, "/00:59"), (5400, "/1:30:00"), (86400, "/24:00:00")]
)
@pytest.mark.parametrize("n_trials", [None, 9])
def test_a_progress_bar_shows_the_time_as_a_clock_does(
    timeout: float, shown: str, n_trials: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(seed=0))
    stop = [lambda study, trial: study.stop()]
    study.optimize(quadratic, n_trials, timeout, show_progress_bar=True, callbacks=stop)
    assert shown in capsys.readouterr().err


def test_records_do_not_keep_garbage_alive() -> None:
    study = hpo.create_study()
    study.optimize(quadratic, n_trials=5)
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing) is Trial and thing.study is study]


_INTERRUPTED = """
import os, signal, sys, time, hpo

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it

def objective(trial):
    trial.suggest_float("x", 0, 1)
    if trial.number == 3:
        while len(study.get_trials(states=(hpo.trial.TrialState.COMPLETE,))) < 3:
            pass  # the other thread tells its trial
        print("running", flush=True)
        while True:
            time.sleep(0.01)  # signal.pause would miss one that came just before it
    return 0.0

study = hpo.create_study(study_name="s", storage="sqlite:///s.db")
study.optimize(objective, n_jobs={n_jobs}, n_trials=4)
"""


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(("signum", "exit_code"), [(signal.SIGINT, {130, -2, 1}), (signal.SIGTERM, {143})])
def test_signals_end_the_run_in_order(tmp_path: Path, signum: signal.Signals, exit_code: set[int], n_jobs: int) -> None:
    script = _INTERRUPTED.format(n_jobs=n_jobs)
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signum)
        assert process.wait(timeout=60) in exit_code
    study = hpo.load_study(study_name="s", storage=f"sqlite:///{tmp_path}/s.db")
    trial = study.trials[3]
    assert trial.state is TrialState.FAIL
    assert trial.error is not None
    assert trial.error.type in ("KeyboardInterrupt", "SystemExit")
    assert all(trial.state is TrialState.COMPLETE for trial in study.trials[:3])


def test_the_log_lines_are_those_that_scripts_look_for(capsys: pytest.CaptureFixture[str]) -> None:
    hpo.logging.set_verbosity(hpo.logging.INFO)  # whatever who runs the tests has chosen
    study = hpo.create_study(study_name="named")
    study.enqueue_trial({"x": 0.5})

    def objective(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.number == 1:
            raise hpo.TrialPruned
        if trial.number == 2:
            raise ValueError("bad luck")
        return x

    study.optimize(objective, n_trials=3, catch=ValueError)
    lines = capsys.readouterr().err
    assert "A new study created in memory with name: named" in lines
    assert "Trial 0 finished with value: 0.5 and parameters: {'x': 0.5}. Best is trial 0 with value: 0.5." in lines
    assert "Trial 1 pruned. " in lines
    assert "Trial 2 failed with parameters: {'x': " in lines
    assert "because of the following error: ValueError('bad luck')." in lines


def test_warnings_of_the_objective_are_its_own() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        hpo.create_study().optimize(lambda trial: float(warnings.warn("mine", stacklevel=1) is None), n_trials=1)
    assert [str(warning.message) for warning in caught] == ["mine"]


class SlowGrid:
    """Takes so long for each of its three proposals that trials start before they are made."""

    def sample(self, space: Space, history: History, key: Key) -> Array:
        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
        if len(history) == 3:
            raise SearchSpaceExhausted("All three have been tried.")
        return np.full(len(space), np.nan)


def test_an_exhausted_slow_sampler_leaves_no_trial_behind() -> None:
    study = hpo.create_study(sampler=SlowGrid())
    study.optimize(quadratic, n_trials=9)
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE] * 3
    assert not study._log.ledger.running
    with pytest.raises(SearchSpaceExhausted):
        study.ask()
    assert len(study.trials) == 3


_FORKER = """
import os, sys, warnings
import hpo
warnings.simplefilter("ignore", DeprecationWarning)  # threads and forks are what this is about

def objective(trial):
    children = []
    for _ in range(2):
        children.append(os.fork())
        if not children[-1]:
            os._exit(0)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    return trial.suggest_float("x", 0, 1)

study = hpo.create_study(storage=sys.argv[1] or None, study_name="s", sampler=hpo.samplers.RandomSampler(seed=0))
study.optimize(objective, n_trials=200, n_jobs=4)
assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * 200
assert study.verify() == []
"""


@pytest.mark.parametrize("url", ["", "sqlite:///{}/s.db", "journal:///{}/s.log"])
def test_objectives_in_several_threads_may_fork(url: str, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FORKER, url.format(tmp_path)], check=True, timeout=120)


_FULL = """
import os, resource, sys
from pathlib import Path
import hpo

folder, n_jobs = Path(sys.argv[2]), int(sys.argv[3])

def let_files_grow_by(room):
    most = max(file.stat().st_size for file in folder.iterdir()) + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

def objective(trial):
    x = trial.suggest_float("x", 0, 1)
    if not trial.number:
        let_files_grow_by(10)
    return x

study = hpo.create_study(storage=sys.argv[1], study_name="s", sampler=hpo.samplers.RandomSampler(seed=0))
try:
    study.optimize(objective, n_trials=4, n_jobs=n_jobs)
except hpo.exceptions.StorageFullError:
    let_files_grow_by(10**9)
first = study.trials
study.optimize(objective, n_trials=4)
assert first, "the files could grow"
assert [trial.state.name for trial in first] != ["COMPLETE"] * 4, "the files could grow"
assert [trial.state.name for trial in study.trials] == ["COMPLETE"] * (len(first) + 4)
assert study.verify() == []
"""


@pytest.mark.parametrize("n_jobs", [1, 3])
@pytest.mark.parametrize("url", ["sqlite:///{}/s.db", "journal:///{}/s.log"])
def test_results_that_find_no_room_are_written_when_there_is_some(url: str, n_jobs: int, tmp_path: Path) -> None:
    arguments = url.format(tmp_path), str(tmp_path), str(n_jobs)
    subprocess.run([sys.executable, "-c", _FULL, *arguments], check=True, timeout=120)


_DELETER = """
import os, threading, warnings
import hpo
warnings.simplefilter("ignore", DeprecationWarning)  # threads and forks are what this is about

study = hpo.create_study(sampler=hpo.samplers.RandomSampler(seed=0))
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=300)
is_over = threading.Event()

def fork():
    while not is_over.is_set():
        child = os.fork()
        if not child:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

forker = threading.Thread(target=fork)
forker.start()
for number in range(300):
    study.delete_trial(number)
    assert len(study.history) == 299 - number
is_over.set()
forker.join()
"""


def test_trials_may_be_deleted_while_another_thread_forks() -> None:
    subprocess.run([sys.executable, "-c", _DELETER], check=True, timeout=120)


def test_an_executor_that_takes_no_more_trials_ends_the_run() -> None:
    pool = ThreadPoolExecutor(1)
    study = hpo.create_study()
    with pytest.raises(RuntimeError, match="after shutdown"):
        study.optimize(quadratic, n_trials=9, executor=pool, callbacks=lambda *_: pool.shutdown())
    assert [trial.state for trial in study.trials] == [TrialState.COMPLETE, TrialState.FAIL]


def test_what_comes_back_after_an_error_is_told_to_callbacks() -> None:
    """The sampler fails while a trial is under way."""
    begun, seen = threading.Event(), []

    class Broken:
        def sample(self, space: Space, history: History, key: Key) -> Array:
            if key.number == 1:
                begun.wait(60)
                raise LookupError("broken")
            return space.uniform(key)

    def objective(trial: Trial) -> float:
        begun.set()
        return trial.suggest_float("x", 0, 1)

    study = hpo.create_study(sampler=Broken())
    with pytest.raises(LookupError):
        study.optimize(objective, n_trials=3, n_jobs=2, callbacks=lambda _, trial: seen.append(trial.number))
    assert [trial.state for trial in study.trials if trial.number == 0] == [TrialState.COMPLETE]
    assert seen == [0]
