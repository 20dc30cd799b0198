"""A Hyperopt space, read for one trial.

A space is a graph of nodes, each with a name and inputs. Those that are labelled ask the trial, those that Hyperopt
would draw from are never called, and all others are evaluated by Hyperopt itself, whatever they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from hyperopt.pyll import Literal, as_apply, rec_eval
from hyperopt.pyll.base import MissingArgument
from hyperopt.pyll.stochastic import implicit_stochastic_symbols

from hpo.distributions import token
from hpo.integrations.hyperopt.choices import names_of
from hpo.integrations.hyperopt.labelled import DISTRIBUTIONS, Question, label_of, question
from hpo.trial.suggest import Suggestions

__all__ = ["Reader", "arguments_of", "chosen_by", "graph_of", "is_choice"]


def graph_of(space: Any) -> Any:
    """The graph of a space, of which each node is known to be understood.

    Raises:
        ValueError: If one is not, or one label stands for two parameters; the sentence names it.
    """
    root = as_apply(space)
    labels: dict[str, Any] = {}
    todo, seen = [root], set()
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.name in implicit_stochastic_symbols:
            raise ValueError(
                f"The space draws from scope.{node.name}, which has no label, so no study can keep what was drawn; "
                f"write hp.{_hp_name(node.name)}('a name', …)."
            )
        if node.name != "hyperopt_param":
            todo += node.inputs()
            continue
        label, drawn = label_of(node), node.arg["obj"]
        if drawn.name not in DISTRIBUTIONS:
            raise ValueError(
                f"The parameter {label!r} is drawn from {drawn.name!r}, which is not understood; there are "
                f"{', '.join(sorted(DISTRIBUTIONS))}."
            )
        if labels.setdefault(label, drawn) is not drawn:
            raise ValueError(f"The label {label!r} stands for two parameters; give them different ones.")
        todo += drawn.inputs()
    return root


def _hp_name(name: str) -> str:
    return "pchoice" if name == "categorical" else name


def is_choice(node: Any) -> bool:
    """Whether a node is an `hp.choice` or `hp.pchoice`."""
    if node.name != "switch" or node.pos_args[0].name != "hyperopt_param":
        return False
    return node.pos_args[0].arg["obj"].name in ("randint", "categorical")


def arguments_of(drawn: Any) -> dict[str, Any]:
    """The nodes of a distribution's arguments, by name, but those that say how to draw."""
    return {
        name: node
        for name, node in drawn.arg.items()
        if name not in ("rng", "size") and node is not MissingArgument and not _is_none(node)
    }


def _is_none(node: Any) -> bool:
    return node.name == "literal" and node.obj is None


def chosen_by(node: Any, weights: Sequence[float] | None) -> Question:
    """What an `hp.choice` asks, or an `hp.pchoice` with these weights."""
    index, *options = node.pos_args
    arguments: dict[str, Any] = {"choices": names_of(options)}
    if weights is not None:
        arguments["weights"] = [float(weight) for weight in weights]
    return Question(label_of(index), "suggest_categorical", arguments)


@final
class Reader:
    """Evaluates a graph for one trial; each node once, and only those that the trial needs.

    Args:
        trial: Is asked for parameters.
    """

    def __init__(self, trial: Suggestions) -> None:
        self._trial = trial
        self._values: dict[Any, Any] = {}

    def value(self, node: Any) -> Any:
        """What a node is in this trial."""
        if node not in self._values:
            self._values[node] = self._evaluated(node)
        return self._values[node]

    def _evaluated(self, node: Any) -> Any:
        if node.name == "literal":
            return node.obj
        if is_choice(node):
            return self.value(node.pos_args[1 + self._choice(node)])
        if node.name == "switch":
            return self.value(node.pos_args[1 + int(self.value(node.pos_args[0]))])
        if node.name == "hyperopt_param":
            drawn = node.arg["obj"]
            return question(label_of(node), drawn.name, self._arguments(drawn)).ask(self._trial)
        inputs = [Literal(self.value(one)) for one in node.inputs()]
        return rec_eval(node.clone_from_inputs(inputs), print_node_on_error=False)

    def _choice(self, node: Any) -> int:
        """Which option is taken."""
        asked = chosen_by(node, self._arguments(node.pos_args[0].arg["obj"]).get("p"))
        names = [token(name) for name in asked.arguments["choices"]]
        return names.index(token(asked.ask(self._trial)))

    def _arguments(self, drawn: Any) -> Mapping[str, Any]:
        return {name: self.value(one) for name, one in arguments_of(drawn).items()}
