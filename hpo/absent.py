"""Parts of Optuna that hpo has elsewhere or has not, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

__all__ = ["INSTEAD", "AbsentModules"]

INSTEAD = {
    "multi_objective": "create_study(directions=[…]) takes several objectives.",
    "structs": "TrialPruned is in hpo, TrialState and FrozenTrial are in hpo.trial, StudyDirection is in hpo.study.",
    "terminator": "end a run with a callback such as hpo.NoImprovement(30) or one that calls study.stop(), or with "
    "n_trials= and timeout=.",
}
"""A sentence for each module of Optuna's that hpo has not."""


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
