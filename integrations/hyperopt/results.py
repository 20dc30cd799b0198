"""What Hyperopt's objectives return, in the terms of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hpo.caution import warn
from hpo.exceptions import TrialFailed
from hpo.trial import FixedTrial, Trial

__all__ = ["loss_of"]

_STATES = ("ok", "fail")
_OWN = ("loss", "status", "attachments")


def loss_of(result: Any, trial: Trial | FixedTrial) -> Any:
    """The loss of a result; what else it says becomes user attributes of the trial.

    Args:
        result: A number, or a dict with "status", "loss" and perhaps "loss_variance", "true_loss" and others.
        trial: Whose result it is.

    Raises:
        TrialFailed: If the status is "fail"; its reason is what the result says of "message", "error", "exception" or
            "reason".
        ValueError: If the status is another one, or there is no loss.
    """
    if not isinstance(result, Mapping):
        return result
    status = result.get("status")
    if status not in _STATES:
        raise ValueError(f"The result must have a 'status' of 'ok' or 'fail', got {status!r} in {dict(result)!r}.")
    if "attachments" in result:
        warn("Attachments of results are not kept in a study; write them into files, and their paths into the result.")
    for name, value in result.items():
        if name not in _OWN:
            trial.set_user_attr(str(name), value)
    if status == "fail":
        raise TrialFailed(_reason(result))
    if result.get("loss") is None:
        raise ValueError(f"A result with the status 'ok' must have a 'loss', got {dict(result)!r}.")
    return result["loss"]


def _reason(result: Mapping[str, Any]) -> str:
    told = (result.get(name) for name in ("message", "error", "exception", "reason"))
    return next((str(reason) for reason in told if reason), "The objective returned the status 'fail'.")
