"""How long a journal was when its last batch was acknowledged, where the file system keeps a note beside the file.

It is an extended attribute of the file: not a file of its own, and no part of a copy. It is written after the batch is
on the disk, and needs not be there itself: after a power cut it says too little, never too much.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

__all__ = ["known_length", "note_length"]

_NAME = "user.hpo.length"


def note_length(descriptor: int, length: int) -> None:
    """Note that an open file has so many bytes that were acknowledged; nothing happens where that cannot be noted."""
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(descriptor, _NAME, b"%d" % length)


def known_length(file: int | Path) -> int:
    """How many bytes of a file were acknowledged at least; 0 where nobody has noted it."""
    if hasattr(os, "getxattr"):
        with suppress(OSError, ValueError):
            return int(os.getxattr(file, _NAME))
    return 0
