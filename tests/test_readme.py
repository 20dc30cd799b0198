"""The README's Python runs, block after block, in one program."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_blocks_run_in_order(tmp_path: Path) -> None:
    program = tmp_path / "readme.py"
    program.write_text("\n".join(blocks()), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "study.db").exists()


def test_it_names_the_extras_that_there_are() -> None:
    settings = tomllib.loads((README.parent / "pyproject.toml").read_text(encoding="utf-8"))
    ours = {"benchmark", "demo", "docs", "engines", "integrations", "mutation", "test"}  # for `make`
    table = README.read_text(encoding="utf-8").partition("| bring |")[2].partition("\n## ")[0]
    named = {name for row in table.splitlines() for name in re.findall(r"`([a-z0-9]+)`", row.partition(" | ")[0])}
    assert named == set(settings["project"]["optional-dependencies"]) - ours


def test_the_first_example_stands_alone_in_twenty_lines() -> None:
    first = blocks()[0]
    assert len(first.splitlines()) <= 20
    compile(first, "README.md", "exec")
