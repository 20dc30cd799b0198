"""Hooks of Optuna's genetic samplers, which have another form here."""

from __future__ import annotations

from typing import Any

__all__ = ["refuse_strategies"]


def refuse_strategies(owner: str, elite: Any, child: Any, after: Any) -> None:
    """Raise TypeError if one of Optuna's hooks is given, which look into a study or write to it.

    Args:
        owner: Whose arguments.
        elite, child, after: What was given as `elite_population_selection_strategy`, `child_generation_strategy` and
            `after_trial_strategy`.
    """
    hooks = {
        "elite_population_selection_strategy": (elite, "write a sampler: any object with sample(space, history, key)"),
        "child_generation_strategy": (child, "give crossover= and mutation= objects of your own (hpo.samplers.nsgaii)"),
        "after_trial_strategy": (after, "give study.optimize a callback"),
    }
    for name, (value, instead) in hooks.items():
        if value is not None:
            raise TypeError(f"{owner} has no {name}, as samplers are pure functions of the log; {instead}.")
