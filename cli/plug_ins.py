"""The sampler and the pruner that a command is given."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import click

from hpo.cli.loading import load_object
from hpo.cli.types import JSONType
from hpo.exceptions import CLIUsageError
from hpo.protocols import Pruner, Sampler

__all__ = ["plug_in_options", "plug_ins"]

F = TypeVar("F", bound=Callable[..., Any])


def plug_in_options(command: F) -> F:
    """The options --sampler and --pruner of a command, by name or as module:object, and those with their arguments."""
    for kind, example in (("pruner", "MedianPruner"), ("sampler", "TPESampler")):
        command = click.option(
            f"--{kind}-kwargs", type=JSONType(), metavar="JSON", help=f"Options of the {kind}, as a JSON object."
        )(command)
        command = click.option(
            f"--{kind}", metavar="NAME", help=f"Such as {example}, or mine.py:MyClass; they are not stored."
        )(command)
    return command


def plug_ins(options: dict[str, Any]) -> tuple[Sampler | None, Pruner | None]:
    """The sampler and the pruner that the options of `plug_in_options` name, which are taken out of `options`."""
    made = [
        _plug_in(family, options.pop(kind), options.pop(f"{kind}_kwargs"))
        for kind, family in (("sampler", "hpo.samplers"), ("pruner", "hpo.pruners"))
    ]
    return made[0], made[1]


def _plug_in(family: str, name: str | None, arguments: dict[str, Any] | None) -> Any:
    kind = family.removeprefix("hpo.").removesuffix("s")
    if name is None:
        if arguments:
            raise CLIUsageError(f"--{kind}-kwargs needs --{kind}.")
        return None
    make = load_object(name) if ":" in name else _known(family, kind, name)
    try:
        return make(**arguments or {})
    except TypeError as error:
        options = ", ".join(inspect.signature(make).parameters)
        raise CLIUsageError(f"--{kind}-kwargs: {error}. The options of {name} are {options or 'none'}.") from None


def _known(family: str, kind: str, name: str) -> Any:
    module = importlib.import_module(family)
    known = {public.lower(): public for public in module.__all__}
    short = {low.removesuffix(kind): public for low, public in known.items()}
    public = known.get(name.lower()) or short.get(name.lower())
    if public is None:
        raise CLIUsageError(f"There is no {kind} {name!r}; there are {', '.join(sorted(module.__all__))}.")
    return getattr(module, public)
