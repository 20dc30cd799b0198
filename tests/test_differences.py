"""The page of differences from Optuna says what is so."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import optuna
import pytest

import hpo
from hpo.absent import INSTEAD, NAMES

PAGE = (Path(__file__).parents[1] / "docs" / "differences-from-optuna.md").read_text(encoding="utf-8")


def absent() -> list[str]:
    section = PAGE.partition("## What is not there")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


OWN = ("cli", "testing", "study.study", "search_space.group_decomposed", "search_space.intersection")
"""Modules that scripts do not import from: a command, helpers for tests, and where packages keep what they offer."""


def modules() -> Iterator[str]:
    yield "optuna"
    for found in pkgutil.walk_packages(optuna.__path__, "optuna."):
        _, _, path = found.name.partition(".")
        if not path.startswith((*OWN, "_", "integration.")) and "._" not in path:
            yield found.name


def public(module: ModuleType) -> set[str]:
    """What a module offers: what it says, or else what is defined in it and constants."""
    defined = (name for name, value in vars(module).items() if getattr(value, "__module__", None) == module.__name__)
    constants = (name for name in vars(module) if name.isupper() and name != "TYPE_CHECKING")
    names = getattr(module, "__all__", [*defined, *constants])
    return {name for name in names if not name.startswith("_")}


@pytest.mark.parametrize("name", list(modules()))
def test_public_names_of_optuna_are_here_or_answered_by_a_sentence(name: str) -> None:
    theirs = importlib.import_module(name)
    try:
        ours = importlib.import_module(name.replace("optuna", "hpo", 1))
    except ModuleNotFoundError as error:
        pytest.fail(str(error))
    except ImportError as error:
        assert f"hpo has no module {name.split('.')[1]!r}: " in str(error)  # noqa: PT017 - what to write instead
        return
    silent = []
    for one in public(theirs):
        try:
            getattr(ours, one)
        except AttributeError as error:
            if one not in INSTEAD:
                silent.append(str(error))
        except ImportError as error:
            assert one in str(error) or "pip install" in str(error)  # noqa: PT017
    assert silent == []


def test_what_is_answered_is_not_here() -> None:
    for name in NAMES:
        homes = (hpo.artifacts, hpo.storage, hpo.storages, hpo.storages.journal, hpo.visualization)
        assert not any(name in home.__all__ for home in homes)


def test_all_trials_are_base_trials_and_all_distributions_of_the_classes() -> None:
    for trial in (hpo.FixedTrial({}), hpo.create_trial(value=0.0), hpo.create_study().ask()):
        assert isinstance(trial, hpo.trial.BaseTrial)
    for made in (hpo.distributions.IntDistribution(0, 1), hpo.distributions.CategoricalDistribution([0])):
        assert isinstance(made, hpo.distributions.DISTRIBUTION_CLASSES)


def test_what_the_page_says_is_absent_is_absent() -> None:
    for name in ("BoTorchSampler", "BaseGASampler"):
        assert name in absent()
        with pytest.raises(ImportError, match=name):
            getattr(hpo.samplers, name)
