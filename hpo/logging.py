"""hpo's log lines: one coloured handler on stderr, which can be turned off to let `logging` take over.

The logger is called "hpo". Scripts that were written for Optuna call it "optuna", and that reaches it too: by
`get_logger`, and through `logging.getLogger("optuna")`, whose handlers get the lines and whose level holds, unless
Optuna itself is loaded.

Example:
    >>> import hpo
    >>> hpo.logging.set_verbosity(hpo.logging.WARNING)
    >>> hpo.logging.disable_default_handler()   # lines now go where the root logger sends them,
    >>> hpo.logging.enable_propagation()        # as in any program that configures `logging` itself
"""

from __future__ import annotations

import logging
import sys
import threading
from logging import CRITICAL, DEBUG, ERROR, FATAL, INFO, WARN, WARNING

from hpo.terminal import beside_bars

__all__ = [
    "CRITICAL",
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "WARN",
    "WARNING",
    "disable_default_handler",
    "disable_propagation",
    "enable_default_handler",
    "enable_propagation",
    "get_logger",
    "get_verbosity",
    "set_verbosity",
]

_ROOT = "hpo"
_OPTUNA = "optuna"
_lock = threading.Lock()
_handler: logging.Handler | None = None


def get_logger(name: str) -> logging.Logger:
    """The logger of a name: of a module of hpo, or of yours; "optuna" means hpo's."""
    _set_up()
    first, dot, rest = name.partition(".")
    return logging.getLogger(f"{_ROOT}{dot}{rest}" if first == _OPTUNA else name)


def get_verbosity() -> int:
    """The level from which on lines are shown; INFO at first."""
    _set_up()
    return logging.getLogger(_ROOT).getEffectiveLevel()


def set_verbosity(verbosity: int) -> None:
    """Show lines of this level and above, such as `hpo.logging.WARNING`."""
    _set_up()
    logging.getLogger(_ROOT).setLevel(verbosity)


def disable_default_handler() -> None:
    """Stop writing to stderr."""
    logging.getLogger(_ROOT).removeHandler(_set_up())


def enable_default_handler() -> None:
    """Write to stderr, as at first."""
    logging.getLogger(_ROOT).addHandler(_set_up())


def disable_propagation() -> None:
    """Keep lines from the root logger's handlers, as at first."""
    _set_up()
    logging.getLogger(_ROOT).propagate = False


def enable_propagation() -> None:
    """Pass lines on to the root logger's handlers."""
    _set_up()
    logging.getLogger(_ROOT).propagate = True


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Looks `sys.stderr` up for each line, so that redirecting it works."""

    def emit(self, record: logging.LogRecord) -> None:
        if not _is_wanted(record):
            return
        self.stream = sys.stderr
        with beside_bars(self.stream):
            super().emit(record)


class _Optuna(logging.Handler):
    """Hands lines to the handlers of the logger that is called "optuna", as if it were hpo's."""

    def emit(self, record: logging.LogRecord) -> None:
        if _OPTUNA in sys.modules or not _is_wanted(record):
            return
        for handler in logging.getLogger(_OPTUNA).handlers:
            if record.levelno >= handler.level:
                handler.handle(record)


def _is_wanted(record: logging.LogRecord) -> bool:
    """Whether the level that a script has set for the logger "optuna" lets a line pass; it has none at first."""
    return _OPTUNA in sys.modules or record.levelno >= logging.getLogger(_OPTUNA).level


def _formatter() -> logging.Formatter:
    if not (hasattr(sys.stderr, "isatty") and sys.stderr.isatty()):
        return logging.Formatter("[%(levelname)1.1s %(asctime)s] %(message)s")
    import colorlog

    return colorlog.ColoredFormatter("%(log_color)s[%(levelname)1.1s %(asctime)s]%(reset)s %(message)s")


def _set_up() -> logging.Handler:
    global _handler
    with _lock:
        if _handler is None:
            _handler = _Stderr()
            _handler.setFormatter(_formatter())
            logger = logging.getLogger(_ROOT)
            logger.addHandler(_handler)
            logger.addHandler(_Optuna())
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.INFO)
            logger.propagate = False
        return _handler
