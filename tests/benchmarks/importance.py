"""Importances beside Optuna's, of the same trials: time, and how far they are apart.

    pip install -e '.[benchmark]'
    python -m tests.benchmarks.importance [--quick]

Prints a Markdown table. The noise beside an agreement is the same difference between two halves of the trials,
both by Optuna.
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import hpo
from hpo import importance

Objective = Callable[[hpo.Trial], float]


def smooth(trial: hpo.Trial) -> float:
    """Ten numbers, some on a log scale or integers, of falling weight."""
    floats = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    width, depth = trial.suggest_int("width", 4, 512, log=True), trial.suggest_int("depth", 1, 8)
    kind = trial.suggest_categorical("kind", ["a", "b", "c", "d"])
    loss: float = sum((x - 0.3) ** 2 / 2**i for i, x in enumerate(floats))
    loss += (math.log10(rate) + 3) ** 2 / 4 + (math.log2(width) - 6) ** 2 / 40 + abs(depth - 3) / 20
    return loss + 0.1 * "badc".index(kind)


def branches(trial: hpo.Trial) -> float:
    """A choice of a model, each with parameters of its own."""
    if trial.suggest_categorical("model", ["forest", "svm", "knn"]) == "forest":
        return (
            0.2 + abs(trial.suggest_int("trees", 10, 500, log=True) - 120) / 1000 + trial.suggest_float("share", 0, 1)
        )
    if trial.params["model"] == "svm":
        c = math.log10(trial.suggest_float("C", 1e-3, 1e3, log=True))
        return 0.1 + (c - 1) ** 2 / 10 + trial.suggest_float("tolerance", 0, 0.01)
    return 0.5 + trial.suggest_int("neighbours", 1, 40) / 50


def ishigami(trial: hpo.Trial) -> float:
    """sin x + 7 sin² y + 0.1 z⁴ sin x, whose variance shares are known."""
    x, y, z = (trial.suggest_float(name, -math.pi, math.pi) for name in "xyz")
    return math.sin(x) + 7 * math.sin(y) ** 2 + 0.1 * z**4 * math.sin(x)


PROBLEMS: dict[str, Objective] = {"smooth": smooth, "branches": branches}
ISHIGAMI_SHARES = {"x": 0.3139, "y": 0.4424, "z": 0.0}


def in_both(objective: Objective, n_trials: int) -> tuple[hpo.Study, Any]:
    """The same trials as a study of hpo and as one of Optuna."""
    import optuna

    ours = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    ours.optimize(objective, n_trials=n_trials)
    theirs = optuna.create_study()
    theirs.add_trials(
        [
            optuna.trial.create_trial(
                value=trial.value,
                params=trial.params,
                distributions={
                    name: optuna.distributions.json_to_distribution(hpo.distributions.distribution_to_json(one))
                    for name, one in trial.distributions.items()
                },
            )
            for trial in ours.trials
        ]
    )
    return ours, theirs


def timed(function: Callable[[], dict[str, float]], repeats: int) -> tuple[float, dict[str, float]]:
    """Median of the seconds, and the last result."""
    seconds: list[float] = []
    found: dict[str, float] = {}
    for _ in range(repeats):
        began = time.perf_counter()
        found = function()
        seconds.append(time.perf_counter() - began)
    return median(seconds), found


def distance(one: dict[str, float], other: dict[str, float]) -> float:
    """The largest difference of a parameter's importance."""
    return max(abs(one[name] - other.get(name, 0.0)) for name in one)


def ped_anova(n_trials: int, repeats: int) -> Iterator[str]:
    """Time and agreement of PED-ANOVA on each problem."""
    import optuna

    for name, objective in PROBLEMS.items():
        ours, theirs = in_both(objective, n_trials)
        our_seconds, found = timed(lambda study=ours: importance.get_param_importances(study), repeats)  # type: ignore[misc]
        their_seconds, expected = timed(lambda study=theirs: optuna.importance.get_param_importances(study), repeats)  # type: ignore[misc]
        halves = []
        for half in (theirs.trials[::2], theirs.trials[1::2]):
            study = optuna.create_study()
            study.add_trials(half)
            halves.append(optuna.importance.get_param_importances(study))
        yield (
            f"| PED-ANOVA, {name}, {n_trials} trials | {their_seconds * 1e3:.0f} ms | {our_seconds * 1e3:.0f} ms "
            f"| 1/{their_seconds / our_seconds:.1f} | apart by {distance(found, expected):.4f} at most, "
            f"noise {distance(*halves):.4f} |"
        )


def fanova(n_trials: int) -> Iterator[str]:
    """Time of fANOVA, and how far it is from the truth."""
    import optuna

    ours, theirs = in_both(ishigami, n_trials)
    total = sum(ISHIGAMI_SHARES.values())
    truth = {name: share / total for name, share in ISHIGAMI_SHARES.items()}
    our_seconds, found = timed(
        lambda: importance.get_param_importances(ours, evaluator=importance.FanovaImportanceEvaluator()), 1
    )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    their_seconds, expected = timed(lambda: optuna.importance.get_param_importances(theirs, evaluator=evaluator), 1)
    yield (
        f"| fANOVA, Ishigami, {n_trials} trials | {their_seconds:.1f} s | {our_seconds:.1f} s "
        f"| 1/{their_seconds / our_seconds:.1f} | from the truth by {distance(found, truth):.3f}, "
        f"Optuna's by {distance(expected, truth):.3f} |"
    )


def main() -> None:
    """Measure and print."""
    import optuna

    parser = argparse.ArgumentParser(description="Importances beside Optuna's.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    quick = parser.parse_args().quick
    hpo.logging.set_verbosity(hpo.logging.ERROR)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    print(f"| what | Optuna {optuna.__version__} | hpo | ratio | agreement |\n|---|---|---|---|---|")
    for row in ped_anova(1000 if quick else 10_000, 3):
        print(row, flush=True)
    for row in fanova(100 if quick else 500):
        print(row, flush=True)


if __name__ == "__main__":
    main()
