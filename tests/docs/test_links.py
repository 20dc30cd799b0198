"""Links between the pages, and from the README to them, lead somewhere in the repository, too."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*ROOT.glob("*.md"), *(page for page in DOCS.rglob("*.md") if "tutorials" not in page.parts)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_to_places_in_them(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|srcset)="([^"]+)"', text)]
    for link in links:
        if "://" in link:
            continue
        path, _, place = unquote(link).partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{link} is not there"
        if place:
            there = target.read_text(encoding="utf-8")
            headings = [re.sub(r"[^\w\- ]", "", line).strip().lower() for line in re.findall(r"^#+ (.*)$", there, re.M)]
            assert f"({place})=" in there or place in [heading.replace(" ", "-") for heading in headings], link
