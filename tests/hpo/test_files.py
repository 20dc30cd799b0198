"""A file is written as a whole, or stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hpo.files import replacing, write_text


@pytest.mark.parametrize("before", [None, "before"], ids=["new", "there"])
def test_a_failure_leaves_what_was_there(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "page.html"
    if before is not None:
        path.write_text(before)
    with pytest.raises(UnicodeEncodeError), replacing(path) as place:
        place.write_text("half of i\ud800", encoding="utf-8")
    assert [one.read_text() for one in tmp_path.iterdir()] == ([] if before is None else [before])


def test_what_was_written_takes_the_place_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.touch(0o640)
    with replacing(str(path)) as place:
        assert place.parent == path.parent
        assert place.suffix == path.suffix
        place.write_text("new")
        assert path.read_text() == ""
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "page")
    for text in ("first", "second"):
        write_text(tmp_path / "link", text)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "page").read_text() == text


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    write_text(os.devnull, "nothing")
    assert not Path(os.devnull).is_file()
    with pytest.raises(IsADirectoryError):
        write_text(tmp_path, "text")


def test_a_folder_that_is_not_there_is_named_as_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="absent/page.html"):
        write_text(tmp_path / "absent" / "page.html", "text")
