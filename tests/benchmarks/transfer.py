"""What earlier studies are worth: the same model tuned on one data set after another.

    python -m tests.benchmarks.transfer run --folder DIR [--samplers auto,tpe] [--seeds 5] [--trials 50]
    python -m tests.benchmarks.transfer report --folder DIR

Each of some data sets is the target in turn; the earlier studies tuned the model on all others, by 50 trials of
`TPESampler`. "unrelated" earlier studies are those of the same tables turned round: every number is the one at the
other end of its range, and every choice the next one. A regret is a share of the distance from the best to the median
configuration of the table. The tables are those of `tables.py`, which are made at the first run.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hpo
from hpo import samplers
from tests.benchmarks.rows import read
from tests.benchmarks.tables import DATA, grid, lookup, losses

ARMS = ("none", "related", "unrelated")
MODELS: dict[str, tuple[str, ...]] = {
    "tree": ("tree",),
    "svm": ("svm",),
    "knn": ("knn",),
    "boost": ("boost",),
    "any": ("knn", "tree", "logistic", "svm"),
}
"""Which models a target chooses from."""
_BOOSTED = ("wine", "iris", "blobs", "cancer", "twins", "wide")
_N_EARLIER = 50
Array = NDArray[np.float64]
Values = dict[str, Any]


def targets(model: str) -> tuple[str, ...]:
    """The data sets on which a model is tuned."""
    return _BOOSTED if model == "boost" else DATA


def objective(trial: Any, models: tuple[str, ...], data: str, *, turned: bool = False) -> float:
    """The loss of a configuration, from the table."""
    model = trial.suggest_categorical("model", models) if len(models) > 1 else models[0]
    values: Values = {}
    for key, options in grid(model).items():
        name = f"{model}_{key}"
        if isinstance(options[0], str) or len(options) == 2:
            values[name] = trial.suggest_categorical(name, options)
        else:
            values[name] = trial.suggest_int(name, options[0], options[-1])
    if turned:
        model = models[(models.index(model) + 1) % len(models)]
        values = _turned(values, model)
    return lookup(f"{model} on {data}", {"model": model, **values})


def _turned(values: Mapping[str, Any], model: str) -> Values:
    """A configuration of a model, at the other ends of the ranges of some values."""
    shares = [
        (options := grid(name.split("_")[0])[name.partition("_")[2]]).index(value) / (len(options) - 1)
        for name, value in values.items()
    ]
    return {
        f"{model}_{key}": options[round((1 - shares[i % len(shares)]) * (len(options) - 1))]
        for i, (key, options) in enumerate(grid(model).items())
    }


def scale(models: tuple[str, ...], data: str) -> tuple[float, float]:
    """The least loss, and the distance from it to the median."""
    known = np.concatenate([losses(f"{model} on {data}") for model in models])
    return float(known.min()), float(np.median(known) - known.min())


@cache
def earlier(model: str, data: str, seed: int, *, turned: bool) -> hpo.Study:
    """A finished study."""
    study = hpo.create_study(study_name=data, sampler=samplers.TPESampler(seed=seed))
    study.optimize(partial(objective, models=MODELS[model], data=data, turned=turned), n_trials=_N_EARLIER)
    return study


def curve(sampler: str, model: str, data: str, arm: str, seed: int, n: int) -> list[float]:
    """The least regret so far after each trial."""
    kinds = {name.removesuffix("Sampler").lower(): name for name in samplers.__all__}
    others = [one for one in targets(model) if one != data] if arm != "none" else []
    known = [earlier(model, one, 100 + seed, turned=arm == "unrelated") for one in others]
    study = hpo.create_study(sampler=getattr(samplers, kinds[sampler])(seed=seed), warm_start=known)
    study.optimize(partial(objective, models=MODELS[model], data=data), n_trials=n)
    least, spread = scale(MODELS[model], data)
    values = [trial.value for trial in study.trials if trial.value is not None]
    return [float(v) for v in (np.minimum.accumulate(values) - least) / spread]


def run(options: argparse.Namespace) -> None:
    """Make the runs that are missing."""
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    done = {tuple(row[key] for key in ("sampler", "model", "data", "arm", "seed")) for row in read(folder)}
    with (folder / "runs.jsonl").open("a") as out:
        for seed in range(options.seeds):
            for sampler in options.samplers.split(","):
                for model in options.models.split(","):
                    for data in targets(model):
                        for arm in options.arms.split(","):
                            key = (sampler, model, data, arm, seed)
                            if key in done:
                                continue
                            row = dict(zip(("sampler", "model", "data", "arm", "seed"), key, strict=True))
                            row["curve"] = curve(*key, options.trials)
                            out.write(json.dumps(row) + "\n")
                            out.flush()


def mean(rows: list[dict[str, Any]], wanted: Callable[[dict[str, Any]], bool]) -> Array:
    """The mean curve over data sets and seeds, shape (n,)."""
    return np.asarray(np.mean([row["curve"] for row in rows if wanted(row)], axis=0))


def report(options: argparse.Namespace) -> str:
    """The Markdown report."""
    return table(list(read(Path(options.folder))))


def table(rows: list[dict[str, Any]]) -> str:
    """Regrets, and how many trials the regrets without earlier studies take, by sampler, model and earlier studies."""
    lines = [
        "| sampler | model | earlier studies | regret after 3 | 5 | 10 | 20 | 30 | 50 "
        "| trials for the regret without, at 20 | 30 | 40 | 50 |",
        "|---" * 13 + "|",
    ]
    for sampler in dict.fromkeys(row["sampler"] for row in rows):
        for model in (*dict.fromkeys(row["model"] for row in rows), "all"):
            mine = [row for row in rows if row["sampler"] == sampler and model in (row["model"], "all")]
            alone = mean(mine, lambda row: row["arm"] == "none")
            for arm in dict.fromkeys(row["arm"] for row in mine):
                found = mean(mine, lambda row, arm=arm: row["arm"] == arm)  # type: ignore[misc]
                cells = [f"{100 * found[n - 1]:.2f} %" if n <= len(found) else "" for n in (3, 5, 10, 20, 30, 50)]
                needed = [np.flatnonzero(found <= alone[n - 1] + 1e-12) for n in (20, 30, 40, 50) if n <= len(found)]
                cells += [str(at[0] + 1) if len(at) else f"> {len(found)}" for at in needed]
                lines.append(f"| {sampler} | {model} | {arm} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "report"))
    parser.add_argument("--folder", required=True)
    parser.add_argument("--samplers", default="auto,tpe")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--arms", default=",".join(ARMS))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--trials", type=int, default=50)
    options = parser.parse_args()
    if options.what == "run":
        run(options)
    else:
        print(report(options))


if __name__ == "__main__":
    main()
