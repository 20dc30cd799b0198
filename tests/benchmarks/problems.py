"""What the benchmark's problems are made of: a tree of parameters, and a function of their values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Failure", "Node", "Problem", "asked", "choice", "evaluate", "integer", "real"]

Values = Mapping[str, Any]


class Failure(Exception):
    """An objective's own, which a study is to catch."""


@dataclass(frozen=True)
class Node:
    """A parameter, and those that it brings along.

    Args:
        name: Of the parameter.
        kind: "float", "int" or "choice".
        low, high, log: Of a number.
        choices: Of a choice.
        branches: Parameters by the value that makes them active.
    """

    name: str
    kind: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[Any, ...] = ()
    branches: Mapping[Any, tuple[Node, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Something to minimise.

    Args:
        space: Its parameters.
        function: Losses of values.
        optimum: The least loss, or with several objectives the largest hypervolume.
        noise: Standard deviation of what is added to the losses that the sampler sees.
        constraints: All at most 0 where values are feasible; None if they always are.
        reference: With several objectives the point up to which volume counts.
        fails: Whether an evaluation at values fails; None if none does.
        flaky: Share of evaluations that fail by chance.
        raises: Whether one that fails raises `Failure`; otherwise its loss is NaN.
    """

    space: tuple[Node, ...]
    function: Callable[[Values], tuple[float, ...]]
    optimum: float = 0.0
    noise: float = 0.0
    constraints: Callable[[Values], tuple[float, ...]] | None = None
    reference: tuple[float, ...] = ()
    fails: Callable[[Values], bool] | None = None
    flaky: float = 0.0
    raises: bool = False

    @property
    def n_objectives(self) -> int:
        return max(1, len(self.reference))


def real(name: str, low: float, high: float, *, log: bool = False) -> Node:
    return Node(name, "float", low, high, log)


def integer(name: str, low: int, high: int, *, log: bool = False, branches: Mapping[Any, Any] | None = None) -> Node:
    return Node(name, "int", low, high, log, branches=branches or {})


def choice(name: str, choices: Sequence[Any], branches: Mapping[Any, Any] | None = None) -> Node:
    return Node(name, "choice", choices=tuple(choices), branches=branches or {})


def evaluate(problem: Problem, trial: Any) -> tuple[dict[str, Any], tuple[float, ...]]:
    """Ask a trial, ours or Optuna's, for the values of a problem, and give the true losses."""
    values = asked(trial, problem.space)
    return values, problem.function(values)


def asked(trial: Any, nodes: tuple[Node, ...]) -> dict[str, Any]:
    """What a trial, ours or Optuna's, suggests for parameters."""
    values: dict[str, Any] = {}
    _ask(trial, nodes, values)
    return values


def _ask(trial: Any, nodes: tuple[Node, ...], values: dict[str, Any]) -> None:
    for node in nodes:
        if node.kind == "float":
            value = trial.suggest_float(node.name, node.low, node.high, log=node.log)
        elif node.kind == "int":
            value = trial.suggest_int(node.name, int(node.low), int(node.high), log=node.log)
        else:
            value = trial.suggest_categorical(node.name, list(node.choices))
        values[node.name] = value
        _ask(trial, node.branches.get(value, ()), values)
