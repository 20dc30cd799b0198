"""Listings of the documentation, which run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

__all__ = ["listings", "run_listings"]


def listings(page: Path) -> list[str]:
    """The blocks of Python of a page, in order."""
    return re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def run_listings(page: Path, folder: Path) -> str:
    """Run the blocks of a page in one program, in a folder; return what they print."""
    program = folder / f"{page.stem.replace('-', '_')}_page.py"
    program.write_text("\n".join(listings(page)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
