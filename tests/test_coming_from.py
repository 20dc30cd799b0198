"""Pages for people who come from other libraries run as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.listings import listings, run_listings

FOLDER = Path(__file__).parents[1] / "docs" / "coming-from"
ELSEWHERE = {"keras-tuner"}  # is run with Keras by tests/integrations/test_coming_from.py
PAGES = [page for page in sorted(FOLDER.glob("*.md")) if page.stem not in ELSEWHERE]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_blocks_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    assert listings(page)
    run_listings(page, tmp_path)


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_the_index_names_every_page_and_its_tutorial(page: Path) -> None:
    index = (FOLDER / "index.md").read_text(encoding="utf-8")
    if page.stem == "index":
        return
    assert f"]({page.name})" in index
    tutorials = FOLDER.parents[1] / "tutorials" / "coming_from"
    row = next(line for line in index.splitlines() if f"]({page.name})" in line)
    name = row.split("`")[-2].rpartition("/")[2]
    assert (tutorials / name).exists()
