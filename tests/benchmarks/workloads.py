"""What `overhead.py` measures. Each workload runs in a process of its own and prints one JSON object.

    python workloads.py WORKLOAD LIBRARY '{"n_trials": 100, …}'

LIBRARY is `hpo`, `optuna` or `rustuna`; what they all have they call the same, so one function serves all.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

N_REPORTS = 10


def load(name: str) -> Any:
    """The library, silent."""
    library = importlib.import_module(name)
    if name == "rustuna":  # says nothing
        return library
    library.logging.set_verbosity(library.logging.ERROR)
    return library


def sphere(n_parameters: int, n_reports: int = 0) -> Callable[[Any], float]:
    """An objective that costs next to nothing."""
    names = [f"x{i}" for i in range(n_parameters)]

    def objective(trial: Any) -> float:
        value = sum(trial.suggest_float(name, -5.0, 5.0) ** 2 for name in names)
        for step in range(n_reports):
            trial.report(value / (step + 1), step)
            trial.should_prune()
        return float(value)

    return objective


def memory(library: str, *, n_trials: int, n_parameters: int) -> dict[str, float]:
    """Random search in memory, in ten equal parts: milliseconds per trial, and those of the last part / the first."""
    hpo = load(library)
    objective = sphere(n_parameters)
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(seed=0))
    study.optimize(objective, n_trials=100)  # whatever is loaded on first use
    parts = []
    for _ in range(10):
        began = time.perf_counter()
        study.optimize(objective, n_trials=n_trials // 10)
        parts.append(time.perf_counter() - began)
    return {"ms": sum(parts) / n_trials * 1e3, "last_to_first": parts[-1] / parts[0]}


def tpe(library: str, *, n_trials: int, n_parameters: int) -> dict[str, float]:
    """A whole study in memory under TPE: seconds of processor time."""
    hpo = load(library)
    first = hpo.create_study(sampler=hpo.samplers.TPESampler(seed=0))
    first.optimize(sphere(n_parameters), n_trials=20)  # whatever is loaded on first use
    study = hpo.create_study(sampler=hpo.samplers.TPESampler(seed=0))
    began = time.process_time()
    study.optimize(sphere(n_parameters), n_trials=n_trials)
    return {"seconds": time.process_time() - began}


def many(library: str, *, n_trials: int) -> dict[str, float]:
    """Many trials of five parameters in memory: bytes per trial, then seconds to read them."""
    hpo = load(library)
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(seed=0))
    study.optimize(sphere(5), n_trials=100)
    before = resident()
    study.optimize(sphere(5), n_trials=n_trials)
    bytes_per_trial = (resident() - before) / n_trials

    best = [timed(lambda: study.best_trial) for _ in range(101)]
    trials = timed(lambda: study.trials)
    used = timed(lambda: [(trial.params, trial.value) for trial in study.trials])
    return {"bytes": bytes_per_trial, "trials": trials, "used": used, "best": sorted(best)[50]}


def sqlite(library: str, *, url: str, n_trials: int, n_reports: int) -> dict[str, float]:
    """One process that writes to SQLite: trials per second."""
    hpo = load(library)
    study = stored_study(hpo, url)
    objective = sphere(5, n_reports)
    study.optimize(objective, n_trials=10)
    return {"rate": n_trials / timed(lambda: study.optimize(objective, n_trials=n_trials))}


def statements(library: str, *, url: str, n_trials: int, n_reports: int) -> dict[str, float]:
    """What SQLite is asked to do per trial, as SQLite itself sees it."""
    counts: Counter[str] = Counter()

    def trace(statement: str) -> None:
        verb = statement.split(maxsplit=1)[0].upper()
        kind = {"COMMIT": "commits", "BEGIN": "", "ROLLBACK": "", "PRAGMA": ""}.get(verb, "statements")
        counts[kind] += 1

    @sa.event.listens_for(sa.Engine, "connect")
    def connected(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.set_trace_callback(trace)

    hpo = load(library)
    study = stored_study(hpo, url)
    objective = sphere(5, n_reports)
    study.optimize(objective, n_trials=10)
    counts.clear()
    study.optimize(objective, n_trials=n_trials)
    return {kind: counts[kind] / n_trials for kind in ("commits", "statements")}


def raw(library: str, *, path: str, n_trials: int) -> dict[str, float]:
    """What the disk allows: SQLite's own driver in WAL, two commits per trial that reach the disk."""
    del library
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE event (position INTEGER PRIMARY KEY, body TEXT)")
    body = json.dumps({f"x{i}": 0.123456789 for i in range(5)})
    began = time.perf_counter()
    for _ in range(2 * n_trials):
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO event (body) VALUES (?)", (body,))
        db.execute("COMMIT")
    return {"rate": n_trials / (time.perf_counter() - began)}


def fill(library: str, *, path: str, n_trials: int) -> dict[str, float]:
    """A stored study of many trials."""
    n_run = min(n_trials, 1000) if library == "optuna" else n_trials
    study = stored_study(load(library), f"sqlite:///{path}")
    study.optimize(sphere(5), n_trials=n_run)
    if n_run < n_trials:
        multiply_optuna_trials(path, n_run, n_trials // n_run)
    return {}


def multiply_optuna_trials(path: str, n: int, times: int) -> None:
    """Copy each of the first n trials in Optuna's tables, as the library itself would take an hour to write them."""
    db = sqlite3.connect(path)
    for k in range(1, times):
        shift = {"k": k * n}
        db.execute(
            "INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete) "
            "SELECT trial_id + :k, number + :k, study_id, state, datetime_start, datetime_complete "
            f"FROM trials WHERE number < {n}",
            shift,
        )
        db.execute(
            "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
            "SELECT trial_id + :k, param_name, param_value, distribution_json "
            f"FROM trial_params WHERE trial_id <= {n}",
            shift,
        )
        db.execute(
            "INSERT INTO trial_values (trial_id, objective, value, value_type) "
            f"SELECT trial_id + :k, objective, value, value_type FROM trial_values WHERE trial_id <= {n}",
            shift,
        )
    db.commit()
    db.close()


def read(library: str, *, url: str, other: str, n_trials: int) -> dict[str, float]:
    """Open a stored study when all imports are done: seconds, those for all trials after that, and peak memory."""
    hpo = load(library)

    def best_value(url: str) -> tuple[Any, float]:
        study = hpo.load_study(study_name="benchmark", storage=url)
        return study, study.best_value

    best_value(other)
    began = time.perf_counter()
    study, _ = best_value(url)
    loaded = time.perf_counter() - began
    peak_after_load = peak()
    trials = timed(lambda: [(trial.params, trial.value) for trial in study.trials])
    assert len(study.trials) == n_trials
    return {"load": loaded, "peak after load": peak_after_load, "trials": trials, "peak": peak()}


def stored_study(hpo: Any, url: str) -> Any:
    return hpo.create_study(
        study_name="benchmark",
        storage=url,
        sampler=hpo.samplers.RandomSampler(seed=0),
        pruner=hpo.pruners.NopPruner(),
        load_if_exists=True,
    )


def timed(action: Callable[[], object]) -> float:
    """Seconds."""
    began = time.perf_counter()
    result = action()
    seconds = time.perf_counter() - began
    del result
    return seconds


def resident() -> int:
    """Bytes of memory that the process holds now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most bytes that it ever held. (`getrusage` would count those of the parent process, too.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


WORKLOADS: dict[str, Callable[..., dict[str, float]]] = {
    workload.__name__: workload for workload in (memory, tpe, many, sqlite, statements, raw, fill, read)
}

if __name__ == "__main__":
    _, workload, library, options = sys.argv
    print(json.dumps(WORKLOADS[workload](library, **json.loads(options))))
