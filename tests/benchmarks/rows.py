"""Results of runs, one line of JSON each, in the files of a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["read"]


def read(folder: Path) -> Iterator[dict[str, Any]]:
    """All runs so far."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            yield json.loads(line)
