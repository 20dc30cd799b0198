"""Samplers and pruners in words, and back: what a log says of who made its decisions."""

from __future__ import annotations

import ast
import importlib
import re
from typing import Any

from hpo.digests import digest

__all__ = ["described", "rebuilt"]

_LONGEST = 2000  # characters of a description that are kept
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # another one in each process
_SCALAR = re.compile(r"\bnp\.(?:u?int|float)\d+\(([^()]*)\)")  # of NumPy's
_FAMILIES = ("hpo.samplers", "hpo.pruners")


def described(plug_in: object) -> str:
    """The `repr` of a sampler or pruner, the same in every process; a long one is cut, and ends with a digest of all.

    Example:
        >>> described(hpo.samplers.RandomSampler())
        'RandomSampler(seed=None)'
    """
    try:
        text = repr(plug_in)
    except Exception:  # of the user's own type
        text = f"<{type(plug_in).__qualname__} object>"
    text = _SCALAR.sub(r"\1", _ADDRESS.sub("", text))
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}… ({digest(text.encode('utf-8', 'surrogatepass'), 8).hex()})"


def rebuilt(text: str) -> Any:
    """The sampler or pruner that a description is of; None if it is none of hpo's own, or not all of it was said.

    Only hpo's classes are called, with constants, tuples, lists and dicts of these, and one another.
    """
    try:
        plug_in = _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return None
    return plug_in if described(plug_in) == text else None


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args:
        return _class(node.func.id)(**{str(one.arg): _value(one.value) for one in node.keywords})
    if isinstance(node, ast.Name) and node.id in ("inf", "nan"):
        return float(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.Tuple):
        return tuple(_value(one) for one in node.elts)
    if isinstance(node, ast.List):
        return [_value(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        return {_value(key): _value(one) for key, one in zip(node.keys, node.values, strict=True) if key is not None}
    return ast.literal_eval(node)


def _class(name: str) -> Any:
    for family in _FAMILIES:
        module = importlib.import_module(family)
        if name in module.__all__:
            return getattr(module, name)
    raise ValueError(f"There is no {name!r} among hpo's samplers and pruners.")
