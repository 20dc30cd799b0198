"""What a name that does not exist was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["add_hint", "missing"]


def missing(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for an attribute that is not there, with the nearest one that is.

    Args:
        owner: What lacks it, as Python calls it: "'Trial' object" or "module 'hpo'".
        name: Of the attribute.
        known: Those that there are; what begins with an underscore is never proposed.
    """
    near = _nearest(name, known)
    hint = f". Did you mean {near!r}?" if near else ""
    return AttributeError(f"{owner} has no attribute {name!r}{hint}")


def add_hint(error: BaseException) -> None:
    """Note the nearest name on the error of an attribute that an object of hpo lacks.

    Classes with `__getattr__` could say so at once, and would make each of their attributes slow.
    """
    if not isinstance(error, AttributeError) or not type(error.obj).__module__.startswith("hpo."):
        return
    near = _nearest(error.name or "", dir(error.obj))
    if near:
        error.add_note(f"Did you mean {near!r}?")


def _nearest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(name, [one for one in known if not one.startswith("_")], n=1)
    return near[0] if near else None
