"""URLs of databases, as people may see them."""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["shown", "without_passwords"]


def shown(url: sa.URL) -> str:
    """A URL for people, with its passwords as ***, those among its options too."""
    return url.set(
        query={key: "***" if _is_secret(key) else value for key, value in url.query.items()}
    ).render_as_string(hide_password=True)


def without_passwords(url: str) -> str:
    """A URL without its passwords."""
    parsed = sa.make_url(url)
    query = {key: value for key, value in parsed.query.items() if not _is_secret(key)}
    public = sa.URL.create(parsed.drivername, parsed.username, None, parsed.host, parsed.port, parsed.database, query)
    return public.render_as_string(hide_password=False)


def _is_secret(option: str) -> bool:
    return "pass" in option.lower()
