"""The command that shows studies in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from hpo import dashboard as pages
from hpo.artifacts import FileSystemArtifactStore
from hpo.cli.options import common, located, open_storage
from hpo.exceptions import HpoError
from hpo.protocols import Storage
from hpo.secrets import redacted
from hpo.study.desk import StudyDesk

__all__ = ["dashboard"]

_ENDINGS = (".db", ".journal", ".log", ".sqlite", ".sqlite3")


@click.command()
@click.argument("url", required=False)
@common()
@click.option("--host", default="127.0.0.1", show_default=True, help="Others than this machine's own need a password.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 for any free one.")
@click.option("--write", is_flag=True, help="Allow to change studies: enqueue, tell, delete, and so on.")
@click.option("--artifacts", type=click.Path(file_okay=False), help="The folder that holds the files of artifacts.")
@click.option("--open", "open_browser", is_flag=True, help="Show it in the browser at once.")
def dashboard(
    url: str | None,
    storage: str | None,
    host: str,
    port: int,
    write: bool,
    artifacts: str | None,
    open_browser: bool,
) -> None:
    """Watch studies live in a browser.

    URL is a storage such as sqlite:///study.db, or a folder: then all databases and journals in it are shown.
    Nothing can be changed unless --write is given. From other machines it asks for a password: HPO_DASHBOARD_PASSWORD,
    or one that is made up and printed.
    """
    where = located(url) if url else storage
    store = None if artifacts is None else FileSystemArtifactStore(artifacts)
    pages.serve(_desk(where), host=host, port=port, write=write, open_browser=open_browser, artifacts=store)


def _desk(where: str | None) -> StudyDesk:
    if where is not None and Path(where).is_dir():
        folder = Path(where)
        opened: dict[Path, Storage] = {}
        return StudyDesk(lambda: _in_folder(folder, opened))
    storage = open_storage(where, leases=False)  # a trial that is asked for here outlives this process
    return StudyDesk(lambda: {redacted(str(where)): storage})


def _in_folder(folder: Path, opened: dict[Path, Storage]) -> Mapping[str, Storage]:
    """The storages of a folder by their files' names; what is no storage is left out."""
    for path in sorted(folder.iterdir()):
        if path.suffix in _ENDINGS and path.is_file() and path not in opened:
            try:
                opened[path] = open_storage(_url(path), leases=False)
            except HpoError:
                continue
    return {path.name: storage for path, storage in opened.items()}


def _url(path: Path) -> str:
    return f"{'journal' if path.suffix in ('.journal', '.log') else 'sqlite'}:///{path}"
