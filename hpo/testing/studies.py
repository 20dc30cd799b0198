"""What the contracts share: parameters of every kind, and what tells two studies apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.events import PlanDeclared, StudyCreated, TrialStarted
from hpo.exceptions import TrialPruned
from hpo.history import History
from hpo.study import Study
from hpo.trial import Trial

__all__ = ["DISTRIBUTIONS", "logged", "objective", "raised", "seen", "text"]

DISTRIBUTIONS: dict[str, BaseDistribution] = {
    "x": FloatDistribution(0.0, 1.0),
    "lr": FloatDistribution(1e-5, 1e-1, log=True),
    "step": FloatDistribution(0.0, 1.0, step=0.1),
    "log_step": FloatDistribution(0.1, 2.0, step=0.1, log=True),
    "n": IntDistribution(-5, 5),
    "even": IntDistribution(0, 10, step=2),
    "width": IntDistribution(1, 256, log=True),
    "kind": CategoricalDistribution(["a", "b", None]),
    "size": CategoricalDistribution([1, 2, 4], ordered=True),
    "rare": CategoricalDistribution([True, 1, [1, {"k": 2.5}]], weights=[1, 0, 3]),
    "normal": NormalDistribution(0.0, 1.0),
    "positive": NormalDistribution(0.0, 1.0, log=True),
    "bounded": NormalDistribution(3.0, 2.0, low=0.0, high=8.0, step=0.5),
    "count": NormalDistribution(3.0, 1.0, log=True, integer=True),
    "only": FloatDistribution(0.5, 0.5),
    "one": CategoricalDistribution(["only"]),
}


def logged(study: Study, *, plans: bool = True) -> list[str]:
    """The events, without when, where and in which run they happened, and without the log's identity; or the plans."""
    events = [_anywhere(event) for event in study.events()]
    return text(events if plans else [_unplanned(event) for event in events if not isinstance(event, PlanDeclared)])


def _unplanned(event: Any) -> Any:
    return event._replace(plan=None) if isinstance(event, TrialStarted) else event


def _anywhere(event: Any) -> Any:
    if isinstance(event, TrialStarted):
        return event._replace(time=0.0, worker=None, run=None)
    if isinstance(event, StudyCreated):
        return event._replace(time=0.0, identity="")
    return event._replace(time=0.0) if "time" in event._fields else event


def text(things: Sequence[Any]) -> list[str]:
    """What tells things apart by value and type, and NaN from nothing but numbers."""
    return list(map(repr, things))


def seen(history: History) -> str:
    arrays: list[Any] = [
        history.number,
        history.state,
        history.losses,
        history.violation,
        history.last_step,
        history.running,
    ]
    arrays += [history.over(history.space), history.pending(history.space)]
    return repr([array.tolist() for array in arrays])


def objective(trial: Trial, *, sign: float = 1.0) -> float:
    """Conditional, of all kinds of parameters; some trials fail, some are pruned, some are infeasible."""
    kind = trial.suggest_categorical("kind", ["a", "b", None])
    x = trial.suggest_float("x", 0, 1)
    loss = (x - 0.3) ** 2
    if kind == "a":
        loss += abs(trial.suggest_int("n", -5, 5)) + math.log10(trial.suggest_float("lr", 1e-5, 1e-1, log=True)) ** 2
        loss += trial.suggest_float("step", 0, 1, step=0.1)
    elif kind == "b":
        loss += trial.suggest_normal("normal", 0, 1) ** 2
        loss += trial.suggest_categorical("size", [1, 2, 4], ordered=True)
    trial.set_constraint("c", x - 0.8)
    if len(trial.study.directions) == 1:
        trial.report(sign * loss, trial.number % 3)
    if trial.number % 7 == 3:
        raise ArithmeticError("this trial fails")
    if trial.number % 5 == 4:
        raise TrialPruned
    return math.inf if trial.number % 11 == 10 else loss


def raised(call: Callable[[], object]) -> BaseException | None:
    try:
        call()
    except BaseException as error:
        return error
    return None
