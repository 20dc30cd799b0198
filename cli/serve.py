"""The command that serves a storage."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from hpo import logging
from hpo.cli.options import FILE, common, located, open_storage
from hpo.exceptions import CLIUsageError
from hpo.secrets import redacted
from hpo.storage.remote.protocol import LIMIT
from hpo.storage.remote.tokens import read_token, token_of

__all__ = ["serve"]


@click.command
@click.argument("served", metavar="[STORAGE]", required=False)
@common(usual=logging.INFO)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 to be reached from other machines.")
@click.option("--port", type=click.IntRange(0, 65535), default=8471, show_default=True, help="0 for any that is free.")
@click.option("--token-file", type=FILE, help="A file with the token; by default HPO_TOKEN, or HPO_TOKEN_FILE.")
@click.option("--ssl-certfile", type=FILE, help="A certificate, for TLS: clients then use https+hpo://.")
@click.option("--ssl-keyfile", type=FILE, help="Its key, if that is in a file of its own.")
@click.option(
    "--max-body",
    type=click.IntRange(min=1),
    metavar="MB",
    default=LIMIT // 2**20,
    show_default=True,
    help="The largest request that is taken.",
)
def serve(
    served: str | None,
    storage: str | None,
    host: str,
    port: int,
    token_file: Path | None,
    ssl_certfile: Path | None,
    ssl_keyfile: Path | None,
    max_body: int,
) -> None:
    """Serve the studies of a storage to other machines.

    Workers open them by the URL that is printed, as storage="http+hpo://host:8471", and show the token that they find
    in HPO_TOKEN, or in the file that HPO_TOKEN_FILE names. Whoever has the token may read, write and delete studies. A
    worker waits for a server that is started again, and loses nothing.

    \b
    For this machine alone:
      hpo serve sqlite:///study.db
    For others:
      python -c 'import secrets; print(secrets.token_urlsafe())' > token
      hpo serve sqlite:///study.db --host 0.0.0.0 --token-file token
    and on each of them, with a copy of that file:
      HPO_TOKEN_FILE=token hpo optimize train.py:objective --storage http+hpo://HOST:8471 --n-trials 50

    What is sent can be read on its way, unless there is a certificate.
    """
    from hpo.storage import serve as start

    opened = open_storage(located(served) if served else storage, create=True)
    token = token_of(None) if token_file is None else read_token(token_file)
    options: dict[str, Any] = {
        "ssl_certfile": None if ssl_certfile is None else str(ssl_certfile),
        "ssl_keyfile": None if ssl_keyfile is None else str(ssl_keyfile),
    }
    try:
        server = start(opened, host, port, token=token, limit=max_body * 2**20, **options)
    except ValueError as error:
        raise CLIUsageError(str(error).replace("pass token=…", "give --token-file")) from None
    with server:
        click.echo(server.url)
        if not token:
            click.echo("There is no token, so every process of this machine may read and write.", err=True)
        click.echo(redacted(f"Serving {opened!r} until Ctrl-C."), err=True)
        _wait_for_a_signal()


def _wait_for_a_signal() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
