"""The README's Python runs, block after block, in one program."""

from __future__ import annotations

from pathlib import Path

from tests.listings import listings, run_listings

README = Path(__file__).parents[1] / "README.md"


def test_the_blocks_run_in_order(tmp_path: Path) -> None:
    run_listings(README, tmp_path)
    assert (tmp_path / "study.db").exists()


def test_the_first_example_stands_alone_in_twenty_lines() -> None:
    first = listings(README)[0]
    assert len(first.splitlines()) <= 20
    compile(first, "README.md", "exec")
