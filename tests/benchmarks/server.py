"""A served study: trials per second of many clients, beside the database and Optuna's gRPC proxy; a crowd; kills.

    pip install -e '.[benchmark,server]' grpcio protobuf
    python -m tests.benchmarks.server [trials] [crowd] [restarts] [--quick] [--folder DIR]

Prints Markdown tables. Everything runs on this machine alone, and stops by itself. Clients are threads of up to eight
processes, each with a study and a storage of its own; all of them share one study.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from hpo.events import TrialProposed, TrialStarted
from hpo.log.codec import KINDS
from tests.benchmarks.workloads import load, sphere, stored_study
from tests.storage.servers import Server, free_port, postgresql

_PROCESSES = 8
_GRPC = """
import sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
storage = optuna.storages.RDBStorage(sys.argv[1])
optuna.storages.run_grpc_proxy_server(storage, host="127.0.0.1", port=int(sys.argv[2]))
"""
_HPO = """
import sys, hpo
storage = None if sys.argv[1] == "memory" else sys.argv[1]
hpo.storage.serve(hpo.storage.get_storage(storage), port=int(sys.argv[2]), token="").join()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="trials, crowd, restarts; all by default")
    parser.add_argument("--quick", action="store_true", help="a fifth of the sizes, one run instead of three")
    parser.add_argument("--only", default="", metavar="TEXT", help="trials: only storages whose name has this in it")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 64], metavar="N")
    parser.add_argument("--folder", type=Path, help="on the disk that is meant; by default a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder, ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101  (PostgreSQL runs as another user)
        for part in options.parts or ("trials", "crowd", "restarts"):
            if part == "crowd":
                crowd(Path(folder), options.quick)
            elif part == "restarts":
                restarts(Path(folder), options.quick)
            else:
                trials(Path(folder), options.quick, options.only, options.clients)


def trials(folder: Path, quick: bool, only: str, counts: Sequence[int]) -> None:
    """Trials per second of all clients together."""
    ways: dict[str, tuple[str, int, Callable[[Path], Any]]] = {
        "hpo, SQLite itself": ("hpo", 2000, _sqlite),
        "hpo, PostgreSQL itself": ("hpo", 2000, _postgresql),
        "hpo, server on memory": ("hpo", 2000, lambda folder: _served(_HPO, "memory", "http+hpo://127.0.0.1:{}")),
        "hpo, server on SQLite": (
            "hpo",
            2000,
            lambda folder: _served(_HPO, f"sqlite:///{folder}/hpo.db", "http+hpo://127.0.0.1:{}"),
        ),
        "Optuna, gRPC proxy on SQLite": (
            "optuna",
            200,
            lambda folder: _served(_GRPC, f"sqlite:///{folder}/optuna.db", "{}"),
        ),
    }
    print(f"Trials/s on {os.cpu_count()} cores, of five parameters under random search; in brackets the server's")
    print("processor time per trial. Where a client ends with an error, it fails.\n")
    print("| storage | " + " | ".join(f"{n} clients" for n in counts) + " |")
    print("|---|" + "---|" * len(counts))
    for name, (library, n_trials, start) in ways.items():
        if only not in name:
            continue
        cells = []
        for n in counts:
            rates, costs = [], []
            for i in range(1 if quick else 3):
                place = folder / f"{abs(hash((name, n, i)))}"
                place.mkdir()
                place.chmod(0o755)
                with start(place) as (url, pid):
                    rate, cost = _rate(library, url, pid, n, max(2 * n, n_trials // (5 if quick else 1)))
                rates.append(rate)
                costs.append(cost)
            cost = median(costs)
            cells.append(f"{median(rates):.0f}" + (f" ({cost:.1f} ms)" if cost else "") if min(rates) else "fails")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print()


def _rate(library: str, url: str, pid: int | None, n_clients: int, n_trials: int) -> tuple[float, float]:
    """Trials per second, 0 if a client has failed; and milliseconds of the server's processor time for each."""
    study = _study(library, url)
    n_processes = min(n_clients, _PROCESSES)
    workers = _workers(library, url, n_processes, n_clients // n_processes, n_trials // n_clients)
    before = _processor_time(pid)
    _go(workers)
    outputs = [worker.communicate()[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        return 0.0, 0.0
    reports = [json.loads(output) for output in outputs]
    told = [number for report in reports for number in report["told"]]
    done = [trial.number for trial in study.trials if trial.value is not None]
    assert sorted(told) == sorted(set(told)), "a number was given twice"
    assert set(told) <= set(done), "an acknowledged trial is lost"
    seconds = max(report["ended"] for report in reports) - min(report["began"] for report in reports)
    return len(told) / float(seconds), (_processor_time(pid) - before) / len(told) * 1e3


def _workers(library: str, url: str, n_processes: int, n_threads: int, n_trials: int) -> list[subprocess.Popen[str]]:
    """Processes with clients that are ready to go."""
    each = json.dumps({"url": url, "n_threads": n_threads, "n_trials": n_trials})
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.server", "--work", library, each]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(n_processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()  # ready
    return workers


def _go(workers: Sequence[subprocess.Popen[str]]) -> None:
    for worker in workers:
        with suppress(BrokenPipeError):
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()


def work(library: str, *, url: str, n_threads: int, n_trials: int) -> None:
    """Clients that say when they are ready, wait for a line, and print when they ran and their trials' numbers."""
    told: list[int] = []
    studies = [_study(library, url) for _ in range(n_threads)]
    for study in studies:
        study.optimize(sphere(5), n_trials=1)
    print("ready", flush=True)
    sys.stdin.readline()

    objective = sphere(5)

    def noted(trial: Any) -> float:
        told.append(trial.number)  # acknowledged when the run has ended in order
        value: float = objective(trial)
        return value

    def run(study: Any) -> None:
        study.optimize(noted, n_trials=n_trials)

    began = time.monotonic()  # one clock for all processes
    threads = [threading.Thread(target=run, args=(study,)) for study in studies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"began": began, "ended": time.monotonic(), "told": told}))


def _study(library: str, url: str) -> Any:
    if library == "hpo":
        return stored_study(load(library), url)
    import warnings

    import optuna

    warnings.simplefilter("ignore")

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.GrpcStorageProxy(host="127.0.0.1", port=int(url))
    storage.wait_server_ready(timeout=30)
    return optuna.create_study(
        storage=storage, study_name="s", load_if_exists=True, sampler=optuna.samplers.RandomSampler()
    )


@contextmanager
def _sqlite(folder: Path) -> Iterator[tuple[str, None]]:
    yield f"sqlite:///{folder}/direct.db", None


@contextmanager
def _postgresql(folder: Path) -> Iterator[tuple[str, None]]:
    server = postgresql(folder)
    assert isinstance(server, Server), server
    server.start()
    try:
        yield server.url, None
    finally:
        server.stop()


@contextmanager
def _served(program: str, inner: str, url: str) -> Iterator[tuple[str, int]]:
    """The URL of a server in a process of its own, and its number."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", program, inner, str(port)])
    try:
        _wait_for(port, process)
        yield url.format(port), process.pid
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    import socket

    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("The server does not listen.")


def crowd(folder: Path, quick: bool) -> None:
    """A thousand clients for a minute, in one process, each with a connection: nothing lost, memory bounded.

    A client tells the server that a trial has begun, and then what was proposed for it, and so on. Memory is what the
    server has resident: before, after a third of the time, at the end, and at its most.
    """
    n_clients, seconds = (200, 10.0) if quick else (1000, 60.0)
    print(f"{n_clients} clients at once for {seconds:.0f} s; memory of the server in MB.\n")
    columns = (
        "storage",
        "requests/s",
        "trials/s",
        "server, ms/request",
        "slowest, s",
        "errors",
        "lost",
        "written twice",
    )
    print("| " + " | ".join((*columns, "memory before", "after a third", "at the end", "at its most")) + " |")
    print("|" + "---|" * (len(columns) + 4))
    is_well = True
    for kind, inner in (("memory", "memory"), ("SQLite", f"sqlite:///{folder}/crowd.db")):
        with _served(_HPO, inner, "http+hpo://127.0.0.1:{}") as (url, pid):
            study = _study("hpo", url)
            before, busy = _memory(pid, "VmRSS"), _processor_time(pid)
            began = time.monotonic()
            port = int(url.rpartition(":")[2])
            done, after_a_third = asyncio.run(_crowd(port, study._log.identity, n_clients, seconds, pid))
            took, busy = time.monotonic() - began, _processor_time(pid) - busy
            at_the_end = _memory(pid, "VmRSS")
            clients = [one for one in done if isinstance(one, _Client)]
            errors = [one for one in done if isinstance(one, BaseException)]
            acknowledged = [mark for one in clients for mark in one.acknowledged]
            written = Counter(_mark(event) for event in study.events()[1:])
            lost, twice = len(set(acknowledged) - set(written)), sum(n - 1 for n in written.values())
            n, slowest = len(acknowledged), max((one.slowest for one in clients), default=0.0)
            rates = f"{n / took:.0f}", f"{n / took / 2:.0f}", f"{busy / n * 1e3:.2f}", f"{slowest:.1f}"
            cells = (kind, *rates, len(errors), lost, twice)
            memory = (before, after_a_third, at_the_end, _memory(pid, "VmHWM"))
            print("| " + " | ".join(map(str, (*cells, *(size >> 20 for size in memory)))) + " |", flush=True)
            for error in errors[:3]:
                print(f"\n{type(error).__name__}: {error}\n")
            is_well = is_well and not (errors or lost or twice)
    print()
    if not is_well:
        raise SystemExit("A client got an error, or something was lost or written twice.")


def restarts(folder: Path, quick: bool) -> None:
    """A server on SQLite is killed again and again while eight clients run trials."""
    n_runs, n_kills, each = (2, 2, 60) if quick else (10, 5, 200)
    print(f"{n_runs} runs of 8 clients with {each} trials each; the server is killed by SIGKILL {n_kills} times.\n")
    print("| run | killed while it served | acknowledged | lost | given twice | left running | trials | clients |")
    print("|---|---|---|---|---|---|---|---|")
    is_well = True
    for run in range(n_runs):
        rng, port, url = random.Random(run), free_port(), f"sqlite:///{folder}/restarts-{run}.db"
        command = [sys.executable, "-W", "ignore", "-c", _HPO, url, str(port)]
        server = subprocess.Popen(command)
        _wait_for(port, server)
        served = f"http+hpo://127.0.0.1:{port}"
        _study("hpo", served)
        workers = _workers("hpo", served, n_processes=4, n_threads=2, n_trials=each)
        _go(workers)
        killed = 0
        for _ in range(n_kills):
            time.sleep(rng.uniform(0.05, 0.4))
            killed += all(worker.poll() is None for worker in workers)
            server.kill()
            server.wait()
            server = subprocess.Popen(command)
            _wait_for(port, server)
        outputs = [worker.communicate()[0] for worker in workers]
        server.kill()
        server.wait()
        told = [number for output in outputs if output for number in json.loads(output)["told"]]
        trials = _study("hpo", url).trials
        done = {trial.number for trial in trials if trial.value is not None}
        running = sum(not trial.state.is_finished() for trial in trials)
        ended = sum(not worker.returncode for worker in workers)
        found = (len(set(told) - done), len(told) - len(set(told)), running, len(trials))
        print("| " + " | ".join(map(str, (run, killed, len(told), *found, f"{ended} of 4"))) + " |", flush=True)
        # each client runs a trial before the others begin
        is_well = is_well and (len(told), found, ended) == (8 * each, (0, 0, 0, 8 * each + 8), 4)
    print()
    if not is_well:
        raise SystemExit("A run lost, doubled or left trials, or ended without its number of trials.")


async def _crowd(
    port: int, study: str, n_clients: int, seconds: float, pid: int
) -> tuple[list[_Client | BaseException], int]:
    """The clients, or what they failed with; and the server's memory after a third of the time."""
    until = time.monotonic() + seconds
    clients = [_Client(number) for number in range(n_clients)]
    running = asyncio.gather(*(one.run(port, study, until) for one in clients), return_exceptions=True)
    await asyncio.sleep(seconds / 3)
    memory = _memory(pid, "VmRSS")
    async with asyncio.timeout(300):
        return [failed or one for one, failed in zip(clients, await running, strict=True)], memory


@dataclass
class _Client:
    """A client that tells the server of one trial after the other.

    Attributes:
        acknowledged: What tells the events apart that the server has said it has written.
        slowest: Seconds of the request that took longest.
    """

    number: int
    acknowledged: list[float] = field(default_factory=list)
    slowest: float = 0.0

    async def run(self, port: int, study: str, until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        since, sent = 1, 0
        while time.monotonic() < until:
            for kind in (TrialStarted, TrialProposed):
                sent += 1
                mark = self.number * 1e6 + sent
                row = _row(kind, self.number, mark)
                request = {"study": study, "events": [row], "expect": None, "since": since, "key": str(mark)}
                began = time.monotonic()
                since = await _asked(reader, writer, json.dumps(request).encode())
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.acknowledged.append(mark)
        writer.close()


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> int:
    """The log's length after a request to append.

    Raises:
        RuntimeError: If the server does not say 200.
    """
    writer.write(
        b"POST /hpo/append HTTP/1.1\r\nHost: 127.0.0.1\r\nhpo-protocol: 1\r\nContent-Length: %d\r\n\r\n%b"
        % (len(body), body)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    answer = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    position: int = json.loads(answer)["head"]
    return position


def _row(event: type[TrialStarted] | type[TrialProposed], client: int, mark: float) -> list[Any]:
    """An event as it travels, that no other one is like."""
    if event is TrialStarted:
        return [KINDS[event], None, None, None, None, mark, None]
    return [KINDS[event], client, None, None, None, None, f"[{mark}]"]


def _mark(event: Any) -> float:
    mark: float = event.values[0] if isinstance(event, TrialProposed) else event.time
    return mark


def _processor_time(pid: int | None) -> float:
    """Seconds that a process has used; 0 for none."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int, what: str) -> int:
    """Bytes of a process's memory, as Linux counts them."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(what))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], **json.loads(sys.argv[3]))
    else:
        main()
