"""What is logged about a trial that has ended, in the words that scripts written for Optuna look for."""

from __future__ import annotations

import math
from typing import Any

from hpo import logging
from hpo.events import TrialState
from hpo.running.outcome import Outcome
from hpo.trial.live import LiveTrial
from hpo.words import encodable

__all__ = ["announce", "short"]

logger = logging.get_logger(__name__)


def announce(
    trial: LiveTrial, outcome: Outcome, error: BaseException | None, best: tuple[int, tuple[float, ...]] | None
) -> None:
    """Log one line about a trial.

    Args:
        trial: Which.
        outcome: How it ended.
        error: What will be raised because of it, traceback and all; None if the run goes on.
        best: Number and values of the best trial so far.
    """
    number, parameters = trial.number, trial.parameters
    rounded = {name: short(value) for name, value in parameters.items()}
    given = f"parameters: {rounded}"
    if outcome.state in (TrialState.PRUNED, TrialState.PAUSED):
        logger.info(f"Trial {number} {outcome.state.name.lower()}. ")
    elif outcome.state is TrialState.FAIL:
        reason = "" if outcome.error is None else outcome.error.message.rstrip(".")
        if outcome.error is not None and outcome.error.traceback:
            reason = f"{outcome.error.type}({reason!r})"
        shown = outcome.error.traceback if outcome.error is not None and error is None else ""
        words = f"Trial {number} failed with {given} because of the following error: {reason}."
        logger.warning(encodable(f"{words}\n{shown}" if shown else words))  # for any file or terminal
    elif outcome.values is None:
        return
    elif len(outcome.values) > 1:
        logger.info(f"Trial {number} finished with values: {list(map(short, outcome.values))} and {given}.")
    else:
        suffix = "" if best is None else f" Best is trial {best[0]} with value: {short(best[1][0])}."
        logger.info(f"Trial {number} finished with value: {short(outcome.values[0])} and {given}.{suffix}")


def short(value: Any) -> Any:
    """A number with at most six digits, and no fewer than it has before the point; anything else as it is."""
    if not isinstance(value, float) or not math.isfinite(value) or value == 0:
        return value
    return round(value, max(0, 5 - math.floor(math.log10(abs(value)))))
