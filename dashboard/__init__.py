"""The dashboard: studies in a browser, live, at a million trials too.

`hpo dashboard sqlite:///study.db` serves a storage, `study.dashboard()` one study from a notebook or a script. Both
need the extra `hpo-study[dashboard]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from hpo.artifacts import ArtifactStore
    from hpo.dashboard.desk import Desk, OpenStudy
    from hpo.dashboard.server import Served

__all__ = ["serve", "show"]

_EXTRA = ("anyio", "jinja2", "markdown_it", "starlette", "uvicorn")


def serve(
    desk: Desk,
    *,
    host: str = "127.0.0.1",
    port: int = 8080,
    write: bool = False,
    open_browser: bool = False,
    artifacts: ArtifactStore | None = None,
) -> None:
    """Serve a desk's studies until Ctrl-C.

    Args:
        desk: The studies.
        host: Where to listen. Any other address than one of this machine's own needs a password, which is
            `$HPO_DASHBOARD_PASSWORD`, or made up and printed.
        port: 0 for any free one.
        write: Allow to change studies; otherwise nothing can be changed.
        open_browser: Show the page in a browser.
        artifacts: Where the contents of artifacts are, which pages then show and offer.

    Raises:
        ImportError: Without the extra `hpo-study[dashboard]`.
        OSError: If nobody can listen there.
    """
    _server().run(desk, host, port, write=write, open_browser=open_browser, artifacts=artifacts)


def show(
    study: OpenStudy, identity: str, *, port: int = 0, write: bool = False, artifacts: ArtifactStore | None = None
) -> Served:
    """Serve one study, of that identity, from a thread of this process; the other arguments as for `serve`."""
    from hpo.dashboard.alone import Alone

    server = _server()
    served: Served = server.start(Alone(study, identity), f"/s/{identity}", port, write=write, artifacts=artifacts)
    return served


def _server() -> ModuleType:
    try:
        from hpo.dashboard import server
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] not in _EXTRA:
            raise
        raise ImportError("The dashboard needs more packages: pip install 'hpo-study[dashboard]'.") from error
    return server
