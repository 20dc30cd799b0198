"""What a name that does not exist was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["missing"]


def missing(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for an attribute that is not there, with the nearest one that is.

    Args:
        owner: What lacks it, as Python calls it: "'Trial' object" or "module 'hpo'".
        name: Of the attribute.
        known: Those that there are; what begins with an underscore is never proposed.
    """
    near = get_close_matches(name, [one for one in known if not one.startswith("_")], n=1)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    return AttributeError(f"{owner} has no attribute {name!r}{hint}")
