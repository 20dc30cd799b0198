"""The secret that clients and a server share, and where it comes from."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

__all__ = ["is_same", "read_token", "token_from_environment", "token_of"]


def token_of(token: str | None) -> str:
    """A token that was given, or that of the environment; empty for none.

    Raises:
        ValueError: If it cannot be sent in a header.
        OSError: If there is no such file as `HPO_TOKEN_FILE` names.
    """
    found = token_from_environment() if token is None else token
    if not isinstance(found, str) or not all("!" <= character <= "~" for character in found):
        raise ValueError("A token must be printable ASCII without spaces, such as secrets.token_urlsafe() gives.")
    return found


def token_from_environment() -> str:
    """What HPO_TOKEN says, or the file that HPO_TOKEN_FILE names; empty for none."""
    token, path = os.environ.get("HPO_TOKEN"), os.environ.get("HPO_TOKEN_FILE")
    if token:
        return token
    return read_token(Path(path)) if path else ""


def read_token(path: Path) -> str:
    """The token in a file.

    Raises:
        ValueError: If it is empty.
    """
    token = path.read_text(encoding="utf-8").strip()
    if not token:
        raise ValueError(f"{str(path)!r} is empty; expected a token.")
    return token


def is_same(shown: str, token: str) -> bool:
    """Whether a token that was shown is the right one; how long that takes does not tell how much of it is right."""
    return hmac.compare_digest(shown.encode(), token.encode())
