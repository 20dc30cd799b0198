"""Which parameters mattered: evaluators of importance, and what brought the gain over a baseline."""

from hpo.importance.agreement import disagreements
from hpo.importance.evaluate import BaseImportanceEvaluator, get_param_importances
from hpo.importance.fanova import FanovaImportanceEvaluator
from hpo.importance.gain import Gain, ShapleyImportanceEvaluator, explain_gain
from hpo.importance.impurity import MeanDecreaseImpurityImportanceEvaluator
from hpo.importance.ped_anova import PedAnovaImportanceEvaluator

__all__ = [
    "BaseImportanceEvaluator",
    "FanovaImportanceEvaluator",
    "Gain",
    "MeanDecreaseImpurityImportanceEvaluator",
    "PedAnovaImportanceEvaluator",
    "ShapleyImportanceEvaluator",
    "disagreements",
    "explain_gain",
    "get_param_importances",
]
