"""What hpo costs beside Optuna, and in memory beside Rustuna: the same work, in fresh processes, in turns, medians.

    pip install -e '.[benchmark]'
    python tests/benchmarks/overhead.py [--quick] [--only NAME …] [--repeats N] [--folder DIR]

Prints a Markdown table. Linux only, as it reads /proc. Where `strace` is installed it counts fsyncs too.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

WORKLOADS = Path(__file__).with_name("workloads.py")
LIBRARIES = ("optuna", "hpo")
RUSTUNA = "rustuna"
MEMORY_FILES = Path("/dev/shm")  # studies to read are written there: no waiting for the disk


@dataclass(frozen=True)
class Row:
    """One figure.

    Args:
        name: What was measured.
        optuna, hpo: Medians.
        unit: A format such as "{:.2f} ms".
        target: What was promised, in words.
        more_is_better: Show the ratio as "12 ×", and not as "1/12".
    """

    name: str
    optuna: float | None
    hpo: float
    unit: str
    target: str = ""
    more_is_better: bool = False

    def __str__(self) -> str:
        theirs = "–" if self.optuna is None else self.unit.format(self.optuna)
        return f"| {self.name} | {theirs} | {self.unit.format(self.hpo)} | {self._ratio()} | {self.target} |"

    def _ratio(self) -> str:
        if self.optuna is None or not self.hpo or not self.optuna:
            return ""
        if self.more_is_better:
            return f"{self.hpo / self.optuna:.1f} ×"
        share = self.optuna / self.hpo
        return f"1/{share:.1f}" if share >= 1 else f"{1 / share:.1f} ×"


@dataclass(frozen=True)
class Bench:
    """How much to measure, and where.

    Args:
        folder: On the disk whose speed is meant.
        repeats: Of each measurement, per library.
        scale: 1 for the real sizes.
    """

    folder: Path
    repeats: int
    scale: float

    def size(self, n: int) -> int:
        return max(100, int(n * self.scale))

    @property
    def in_memory(self) -> tuple[str, ...]:
        """The libraries whose studies in memory are compared."""
        return LIBRARIES if find_spec(RUSTUNA) is None else (*LIBRARIES, RUSTUNA)

    def in_turns(self, workload: str, *, libraries: tuple[str, ...] = LIBRARIES, **options: Any) -> Medians:
        """Medians of what a workload says about each library; sizes may differ by library."""
        found: dict[str, list[dict[str, float]]] = {library: [] for library in libraries}
        for _ in range(self.repeats):
            for library in libraries:
                found[library].append(self.run(workload, library, **_of(library, options)))
        return {
            library: {key: median(one[key] for one in results) for key in results[0]}
            for library, results in found.items()
        }

    def run(self, workload: str, library: str, *, strace: Path | None = None, **options: Any) -> dict[str, float]:
        """One workload in a fresh process, with an empty database if it wants one."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            given = {
                key: value.replace("{new}", folder) if isinstance(value, str) else value
                for key, value in options.items()
            }
            command = [sys.executable, str(WORKLOADS), workload, library, json.dumps(given)]
            if strace is not None:
                command = ["strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(strace), *command]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
        found: dict[str, float] = json.loads(done.stdout)
        return found


Medians = dict[str, dict[str, float]]
NEW = "sqlite:///{new}/study.db"


def imports(bench: Bench) -> Iterator[Row]:
    """Starting Python and importing, alone and up to a first study."""
    programs = {"": "pass", "optuna": "import optuna", "hpo": "import hpo"}
    studies = {name: f"import {name}; {name}.create_study()" for name in LIBRARIES}
    seconds = _in_turns_programs(programs, bench.repeats * 4)
    first = _in_turns_programs(studies, bench.repeats * 4)
    count = "import sys; before = len(sys.modules); import {}; print(len(sys.modules) - before)"
    modules = {name: int(_output(count.format(name))) for name in LIBRARIES}
    heavy = _output("import sys, hpo; print(*({'numpy', 'scipy', 'sqlalchemy', 'plotly'} & set(sys.modules)))")
    yield Row(
        f"process that imports it (Python alone: {seconds[''] * 1e3:.0f} ms)",
        seconds["optuna"] * 1e3,
        seconds["hpo"] * 1e3,
        "{:.0f} ms",
        "≤ 1/3; no scipy, sqlalchemy, plotly" + (f" (loaded: {heavy})" if heavy else ""),
    )
    yield Row("modules loaded", modules["optuna"], modules["hpo"], "{:.0f}")
    yield Row("process that imports it and creates a study", first["optuna"] * 1e3, first["hpo"] * 1e3, "{:.0f} ms")


def memory(bench: Bench) -> Iterator[Row]:
    """Random search in memory."""
    n_trials = bench.size(10_000)
    for n_parameters in (5, 20):
        found = bench.in_turns("memory", libraries=bench.in_memory, n_trials=n_trials, n_parameters=n_parameters)
        what = f"{n_parameters} parameters, {n_trials} trials in memory"
        yield _row(f"{what}, per trial", found, "ms", "{:.3f} ms", "≤ 1/4")
        yield from _beside_rustuna(found, "ms", "{:.3f} ms")
        yield _row("… the last tenth / the first", found, "last_to_first", "{:.2f}", "flat")


def tpe(bench: Bench) -> Iterator[Row]:
    """Whole studies in memory under TPE, processor time."""
    for n_parameters, n_trials in ((10, bench.size(1000)), (10, bench.size(1500)), (40, bench.size(1000))):
        found = bench.in_turns("tpe", libraries=bench.in_memory, n_trials=n_trials, n_parameters=n_parameters)
        what = f"TPE, {n_parameters} parameters, {n_trials} trials in memory"
        yield _row(what, found, "seconds", "{:.2f} s", "")
        yield from _beside_rustuna(found, "seconds", "{:.2f} s")


def _beside_rustuna(found: Medians, key: str, unit: str) -> Iterator[Row]:
    if RUSTUNA in found:
        yield Row("… Rustuna's, in the place of Optuna's", found[RUSTUNA][key], found["hpo"][key], unit)


def many(bench: Bench) -> Iterator[Row]:
    """A large study in memory."""
    n_trials = bench.size(100_000)
    found = bench.in_turns("many", n_trials=n_trials)
    what = f"{n_trials} trials in memory"
    yield _row(f"{what}: memory per trial", found, "bytes", "{:.0f} B", "≤ 1/4")
    yield _row(f"{what}: `study.trials`", found, "trials", "{:.3f} s", "≤ 1/20")
    yield _row("… and reading `params` and `value` of each", found, "used", "{:.3f} s", "")
    yield _row(
        f"{what}: `best_trial`",
        {k: {"best": v["best"] * 1e3} for k, v in found.items()},
        "best",
        "{:.3f} ms",
        "no slower",
    )


def sqlite(bench: Bench) -> Iterator[Row]:
    """One process that writes to SQLite."""
    for n_reports, target in ((0, "≥ 25 ×"), (10, "≥ 20 ×")):
        sizes = {"optuna": bench.size(200), "hpo": bench.size(3000)}
        found = bench.in_turns("sqlite", url=NEW, n_trials=sizes, n_reports=n_reports)
        what = f"SQLite, {n_reports} reports per trial" if n_reports else "SQLite, 5 parameters, no reports"
        yield _row(what, found, "rate", "{:.0f} trials/s", target, more_is_better=True)
        counts = {one: bench.run("statements", one, url=NEW, n_trials=50, n_reports=n_reports) for one in LIBRARIES}
        yield _row("… commits per trial", counts, "commits", "{:.1f}", "" if n_reports else "2")
        yield _row("… statements per trial, without BEGIN, COMMIT, PRAGMA", counts, "statements", "{:.1f}", "")
        if shutil.which("strace"):
            syncs = {one: {"syncs": _syncs(bench, one, n_reports)} for one in LIBRARIES}
            yield _row("… fsyncs per trial", syncs, "syncs", "{:.1f}", "")
        else:
            yield Row("… fsyncs per trial: install strace to count them", None, float("nan"), "{:.0f}")
    reference = bench.in_turns("raw", libraries=("raw",), path="{new}/raw.db", n_trials=bench.size(3000))
    yield Row("… raw SQLite: WAL, two commits per trial on the disk", None, reference["raw"]["rate"], "{:.0f} trials/s")


def load(bench: Bench) -> Iterator[Row]:
    """Opening a stored study in a fresh process."""
    with tempfile.TemporaryDirectory(dir=MEMORY_FILES if MEMORY_FILES.is_dir() else None) as folder:

        def urls(n_trials: int) -> dict[str, str]:
            paths = {library: f"{folder}/{library}-{n_trials}.db" for library in LIBRARIES}
            for library, path in paths.items():
                bench.run("fill", library, path=path, n_trials=n_trials)
            return {library: f"sqlite:///{path}" for library, path in paths.items()}

        other = urls(10)
        for n_trials in (1000, bench.size(50_000)):
            small = n_trials == 1000
            url = urls(n_trials)
            program = "import {0} as o; print(o.load_study(study_name='benchmark', storage='{1}').best_value)"
            seconds = _in_turns_programs({one: program.format(one, url[one]) for one in LIBRARIES}, bench.repeats)
            found = bench.in_turns("read", url=url, other=other, n_trials=n_trials)
            what = f"{n_trials} trials in SQLite"
            yield _row(f"{what}: `load_study`, `best_value`", found, "load", "{:.3f} s", "≤ 1/4" if small else "≤ 1 s")
            yield Row("… in a fresh process, from start to end", seconds["optuna"], seconds["hpo"], "{:.3f} s")
            yield _row("… then all `trials`, with `params` and `value`", found, "trials", "{:.3f} s", "≤ 1/4")
            for key, target in (("peak after load", ""), ("peak", "" if small else "≤ 1/5")):
                peaks = {library: {key: one[key] / 2**20} for library, one in found.items()}
                when = " before reading `trials`" if key != "peak" else " in all"
                yield _row(f"… peak memory of the process{when}", peaks, key, "{:.0f} MiB", target)


FIGURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "import": imports,
    "memory": memory,
    "tpe": tpe,
    "many": many,
    "sqlite": sqlite,
    "load": load,
}


def _row(
    name: str,
    found: Medians,
    key: str,
    unit: str,
    target: str,
    *,
    more_is_better: bool = False,
) -> Row:
    return Row(name, found["optuna"][key], found["hpo"][key], unit, target, more_is_better)


def _of(library: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options of one library, where they differ by library."""
    return {key: value[library] if isinstance(value, dict) else value for key, value in options.items()}


def _syncs(bench: Bench, library: str, n_reports: int) -> float:
    """fsyncs per trial: those of a long run less those of a short one, so that opening does not count."""
    counts = []
    for n_trials in (20, 70):
        with tempfile.NamedTemporaryFile("r") as summary:
            bench.run("sqlite", library, strace=Path(summary.name), url=NEW, n_trials=n_trials, n_reports=n_reports)
            lines = [line.split() for line in summary.read().splitlines()]
        counts.append(sum(int(line[3]) for line in lines if line and line[-1] in {"fsync", "fdatasync"}))
    return (counts[1] - counts[0]) / 50


def _in_turns_programs(programs: dict[str, str], repeats: int) -> dict[str, float]:
    """Median seconds from the start to the end of Python on each program."""
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(repeats + 1):
        for name, program in programs.items():
            began = time.perf_counter()
            _output(program)
            seconds[name].append(time.perf_counter() - began)
    return {name: median(times[1:]) for name, times in seconds.items()}  # the first fills the caches


def _output(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare the overhead of hpo with that of Optuna.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials, each measured once")
    parser.add_argument("--only", nargs="+", choices=FIGURES, default=list(FIGURES), metavar="NAME", help="%(choices)s")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure; default: this one")
    given = parser.parse_args()
    bench = Bench(given.folder, 1 if given.quick else given.repeats, 0.1 if given.quick else 1.0)

    print(f"Python {platform.python_version()}, median of {bench.repeats}\n")
    print(f"| figure | Optuna {version('optuna')} | hpo {version('hpo-study')} | ratio | target |")
    print("|---|---|---|---|---|")
    if find_spec(RUSTUNA) is None:
        print("Rustuna is not installed, so its rows are left out: pip install rustuna", file=sys.stderr)
    for name in given.only:
        for row in FIGURES[name](bench):
            print(row, flush=True)


if __name__ == "__main__":
    main()
