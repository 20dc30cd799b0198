"""How good samplers are per trial: ours beside others', on problems with known answers.

    python -m tests.benchmarks.samplers run --folder DIR --samplers auto,tpe,random,optuna-tpe,hyperopt [--seeds 20]
        [--trials 200] [--batch 1] [--half tune|report] [--problems NAME,…] [--groups NAME,…] [--part 0/2]
    python -m tests.benchmarks.samplers report --folder DIR [--base optuna-tpe] [--half tune|report]
    python -m tests.benchmarks.samplers plot --folder DIR [--half tune|report]

`run` writes one line per run into DIR and skips what is there, so it can be stopped, go on, and be split into
parts; `report` prints Markdown. Random search must be among the samplers: a regret is given as a multiple of what
random search leaves on average after as many trials, so 1 is as good as chance, and 0 is the optimum.
Defaults are chosen on the half "tune" of the problems; "report" is for figures to quote.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.families import FAMILIES, GROUPS
from tests.benchmarks.peers import Outcomes, runner
from tests.benchmarks.problems import Problem
from tests.benchmarks.rows import read

BUDGETS = (30, 50, 100, 200, 300, 1000)
Array = NDArray[np.float64]


def half(name: str) -> str:
    """The half that a family of problems belongs to."""
    group = GROUPS[FAMILIES[name].group]
    return "tune" if group.index(name) % 2 == 0 else "report"


def regrets(problem: Problem, outcomes: Outcomes) -> list[float]:
    """What is missing to the optimum after each trial, without noise, of the one that looks best."""
    if problem.n_objectives > 1:
        return _missing_volume(problem, outcomes)
    curve, best, chosen = [], float("inf"), None
    for (seen,), (true,), constraint in outcomes:
        if constraint <= 0 and seen < best:
            best, chosen = seen, true
        curve.append(float("nan") if chosen is None else chosen - problem.optimum)
    return curve


def _missing_volume(problem: Problem, outcomes: Outcomes) -> list[float]:
    from hpo.pareto import hypervolume

    reference = np.array(problem.reference)
    losses = np.array([true for _, true, _ in outcomes])
    curve = np.full(len(losses), np.nan)
    for n in {*range(10, len(losses) + 1, 10), len(losses)}:
        curve[n - 1] = problem.optimum - hypervolume(losses[:n], reference)
    for i in range(len(curve) - 2, -1, -1):
        if np.isnan(curve[i]):
            curve[i] = curve[i + 1]
    return [float(value) for value in curve]


def run(options: argparse.Namespace) -> None:
    """Make the runs that are missing."""
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    part, parts = map(int, options.part.split("/"))
    for sampler in options.samplers.split(";" if ";" in options.samplers else "+" if ":" in options.samplers else ","):
        file = folder / f"{sampler.replace(':', '__').replace(',', '_')}.{part}of{parts}.jsonl"
        done = {(r["problem"], r["seed"]) for r in read(folder) if r["sampler"] == sampler}
        make = runner(sampler, options.batch)
        with file.open("a") as out:
            for i, (name, seed) in enumerate(_wanted(options)):
                if i % parts != part or (name, seed) in done:
                    continue
                begin, used = time.perf_counter(), time.process_time()
                problem = FAMILIES[name].member(seed)
                outcomes = make(problem, seed, options.trials)
                if outcomes is None:
                    continue
                curve = regrets(problem, outcomes)
                seconds = time.perf_counter() - begin
                processor = time.process_time() - used
                row = {"sampler": sampler, "problem": name, "seed": seed, "seconds": round(seconds, 3)}
                row |= {"processor": round(processor, 3), "curve": curve}
                out.write(json.dumps(row) + "\n")
                out.flush()


def _wanted(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    names = options.problems.split(",") if options.problems else list(FAMILIES)
    groups = options.groups.split(",") if options.groups else list(GROUPS)
    for seed in range(options.seeds):
        for name in names:
            if FAMILIES[name].group in groups and options.half in (None, half(name)):
                yield name, seed


def table(folder: Path, budget: int, which: str | None) -> dict[str, dict[str, dict[int, float]]]:
    """Relative regrets by sampler, problem and seed; without an answer it counts as twice that of chance.

    Problems on which chance leaves nothing tell nothing, so they are left out.
    """
    raw: dict[str, dict[str, dict[int, float]]] = {}
    for row in read(folder):
        if len(row["curve"]) >= min(budget, 10) and which in (None, half(row["problem"])):
            by_seed = raw.setdefault(row["sampler"], {}).setdefault(row["problem"], {})
            curve = row["curve"]
            if len(curve) >= budget or row.get("exhausted"):
                by_seed[row["seed"]] = max(curve[min(budget, len(curve)) - 1], 0.0)
    means = {name: float(np.nanmean(list(by.values()))) for name, by in raw.get("random", {}).items() if by}
    chance = {name: mean for name, mean in means.items() if mean > 0.0}
    return {
        sampler: {
            name: {seed: 2.0 if value != value else value / chance[name] for seed, value in by.items()}
            for name, by in problems.items()
            if name in chance
        }
        for sampler, problems in raw.items()
    }


def interval(values: Array, rng: np.random.Generator) -> tuple[float, float]:
    """Of the mean over problems of the means over seeds, shape (problems, seeds), by resampling seeds: 95 %."""
    n = values.shape[1]
    means = np.array([np.nanmean(values[:, rng.integers(n, size=n)], axis=1).mean() for _ in range(1000)])
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def report(options: argparse.Namespace) -> str:
    """The Markdown report."""
    lines = []
    for budget in BUDGETS:
        data = table(Path(options.folder), budget, options.half)
        samplers = [s for s in data if any(data[s].values())]
        if not samplers:
            continue
        lines += [f"\n### After {budget} trials\n", "Regret relative to random search (lower is better).\n"]
        lines.append("| group | " + " | ".join(samplers) + " |")
        lines.append("|---" * (len(samplers) + 1) + "|")
        for group, names in {**GROUPS, "overall": list(FAMILIES)}.items():
            cells = [_cell(data, sampler, names, options.base) for sampler in samplers]
            if any(cells):
                lines.append(f"| {group} | " + " | ".join(cells) + " |")
        lines.append("| *average rank* | " + " | ".join(_ranks(data, samplers)) + " |")
        lines.append(f"| *beats {options.base}* | " + " | ".join(_wins(data, samplers, options.base)) + " |")
    lines += ["\n### Processor time per trial\n", "Median of the runs' means, with the problem's own.\n"]
    lines += [f"- {sampler}: {ms:.2f} ms" for sampler, ms in times(Path(options.folder), options.half).items()]
    return "\n".join(lines)


def times(folder: Path, which: str | None) -> dict[str, float]:
    """Milliseconds of processor time per trial by sampler, of runs that noted it."""
    by_sampler: dict[str, list[float]] = {}
    for row in read(folder):
        if "processor" in row and which in (None, half(row["problem"])):
            by_sampler.setdefault(row["sampler"], []).append(1e3 * row["processor"] / len(row["curve"]))
    return {sampler: float(np.median(of_runs)) for sampler, of_runs in by_sampler.items()}


def _matrix(by_problem: dict[str, dict[int, float]], names: list[str], seeds: list[int]) -> Array:
    return np.array([[by_problem[name].get(seed, np.nan) for seed in seeds] for name in names])


def _common(data: Any, samplers: list[str], names: list[str]) -> tuple[list[str], list[int]]:
    names = [n for n in names if all(data[s].get(n) for s in samplers)]
    seeds = set.intersection(*(set(data[s][n]) for s in samplers for n in names)) if names else set()
    return names, sorted(seeds)


def _cell(data: Any, sampler: str, names: list[str], base: str) -> str:
    rng = np.random.default_rng(0)
    own, seeds = _common(data, [sampler], names)
    if not own or not seeds:
        return ""
    text = f"{_matrix(data[sampler], own, seeds).mean():.3f}"
    if base in data and sampler != base:
        both, seeds = _common(data, [sampler, base], names)
        if both and len(seeds) > 1:
            difference = _matrix(data[sampler], both, seeds) - _matrix(data[base], both, seeds)
            low, high = interval(difference, rng)
            text += f" ({low:+.3f} … {high:+.3f})"
    return text


def _ranks(data: Any, samplers: list[str]) -> list[str]:
    names, seeds = _common(data, samplers, list(FAMILIES))
    if not names or not seeds:
        return [""] * len(samplers)
    cube = np.stack([_matrix(data[s], names, seeds) for s in samplers])
    ranks = 1 + (cube[None] < cube[:, None]).sum(1) + 0.5 * ((cube[None] == cube[:, None]).sum(1) - 1)
    return [f"{rank:.2f}" for rank in ranks.mean(axis=(1, 2))]


def _wins(data: Any, samplers: list[str], base: str) -> list[str]:
    out = []
    for sampler in samplers:
        names, seeds = _common(data, [sampler, base], list(FAMILIES)) if base in data else ([], [])
        if sampler == base or not names or not seeds:
            out.append("")
            continue
        a, b = _matrix(data[sampler], names, seeds), _matrix(data[base], names, seeds)
        out.append(f"{100 * ((a < b) + 0.5 * (a == b)).mean():.0f} %")
    return out


def plot(options: argparse.Namespace) -> Path:
    """Mean relative regret against the number of trials, as a web page in the folder."""
    import plotly.graph_objects as go  # type: ignore[import-untyped, unused-ignore]

    folder, curves = Path(options.folder), dict[str, list[tuple[int, float]]]()
    for n in (*range(10, 201, 10), *range(250, max(BUDGETS) + 1, 50)):
        for sampler, by_problem in table(folder, n, options.half).items():
            means = [float(np.mean(list(by_seed.values()))) for by_seed in by_problem.values() if by_seed]
            if means:
                curves.setdefault(sampler, []).append((n, float(np.mean(means))))
    figure = go.Figure([go.Scatter(x=[n for n, _ in c], y=[y for _, y in c], name=s) for s, c in curves.items()])
    figure.update_layout(xaxis_title="trials", yaxis_title="regret relative to random search")
    file = folder / "curves.html"
    figure.write_html(file)
    return file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "report", "plot"))
    parser.add_argument("--folder", required=True)
    parser.add_argument(
        "--samplers", default="auto,tpe,random,optuna-tpe,hyperopt", help="separate by + where one has options"
    )
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--batch", type=int, default=1, help="trials that run at the same time; a folder for each")
    parser.add_argument("--half", choices=("tune", "report"))
    parser.add_argument("--problems")
    parser.add_argument("--groups")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--base", default="optuna-tpe")
    options = parser.parse_args()
    if options.what == "run":
        run(options)
    elif options.what == "plot":
        print(plot(options))
    else:
        print(report(options))


if __name__ == "__main__":
    main()
