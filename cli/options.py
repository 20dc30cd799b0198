"""Options that commands share, and what they stand for."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

from hpo import logging, study
from hpo.exceptions import CLIUsageError
from hpo.protocols import Pruner, Sampler, Storage
from hpo.storage import get_storage
from hpo.study import Study

__all__ = [
    "FILE",
    "JSONType",
    "ManyValues",
    "common",
    "format_option",
    "load_object",
    "load_study",
    "located",
    "open_storage",
    "plug_in_options",
    "plug_ins",
    "study_option",
]

FILE = click.Path(dir_okay=False, path_type=Path)
_CLASSES = {
    "RDBStorage": "",
    "JournalFileBackend": "journal:///",
    "JournalFileStorage": "journal:///",
    "JournalRedisBackend": "",
    "JournalRedisStorage": "",
}
"""What the names of Optuna's storages put before the value of --storage to make a URL of it."""

F = TypeVar("F", bound=Callable[..., Any])


def common(*, usual: int = logging.WARNING) -> Callable[[F], F]:
    """The options that every command has; `usual` is the level of messages without them."""

    def decorate(command: F) -> F:
        @click.option(
            "--storage",
            envvar="HPO_STORAGE",
            show_envvar=True,
            metavar="URL",
            help="Where the studies are: sqlite:///study.db, or study.log for a journal.",
        )
        @click.option(
            "--storage-class",
            type=click.Choice(list(_CLASSES)),
            help="What --storage is, where that is not plain to see.",
        )
        @click.option("--log-file", type=FILE, help="Write the messages of standard error to this file too.")
        @click.option("-v", "--verbose", is_flag=True, help="Say more on standard error.")
        @click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors there.")
        @click.option("--debug", is_flag=True, help="Show where an error came from.")
        @functools.wraps(command)
        def run(
            *args: Any,
            storage: str | None,
            storage_class: str | None,
            log_file: Path | None,
            verbose: bool,
            quiet: bool,
            debug: bool,
            **kwargs: Any,
        ) -> Any:
            chosen = ((debug, logging.DEBUG), (verbose, logging.INFO), (quiet, logging.ERROR))
            logging.set_verbosity(next((level for is_chosen, level in chosen if is_chosen), usual))
            with nullcontext() if log_file is None else _logging_to(log_file):
                return command(*args, storage=located(storage, storage_class), **kwargs)

        return run  # type: ignore[return-value]

    return decorate


study_option = click.option("--study-name", metavar="NAME", help="May be left out if the storage holds one study.")


def format_option(default: str) -> Callable[[F], F]:
    """The options --format and --flatten of a command."""

    def decorate(command: F) -> F:
        form = click.option(
            "-f",
            "--format",
            "form",
            type=click.Choice(["table", "json", "yaml", "value"]),
            default=default,
            show_default=True,
            help="value: bare values, a line per record, tabs between.",
        )
        flat = click.option("--flatten", is_flag=True, help="One column per parameter, also in JSON and YAML.")
        return form(flat(command))

    return decorate


def located(storage: str | None, storage_class: str | None = None) -> str | None:
    """The URL that --storage means, or the environment; None where neither names one."""
    if not storage:
        storage = None if storage == "" else os.environ.get("OPTUNA_STORAGE")
        if storage is None:
            return None
        click.echo("The storage is taken from OPTUNA_STORAGE; HPO_STORAGE would come before it.", err=True)
    if "://" in storage:
        return storage
    if storage_class is not None:
        return _CLASSES[storage_class] + storage
    return f"journal:///{storage}" if _is_journal(Path(storage)) else storage


def _is_journal(path: Path) -> bool:
    if not path.is_file():
        return path.suffix in (".log", ".journal")
    with path.open("rb") as file:
        return not file.read(16).startswith(b"SQLite format 3")


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Messages go to a file, too."""
    import logging as standard

    handler = standard.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(standard.Formatter("[%(levelname).1s %(asctime)s] %(message)s"))
    logger = standard.getLogger("hpo")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


class JSONType(click.ParamType[Any]):
    """The value of an option that is a JSON object."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            parsed = json.loads(value)
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


def open_storage(url: str | None, *, create: bool = False, leases: bool = True) -> Storage:
    """The storage at the URL that --storage names."""
    if not url:
        raise CLIUsageError(
            "Say where the studies are: --storage sqlite:///study.db, --storage study.log for a journal, or set the "
            "environment variable HPO_STORAGE."
        )
    return get_storage(url, create=create, leases=leases)


def load_study(
    storage: str | Storage | None,
    study_name: str | None,
    sampler: Sampler | None = None,
    pruner: Pruner | None = None,
) -> Study:
    """The study that the options name."""
    opened = open_storage(storage) if storage is None or isinstance(storage, str) else storage
    names = list(opened.studies())
    if study_name is None and len(names) != 1:
        listed = ", ".join(map(repr, names[:10])) + (", …" if len(names) > 10 else "")
        raise CLIUsageError(
            f"The storage holds {len(names)} studies: {listed}. Say which with --study-name."
            if names
            else "The storage holds no study yet; `hpo create-study` makes one, and so does `hpo optimize`."
        )
    return study.load_study(study_name=study_name, storage=opened, sampler=sampler, pruner=pruner)


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
