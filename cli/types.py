"""Values that options take, and commands whose options take several."""

from __future__ import annotations

import json
from typing import Any

import click

__all__ = ["JSONType", "ManyValues", "strict_json"]


def strict_json(text: str) -> Any:
    """What a text says in JSON, which has no NaN and no infinities.

    Raises:
        ValueError: If it is no JSON.
    """
    return json.loads(text, parse_constant=_refused)


def _refused(constant: str) -> None:
    raise ValueError(f"it has no {constant}")


class JSONType(click.ParamType[Any]):
    """The value of an option that is a JSON object."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            parsed = strict_json(value)
        except ValueError as error:
            self.fail(f"{value!r} is no JSON: {error}.", param, ctx)
        if not isinstance(parsed, dict):
            self.fail(f"{value!r} is no JSON object; expected such as '{{\"x\": 1}}'.", param, ctx)
        return parsed


class ManyValues(click.Command):
    """A command without arguments whose repeatable options take several values: `--values 1 2`, once or in turns."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        repeatable = {name for p in self.params if isinstance(p, click.Option) and p.multiple for name in p.opts}
        spread: list[str] = []
        option = None
        for argument in args:
            if argument in repeatable:
                option = argument
                continue
            if option is not None and (not argument.startswith("-") or _is_number(argument)):
                spread += [option, argument]
                continue
            option = None
            spread.append(argument)
        return super().parse_args(ctx, spread)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
