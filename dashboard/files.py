"""Artifacts of trials and studies, as pages list them: what is known of each, and where its content can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final
from urllib.parse import quote

from starlette.requests import Request

from hpo.artifacts import ArtifactMeta, artifacts_of
from hpo.artifacts.meta import PREFIX
from hpo.dashboard.site import site_of

__all__ = ["PICTURES", "Listed", "listed", "without"]

PICTURES = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
"""What a browser shows without running anything that it holds."""


@final
@dataclass(frozen=True)
class Listed:
    """An artifact on a page.

    Args:
        meta: What is known of it.
        address: Of its content; None if the dashboard has no store.
        is_picture: Whether it can be shown.
    """

    meta: ArtifactMeta
    address: str | None
    is_picture: bool


def listed(request: Request, owner: str, *attributes: Mapping[str, Any]) -> Sequence[Listed]:
    """The artifacts that some attributes stand for, of whom that address is."""
    has_store = site_of(request).artifacts is not None
    return [
        Listed(
            meta,
            f"{owner}/artifacts/{quote(meta.artifact_id, safe='')}" if has_store else None,
            has_store and meta.mimetype in PICTURES and meta.encoding is None,
        )
        for meta in artifacts_of(*attributes)
    ]


def without(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that stand for no artifact."""
    return {key: value for key, value in attributes.items() if not key.startswith(PREFIX)}
