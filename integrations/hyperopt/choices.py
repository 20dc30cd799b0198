"""What the options of an `hp.choice` are called in a study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hpo.distributions import token

__all__ = ["names_of"]

_SCALARS = (str, int, float, bool, type(None))


def names_of(options: Sequence[Any]) -> list[Any]:
    """A name for each option, all different, that tells a reader of the study what was chosen.

    Options that are text, numbers, truth values or None are their own names. Dicts and tuples are called by the first
    entry that is such a constant in each and tells them all apart, as "type" does in `{"type": "svm", …}`. Others have
    their positions, from 0, and so have all where names would be alike.

    Args:
        options: Nodes of Hyperopt's graph.
    """
    kinds = {option.name for option in options}
    if kinds in ({"dict"}, {"pos_args"}):
        parts = [_parts(option) for option in options]
        for key in parts[0]:
            entries = [part[key] for part in parts if key in part]
            if len(entries) == len(options) and all(map(_is_scalar, entries)) and _differ(names := _own(entries)):
                return names
    names = _own(options)
    return names if _differ(names) else list(range(len(options)))


def _parts(option: Any) -> dict[Any, Any]:
    return dict(option.named_args) if option.name == "dict" else dict(enumerate(option.pos_args))


def _own(nodes: Sequence[Any]) -> list[Any]:
    return [node.obj if _is_scalar(node) else i for i, node in enumerate(nodes)]


def _is_scalar(node: Any) -> bool:
    return node.name == "literal" and isinstance(node.obj, _SCALARS)


def _differ(names: Sequence[Any]) -> bool:
    return len(set(map(token, names))) == len(names)
