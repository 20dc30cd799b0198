"""Another name of `hpo.storage`, as scripts written for Optuna have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo import storage
from hpo.running.retry import RetryPolicy

if TYPE_CHECKING:
    from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, get_storage, import_optuna

__all__ = [
    "InMemoryStorage",
    "JournalStorage",
    "RDBStorage",
    "RetryFailedTrialCallback",
    "RetryHeartbeatStaleTrialCallback",
    "get_storage",
    "import_optuna",
]

RetryFailedTrialCallback = RetryHeartbeatStaleTrialCallback = RetryPolicy
"""What Optuna calls the policy of retrying lost trials; here it goes to `create_study(retry=…)`."""


def __getattr__(name: str) -> Any:
    return getattr(storage, name)
