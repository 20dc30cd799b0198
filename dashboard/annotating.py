"""What a form does to a note and to tags, which somebody else may have changed since its page was made.

A form sends what the page showed beside what was written, so that what nobody touched stays as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

from starlette.exceptions import HTTPException

from hpo.arrays import JSON
from hpo.dashboard.notes import NOTE, TAGS, tags_of

__all__ = ["Field", "changes_of", "conflicts_of", "written"]

_MOST_TAGS, _LONGEST_TAG = 30, 60

_Value: TypeAlias = "str | list[str]"


@final
@dataclass(frozen=True)
class Field:
    """A field of a form.

    Args:
        value: What was written, a text or a list of tags.
        shown: What the page showed; None if the form does not say.
    """

    value: _Value
    shown: _Value | None


def written(form: Mapping[str, str]) -> dict[str, Field]:
    """The note and the tags that a form sends, by the attribute that holds them.

    Raises:
        HTTPException: 400 for too many tags, or too long ones, if they are not as they were shown.
    """
    found: dict[str, Field] = {}
    for key, read in ((NOTE, _text), (TAGS, _tags)):
        if key in form:
            shown = form.get(f"{key}_shown")
            found[key] = Field(read(form[key]), None if shown is None else read(shown))
    tags = found.get(TAGS)
    if tags is not None and tags.value != tags.shown and not _is_allowed(tags.value):
        raise HTTPException(400, f"There can be {_MOST_TAGS} tags, each of {_LONGEST_TAG} characters at most.")
    return found


def changes_of(fields: Mapping[str, Field], known: Mapping[str, JSON]) -> dict[str, _Value]:
    """The attributes to store: what was written over, and is not stored like that already."""
    return {
        key: field.value
        for key, field in fields.items()
        if field.value != field.shown and field.value != _stored(key, known)
    }


def conflicts_of(fields: Mapping[str, Field], known: Mapping[str, JSON]) -> list[tuple[str, str, str]]:
    """The name, what is stored and what was sent, of each change of what is no longer as it was shown."""
    found = []
    for key in changes_of(fields, known):
        field, stored = fields[key], _stored(key, known)
        if field.shown is not None and field.shown != stored:
            found.append((key.capitalize(), _words(stored), _words(field.value)))
    return found


def _stored(key: str, known: Mapping[str, JSON]) -> _Value:
    """An attribute as a form that shows it sends it."""
    if key == TAGS:
        return _tags(", ".join(tags_of(known)))
    note = known.get(NOTE)
    return _text(note) if isinstance(note, str) else ""


def _text(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _tags(text: str) -> list[str]:
    return list(dict.fromkeys(tag.strip() for tag in text.split(",") if tag.strip()))


def _is_allowed(tags: _Value) -> bool:
    return len(tags) <= _MOST_TAGS and all(len(tag) <= _LONGEST_TAG for tag in tags)


def _words(value: _Value) -> str:
    return value if isinstance(value, str) else ", ".join(value)
