"""What may be known at a moment: finished trials as columns, and read-only views of a prefix of the log."""

from hpo.history.view import Curve, History

__all__ = ["Curve", "History"]
