"""One study on many processes: how much faster, how many trials a second, and what is left when workers are killed.

    pip install -e '.[benchmark,processes,server,dask,ray,spark]' joblib optuna-integration
    python -m tests.benchmarks.parallel [computing] [sleeping] [rate] [faults] [--quick]

Prints Markdown tables. Times are taken between ends of trials, when all workers have ended one already, so that the
start of processes is left out. "driver" is the processor time that the process which begins and ends the trials needs
for one of them; it says how many it could manage on a core of its own, however busy the machine is. Engines whose
packages are missing are left out.

What limits ten thousand workers, on paper, from unit costs that were measured so (trials of five parameters under
random search, processor time):

* The driver needs 0.5 ms for a trial of a study in memory and 0.9 ms on SQLite, if the sampler is quick and the trial
  reports nothing. So it keeps 10 000 workers busy with trials of some 10 s or longer. On Dask, its scheduler and client
  need 4 ms more for a task, even an empty one: trials of 50 s, if they are on the driver's machine.
* A trial is 3 events of 140 bytes each. A client's request to append one costs the server 0.14 ms, on SQLite as in
  memory, when a thousand clients ask at once, as those that wait are written together: some 7 000 requests a second
  and core. Workers that begin their trials themselves, two requests each, could be 10 000 with trials of 3 s.
* But each of them has to learn what the others write: 10 us to read an event, 1.5 us to fold it. With 10 000 workers
  and trials of 100 s there are 100 trials, or 300 events, a second; each worker spends 0.4 % of its time on them, and
  the server hands out 3 million events or 420 MB a second (110 MB compressed), which it cannot. This limit comes first:
  the bytes grow with the square of the workers, and some 5 000 of them fill a network of 1 Gbit/s, uncompressed.
* So a sampler that takes longer than 20 ms, which is asked by the workers, is what does not scale so far; a quick one
  is asked by the driver, and its workers read nothing.
* Reports are written by the workers, and folded by the driver, once each.
* Some 0.9 KB go to a worker for a trial, and 0.7 KB come back; the objective goes once to each process. For 10 000
  processes and an objective of 10 MB that is 100 GB from one machine: keep data in files.

What to change first is that all workers read all: only a few of them should propose, for the others too. Then comes the
driver's share: several drivers with a part of the workers each, on one PostgreSQL. That works today, as with programs
that are started by hand.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import hpo
from hpo.events import TrialFinished
from hpo.executors import Dask, Processes, Ray, Spark
from hpo.samplers import GPSampler, RandomSampler, TPESampler
from hpo.trial import Trial
from tests.benchmarks.kills import run_with_kills

_HANGS = 300.0
"""Seconds after which a run that should take a few is taken for one that hangs."""

SAMPLERS: dict[str, Callable[[], Any]] = {
    "random": RandomSampler,
    "TPE": TPESampler,
    "GP": GPSampler,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("computing", "sleeping", "rate", "faults")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(parts)}; all by default")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    options = parser.parse_args()
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for part in options.parts or parts:
            globals()[part](Path(folder), 0.1 if options.quick else 1.0)


def computing(folder: Path, scale: float) -> None:
    """50 ms of computing: two processes beside one, in turn."""
    print("\n## 50 ms of computing, SQLite\n\n| processes | trials/s | driver, ms |\n|---|---|---|")
    rates: dict[int, list[float]] = {1: [], 2: []}
    costs: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for n in rates:
            study, cost = _run(folder, RandomSampler(), _busy, int(200 * scale) + 10 * n, workers=n)
            rates[n].append(_rate(study, n))
            costs[n].append(cost)
    for n in rates:
        print(f"| {n} | {median(rates[n]):.1f} | {median(costs[n]):.2f} |")
    gains = [two / one / 2 for one, two in zip(rates[1], rates[2], strict=True)]
    print(f"\nOf twice one process: {median(gains):.0%}")


def sleeping(folder: Path, scale: float) -> None:
    """0.2 s of sleep on 32 threads of an executor, as 32 processes would need more cores than most machines have."""
    print(
        "\n## 0.2 s of sleep, 32 workers\n\n| sampler | storage | trials/s | of 160 | cost, ms |\n|---|---|---|---|---|"
    )
    for name, sampler in SAMPLERS.items():
        for storage, where in (("memory", None), ("SQLite", folder)):
            n_trials = int((1200 if name != "GP" else 240) * scale) + 96
            with ThreadPoolExecutor(32) as pool:
                study, cost = _run(where, sampler(), _asleep, n_trials, executor=pool)
            rate = _rate(study, 32)
            print(f"| {name} | {storage} | {rate:.1f} | {rate / 160:.0%} | {cost:.2f} |")


def rate(folder: Path, scale: float) -> None:
    """An objective that does nothing: two slots, and four, where an engine's round trips matter less."""
    print("\n## Nothing to do, random\n\n| where | slots | storage | trials/s | driver, ms |\n|---|---|---|---|---|")
    n_trials = int(1000 * scale) + 50
    for slots in (2, 4):
        for name, make in _engines(slots).items():
            with make() as engine:
                for storage in ("memory", "SQLite"):
                    found = []
                    for _ in range(3):
                        where = None if storage == "memory" else folder
                        study, cost = _run(where, RandomSampler(), _nothing, n_trials, executor=engine)
                        found.append((_rate(study, 20), cost))
                    rates, costs = zip(*found, strict=True)
                    print(f"| {name} | {slots} | {storage} | {median(rates):.0f} | {median(costs):.2f} |", flush=True)
    for library in ("hpo", "optuna"):
        rates_by_hand = [_by_hand(folder, library, n_trials // (1 if library == "hpo" else 4)) for _ in range(3)]
        print(f"| {library}, programs started by hand | 2 | SQLite | {median(rates_by_hand):.0f} | |", flush=True)
    if importlib.util.find_spec("joblib") is not None:
        print(f"| optuna, joblib | 2 | SQLite | {median(_joblib(folder, n_trials // 4) for _ in range(3)):.0f} | |")
    if importlib.util.find_spec("optuna_integration") is not None and importlib.util.find_spec("distributed"):
        for slots in (2, 4):
            for storage in ("memory", "SQLite"):
                where = None if storage == "memory" else folder
                rates = tuple(_optuna_on_dask(where, slots) for _ in range(3))
                print(f"| optuna, DaskStorage | {slots} | {storage} | {median(rates):.0f} | |", flush=True)


def faults(folder: Path, scale: float) -> None:
    """Of eight workers three are killed at random moments; it raises if anything is lost, doubled or left over."""
    n_runs = max(2, int(20 * scale))
    print(f"\n## Of 8 workers 3 are killed by SIGKILL, {n_runs} runs of 80 trials\n")
    print("| engine | killed | acknowledged and lost | twice | left running | failed as lost | astray | ended well |")
    print("|---|---|---|---|---|---|---|---|")
    is_well = True
    for name in ("processes", "Dask", "Ray"):
        if name not in _engines(8):
            continue
        with _engines(8)[name]() as engine:
            runs = []
            for seed in range(n_runs):
                faulthandler.dump_traceback_later(_HANGS, exit=True)
                runs.append(run_with_kills(Path(tempfile.mkdtemp(dir=folder)), engine, seed))
                faulthandler.cancel_dump_traceback_later()
        columns = ("killed", "lost", "twice", "running", "failed", "astray")
        cells = [sum(getattr(run, column) for run in runs) for column in columns]
        ended = f"{sum(run.is_well for run in runs)} of {n_runs}"
        print("| " + " | ".join(map(str, (name, *cells, ended))) + " |", flush=True)
        for seed, run in enumerate(runs):
            if not run.is_well:
                print(f"\nSeed {seed}: {run}\n", flush=True)
        is_well = is_well and all(run.is_well for run in runs)
    if not is_well:
        raise SystemExit("Something was lost, doubled, left over, or went astray.")


# ---- runs


def _run(folder: Path | None, sampler: Any, objective: Any, n_trials: int, **options: Any) -> tuple[hpo.Study, float]:
    """A study after a run, and the driver's processor time for a trial, in ms."""
    url = None if folder is None else f"sqlite:///{folder}/{random.randrange(2**60):x}.db"
    study = hpo.create_study(storage=url, sampler=sampler, seed=0)
    began = time.process_time()
    study.optimize(objective, n_trials=n_trials, **options)
    return study, (time.process_time() - began) / n_trials * 1e3


def _rate(study: hpo.Study, skipped: int) -> float:
    """Trials a second, without the first ends and the last ones, when workers stand idle."""
    times = [event.time for event in study.events() if isinstance(event, TrialFinished)][skipped:]
    times = times[: max(2, len(times) - skipped // 2)]
    return (len(times) - 1) / (times[-1] - times[0])


def _by_hand(folder: Path, library: str, n_trials: int) -> float:
    url = f"sqlite:///{folder}/{random.randrange(2**60):x}.db"
    program = _PROGRAM.format(library=library, url=url, n_trials=n_trials // 2)
    subprocess.run([sys.executable, "-c", program, "make"], check=True)
    workers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    for worker in workers:
        worker.wait()
    times = subprocess.run([sys.executable, "-c", program, "times"], check=True, capture_output=True, text=True).stdout
    ends = sorted(map(float, times.split()))[20:]
    return (len(ends) - 1) / (ends[-1] - ends[0])


def _joblib(folder: Path, n_trials: int) -> float:
    """Optuna in two processes that joblib begins, as its documentation has it."""
    import joblib

    url = f"sqlite:///{folder}/{random.randrange(2**60):x}.db"
    study = _optuna_study(url)
    joblib.Parallel(2)(joblib.delayed(_optimize_optuna)(url, n_trials // 2) for _ in range(2))
    return _optuna_rate(study)


def _optuna_on_dask(folder: Path | None, slots: int, n_trials: int = 100) -> float:
    """Optuna's trials as tasks of a Dask cluster with so many workers, as its documentation has it."""
    import optuna
    from distributed import Client, LocalCluster, wait

    storage = importlib.import_module("optuna_integration").DaskStorage
    url = None if folder is None else f"sqlite:///{folder}/{random.randrange(2**60):x}.db"
    options: Any = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=slots, **options) as cluster, Client(cluster) as client:
        client.run(optuna.logging.set_verbosity, optuna.logging.ERROR)
        study = _optuna_study(storage(url))
        wait([client.submit(study.optimize, _nothing, n_trials=1, pure=False) for _ in range(n_trials)])
        return _optuna_rate(study)


def _optuna_study(storage: Any) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna.create_study(
        storage=storage, study_name="s", load_if_exists=True, sampler=optuna.samplers.RandomSampler()
    )


def _optimize_optuna(url: str, n_trials: int) -> None:
    _optuna_study(url).optimize(_nothing, n_trials=n_trials)


def _optuna_rate(study: Any) -> float:
    ends = sorted(trial.datetime_complete.timestamp() for trial in study.trials if trial.datetime_complete)[20:]
    return float((len(ends) - 1) / (ends[-1] - ends[0]))


_PROGRAM = """
import sys, {library} as library
library.logging.set_verbosity(library.logging.ERROR)
made = library.create_study(
    storage="{url}", study_name="s", load_if_exists=True, sampler=library.samplers.RandomSampler()
)
if "times" in sys.argv:
    print(*(trial.datetime_complete.timestamp() for trial in made.trials))
elif "make" not in sys.argv:
    made.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials={n_trials})
"""


@contextmanager
def _processes(slots: int) -> Iterator[Any]:
    yield Processes(slots)


@contextmanager
def _dask(slots: int) -> Iterator[Any]:
    import dask
    from distributed import Client, LocalCluster

    # LocalCluster forgets a worker that is about to begin again 15 s after it was killed before; so it has to wait
    dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"})
    options = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=slots, **options) as cluster, Client(cluster) as client:
        yield Dask(client)


@contextmanager
def _ray(slots: int) -> Iterator[Any]:
    import ray

    ray.init(num_cpus=slots, include_dashboard=False, log_to_driver=False)
    yield Ray()
    ray.shutdown()


@contextmanager
def _spark(slots: int) -> Iterator[Any]:
    from pyspark import SparkConf, SparkContext

    os.environ["PYSPARK_PYTHON"] = sys.executable
    conf = SparkConf().setMaster(f"local[{slots}]").set("spark.ui.enabled", "false")
    context = SparkContext(conf=conf)
    yield Spark(context)
    context.stop()


def _engines(slots: int = 2) -> dict[str, Callable[[], Any]]:
    """Those that are installed."""
    makers = {"processes": _processes, "Dask": _dask, "Ray": _ray, "Spark": _spark}
    packages = {"Dask": "distributed", "Ray": "ray", "Spark": "pyspark"}
    there = [name for name in makers if importlib.util.find_spec(packages.get(name, "loky")) is not None]
    return {name: (lambda make=makers[name]: make(slots)) for name in there}  # type: ignore[misc]


# ---- objectives


def _nothing(trial: Any) -> float:
    x: float = trial.suggest_float("x", 0, 1)
    return x


def _busy(trial: Trial) -> float:
    x, began = trial.suggest_float("x", 0, 1), time.process_time()
    while time.process_time() - began < 0.05:
        pass
    return x


def _asleep(trial: Trial) -> float:
    x, y = (trial.suggest_float(name, 0, 1) for name in "xy")
    time.sleep(0.2)
    return (x - 0.3) ** 2 + y


if __name__ == "__main__":
    main()
