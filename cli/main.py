"""The command's entry: the list of commands, and what becomes of errors."""

from __future__ import annotations

import importlib
import io
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hpo.exceptions import CLIUsageError, HpoError, UnknownStudyError
from hpo.near import nearest
from hpo.secrets import redacted

__all__ = ["EXIT_CODES", "help_command", "hpo_command", "main"]

EXIT_CODES = """\b
Exit codes:
  0    done
  1    it failed; standard error says why
  2    the command line was wrong
  3    `verify` found differences
  4    no such study, or no trial to show yet
  130  interrupted
"""

_HOMES = {
    "ask": "trials",
    "best-trial": "trials",
    "best-trials": "trials",
    "create-study": "studies",
    "dashboard": "dashboard",
    "delete-study": "studies",
    "enqueue": "trials",
    "export": "export",
    "help": "main",
    "importances": "figures",
    "optimize": "optimize",
    "plot": "figures",
    "rename-study": "studies",
    "report": "figures",
    "serve": "serve",
    "storage": "storage",
    "studies": "studies",
    "study": "studies",
    "study-names": "studies",
    "tell": "trials",
    "trials": "trials",
    "verify": "verify",
}
"""In which module of this package each command is; `a-b` is there as `a_b`."""


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Commands(click.Group):
    """Imports a command's module when it is asked for, so that `hpo --help` and completion are quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(_HOMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _HOMES:
            close = nearest(cmd_name, _HOMES)
            hint = f" Did you mean {close!r}?" if close else ""
            raise click.UsageError(f"There is no command {cmd_name!r}.{hint}", ctx)
        if cmd_name == "help":
            return help_command
        module = importlib.import_module(f"hpo.cli.{_HOMES[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


@click.command(cls=_Commands, context_settings=_CONTEXT, epilog=EXIT_CODES)
@click.version_option(package_name="hpo-study", prog_name="hpo")
def hpo_command() -> None:
    """Find good parameters for a program that you can only run.

    \b
    A first study, of a function `objective(trial)` in train.py:
      hpo optimize train.py:objective --n-trials 50 --storage sqlite:///study.db
      hpo best-trial --storage sqlite:///study.db
      hpo report --storage sqlite:///study.db

    Instead of giving --storage each time, set the environment variable HPO_STORAGE. A storage that holds a single
    study needs no --study-name.
    """


@click.command("help")
@click.argument("path", metavar="[COMMAND]", nargs=-1)
def help_command(path: tuple[str, ...]) -> None:
    """Explain a command, or list all.

    It says the same as the option --help: `hpo help storage upgrade`.
    """
    hpo_command.main([*path, "--help"], prog_name="hpo", standalone_mode=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code; see `EXIT_CODES`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may have characters that the terminal cannot show
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        with _plain_warnings():
            code = hpo_command.main(arguments, prog_name="hpo", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.UsageError as error:
        hint = f"\n{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help'." if error.ctx else ""
        return _failed(f"{error.format_message()}{hint}", error.exit_code)
    except click.ClickException as error:
        return _failed(error.format_message(), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", 130)
    except BrokenPipeError:  # `hpo trials | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if "--debug" in arguments:
            click.echo(redacted(traceback.format_exc()), err=True, nl=False)
        return _failed(_message(error), _code(error))


@contextmanager
def _plain_warnings() -> Iterator[None]:
    """Warnings that what was typed has led to are printed without a line of click's."""
    usual, folder = warnings.formatwarning, str(Path(click.__file__).parent)

    def formatted(message: Any, category: type[Warning], filename: str, *where: Any, **line: Any) -> str:
        if filename.startswith(folder):
            return f"Warning: {redacted(str(message))}\n"
        return usual(message, category, filename, *where, **line)

    warnings.formatwarning = formatted
    try:
        yield
    finally:
        warnings.formatwarning = usual


def _code(error: Exception) -> int:
    if isinstance(error, CLIUsageError):
        return 2
    return 4 if isinstance(error, (UnknownStudyError, LookupError)) else 1


def _message(error: Exception) -> str:
    if isinstance(error, (HpoError, ValueError, OSError, ImportError, LookupError)) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error} (--debug shows where)"


def _failed(message: str, code: int) -> int:
    click.echo(redacted(f"Error: {message}"), err=True)
    return code
