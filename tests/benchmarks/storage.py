"""Many processes on one study, hpo's storage beside Optuna's: throughput, faults, an ask among many trials, a soak.

    pip install -e '.[benchmark]'
    python -m tests.benchmarks.storage [throughput] [commits] [ask] [opening] [kill] [soak] [--quick] [--folder DIR]
    python -m tests.benchmarks.storage long_opening [--folder DIR]

Prints Markdown tables. PostgreSQL is started from the programs of Debian's package where that is installed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from tests.benchmarks.workloads import load, peak, resident, sphere, stored_study
from tests.storage.servers import Server, postgresql

LIBRARIES = ("optuna", "hpo")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = ("throughput", "commits", "ask", "opening", "kill", "soak")
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"any of {', '.join(parts)}, all by default; or long_opening"
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--folder", type=Path, help="on the disk that is meant; by default a temporary one")
    options = parser.parse_args()
    scale = 0.1 if options.quick else 1.0
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101  (the server runs as another user)
        with databases(Path(folder)) as urls:
            for part in options.parts or parts:
                globals()[part](urls, scale)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, Iterator[str]]]:
    """Endless new databases of each kind."""
    server_folder = folder / "server"
    server_folder.mkdir()
    server = postgresql(server_folder, shared_preload_libraries="pg_stat_statements")
    kinds: dict[str, Iterator[str]] = {"SQLite": (f"sqlite:///{folder}/{i}.db" for i in range(10**6))}
    if isinstance(server, Server):
        server.start()
        kinds["PostgreSQL"] = (_database(server, f"benchmark_{i}") for i in range(10**6))
    else:
        print(f"Without PostgreSQL: {server}.\n")
    yield kinds
    if isinstance(server, Server):
        server.stop()


def throughput(urls: dict[str, Iterator[str]], scale: float) -> None:
    """Trials per second of all workers together, and what is wrong with the study afterwards."""
    print(f"{os.cpu_count()} cores; busy is the share of their time that was used, by the database too.\n")
    print("| database | workers | Optuna, 1/s | hpo, 1/s | ratio | busy | errors | lost | duplicates | gaps |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind, workers in (("SQLite", (1, 4, 16)), ("PostgreSQL", (1, 4, 16))):
        for n in workers if kind in urls else ():
            rates: dict[str, list[float]] = {library: [] for library in LIBRARIES}
            faults, busy = (0, 0, 0, 0), []
            for _ in range(3):
                for library in LIBRARIES:
                    n_trials = int((240 if library == "optuna" else 4800) * scale)
                    rate, share, faults = _share(library, next(urls[kind]), n, max(n, n_trials))
                    rates[library].append(rate)
                busy.append(share)
            theirs, ours = (median(rates[library]) for library in LIBRARIES)
            cells = [kind, n, f"{theirs:.0f}", f"{ours:.0f}", f"{ours / theirs:.1f} ×", f"{median(busy):.0%}", *faults]
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print()


def commits(urls: dict[str, Iterator[str]], scale: float) -> None:
    """What a trial without reports costs, as PostgreSQL counts it; half of hpo's transactions only flush the others."""
    if "PostgreSQL" not in urls:
        return
    n_trials = int(500 * scale)
    print("| PostgreSQL, one worker, per trial | Optuna | hpo |\n|---|---|---|")
    costs = []
    for library in LIBRARIES:
        url = next(urls["PostgreSQL"])
        _share(library, url, 1, n_trials)
        before = _counters(url)
        _share(library, url, 1, n_trials)
        costs.append([(late - early) / n_trials for early, late in zip(before, _counters(url), strict=True)])
    for name, theirs, ours in zip(("transactions", "statements", "flushes of the disk"), *costs, strict=True):
        print(f"| {name} | {theirs:.1f} | {ours:.1f} |", flush=True)
    print()


def ask(urls: dict[str, Iterator[str]], scale: float) -> None:
    """Milliseconds of an ask after another process has added a trial to many finished ones."""
    n_trials = int(10_000 * scale)
    print(f"| ask among {n_trials} trials, one of them new | Optuna | hpo |\n|---|---|---|")
    first, later = {}, {}
    for library in LIBRARIES:
        hpo, url = load(library), next(urls["SQLite"])
        _fill(hpo, url, n_trials)
        study, other = stored_study(hpo, url), stored_study(hpo, url)
        times = []
        for _ in range(21):
            other.optimize(sphere(5), n_trials=1)
            began = time.perf_counter()
            trial = study.ask()
            times.append((time.perf_counter() - began) * 1e3)
            study.tell(trial, 0.0)
        first[library], later[library] = times[0], median(times[1:])
    for name, figures in (("the first", first), ("later ones, median", later)):
        print(f"| {name} | {figures['optuna']:.1f} ms | {figures['hpo']:.2f} ms |", flush=True)
    print()


def opening(urls: dict[str, Iterator[str]], scale: float) -> None:
    """Seconds and memory of a fresh process until it knows the best of many trials, with a checkpoint and without."""
    n_trials = max(15_000, int(50_000 * scale))  # a shorter log gets no checkpoint
    print(
        "| database | trials | added in | bytes per trial | of a checkpoint | opened without it | memory | with it "
        "| memory | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind in urls:
        url = next(urls[kind])
        added = float(_process("add", "hpo", url=url, n_trials=n_trials).communicate()[0])
        size = _size(url)
        found: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
        for _ in range(3):
            _delete_checkpoints(url)
            for one in found.values():  # the first one writes it again
                one.append(json.loads(_process("open_", "hpo", url=url).communicate()[0]))
        (slow, before), (fast, after) = (
            (median(run["seconds"] for run in runs), median(run["peak"] for run in runs) / 2**20)
            for runs in found.values()
        )
        cells = [kind, n_trials, f"{added:.1f} s", f"{size / n_trials:.0f}", f"{_checkpoint(url) / n_trials:.0f}"]
        cells += [f"{slow:.2f} s", f"{before:.0f} MiB", f"{fast:.3f} s", f"{after:.0f} MiB", f"1/{slow / fast:.0f}"]
        print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    print()


def long_opening(urls: dict[str, Iterator[str]], scale: float) -> None:
    """The same among a million trials."""
    opening(urls, 20 * scale)


def kill(urls: dict[str, Iterator[str]], scale: float) -> None:
    """Four writers, killed at random moments and replaced: what is left of what was acknowledged."""
    chance, n_kills = random.Random(0), max(3, int(20 * scale))
    print("| database | kills | acknowledged | of these complete and equal | other finished | still running | verify |")
    print("|---|---|---|---|---|---|---|")
    for kind in urls:
        url = next(urls[kind])
        hpo = load("hpo")
        study = stored_study(hpo, url)
        with tempfile.TemporaryDirectory() as folder:
            notes = [Path(folder) / str(i) for i in range(4)]
            for note in notes:
                note.touch()
            writers = [_process("write", "hpo", url=url, note=str(note)) for note in notes]
            for _ in range(n_kills):
                i = chance.randrange(4)
                time.sleep(chance.uniform(0.5, 3.0))
                writers[i].kill()
                writers[i].wait()
                writers[i] = _process("write", "hpo", url=url, note=str(notes[i]))
            for writer in writers:
                writer.kill()
                writer.wait()
            acknowledged = [line.split() for note in notes for line in note.read_text().splitlines()]
        study.tell(study.ask(), 0.0)  # whoever asks next gives up the trials of dead workers
        trials = study.trials
        equal = sum(trials[int(number)].value == float.fromhex(value) for number, value in acknowledged)
        finished = sum(trial.state.is_finished() for trial in trials) - len(acknowledged)
        differences = len(study.verify())
        cells = [kind, n_kills, len(acknowledged), equal, finished, len(trials) - finished - len(acknowledged)]
        print("| " + " | ".join(map(str, cells)) + f" | {differences} differences |", flush=True)
    print()


def soak(urls: dict[str, Iterator[str]], scale: float) -> None:
    """Many trials from four processes into one study: memory and size."""
    n_trials = int(100_000 * scale)
    print(
        "| database | trials | trials/s | worker's memory after 20 % | at the end | bytes per trial in the database |"
    )
    print("|---|---|---|---|---|---|")
    for kind in urls:
        url = next(urls[kind])
        study = stored_study(load("hpo"), url)
        began = time.perf_counter()
        workers = [_process("grow", "hpo", url=url, max_trials=n_trials) for _ in range(4)]
        reports = [json.loads(worker.communicate()[0]) for worker in workers]
        rate = n_trials / (time.perf_counter() - began)
        assert study.count_trials() == n_trials
        early, late = (median(report[key] for report in reports) / 2**20 for key in ("early", "late"))
        size = _size(url) / n_trials
        print(f"| {kind} | {n_trials} | {rate:.0f} | {early:.0f} MiB | {late:.0f} MiB | {size:.0f} |", flush=True)
    print()


def _share(library: str, url: str, n_workers: int, n_trials: int) -> tuple[float, float, tuple[int, int, int, int]]:
    """Trials per second of workers that start together; the busy share; errors, lost, duplicate and missing trials."""
    hpo = load(library)
    study = stored_study(hpo, url)
    workers = [_process("work", library, url=url, n_trials=n_trials // n_workers) for _ in range(n_workers)]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()  # ready
    before = _ticks()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate()[0] for worker in workers]
    idle, ticks = (late - early for early, late in zip(before, _ticks(), strict=True))
    reports = [json.loads(output) for output in outputs if output]
    told = [number for report in reports for number in report["told"]]
    seconds = max(report["ended"] for report in reports) - min(report["began"] for report in reports)
    numbers = [trial.number for trial in study.trials]
    complete = {trial.number for trial in study.trials if trial.value is not None}
    errors = sum(worker.returncode != 0 for worker in workers)
    gaps = len(set(range(len(numbers))) - set(numbers))
    return len(told) / seconds, 1 - idle / ticks, (errors, len(set(told) - complete), len(told) - len(set(told)), gaps)


def work(library: str, *, url: str, n_trials: int) -> None:
    """A worker that says when it is ready, waits for a line, and prints when it ran and the numbers of its trials."""
    study = stored_study(load(library), url)
    told: list[int] = []
    study.optimize(sphere(5), n_trials=1)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()  # one clock for all processes
    study.optimize(sphere(5), n_trials=n_trials, callbacks=[lambda study, trial: told.append(trial.number)])
    print(json.dumps({"began": began, "ended": time.monotonic(), "told": told}))


def write(library: str, *, url: str, note: str) -> None:
    """A worker that writes each trial down, on the disk, after `tell` has returned."""
    study = stored_study(load(library), url)
    with Path(note).open("a") as file:

        def acknowledge(study: Any, trial: Any) -> None:
            print(trial.number, trial.value.hex(), file=file, flush=True)
            os.fsync(file.fileno())

        study.optimize(sphere(5, n_reports=1), callbacks=[acknowledge])


def grow(library: str, *, url: str, max_trials: int) -> None:
    """A worker that tells its memory when a fifth of the trials is done, and at the end."""
    study = stored_study(load(library), url)
    sizes: dict[str, int] = {}

    def look(study: Any, trial: Any) -> None:
        if trial.number >= max_trials // 5 and "early" not in sizes:
            sizes["early"] = resident()

    study.optimize(sphere(5), max_trials=max_trials, callbacks=[look])
    print(json.dumps({"early": sizes.get("early", resident()), "late": resident()}))


def add(library: str, *, url: str, n_trials: int) -> None:
    """Add many trials of three parameters at once, and tell the seconds that it takes."""
    hpo = load(library)
    study = stored_study(hpo, url)
    distributions = {f"x{i}": hpo.distributions.FloatDistribution(-5.0, 5.0) for i in range(3)}
    chance = random.Random(0)
    trials = []
    for _ in range(n_trials):
        params = {name: chance.uniform(-5.0, 5.0) for name in distributions}
        value = sum(x**2 for x in params.values())
        trials.append(hpo.trial.create_trial(params=params, distributions=distributions, value=value))
    began = time.perf_counter()
    study.add_trials(trials)
    print(time.perf_counter() - began)


def open_(library: str, *, url: str) -> None:
    """Open a study when all imports are done, ask it for its best trial, and tell seconds and peak memory."""
    hpo = load(library)
    other = hpo.create_study(study_name="other", storage=url, load_if_exists=True)
    other.optimize(sphere(1), n_trials=1)
    other.best_trial  # noqa: B018
    began = time.perf_counter()
    hpo.load_study(study_name="benchmark", storage=url).best_trial  # noqa: B018
    print(json.dumps({"seconds": time.perf_counter() - began, "peak": peak()}))


def _fill(hpo: Any, url: str, n_trials: int) -> None:
    """A study of many finished trials, written in one go."""
    source = hpo.create_study(study_name="benchmark", sampler=hpo.samplers.RandomSampler(seed=0))
    source.optimize(sphere(5), n_trials=n_trials)
    stored_study(hpo, url).add_trials(source.trials)


def _process(job: str, library: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.benchmarks.storage", "--job", job, library, json.dumps(options)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _database(server: Server, name: str) -> str:
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return sa.make_url(server.url).set(database=name).render_as_string(hide_password=False)


def _ticks() -> tuple[int, int]:
    """Ticks of all cores since the system started: those without work, waiting for the disk included, and all."""
    ticks = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]))
    return ticks[3] + ticks[4], sum(ticks)


def _counters(url: str) -> tuple[int, int, int]:
    """Transactions and statements so far in a database, by sessions that have ended, and flushes in all."""
    transactions = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    statements = (
        "SELECT sum(calls) FROM pg_stat_statements WHERE dbid = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    flushes = "SELECT wal_sync FROM pg_stat_wal"
    with sa.create_engine(url).connect() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        counted = [connection.exec_driver_sql(query).scalar_one() for query in (transactions, statements, flushes)]
        return int(counted[0]), int(counted[1]), int(counted[2])


def _size(url: str) -> int:
    """Bytes of a database."""
    parsed = sa.make_url(url)
    if parsed.database is not None and parsed.get_backend_name() == "sqlite":
        return sum(path.stat().st_size for path in Path(parsed.database).parent.glob(Path(parsed.database).name + "*"))
    with sa.create_engine(url).connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _delete_checkpoints(url: str) -> None:
    with sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("DELETE FROM hpo_checkpoint")


def _checkpoint(url: str) -> int:
    """Bytes of a database's checkpoints."""
    with sa.create_engine(url).connect() as connection:
        return int(connection.exec_driver_sql("SELECT sum(length(body)) FROM hpo_checkpoint").scalar_one())


def _job(arguments: Sequence[str]) -> None:
    job, library, options = arguments
    importlib.import_module(library)
    jobs: dict[str, Callable[..., None]] = {"work": work, "write": write, "grow": grow, "add": add, "open_": open_}
    jobs[job](library, **json.loads(options))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        _job(sys.argv[2:])
    else:
        main()
