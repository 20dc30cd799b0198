"""XGBoost: `XGBoostPruningCallback` for a training of one's own, and `tune` for a whole search.

pruning.py      reports from boosting rounds
tuning.py       the search for good parameters, and the space that it searches
"""

from hpo.integrations.xgboost.pruning import XGBoostPruningCallback
from hpo.integrations.xgboost.tuning import DEFAULTS, SPACE, tune

__all__ = ["DEFAULTS", "SPACE", "XGBoostPruningCallback", "tune"]
