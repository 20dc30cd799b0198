"""Walks the built pages: nothing is fetched from elsewhere, and every link inside leads somewhere.

python docs/check.py build/docs
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["dead_links", "remote_assets"]

_FETCHED = {"audio", "embed", "iframe", "img", "input", "object", "script", "source", "track", "video"}
_FETCHING_RELATIONS = {"icon", "manifest", "modulepreload", "preconnect", "preload", "prefetch", "stylesheet"}
_REMOTE = re.compile(r"\s*(https?:)?//")
_IN_STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?((?:https?:)?//[^"')\s]+)""")


@dataclass
class Page(HTMLParser):
    """What a page fetches, where it leads, and where one may jump to in it."""

    fetched: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and _FETCHING_RELATIONS & set(given.get("rel", "").split()):
            self.fetched.append(given.get("href", ""))
        if tag in _FETCHED:
            self.fetched += [given[name] for name in ("src", "data", "poster") if name in given]
            self.fetched += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
        self.fetched += _IN_STYLE.findall(given.get("style", ""))


@cache
def page(path: Path) -> Page:
    read = Page()
    read.feed(path.read_text(encoding="utf-8"))
    return read


def remote_assets(root: Path) -> Iterator[str]:
    """What the pages and style sheets below a folder would fetch from another server."""
    for path in sorted(root.rglob("*.html")):
        for asset in page(path).fetched:
            if _REMOTE.match(asset):
                yield f"{path.relative_to(root)} fetches {asset}"
        for asset in re.findall(r"<style[^>]*>(.*?)</style>", path.read_text(encoding="utf-8"), re.DOTALL):
            for found in _IN_STYLE.findall(asset):
                yield f"{path.relative_to(root)} fetches {found}"
    for path in sorted(root.rglob("*.css")):
        for found in _IN_STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(root)} fetches {found}"


def dead_links(root: Path) -> Iterator[str]:
    """Links inside that lead to no file, or to no place in one."""
    for path in sorted(root.rglob("*.html")):
        for link in page(path).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{path.relative_to(root)} links to {link}, which is not there"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in page(target).places:
                yield f"{path.relative_to(root)} links to {link}, which has no such place"


def main(root: Path) -> int:
    if not (root / "index.html").is_file():
        sys.exit(f"There is no site in {root}: make docs.")
    found = [*remote_assets(root), *dead_links(root)]
    print("\n".join(found) or f"{len(list(root.rglob('*.html')))} pages: nothing remote, no dead link.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
