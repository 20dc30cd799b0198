"""Refuses to build from a checkout without symbolic links; all else is said in pyproject.toml."""

import sys
from pathlib import Path

from setuptools import setup

core = Path(__file__).parent / "hpo"
broken = sorted(path.name for path in core.iterdir() if path.is_file() and not path.suffix)
if broken:
    sys.exit(
        f"hpo/{broken[0]} is a text file where git keeps a symbolic link; the package would lack {', '.join(broken)}. "
        "Allow symbolic links (on Windows: switch developer mode on), run 'git config core.symlinks true' and "
        "'git checkout -- hpo', and build again."
    )
setup()
