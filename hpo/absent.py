"""Parts of Optuna that hpo has elsewhere or has not, and what to write instead."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["INSTEAD", "NAMES", "AbsentModules", "absent"]

INSTEAD = {
    "multi_objective": "create_study(directions=[…]) takes several objectives.",
    "progress_bar": "study.optimize(…, show_progress_bar=True) shows one.",
    "structs": "TrialPruned is in hpo, TrialState and FrozenTrial are in hpo.trial, StudyDirection is in hpo.study.",
    "terminator": "end a run with a callback such as hpo.NoImprovement(30) or one that calls study.stop(), or with "
    "n_trials= and timeout=.",
    "version": "it is hpo.__version__.",
}
"""A sentence for each module of Optuna's that hpo has not."""

_BACKEND = (
    "JournalStorage takes JournalFileBackend(path) or JournalRedisBackend(url), and any object with `create`, "
    "`append`, `read`, `studies`, `rename` and `delete` is a storage (see hpo.protocols.Storage)."
)

NAMES = {
    "BaseJournalBackend": _BACKEND,
    "BaseJournalLogStorage": _BACKEND,
    "GCSArtifactStore": "any object with `open_reader`, `write` and `remove` is a store (see "
    "hpo.artifacts.ArtifactStore); files and S3 are there.",
    "GrpcStorageProxy": 'write storage="http+hpo://host:port", where `hpo serve` runs.',
    "fail_stale_trials": "there is nothing to call, as whoever begins a trial gives up those whose lease has expired.",
    "plot_terminator_improvement": INSTEAD["terminator"],
    "run_grpc_proxy_server": "write hpo.storage.serve(storage), or run the command `hpo serve`.",
}
"""A sentence for each name in other modules that hpo has not."""

_WITH_NAMES = ("artifacts", "storage", "storages", "visualization")  # where Optuna has them


def absent(module: str, name: str) -> AttributeError | ImportError:
    """The error for a name that a module has not.

    It is an ImportError where there is a sentence, as what `from … import` says of an AttributeError would hide that;
    so `hasattr` raises it, too. An AttributeError comes with the nearest name of the module's `__all__`.
    """
    if name in NAMES and module.partition(".")[2].partition(".")[0] in _WITH_NAMES:
        return ImportError(f"{module} has no {name}: {NAMES[name]}", name=module)
    from hpo.near import missing

    return missing(f"module {module!r}", name, vars(sys.modules[module]).get("__all__", ()))


@final
class AbsentModules:
    """Answers imports of modules that only Optuna has, after everything else has looked for them.

    It is a finder of `sys.meta_path` by its shape, as `importlib.abc` costs more than all else that `import hpo` loads.
    """

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Nothing, for modules that nobody would look for here.

        Raises:
            ImportError: With what to write instead. It is no ModuleNotFoundError, as `from … import` would hide that.
        """
        del path, target
        owner, *parts = fullname.split(".")
        if owner != "hpo" or not parts:
            return
        if parts[0] in INSTEAD:
            raise ImportError(f"hpo has no module {parts[0]!r}: {INSTEAD[parts[0]]}", name=fullname)
        if parts[-1].startswith("_") and not parts[-1].startswith("__"):
            public = ".".join([owner, *(part for part in parts if not part.startswith("_"))])
            raise ImportError(
                f"hpo has no module {'.'.join(parts)!r}: what begins with an underscore is Optuna's own. Import the "
                f"name from {public}.",
                name=fullname,
            )
