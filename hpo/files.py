"""Files that are there as a whole, or as they were."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["replacing", "write_text"]


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A place to write to, which becomes the file when the block ends; after an error the file is as it was.

    The place is beside the file, and has its ending. Where there is no regular file, such as at /dev/stdout, it is the
    path itself.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    target = Path(os.path.realpath(path))  # a link stays one
    if target.exists() and not target.is_file():
        yield Path(path)
        return
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    beside = target.with_name(f".{secrets.token_hex(8)}{target.suffix}")
    try:
        yield beside
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a text, whatever characters it has, into a file that is there as a whole, or as it was."""
    with replacing(path) as place:
        place.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")  # lone surrogates
