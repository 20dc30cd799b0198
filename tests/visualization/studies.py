"""Studies of every kind that a plot may meet."""

from __future__ import annotations

import copy
import math
import os
import sys
import warnings
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import hpo
from hpo.pruners import MedianPruner, SuccessiveHalvingPruner
from hpo.samplers import RandomSampler
from hpo.study import Study
from hpo.trial import Trial

__all__ = ["STUDIES", "big", "run", "study_named"]


def run(f: Callable[[Trial], Any], n: int = 30, *, catch: Any = ArithmeticError, **options: Any) -> Study:
    """A study of random trials."""
    study = hpo.create_study(sampler=RandomSampler(seed=0), **{"study_name": f.__name__.strip("_"), **options})
    study.optimize(f, n_trials=n, catch=catch)
    return study


def _plain(trial: Trial) -> float:
    return (trial.suggest_float("x", -5, 5) - 1) ** 2 + trial.suggest_int("n", 1, 9)


def _single_parameter(trial: Trial) -> float:
    return trial.suggest_float("x", -5, 5) ** 2


def _mixed(trial: Trial) -> float:
    """Conditions, categories of all types, steps, logarithms, failures, and constraints."""
    loss = abs(math.log10(trial.suggest_float("lr", 1e-6, 1e-1, log=True)) + 3)
    kind = trial.suggest_categorical("kind", ["svm", "a rather long name of a random forest", None, True, 3, (1, 2)])
    if kind == "svm":
        loss += trial.suggest_float("<b>c</b> & co", 0, 1, step=0.1)
    elif kind is None:
        loss += trial.suggest_int("width", 1, 1024, log=True) / 512
    loss += abs(trial.suggest_normal("momentum", mean=0.5, std=1.0))
    trial.set_constraint("small", loss - 3)
    if trial.number % 7 == 5:
        raise ArithmeticError("broken")
    return loss


def _constant(trial: Trial) -> float:
    trial.suggest_float("x", 2, 2)
    trial.suggest_categorical("only", ["one"])
    trial.suggest_int("n", 1, 1)
    return 0.0


def _without_parameters(trial: Trial) -> float:
    return float(trial.number)


def _failing(trial: Trial) -> float:
    trial.suggest_float("x", 0, 1)
    raise ArithmeticError


def _infeasible(trial: Trial) -> float:
    trial.set_constraint("c", 1.0 + trial.number)
    return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)


def _infinite(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)
    return math.inf if x > 1.2 else -math.inf if x < 0.3 else x


def _all_infinite(trial: Trial) -> float:
    return math.inf * (1 + trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1))


def _not_a_number(trial: Trial) -> float:
    return math.nan if trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1) > 1 else 1.0


def _decades(trial: Trial) -> float:
    return float(10.0 ** trial.suggest_float("x", -200, 200)) + trial.suggest_float("y", 0, 1e-300)


def _outlier(trial: Trial) -> float:
    loss = trial.suggest_float("x", 1, 2) + trial.suggest_float("y", 0, 1)
    return 1e12 if trial.number == 3 else -loss


def _surrogates(trial: Trial) -> float:
    """Names of parameters, choices and errors that UTF-8 cannot hold, as those of files may be."""
    x = trial.suggest_float("p\ud800", 0, 1)
    names = [os.fsdecode(b"caf\xe9.csv"), os.fsdecode(b"caf\xea.csv"), "é"]
    loss = x + names.index(trial.suggest_categorical("file", names))
    trial.set_user_attr("k\ud801", ["v\ud802"])
    trial.set_constraint("c\ud803", x - 0.9)
    trial.report(loss, 0)
    if trial.number % 7 == 5:
        raise ArithmeticError("no such file: \ud804")
    return loss


def _with_surrogates() -> Study:
    study = run(_surrogates, study_name="surrogates")
    study.set_metric_names(["loss\ud805"])
    study.set_user_attr("data\ud806", {"path\ud807": "\ud808"})
    return study


def _penalised(penalty: float) -> Callable[[Trial], float]:
    def objective(trial: Trial) -> float:
        loss = -trial.suggest_float("x", 0, 1) - trial.suggest_float("y", 0, 1)
        trial.report(penalty if trial.number % 5 == 1 else loss, 0)
        return penalty if trial.number % 5 == 0 else loss

    return objective


def _huge(trial: Trial) -> float:
    """Values and a parameter between the ends of what floats can hold."""
    x = trial.suggest_float("x", 0, 1) + trial.suggest_float("y", -8e307, 8e307) / 8e307
    trial.suggest_float("z", 1e-308, 1e308, log=True)
    return x * (1e300, -1e300, 1e155, 5e307, -5e307)[trial.number % 5]


def _tiny(trial: Trial) -> float:
    """Ranges, and values, that floats can hardly tell apart."""
    return trial.suggest_float("x", 0, 5e-324) + 1e-310 * trial.suggest_float("y", 1.0, 1.0 + 2**-50)


def _decades_of_floats(trial: Trial) -> float:
    return float(10.0 ** trial.suggest_float("x", -307, 300)) + trial.suggest_float("y", 1e-307, 1e300, log=True) / 1e30


def _penalised_of_two(trial: Trial) -> tuple[float, float]:
    penalty = (sys.float_info.max, -sys.float_info.max, 1e200)[trial.number % 3]
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    return penalty if trial.number % 5 == 0 else x, penalty if trial.number % 7 == 0 else y


def _changing(trial: Trial) -> float:
    late = trial.number > 15
    kinds = ["b", "c"] if late else ["a", "b"]
    return trial.suggest_float("x", 0, 100 if late else 1) + "abc".index(trial.suggest_categorical("kind", kinds))


def _crowded(trial: Trial) -> float:
    """Twenty parameters with long names, and a category of twenty choices."""
    names = [f"encoder_block_{i:02d}_attention_dropout_probability" for i in range(19)]
    choice = trial.suggest_categorical("activation_function_of_the_hidden_layers", [f"function {i}" for i in range(20)])
    return sum(trial.suggest_float(name, 0, 1) for name in names) + len(choice)


def _reporting(trial: Trial) -> float:
    rate = trial.suggest_float("rate", 0.01, 1.0, log=True) + trial.suggest_float("decay", 0, 1)
    for step in range(1, 28):
        trial.report(rate + 1 / step, step)
        if trial.should_prune():
            raise hpo.TrialPruned
    if trial.number % 9 == 8:
        raise ArithmeticError
    return rate + 1 / 27


def _pausing(trial: Trial) -> float:
    """Trials that wait, go on, fail and end."""
    x = trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)
    if trial.number % 9 == 8:
        raise ArithmeticError
    for step in range(trial.resume_step, 9):
        trial.report(x + 1 / (step + 1), step)
        if trial.should_pause():
            raise hpo.TrialPaused
    return x


def _pruned(trial: Trial) -> float:
    trial.report(trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1), 3)
    raise hpo.TrialPruned


def _reporting_nothing_finite(trial: Trial) -> float:
    trial.report(math.nan if trial.number % 2 else math.inf, 0)
    return trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)


def _two_objectives(trial: Trial) -> tuple[float, float]:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    trial.set_constraint("c", x + y - 1.5)
    if trial.number == 4:
        raise ArithmeticError
    return x, 100 * (x - y) ** 2 + (math.inf if trial.number == 6 else 0.0)


def _four_objectives(trial: Trial) -> list[float]:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    return [x, y, x - y, x * y]


def _reporting_two(trial: Trial) -> tuple[float, float]:
    x = trial.suggest_float("x", 0, 1) + trial.suggest_float("y", 0, 1)
    for step in range(3):
        trial.report((x + step, -10 * (x + step)), step)
        if x > 1:
            raise hpo.TrialPruned
    return x, -x


def _with_running_trials() -> Study:
    study = run(_mixed, study_name="running")
    study.enqueue_trial({"lr": 1e-3})
    study.enqueue_trial({"lr": 1e-2})
    for _ in range(2):
        trial = study.ask()
        trial.suggest_float("lr", 1e-6, 1e-1, log=True)
        trial.report(1.0, 0)
    return study


def _only_running() -> Study:
    study = hpo.create_study(study_name="just begun")
    study.ask().suggest_float("x", 0, 1)
    study.enqueue_trial({"x": 0.5})
    return study


def _queued_outside() -> Study:
    """Values that do not lie in their domains, one of them infinite."""
    study = run(_plain, study_name="queued outside")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that say so
        for x in (7.5, -1e300, math.inf):
            study.enqueue_trial({"x": x, "n": 50})
            study.optimize(lambda trial: float(trial.suggest_float("x", -5, 5) < trial.suggest_int("n", 1, 9)), 1)
    return study


def _deleted() -> Study:
    study = run(_plain, study_name="deleted")
    for number in (0, 7, 29):
        study.delete_trial(number)
    return study


def _to_the_end_of_the_calendar() -> Study:
    study = run(_plain, 5, study_name="to the end")
    trial = copy.copy(study.trials[-1])
    trial.datetime_start, trial.datetime_complete = datetime(9999, 12, 31, 23), datetime.max
    study.add_trial(trial)
    return study


def _named() -> Study:
    study = run(_two_objectives, directions=["minimize", "maximize"], study_name="named")
    study.set_metric_names(["<i>error</i> of a very long name that nobody can read", "speed"])
    return study


_FACTORIES: dict[str, Callable[[], Study]] = {
    "empty": lambda: hpo.create_study(study_name="empty"),
    "one trial": lambda: run(_plain, 1),
    "two trials": lambda: run(_plain, 2),
    "plain": lambda: run(_plain),
    "one parameter": lambda: run(_single_parameter),
    "maximised": lambda: run(_plain, direction="maximize"),
    "mixed": lambda: run(_mixed, 60),
    "constant": lambda: run(_constant),
    "no parameters": lambda: run(_without_parameters),
    "all failed": lambda: run(_failing),
    "all infeasible": lambda: run(_infeasible),
    "some infinite": lambda: run(_infinite),
    "all infinite": lambda: run(_all_infinite),
    "some NaN": lambda: run(_not_a_number),
    "decades": lambda: run(_decades),
    "outlier": lambda: run(_outlier),
    "surrogates": _with_surrogates,
    "penalties": lambda: run(_penalised(sys.float_info.max), study_name="penalties"),
    "large penalties": lambda: run(_penalised(1e200), study_name="large penalties"),
    "penalties when maximising": lambda: run(
        _penalised(-sys.float_info.max), study_name="maximising", direction="maximize"
    ),
    "penalties of two": lambda: run(_penalised_of_two, directions=["minimize", "maximize"]),
    "huge": lambda: run(_huge),
    "tiny": lambda: run(_tiny),
    "decades of floats": lambda: run(_decades_of_floats),
    "queued outside": _queued_outside,
    "to the end of the calendar": _to_the_end_of_the_calendar,
    "changing": lambda: run(_changing),
    "crowded": lambda: run(_crowded),
    "pruning": lambda: run(_reporting, 40, pruner=MedianPruner(n_startup_trials=2)),
    "pausing": lambda: run(
        _pausing, 40, pruner=SuccessiveHalvingPruner(mode="promote", min_resource=1, reduction_factor=2)
    ),
    "all pruned": lambda: run(_pruned),
    "reports not finite": lambda: run(_reporting_nothing_finite),
    "running": _with_running_trials,
    "just begun": _only_running,
    "deleted": _deleted,
    "empty of two": lambda: hpo.create_study(directions=["minimize", "maximize"], study_name="empty of two"),
    "one trial of two": lambda: run(_two_objectives, 1, directions=["minimize", "maximize"]),
    "two objectives": lambda: run(_two_objectives, directions=["minimize", "maximize"]),
    "named": _named,
    "three objectives": lambda: run(lambda t: _four_objectives(t)[:3], directions=["minimize"] * 3, study_name="three"),
    "reports of two": lambda: run(_reporting_two, directions=["minimize", "maximize"]),
    "four objectives": lambda: run(_four_objectives, directions=["maximize"] * 4),
}

STUDIES = tuple(_FACTORIES)


@cache
def study_named(name: str) -> Study:
    """One of `STUDIES`, made once; not to be changed."""
    return _FACTORIES[name]()


@cache
def big(n: int = 10_000) -> Study:
    """More trials than are drawn one by one, with reports."""

    def objective(trial: Trial) -> float:
        x, rate = trial.suggest_float("x", -1, 1), trial.suggest_float("rate", 1e-4, 1.0, log=True)
        kind, size = trial.suggest_categorical("kind", ["a", "b", "c"]), trial.suggest_int("size", 1, 9)
        loss = x**2 + (math.log10(rate) + 2) ** 2 + "abc".index(kind) + size / 10
        trial.report(loss + 1, 1)
        trial.report(loss, 2)
        return loss

    return run(objective, n, pruner=hpo.pruners.NopPruner(), study_name="big")
