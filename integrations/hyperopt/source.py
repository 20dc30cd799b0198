"""A Hyperopt space as a function in Python that asks a trial."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from typing import Any, final

from hpo.integrations.hyperopt.labelled import Question, label_of, question
from hpo.integrations.hyperopt.reading import Reader, arguments_of, chosen_by, graph_of, is_choice
from hpo.trial import FixedTrial

__all__ = ["to_define_by_run"]

_OPERATORS: Mapping[str, str] = {
    "add": "+",
    "eq": "==",
    "floordiv": "//",
    "ge": ">=",
    "gt": ">",
    "le": "<=",
    "lt": "<",
    "mul": "*",
    "pow": "**",
    "sub": "-",
    "truediv": "/",
}
_FUNCTIONS = {"dict", "len", "list", "max", "min", "range"}
_OF_MATH = {"cos", "exp", "log", "sin", "sqrt", "tan"}
_SHORT = 60  # characters of what stands in one line


def to_define_by_run(space: Any, name: str = "suggest") -> str:
    """A function in Python that takes a trial and returns a point, to leave Hyperopt behind.

    Args:
        space: As given to `objective`.
        name: Of the function.

    Raises:
        ValueError: If the space has a node that is not understood, or computes what cannot be written down.

    Example:
        >>> from hyperopt import hp
        >>> print(to_define_by_run({"x": hp.uniform("x", -5, 5), "kind": hp.choice("kind", ["a", "b"])}), end="")
        def suggest(trial):
            return {
                "kind": trial.suggest_categorical("kind", ["a", "b"]),
                "x": trial.suggest_float("x", -5.0, 5.0),
            }
    """
    writer = _Writer()
    result = writer.expression(graph_of(space), 1)
    body = "\n".join([f"def {name}(trial):", *writer.lines, f"    return {result}", ""])
    return f"import math\n\n\n{body}" if "math." in body else body


@final
class _Writer:
    """Writes what is to be done before an expression into `lines`, and returns the expression."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names: set[str] = {"trial", "math"}
        self._block = 1  # how deep in blocks the lines stand

    def expression(self, node: Any, depth: int) -> str:
        """A node as an expression, whose first line is indented by `depth` levels."""
        if node.name == "literal":
            return _constant(node.obj)
        if is_choice(node):
            return self._choice(node)
        if node.name == "hyperopt_param":
            return _call(self._question(node))
        if node.name in ("int", "float"):
            return self._number(node, depth)
        if node.name == "dict" and node.named_args:
            entries = [f"{_constant(key)}: {self.expression(one, depth + 1)}" for key, one in node.named_args]
            return _laid_out("{", entries, "}", depth)
        if node.name == "pos_args":
            entries = [self.expression(one, depth + 1) for one in node.pos_args]
            return _laid_out("(", entries, ",)" if len(entries) == 1 else ")", depth)
        return _computed(node.name, [self.expression(one, depth) for one in node.inputs()])

    def _question(self, node: Any) -> Question:
        drawn = node.arg["obj"]
        return question(label_of(node), drawn.name, self._constants(drawn))

    def _number(self, node: Any, depth: int) -> str:
        """`int` or `float` of something, left out where a parameter is of that type anyway."""
        inner = node.pos_args[0]
        while inner.name in ("int", "float"):
            inner = inner.pos_args[0]
        if inner.name != "hyperopt_param":
            return f"{node.name}({self.expression(node.pos_args[0], depth)})"
        asked = self._question(inner)
        is_integer = asked.method == "suggest_int" or asked.arguments.get("integer", False)
        own = "int" if is_integer else "float"
        return _call(asked) if own == node.name else f"{node.name}({_call(asked)})"

    def _choice(self, node: Any) -> str:
        """A choice between constants as an expression, and any other one as a block of `if`."""
        index, *options = node.pos_args
        asked = chosen_by(node, self._constants(index.arg["obj"]).get("p"))
        names = asked.arguments["choices"]
        if all(one.name == "literal" and one.obj is name for one, name in zip(options, names, strict=True)):
            return _call(asked)
        chosen, result = self._variable(asked.label), self._variable(f"{asked.label}_value")
        self._write(f"{chosen} = {_call(asked)}")
        for i, (name, option) in enumerate(zip(names, options, strict=True)):
            same = f"{chosen} is None" if name is None else f"{chosen} == {_constant(name)}"
            self._write("else:" if 0 < i == len(names) - 1 else f"{'elif' if i else 'if'} {same}:")
            self._block += 1
            self._write(f"{result} = {self.expression(option, self._block)}")
            self._block -= 1
        return result

    def _write(self, line: str) -> None:
        self.lines.append("    " * self._block + line)

    def _constants(self, drawn: Any) -> dict[str, Any]:
        """The arguments of a distribution.

        Raises:
            ValueError: If they depend on other parameters.
        """
        reader = Reader(FixedTrial({}))
        try:
            return {name: reader.value(one) for name, one in arguments_of(drawn).items()}
        except ValueError as error:
            raise ValueError(
                f"The range of a {drawn.name} depends on another parameter, which cannot be written down; "
                "hpo.integrations.hyperopt.objective runs it."
            ) from error

    def _variable(self, label: str) -> str:
        """A name for a variable, like the label and different from all others."""
        base = re.sub(r"\W", "_", label)
        base = f"_{base}" if not base.isidentifier() or keyword.iskeyword(base) else base
        name, n = base, 2
        while name in self._names:
            name, n = f"{base}_{n}", n + 1
        self._names.add(name)
        return name


def _computed(name: str, inputs: Sequence[str]) -> str:
    """What the graph computes from expressions.

    Raises:
        ValueError: If no Python is known for it.
    """
    if name in _OPERATORS:
        return f"({f' {_OPERATORS[name]} '.join(inputs)})"
    if name == "neg":
        return f"(-{inputs[0]})"
    if name == "getitem":
        return f"{inputs[0]}[{inputs[1]}]"
    if name in _FUNCTIONS:
        return f"{name}({', '.join(inputs)})"
    if name in _OF_MATH:
        return f"math.{name}({', '.join(inputs)})"
    raise ValueError(
        f"The space computes {name!r}, for which no Python is known; hpo.integrations.hyperopt.objective runs it."
    )


def _call(asked: Question) -> str:
    arguments = [_constant(asked.label)]
    for name, value in asked.arguments.items():
        text = f"[{', '.join(map(_constant, value))}]" if isinstance(value, list) else _constant(value)
        arguments.append(text if name in ("choices", "low", "high") else f"{name}={text}")
    return f"trial.{asked.method}({', '.join(arguments)})"


def _constant(value: Any) -> str:
    """A constant as it is written.

    Raises:
        ValueError: If it cannot be.
    """
    if isinstance(value, str) and repr(value)[1:-1] == value and '"' not in value:
        return f'"{value}"'
    if isinstance(value, (str, bytes, bool, int, float, type(None))):
        return repr(value)
    raise ValueError(
        f"The space holds {value!r}, which cannot be written down; hpo.integrations.hyperopt.objective runs it."
    )


def _laid_out(begin: str, entries: Sequence[str], end: str, depth: int) -> str:
    """A dict or tuple in one line if it is short, else with a line for each entry."""
    line = begin + ", ".join(entries) + end
    if len(line) <= _SHORT and "\n" not in line:
        return line
    pad = "    " * depth
    inside = "".join(f"{pad}    {entry},\n" for entry in entries)
    return f"{begin}\n{inside}{pad}{end.lstrip(',')}"
