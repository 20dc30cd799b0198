"""What walks the built site finds what pages fetch from elsewhere, and links that lead nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / "docs" / "check.py"
GOOD = """<html><head><link rel="stylesheet" href="style.css"></head>
<body><a href="https://example.org">elsewhere</a><a href="#here">here</a><a href="a%20b.html#there"></a>
<h1 id="here">Here</h1><img src="data:image/png;base64,"><img src="picture.svg"></body></html>"""


def checked(folder: Path, index: str, style: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "index.html").write_text(index, encoding="utf-8")
    (folder / "a b.html").write_text('<p id="there"></p>', encoding="utf-8")
    (folder / "style.css").write_text(style, encoding="utf-8")
    command = [sys.executable, str(CHECK), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_page_may_link_to_where_it_likes(tmp_path: Path) -> None:
    done = checked(tmp_path, GOOD, "p { background: url(picture.svg) }")
    assert (done.returncode, done.stdout) == (0, "2 pages: nothing remote, no dead link.\n")


@pytest.mark.parametrize(
    "bad",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<script src="//cdn.example.org/x.js"></script>',
        '<link rel="preload stylesheet" href="http://example.org/font.css">',
        '<img srcset="small.png 1x, https://example.org/large.png 2x">',
        '<iframe src="https://example.org"></iframe>',
        '<p style="background: url(https://example.org/x.png)"></p>',
        "<style>@import 'https://example.org/x.css';</style>",
        '<a href="missing.html">',
        '<a href="#nowhere">',
        '<a href="a%20b.html#here">',
    ],
)
def test_what_is_fetched_or_dead_is_named(bad: str, tmp_path: Path) -> None:
    done = checked(tmp_path, GOOD.replace("</body>", f"{bad}</body>"))
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1


def test_style_sheets_are_read_too(tmp_path: Path) -> None:
    done = checked(tmp_path, GOOD, "@font-face { src: url('https://example.org/font.woff2') }")
    assert done.stdout == "style.css fetches https://example.org/font.woff2\n"


def test_a_folder_without_a_site_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, CHECK, tmp_path], capture_output=True, text=True, check=False)
    assert "make docs" in done.stderr
