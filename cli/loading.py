"""Objects that users name on the command line, out of files and modules of theirs."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import click

from hpo.exceptions import CLIUsageError

__all__ = ["load_object"]


def load_object(reference: str) -> Any:
    """What `file.py:name` or `package.module:name` refers to; its folder is importable from then on."""
    where, colon, name = reference.rpartition(":")
    if not colon or not where or not name:
        raise CLIUsageError(f"Expected file.py:function or package.module:function, got {reference!r}.")
    module = _load_file(Path(where)) if where.endswith(".py") else _load_module(where)
    found = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            names = sorted(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
            raise CLIUsageError(f"{where} has no {name!r}; it has {', '.join(names) or 'nothing to call'}.") from None
    return found


def _load_file(path: Path) -> Any:
    if not path.is_file():
        raise CLIUsageError(f"There is no file {str(path)!r}.")
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise click.ClickException(f"{path} cannot be run: {type(error).__name__}: {error}") from error
    return module


def _load_module(name: str) -> Any:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            raise CLIUsageError(f"There is no module {name!r} here; a file is written {name}.py:function.") from None
        raise
