"""Values in words: what is shown of each is seen, and is no formula in a table of others."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hpo.markup import tabular
from hpo.reading.tables import table
from hpo.trial.notebook import grid
from hpo.words import inert, shown


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\u3000"])
def test_text_that_nobody_sees_is_quoted_wherever_a_table_shows_it(blank: str) -> None:
    assert shown(blank).strip('"').strip() == ""
    assert shown(blank).startswith('"')
    assert '"' in table(["value"], [[blank]])
    for page in (tabular(["value"], [[blank]]), grid(["value"], [[blank]])):
        assert "&quot;" in page
    assert shown(None) == ""


@pytest.mark.parametrize("value", [-1.5, -3, math.inf, True, None, "a=b", "1-2", " =1", ""])
def test_what_is_no_formula_stays_as_it_is(value: Any) -> None:
    assert inert(value) is value


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_becomes_text(begin: str) -> None:
    assert inert(f"{begin}1") == f"'{begin}1"
