"""The plug-ins that the pages for contributors show run, and keep the laws."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "contributing"


def program(page: str) -> str:
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("page", ["sampler", "pruner"])
def test_a_plug_in_keeps_the_laws_that_it_is_shown_with(page: str, tmp_path: Path) -> None:
    script = tmp_path / "test_shown.py"
    script.write_text(program(page), encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", script.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


@pytest.mark.parametrize("page", ["trial", "tracker"])
def test_a_page_runs(page: str, tmp_path: Path) -> None:
    script = tmp_path / "shown.py"
    script.write_text(program(page), encoding="utf-8")
    command = [sys.executable, "-W", "error", script.name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (promised,) = re.findall(r"^```text\n(.*?)^```$", (PAGES / f"{page}.md").read_text("utf-8"), re.M | re.S) or [""]
    assert promised in done.stdout


def test_files_that_pages_name_are_there() -> None:
    for page in PAGES.glob("*.md"):
        for name in re.findall(
            r"`((?:hpo|storage|executors|integrations|tests)/[\w/.]+\.py)`", page.read_text("utf-8")
        ):
            if "NAME" not in name:
                assert (ROOT / name).is_file(), f"{page.name} names {name}"


def test_the_page_of_storages_shows_tests_that_compile() -> None:
    compile(program("storage"), "storage.md", "exec")
