"""What the log keeps of an artifact: an attribute, so that it is wherever attributes are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, final

from hpo.arrays import JSON

__all__ = ["PREFIX", "ArtifactMeta", "artifacts_of"]

PREFIX = "artifacts:"
"""The attribute of an artifact is called so, with its identity behind."""


@final
@dataclass(frozen=True)
class ArtifactMeta:
    """What is known of an artifact.

    Args:
        artifact_id: By which its store knows it.
        filename: What the file was called.
        mimetype: What kind it is, such as "image/png".
        encoding: How it is packed, such as "gzip"; None if it is not.
    """

    artifact_id: str
    filename: str
    mimetype: str
    encoding: str | None = None

    def as_attribute(self) -> tuple[str, JSON]:
        """Name and value of the attribute that stands for it."""
        return PREFIX + self.artifact_id, asdict(self)


def artifacts_of(*attributes: Mapping[str, Any]) -> list[ArtifactMeta]:
    """The artifacts that some attributes stand for; those of studies that Optuna wrote are texts.

    What cannot be read is passed over, as anybody may call an attribute so.
    """
    found = (_read(value) for each in attributes for key, value in each.items() if key.startswith(PREFIX))
    return [meta for meta in found if meta is not None]


def _read(value: Any) -> ArtifactMeta | None:
    try:
        known = json.loads(value) if isinstance(value, str) else value
        texts = {name: known[name] for name in ("artifact_id", "filename", "mimetype")}
        encoding = known.get("encoding")
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    if not all(isinstance(text, str) for text in texts.values()) or not isinstance(encoding, str | None):
        return None
    return ArtifactMeta(**texts, encoding=encoding)
