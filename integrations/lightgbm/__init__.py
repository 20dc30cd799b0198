"""LightGBM: `LightGBMPruningCallback` for a training of one's own, and `tune` for a whole search.

pruning.py      reports from boosting rounds
tuning.py       the search for good parameters, and the space that it searches
"""

from hpo.integrations.lightgbm.pruning import LightGBMPruningCallback
from hpo.integrations.lightgbm.tuning import DEFAULTS, SPACE, tune

__all__ = ["DEFAULTS", "SPACE", "LightGBMPruningCallback", "tune"]
