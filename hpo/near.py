"""What a name that does not exist was meant to be."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["add_hint", "missing", "nearest"]


def missing(owner: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for an attribute that is not there, with the nearest one that is.

    Args:
        owner: What lacks it, as Python calls it: "'Trial' object" or "module 'hpo'".
        name: Of the attribute.
        known: Those that there are; what begins with an underscore is never proposed, nor is anything for `__names__`,
            which Python and others look for everywhere.
    """
    near = None if name.startswith("__") else nearest(name, (one for one in known if not one.startswith("_")))
    hint = f". Did you mean {near!r}?" if near else ""
    return AttributeError(f"{owner} has no attribute {name!r}{hint}")


def add_hint(error: BaseException) -> None:
    """Note the nearest name on the error of an attribute that an object of hpo lacks.

    Classes with `__getattr__` could say so at once, and would make each of their attributes slow.
    """
    if not isinstance(error, AttributeError) or not type(error.obj).__module__.startswith("hpo."):
        return
    near = nearest(error.name or "", (one for one in dir(error.obj) if not one.startswith("_")))
    if near:
        error.add_note(f"Did you mean {near!r}?")


def nearest(name: str, known: Iterable[str], *, similarity: float = 0.6) -> str | None:
    """The known name that is most like another one; None if none is as similar as that, from 0 to 1."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), 1, similarity)
    return near[0] if near else None
