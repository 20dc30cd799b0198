"""What may be known at a moment: finished trials as columns, and read-only views of a prefix of the log."""

from hpo.history.curve import Curve
from hpo.history.fold import Fold
from hpo.history.view import History

__all__ = ["Curve", "Fold", "History"]
