"""Parts of Optuna that hpo has elsewhere or has not, and what to write instead."""

from __future__ import annotations

__all__ = ["INSTEAD"]

INSTEAD = {
    "multi_objective": "create_study(directions=[…]) takes several objectives.",
    "terminator": "end a run with a callback such as hpo.NoImprovement(30) or one that calls study.stop(), or with "
    "n_trials= and timeout=.",
}
"""A sentence for each module of Optuna's that hpo has not."""
