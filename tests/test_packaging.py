"""A package holds the whole of hpo, or it is not built; its version stands in one place."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import hpo

ROOT = Path(__file__).parent.parent
FAMILIES = sorted(path.name for path in (ROOT / "hpo").iterdir() if path.is_symlink())


def checkout(folder: Path, *, symlinks: bool) -> Path:
    """What git has, in a folder of its own; without symbolic links git writes their targets as text."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and its repository")
    command = ["git", "-c", f"core.symlinks={str(symlinks).lower()}", "checkout-index", "--all", f"--prefix={folder}/"]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def built(source: Path) -> subprocess.CompletedProcess[str]:
    """Build a wheel into the folder `dist` below the source, as pip does, but without fetching anything."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", f"--wheel-dir={source}/dist"]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(source)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_without_symbolic_links_nothing_is_built(tmp_path: Path) -> None:
    source = checkout(tmp_path / "source", symlinks=False)
    assert FAMILIES
    assert all((source / "hpo" / name).is_file() for name in FAMILIES)
    done = built(source)
    assert done.returncode != 0
    assert f"the package would lack {', '.join(FAMILIES)}" in done.stderr
    assert "git config core.symlinks true" in done.stderr
    assert not list(source.glob("dist/*"))


def test_a_wheel_holds_every_file_of_every_family(tmp_path: Path) -> None:
    source = checkout(tmp_path / "source", symlinks=True)
    done = built(source)
    assert done.returncode == 0, done.stderr
    (wheel,) = source.glob("dist/*.whl")
    assert wheel.name == f"hpo_study-{hpo.__version__}-py3-none-any.whl"
    folders = [source / "hpo", *(source / name for name in FAMILIES)]
    files = {path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    inside = {str(path.relative_to(source)).removeprefix("hpo/") for path in files}
    with zipfile.ZipFile(wheel) as archive:
        assert {name for name in archive.namelist() if ".dist-info/" not in name} == {f"hpo/{name}" for name in inside}


def test_the_version_stands_in_one_place() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["dynamic"] == ["version"]
    assert settings["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "hpo.__version__"}


def test_who_cites_or_reads_what_is_new_finds_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == hpo.__version__
    news = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{hpo.__version__}] - {citation['date-released']}\n" in news
