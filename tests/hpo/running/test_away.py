"""Trials in other processes: what is lost, what is refused, and how a run with them ends."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.arrays import Array
from hpo.executors.address import outward
from hpo.history import History
from hpo.key import Key
from hpo.pruners import HyperbandPruner, MedianPruner, SuccessiveHalvingPruner
from hpo.running import pace
from hpo.samplers import BruteForceSampler, GridSampler, RandomSampler, TPESampler
from hpo.space import Space
from hpo.testing.studies import logged, objective
from hpo.trial import Trial, TrialState
from tests.waiting import has_ended, wait_until

PRUNERS: list[Any] = [
    MedianPruner(n_startup_trials=2),
    HyperbandPruner(max_resource=4, reduction_factor=2),
    SuccessiveHalvingPruner(min_resource=1, reduction_factor=2, mode="promote"),
]
SQLITE = "sqlite:///{}/study.db"
STORAGES: list[str | None] = [SQLITE, "journal:///{}/study.log", None]


class Inspected:
    """An engine of threads that counts."""

    host = "127.0.0.1"

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.pool = ThreadPoolExecutor(slots or 1)
        self.flying = self.most = self.parcels = self.calls = 0
        self.lock = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        with self.lock:
            self.calls += 1
            self.parcels += args[1] is not None
            self.flying += 1
            self.most = max(self.most, self.flying)
        return self.pool.submit(self._call, fn, *args)

    def _call(self, fn: Callable[..., Any], *args: Any) -> Any:
        try:
            return fn(*args)
        finally:
            with self.lock:
                self.flying -= 1

    def is_loss(self, error: BaseException) -> bool:
        return False

    def close(self) -> None:
        """Go on: another run may come."""


def create(folder: Path, url: str | None = SQLITE, **options: Any) -> hpo.Study:
    options = {"sampler": RandomSampler(), "study_name": "s", "seed": 0, **options}
    return hpo.create_study(storage=url and url.format(folder), **options)


def curve(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1) + trial.suggest_float(f"y{trial.number % 3}", 0, 1)
    pauses = getattr(trial.study.pruner, "pauses", False)
    for step in range(trial.resume_step, 4):
        trial.report(x + 1 / (step + 1), step)
        if pauses and trial.should_pause():
            raise hpo.TrialPaused
        if not pauses and trial.should_prune():
            raise hpo.TrialPruned
    return x


def at_x(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1)


# ---- the log


@pytest.mark.filterwarnings("ignore:.*has already reported")  # a trial that paused may go on in the other objective
@pytest.mark.parametrize("url", STORAGES)
@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
def test_one_worker_leaves_the_log_of_the_calling_thread(tmp_path: Path, url: str | None, pruner: Any) -> None:
    logs = []
    for name, executor in (("here", None), ("there", Inspected(1))):
        (tmp_path / name).mkdir()
        study = create(tmp_path / name, url, pruner=pruner, sampler=TPESampler(n_startup_trials=3))
        study.optimize(curve, n_trials=12, executor=executor)
        study.optimize(objective, n_trials=9, catch=ArithmeticError, executor=executor)
        logs.append(logged(study))
        assert study.verify() == []
    assert logs[0] == logs[1]


@pytest.mark.parametrize("slots", [1, 2, 8])
@pytest.mark.parametrize("pruner", PRUNERS, ids=repr)
def test_a_reproducible_run_is_the_same_with_any_number_of_workers(tmp_path: Path, pruner: Any, slots: int) -> None:
    logs = []
    for name, executor in (("here", None), ("there", Inspected(slots))):
        (tmp_path / name).mkdir()
        study = create(tmp_path / name, pruner=pruner, sampler=TPESampler(n_startup_trials=3))
        study.optimize(curve, n_trials=24, reproducible=True, executor=executor)
        logs.append(logged(study))
    assert logs[0] == logs[1]


class Slow:
    """A sampler that thinks long, by the count of its pace; it notes in which process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sample(self, space: Space, history: History, key: Key) -> Array:
        with self.path.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return space.uniform(key)

    def __repr__(self) -> str:
        return "Slow()"


def test_a_slow_sampler_is_asked_where_the_trials_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_SLOW", -1.0)  # here; a proposal takes longer than that everywhere
    study = create(tmp_path, sampler=Slow(tmp_path / "asked"))
    study.optimize(at_x, n_trials=3)
    (tmp_path / "asked").unlink()
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=12, workers=1)
    asked = (tmp_path / "asked").read_text().split()
    assert str(os.getpid()) not in asked
    assert len(asked) == 12
    assert study.verify() == []
    alone = create(tmp_path, "sqlite:///{}/alone.db", sampler=Slow(tmp_path / "asked"))
    alone.optimize(at_x, n_trials=15)
    assert logged(alone) == logged(study)


@pytest.mark.parametrize("sampler", [GridSampler({"x": [0.0, 0.5, 1.0]}), BruteForceSampler()], ids=repr)
@pytest.mark.parametrize("is_slow", [False, True])
def test_a_search_that_is_exhausted_ends(
    tmp_path: Path, sampler: Any, is_slow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_slow:
        monkeypatch.setattr(pace, "_SLOW", -1.0)
    study = create(tmp_path, sampler=sampler)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1, step=0.5), executor=Inspected(2))
    assert sorted({trial.params["x"] for trial in study.trials}) == [0.0, 0.5, 1.0]
    assert all(trial.state is TrialState.COMPLETE for trial in study.trials)


# ---- how much goes there


def test_no_more_trials_are_away_than_there_are_slots_and_the_parcel_goes_once(tmp_path: Path) -> None:
    for reproducible in (False, True):
        engine, study = Inspected(3), create(tmp_path, study_name=str(reproducible))
        study.optimize(at_x, n_trials=30, executor=engine, reproducible=reproducible)
        assert engine.most <= 3
        assert engine.calls == 30
        assert engine.parcels == 3


def test_a_process_that_lacks_the_parcel_is_sent_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hpo.running import hosting

    class Forgetful(Inspected):
        def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
            if args[1] is None and self.calls % 2:
                hosting._hosts.clear()  # as if it were another process
            return super().submit(fn, *args)

    engine, study = Forgetful(1), create(tmp_path)
    study.optimize(at_x, n_trials=8, executor=engine)
    assert study.count_trials((TrialState.COMPLETE,)) == study.count_trials() == 8
    assert engine.calls > 8


@pytest.mark.parametrize("url", STORAGES)
def test_other_machines_are_served_what_is_on_this_one(tmp_path: Path, url: str | None) -> None:
    study, engine = create(tmp_path, url), Inspected(2)
    engine.host = outward()

    def told(trial: Trial) -> float:
        trial.set_user_attr("study", repr(trial.study))
        trial.report(trial.suggest_float("x", 0, 1), 0)
        return 0.0

    study.optimize(told, n_trials=4, executor=engine)
    assert all(f"RemoteStorage('http+hpo://{engine.host}:" in one.user_attrs["study"] for one in study.trials)
    assert [list(one.intermediate_values.values()) for one in study.trials] == [[t.params["x"]] for t in study.trials]


def test_slots_may_come_and_go(tmp_path: Path) -> None:
    class Growing(Inspected):
        def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
            self.slots = 1 + self.calls % 4
            return super().submit(fn, *args)

    study = create(tmp_path)
    study.optimize(at_x, n_trials=20, executor=Growing(4))
    assert study.count_trials((TrialState.COMPLETE,)) == 20


@pytest.mark.parametrize("reproducible", [False, True])
def test_a_run_whose_slots_are_gone_says_so_once_and_goes_on_when_others_come(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, reproducible: bool
) -> None:
    class Deserted(Inspected):
        looks = 0

        @property
        def slots(self) -> int:
            self.looks += self.calls == 3
            return 0 if 0 < self.looks < 12 else 2

        @slots.setter
        def slots(self, slots: int) -> None:
            """It says itself how many there are."""

    caplog.set_level(hpo.logging.WARNING, logger="hpo")
    study = create(tmp_path)
    study.optimize(at_x, n_trials=8, executor=Deserted(2), reproducible=reproducible)
    assert study.count_trials((TrialState.COMPLETE,)) == 8
    assert [one.message.partition(".")[0] for one in caplog.records if one.levelname == "WARNING"] == [
        "No worker is left to run a trial"
    ]


def test_a_process_has_few_threads_for_each_of_the_slots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")

    def told(trial: Trial) -> float:
        trial.set_user_attr("threads", [os.environ["OMP_NUM_THREADS"], os.environ["MKL_NUM_THREADS"]])
        return 0.0

    study = create(tmp_path)
    study.optimize(told, n_trials=1, workers=1000)
    assert study.trials[0].user_attrs == {"threads": ["1", "7"]}


# ---- losses and ends


def deadly(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    trial.report(x, 0)
    if trial.number in (1, 2):
        os.kill(os.getpid(), signal.SIGKILL)
    return x


@pytest.mark.parametrize("url", STORAGES)
def test_a_lost_worker_fails_its_own_trial_which_is_tried_again(tmp_path: Path, url: str | None) -> None:
    study = create(tmp_path, url, retry=1)
    study.optimize(deadly, n_trials=1)
    study.optimize(deadly, n_trials=8, workers=2)
    study.optimize(deadly, n_trials=study.count_trials((TrialState.WAITING,)))
    failed = study.get_trials(states=(TrialState.FAIL,))
    assert [trial.number for trial in failed] == [1, 2]
    assert all(trial.error is not None and trial.error.message.startswith("worker lost: ") for trial in failed)
    assert study.count_trials((TrialState.COMPLETE,)) == study.count_trials() - 2 >= 7
    retries = {trial.system_attrs["failed_trial"]: trial for trial in study.trials if trial.system_attrs}
    for trial in failed:
        assert trial.intermediate_values == {0: retries[trial.number].params["x"]}
    assert study.verify() == []


def test_a_broken_executor_of_somebody_else_ends_the_run_with_a_clear_error(tmp_path: Path) -> None:
    study = create(tmp_path)
    with ProcessPoolExecutor(1) as pool:
        with pytest.raises(RuntimeError, match="ProcessPoolExecutor is broken.*write workers=8"):
            study.optimize(deadly, n_trials=9, executor=pool)
        n_trials = study.count_trials()
        with pytest.raises(RuntimeError, match="is broken"):
            study.optimize(deadly, n_trials=9, executor=pool)
    assert study.count_trials() == n_trials
    assert study.count_trials((TrialState.RUNNING,)) == 0


_PROGRAM = """
import os, signal, sys, time, hpo

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(storage=sys.argv[1], study_name="s", sampler=hpo.samplers.RandomSampler())

def objective(trial):
    trial.set_user_attr("pid", os.getpid())
    trial.report(1.0 * os.getpid(), 0)
    while trial.number >= 2:
        time.sleep(0.01)
    return 0.0

try:
    study.optimize(objective, n_trials=6, workers=2)
finally:
    print("end", flush=True)
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_trial_and_no_process_is_left_when_the_program_is_ended(tmp_path: Path, signum: signal.Signals) -> None:
    url = SQLITE.format(tmp_path)
    study = create(tmp_path)
    program = _PROGRAM.replace("create_study(", "load_study(")
    process = subprocess.Popen(
        [sys.executable, "-c", program, url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )

    def pids() -> list[int]:
        waiting = [trial for trial in study.trials[2:] if trial.state is TrialState.RUNNING]
        return [int(trial.intermediate_values[0]) for trial in waiting if trial.intermediate_values]

    wait_until(lambda: len(pids()) == 2)
    workers = pids()
    process.send_signal(signum)
    out, error = process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: -2, signal.SIGTERM: 143, signal.SIGKILL: -9}[signum], error
    wait_until(lambda: all(map(has_ended, workers)))
    if signum is signal.SIGKILL:
        study.tell(study.ask(), 0.0)  # whoever asks next finds the trials lost
    else:
        assert out == "end\n"
    assert study.count_trials((TrialState.RUNNING,)) == 0
    assert study.count_trials((TrialState.FAIL,)) == 2


# ---- what is refused, before a trial begins


def refused(study: hpo.Study, error: type[Exception], match: str, **options: Any) -> None:
    with pytest.raises(error, match=match):
        study.optimize(options.pop("func", at_x), n_trials=1, **options)
    assert study.count_trials() == 0


def test_what_cannot_work_is_refused_before_the_first_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, lock = create(tmp_path), threading.Lock()
    refused(
        study,
        TypeError,
        "The objective must go to other processes, and cannot be pickled: .*lock",
        func=lambda trial: lock.locked(),
        workers=1,
    )
    for n in (0, -2):
        refused(study, ValueError, "workers must be ≥ 1", workers=n)
    refused(study, TypeError, "workers", workers="two")
    refused(study, ValueError, "not both", workers=2, n_jobs=2)
    refused(study, ValueError, "lag must be at least workers=3", workers=3, reproducible=True, lag=2)
    refused(study, TypeError, "executor must be", executor=object())
    refused(study, TypeError, "must be an instance", executor=ThreadPoolExecutor)
    refused(study, ValueError, "no slot", executor=Inspected(0))
    closed = ThreadPoolExecutor(1)
    closed.shutdown()
    refused(study, RuntimeError, "takes no calls.*give a new one", executor=closed)
    for name in ("cloudpickle", "loky"):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, name, None)
            refused(study, ImportError, r"pip install 'hpo-study\[processes\]'", workers=1)


def test_an_error_of_the_program_s_own_is_caught_by_its_name_and_raised_as_itself(tmp_path: Path) -> None:
    class Mine(Exception):
        pass

    def failing(trial: Trial) -> float:
        raise Mine("here", trial.number)

    study = create(tmp_path)
    study.optimize(failing, n_trials=2, catch=Mine, workers=1)
    assert study.count_trials((TrialState.FAIL,)) == 2
    with pytest.raises(Mine, match="here"):
        study.optimize(failing, n_trials=2, workers=1)


def test_an_error_that_cannot_travel_is_told_all_the_same(tmp_path: Path) -> None:
    def failing(trial: Trial) -> float:
        raise ValueError("it is", threading.Lock())

    study = create(tmp_path)
    with pytest.raises(RuntimeError, match="ValueError: .*it is"):
        study.optimize(failing, n_trials=2, executor=Inspected(1))


def test_an_error_that_only_the_other_process_can_read_is_told_all_the_same(tmp_path: Path) -> None:
    def read(pid: int) -> Exception:
        if os.getpid() != pid:
            raise ImportError("not here")
        return ValueError()

    class Foreign(Exception):
        def __reduce__(self) -> Any:
            return read, (os.getpid(),)

    def failing(trial: Trial) -> float:
        raise Foreign("it is")

    study = create(tmp_path)
    with pytest.raises(RuntimeError, match="Foreign: it is"):
        study.optimize(failing, n_trials=2, workers=1)
    assert study.trials[0].state is TrialState.FAIL


def optimising(trial: Any) -> float:
    trial.study.optimize(at_x, n_trials=1)
    return 0.0


def test_an_objective_cannot_optimise_its_own_study_there_either(tmp_path: Path) -> None:
    study = create(tmp_path)
    with pytest.raises(RuntimeError, match="cannot be called from within"):
        study.optimize(optimising, n_trials=1, executor=Inspected(1))


def test_a_process_that_cannot_open_the_parcel_ends_the_run(tmp_path: Path) -> None:
    class Broken:
        def __call__(self, trial: Trial) -> float:
            return 0.0

        def __setstate__(self, state: Any) -> None:
            raise ModuleNotFoundError("no such thing here")

        def __getstate__(self) -> Any:
            return 1

    study = create(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no such thing here"):
        study.optimize(Broken(), executor=Inspected(2))
    assert study.count_trials((TrialState.RUNNING,)) == 0


def test_workers_are_as_silent_as_the_program(tmp_path: Path) -> None:
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    study = hpo.create_study(study_name="s", storage=SQLITE.format(tmp_path))
    study.optimize(lambda trial: float(hpo.logging.get_verbosity()), n_trials=2, workers=1)
    assert [trial.value for trial in study.trials] == [hpo.logging.ERROR] * 2


def test_a_program_needs_no_guard_of_its_main_module(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import hpo\n"
        "class Named(Exception): pass\n"
        "def objective(trial):\n"
        "    if trial.number == 1: raise Named\n"
        "    return trial.suggest_float('x', 0, 1)\n"
        f"study = hpo.create_study(storage='sqlite:///{tmp_path}/s.db', sampler=hpo.samplers.RandomSampler())\n"
        "study.optimize(objective, n_trials=4, workers=2, catch=Named)\n"
        "print([trial.state.name for trial in study.trials])\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['COMPLETE', 'FAIL', 'COMPLETE', 'COMPLETE']\n"


def test_the_password_of_a_database_is_in_the_opener_and_nowhere_else() -> None:
    storage = hpo.storage.RedisStorage("redis://user:secret@example.org:6379")
    assert b"secret" in pickle.dumps(storage.opener())
    assert storage.is_on_network
