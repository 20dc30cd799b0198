"""How much volume samplers dominate with several objectives: ours beside others', after fixed numbers of trials.

    python -m tests.benchmarks.fronts run --folder DIR --samplers nsgaii,nsgaiii,tpe,random,optuna-nsgaii,pymoo-nsga2
        [--seeds 3] [--trials 1000] [--half tune|report] [--objectives 2,3] [--problems NAME,…]
    python -m tests.benchmarks.fronts report --folder DIR --base nsgaii [--trials 1000] [--half tune|report]

`run` writes one line per run into DIR and skips what is there, so it can be stopped and go on; `report` prints
Markdown. Volumes are scaled for each problem such that random search has 0 and the best of all samplers 1, on average
over seeds. pymoo and moocore, which it computes volumes with, are to be installed by hand.
Defaults are chosen on the half "tune" of the problems; "report" is for figures to quote.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np

from tests.benchmarks.fronts.listing import FRONTS, half
from tests.benchmarks.peers import Outcomes, runner
from tests.benchmarks.problems import Problem
from tests.benchmarks.rows import read

Volumes: TypeAlias = dict[str, dict[str, dict[int, float]]]
"""By sampler, problem and seed."""


def volume(problem: Problem, outcomes: Outcomes) -> float:
    """What the trials of a run dominate together, up to the problem's reference point."""
    import moocore

    return float(moocore.hypervolume(np.array([true for _, true, _ in outcomes]), ref=np.array(problem.reference)))


def run(options: argparse.Namespace) -> None:
    """Make the runs that are missing."""
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for sampler in options.samplers.split(";" if {";", ":"} & set(options.samplers) else ","):
        done = {(row["problem"], row["seed"], row["trials"]) for row in read(folder) if row["sampler"] == sampler}
        make = runner(sampler)
        with (folder / f"{sampler.replace(':', '__').replace(',', '_')}.jsonl").open("a") as out:
            for name, seed in wanted(options):
                if (name, seed, options.trials) in done:
                    continue
                used = time.process_time()
                outcomes = make(FRONTS[name], seed, options.trials)
                if outcomes is None:
                    continue
                processor = round(time.process_time() - used, 3)
                row = {"sampler": sampler, "problem": name, "seed": seed, "trials": options.trials}
                row |= {"processor": processor, "volume": volume(FRONTS[name], outcomes)}
                out.write(json.dumps(row) + "\n")
                out.flush()


def wanted(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    """The problems and seeds that were asked for."""
    names = options.problems.split(",") if options.problems else list(FRONTS)
    counts = set(map(int, options.objectives.split(",")))
    for seed in range(options.seeds):
        for name in names:
            if FRONTS[name].n_objectives in counts and options.half in (None, half(name)):
                yield name, seed


def volumes(options: argparse.Namespace) -> Volumes:
    """Of the runs that were asked for."""
    asked, found = set(wanted(options)), Volumes()
    for row in read(Path(options.folder)):
        if row["trials"] == options.trials and (row["problem"], row["seed"]) in asked:
            found.setdefault(row["sampler"], {}).setdefault(row["problem"], {})[row["seed"]] = row["volume"]
    return found


def means(by_problem: Mapping[str, Mapping[int, float]]) -> dict[str, float]:
    """Over seeds."""
    return {name: float(np.mean(list(by_seed.values()))) for name, by_seed in by_problem.items()}


def scaled(found: Volumes) -> dict[str, dict[str, float]]:
    """Mean volumes by sampler and problem, such that random search has 0 and the best one 1."""
    plain = {sampler: means(by_problem) for sampler, by_problem in found.items()}
    out: dict[str, dict[str, float]] = {sampler: {} for sampler in plain}
    for name, chance in plain.get("random", {}).items():
        best = max(by_problem[name] for by_problem in plain.values() if name in by_problem)
        for sampler, by_problem in plain.items():
            if name in by_problem and best > chance:
                out[sampler][name] = (by_problem[name] - chance) / (best - chance)
    return out


def wins(ours: Mapping[str, float], theirs: Mapping[str, float]) -> str:
    """On how many of the problems that both have seen the first one's mean volume is larger."""
    common = [name for name in ours if name in theirs]
    return f"{sum(ours[name] > theirs[name] for name in common)} of {len(common)}" if common else ""


def report(options: argparse.Namespace) -> str:
    """The Markdown report."""
    share = scaled(volumes(options))
    counts = sorted(map(int, options.objectives.split(",")))
    lines = [f"### After {options.trials} trials\n"]
    lines.append("| sampler | " + " | ".join(f"{m} objectives" for m in counts) + f" | all | {options.base} wins |")
    lines.append("|---" * (len(counts) + 3) + "|")
    for sampler, by_problem in share.items():
        groups = [[v for name, v in by_problem.items() if FRONTS[name].n_objectives == m] for m in counts]
        cells = [f"{np.mean(group):.3f}" if group else "" for group in [*groups, list(by_problem.values())]]
        won = wins(share.get(options.base, {}), by_problem) if sampler != options.base else ""
        lines.append(f"| {sampler} | " + " | ".join(cells) + f" | {won} |")
    if options.each:
        lines += _each(share)
    return "\n".join(lines)


def _each(share: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A table with a line for each problem."""
    lines = ["", "| problem | " + " | ".join(share) + " |", "|---" * (len(share) + 1) + "|"]
    for name in FRONTS:
        if any(name in by_problem for by_problem in share.values()):
            cells = [f"{by[name]:.3f}" if name in by else "" for by in share.values()]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "report"))
    parser.add_argument("--folder", required=True)
    parser.add_argument("--samplers", default="nsgaii,nsgaiii,tpe,random", help="separate by ; where one has options")
    parser.add_argument("--base", default="nsgaii")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--half", choices=("tune", "report"))
    parser.add_argument("--objectives", default="2,3,4,5")
    parser.add_argument("--problems")
    parser.add_argument("--each", action="store_true", help="a line for each problem, too")
    options = parser.parse_args()
    if options.what == "run":
        run(options)
    else:
        print(report(options))


if __name__ == "__main__":
    main()
