"""COCO's suites bbob, bbob-mixint and bbob-biobj: the share of targets that samplers reach, ours beside others.

    python -m tests.benchmarks.coco run --folder DIR --suite bbob --samplers cmaes,tpe,optuna-cmaes,cmaes-cma,pycma
        [--functions 4,9,14,19,24] [--dimensions 2,5,10] [--instances 1-3] [--budget 100]
    python -m tests.benchmarks.coco report --folder DIR --suite bbob [--dimensions 2,5,10]

`run` writes one line per run into DIR and skips what is there. Budgets are evaluations per parameter. Targets are 51
losses from 100 to 1e-8 above the optimum, evenly spread on a logarithmic scale; with two objectives the volume between
the ideal point and the nadir is divided instead, and the figure is the share of it that is dominated.
`pip install coco-experiment`, cmaes and cma, by hand. No default was chosen on every fifth
function, 4, 9, 14 and so on; those of bbob-biobj up to 24 were looked at once while one was.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo.pareto import hypervolume
from tests.benchmarks.peers import Outcomes, runner
from tests.benchmarks.problems import Problem, Values, integer, real
from tests.benchmarks.rows import read

Array = NDArray[np.float64]
TARGETS = np.logspace(2, -8, 51)
BUDGETS = (10, 30, 100)  # evaluations per parameter


def problems(options: argparse.Namespace) -> Iterator[Any]:
    """COCO's own, one after the other: each is freed when the next one comes."""
    import cocoex

    which = f"function_indices:{options.functions} dimensions:{options.dimensions}"
    yield from cocoex.Suite(options.suite, f"instances:{options.instances}", which)


def best_points(problem: Any) -> Array:
    """Where each objective of a problem is least, shape (m, d); COCO tells it only by way of a file."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        problem._best_parameter("print")
        (file,) = Path(folder).iterdir()
        return np.loadtxt(file, ndmin=2)


def made(problem: Any) -> Problem:
    """Such a problem as the benchmark's samplers take it, with losses from the optimum, or from 0 at the ideal point
    to 1 at the nadir."""
    n_whole, bounds = problem.number_of_integer_variables, zip(problem.lower_bounds, problem.upper_bounds, strict=True)
    space = tuple(
        integer(f"x{i}", int(low), int(high)) if i < n_whole else real(f"x{i}", float(low), float(high))
        for i, (low, high) in enumerate(bounds)
    )
    at_best = np.array([np.atleast_1d(problem(x)) for x in best_points(problem)])
    several = problem.number_of_objectives > 1
    ideal = at_best.min(axis=0)
    width = at_best.max(axis=0) - ideal if several else np.ones(1)

    def losses(v: Values) -> tuple[float, ...]:
        found = problem(np.array([float(v[node.name]) for node in space]))
        return tuple(((np.atleast_1d(found) - ideal) / width).tolist())

    return Problem(space, losses, reference=(1.0,) * problem.number_of_objectives if several else ())


def share(problem: Problem, outcomes: Outcomes) -> float:
    """Of the targets that are reached, or of the volume that is dominated."""
    losses = np.array([true for _, true, _ in outcomes])
    if problem.n_objectives > 1:
        return hypervolume(losses, np.array(problem.reference))
    return float((losses.min() <= TARGETS).mean())


def run(options: argparse.Namespace) -> None:
    """Make the runs that are missing."""
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for sampler in options.samplers.split(";" if {";", ":"} & set(options.samplers) else ","):
        done = {row["problem"] for row in read(folder) if (row["sampler"], row["budget"]) == (sampler, options.budget)}
        make = runner(sampler)
        with (folder / f"{sampler.replace(':', '__').replace(',', '_')}.jsonl").open("a") as out:
            for theirs in problems(options):
                if theirs.id in done:
                    continue
                problem, used = made(theirs), time.process_time()
                outcomes = make(problem, theirs.id_instance, options.budget * theirs.dimension)
                if outcomes is None:
                    continue
                shares = {b: share(problem, outcomes[: b * theirs.dimension]) for b in BUDGETS if b <= options.budget}
                row = {"sampler": sampler, "suite": options.suite, "problem": theirs.id, "d": theirs.dimension}
                row |= {"budget": options.budget, "processor": round(time.process_time() - used, 3), "share": shares}
                out.write(json.dumps(row) + "\n")
                out.flush()


def report(options: argparse.Namespace) -> str:
    """Shares by sampler and number of parameters, as Markdown; only runs that all samplers have made are compared."""
    dimensions = list(map(int, options.dimensions.split(",")))
    chosen = set(options.samplers.split(",")) if options.samplers else None
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for row in read(Path(options.folder)):
        wanted = row["suite"] == options.suite and row["d"] in dimensions and row["budget"] >= options.budget
        if wanted and (chosen is None or row["sampler"] in chosen):
            rows.setdefault(row["sampler"], {})[row["problem"]] = row
    common = sorted(set.intersection(*(set(by_problem) for by_problem in rows.values())))
    budgets = [b for b in BUDGETS if b <= options.budget]
    lines = [f"{options.suite}: {len(common)} problems of {options.dimensions} parameters\n"]
    lines.append("| sampler | " + " | ".join(f"{b} per parameter" for b in budgets) + " | ms per trial |")
    lines.append("|---" * (len(budgets) + 2) + "|")
    for sampler, by_problem in rows.items():
        own = [by_problem[name] for name in common]
        cells = [f"{np.mean([row['share'][str(b)] for row in own]):.3f}" for b in budgets]
        ms = np.median([1e3 * row["processor"] / (row["budget"] * row["d"]) for row in own])
        lines.append(f"| {sampler} | " + " | ".join(cells) + f" | {ms:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "report"))
    parser.add_argument("--folder", required=True)
    parser.add_argument("--suite", default="bbob", choices=("bbob", "bbob-mixint", "bbob-biobj"))
    parser.add_argument("--samplers", help="separate by ; where one has options")
    parser.add_argument("--functions", default="4,9,14,19,24")
    parser.add_argument("--dimensions", default="2,5,10,20")
    parser.add_argument("--instances", default="1-3")
    parser.add_argument("--budget", type=int, default=100, help="evaluations per parameter")
    options = parser.parse_args()
    if options.what == "run":
        run(options)
    else:
        print(report(options))


if __name__ == "__main__":
    main()
