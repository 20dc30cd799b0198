"""Another name of `hpo.storage`, as scripts written for Optuna have it."""

from hpo.storage import InMemoryStorage, RDBStorage, get_storage

__all__ = ["InMemoryStorage", "RDBStorage", "get_storage"]
