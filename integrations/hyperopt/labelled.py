"""Hyperopt's labelled parameters, as what a trial is asked.

A parameter of Hyperopt is a node `hyperopt_param(label, distribution)`. Its distribution becomes a method of a trial
with arguments, the label its name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, final

from hpo.trial.suggest import Suggestions

__all__ = ["DISTRIBUTIONS", "Question", "label_of", "question"]


@final
@dataclass(frozen=True)
class Question:
    """What a trial is asked for.

    Args:
        label: The parameter's name.
        method: Of the trial, such as "suggest_float".
        arguments: Of the method, by name, without the label.
    """

    label: str
    method: str
    arguments: Mapping[str, Any]

    def ask(self, trial: Suggestions) -> Any:
        """The trial's answer."""
        return getattr(trial, self.method)(self.label, **self.arguments)


def label_of(node: Any) -> str:
    """The label of a `hyperopt_param` node."""
    return str(node.arg["label"].obj)


def question(label: str, kind: str, given: Mapping[str, Any]) -> Question:
    """What a distribution of Hyperopt asks.

    Args:
        label: Of the parameter.
        kind: One of `DISTRIBUTIONS`.
        given: The distribution's arguments, evaluated.

    Raises:
        ValueError: If they make no sense; the sentence names the parameter.
    """
    try:
        method, arguments = DISTRIBUTIONS[kind](**given)
    except (ArithmeticError, ValueError) as error:
        raise ValueError(f"{label!r}: {kind} with {dict(given)!r} makes no range: {error}") from error
    return Question(label, method, arguments)


_Asked = tuple[str, dict[str, Any]]


def _uniform(low: float, high: float) -> _Asked:
    return "suggest_float", {"low": float(low), "high": float(high)}


def _loguniform(low: float, high: float) -> _Asked:
    return "suggest_float", {"low": _exp(low), "high": _exp(high), "log": True}


def _quniform(low: float, high: float, q: float) -> _Asked:
    return _stepped(*_multiples(low, high, q), q, log=False)


def _qloguniform(low: float, high: float, q: float) -> _Asked:
    first, last = _multiples(_exp(low), _exp(high), q)
    if last == 0:
        return _stepped(first, last, q, log=False)
    return _stepped(first or Decimal(str(q)), last, q, log=True)


def _stepped(first: Decimal, last: Decimal, q: float, *, log: bool) -> _Asked:
    """Multiples of q; whole ones are integers, which the graph makes floats where it wants them."""
    is_whole = float(q).is_integer()
    method, number = ("suggest_int", int) if is_whole else ("suggest_float", float)
    ends: dict[str, Any] = {"low": number(first), "high": number(last)}
    step = {} if is_whole and q == 1 else {"step": number(q)}
    return method, ends | step | ({"log": True} if log else {})


def _normal(mu: float, sigma: float) -> _Asked:
    return "suggest_normal", {"mean": float(mu), "std": float(sigma)}


def _lognormal(mu: float, sigma: float) -> _Asked:
    return "suggest_normal", {"mean": float(mu), "std": float(sigma), "log": True}


def _qnormal(mu: float, sigma: float, q: float) -> _Asked:
    method, arguments = _normal(mu, sigma)
    return method, arguments | _steps(q)


def _qlognormal(mu: float, sigma: float, q: float) -> _Asked:
    method, arguments = _lognormal(mu, sigma)
    return method, arguments | _steps(q)


def _steps(q: float) -> dict[str, Any]:
    if float(q).is_integer():
        return {"integer": True} if q == 1 else {"step": float(q), "integer": True}
    return {"step": float(q)}


def _randint(low: int, high: int | None = None) -> _Asked:
    return "suggest_int", {"low": 0, "high": int(low) - 1} if high is None else {"low": int(low), "high": int(high) - 1}


def _categorical(p: Any) -> _Asked:
    weights = [float(share) for share in p]
    return "suggest_categorical", {"choices": list(range(len(weights))), "weights": weights}


DISTRIBUTIONS: Mapping[str, Callable[..., _Asked]] = {
    "categorical": _categorical,
    "lognormal": _lognormal,
    "loguniform": _loguniform,
    "normal": _normal,
    "qlognormal": _qlognormal,
    "qloguniform": _qloguniform,
    "qnormal": _qnormal,
    "quniform": _quniform,
    "randint": _randint,
    "uniform": _uniform,
}
"""By the name that the node has in Hyperopt's graph."""


def _multiples(low: float, high: float, q: float) -> tuple[Decimal, Decimal]:
    """The first and the last multiple of q to which numbers in (low, high) are rounded.

    In decimal arithmetic, as people write numbers.
    """
    step, half = Decimal(str(q)), Decimal("0.5")
    first = (Decimal(str(low)) / step + half).to_integral_value(ROUND_FLOOR)
    last = (Decimal(str(high)) / step - half).to_integral_value(ROUND_CEILING)
    return first * step, max(first, last) * step


def _exp(logarithm: float) -> float:
    """Of what was written as a logarithm: 10 rather than 10.000000000000002."""
    return float(f"{math.exp(logarithm):.12g}")
