"""Keeping passwords out of what is shown."""

from __future__ import annotations

import re

__all__ = ["redacted"]

_PASSWORD = re.compile(r"(://[^\s/:@]*:)[^\s/]*(?=@)|([?&](?:ssl)?passw(?:or)?d=)[^\s&'\"]*", re.IGNORECASE)


def redacted(text: str) -> str:
    """The text, with `***` for the password of each URL in it.

    Example:
        >>> redacted("no connection to postgresql://me:secret@host/db")
        'no connection to postgresql://me:***@host/db'
    """
    return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}***", text)
