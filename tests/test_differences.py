"""The page of differences from Optuna says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import optuna
import pytest

import hpo

PAGE = (Path(__file__).parents[1] / "docs" / "differences-from-optuna.md").read_text(encoding="utf-8")


def absent() -> list[str]:
    section = PAGE.partition("## What is not there")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


FAMILIES = ("", "study", "trial", "samplers", "pruners", "storages", "importance", "search_space", "visualization")


@pytest.mark.parametrize("family", FAMILIES)
def test_public_names_of_optuna_are_here_or_on_the_page(family: str) -> None:
    theirs, ours = optuna, hpo
    for part in filter(None, [family]):
        theirs, ours = getattr(theirs, part), getattr(ours, part)
    named = {*absent(), "integration"}
    internal = {"BaseTrial", "BaseGASampler", "BaseStorage", "BaseJournalLogStorage", "_CachedStorage", "version"}
    internal |= {"_GroupDecomposedSearchSpace", "_SearchSpaceGroup"}
    silent = []
    for name in set(theirs.__all__) - named - internal:
        try:
            getattr(ours, name)
        except AttributeError as error:
            silent.append(str(error))
        except ImportError as error:
            assert name in str(error)  # noqa: PT017 - the sentence that says what to use instead
    assert silent == []


def test_what_the_page_says_is_absent_is_absent() -> None:
    for name in ("BoTorchSampler", "BaseGASampler"):
        assert name in absent()
        with pytest.raises(ImportError, match=name):
            getattr(hpo.samplers, name)
