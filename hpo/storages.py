"""Another name of `hpo.storage`, as scripts written for Optuna have it."""

from hpo.storage import InMemoryStorage, JournalStorage, RDBStorage, get_storage, import_optuna

__all__ = ["InMemoryStorage", "JournalStorage", "RDBStorage", "get_storage", "import_optuna"]
