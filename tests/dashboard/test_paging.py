"""Pages cover a list from its first entry to its last, and every list says the same to pages that are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from hpo.dashboard.paging import Page, whole
from tests.dashboard.served import address, client_of
from tests.visualization.studies import study_named


@given(st.text(max_size=12) | st.integers(-20, 200).map(str), st.integers(0, 100))
def test_a_whole_number_is_written_in_digits_and_not_too_large(text: str, most: int) -> None:
    is_one = text.isascii() and text.isdigit() and int(text) <= most
    assert whole(text, most) == (int(text) if is_one else None)


@given(st.integers(0, 100), st.integers(1, 20))
def test_pages_divide_a_list(n: int, size: int) -> None:
    entries = list(range(n))
    pages = [Page.of(str(number), n, size) for number in range(1, Page.of("", n, size).last + 1)]
    assert [entry for page in pages for entry in entries[page.entries]] == entries
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert Page.of("1000", n, size) == pages[-1]
    assert Page.of("", n, size) == pages[0]


@pytest.mark.parametrize("text", ["0", "00", "-1", "1.5", "one", "²", "9" * 30])
def test_a_page_has_a_number_from_one(text: str) -> None:
    with pytest.raises(HTTPException, match="numbers from 1"):
        Page.of(text, 10, 5)


@pytest.mark.parametrize(("text", "status"), [("0", 400), ("-1", 400), ("", 200), ("1", 200), ("999", 200)])
def test_all_lists_answer_alike(text: str, status: int) -> None:
    study = study_named("plain")
    with client_of(study) as client:
        lists = (f"/?page={text}", address(study, f"/trials?page={text}"))
        assert [client.get(one).status_code for one in lists] == [status, status]
