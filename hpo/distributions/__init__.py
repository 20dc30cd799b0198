"""What a parameter may be, and how its values become coded values and back.

A **coded** value is what samplers work on: for numbers u in [0, 1], uniform under the distribution's prior
(linear, logarithmic or normal scale); for categories the index of the choice. Because the prior is a change of
variable, every sampler honours it.

base.py           what every distribution can do
numeric.py        what those of numbers share: a scale, and perhaps a grid laid over it
floats.py, integers.py, normal.py, categorical.py
                  the four kinds
scales.py         changes of variable, under which a prior is uniform
arguments.py      what the arguments may be
rounding.py       to how many decimals values are rounded
tokens.py         when two choices are the same
interned.py       the constructors of `suggest_*`: one object for equal arguments
compatibility.py  what may change about a parameter within a study
codec.py          distributions as JSON
earlier.py        names that scripts written for Optuna may use
"""

from hpo.distributions.base import BaseDistribution
from hpo.distributions.categorical import CategoricalDistribution
from hpo.distributions.codec import (
    distribution_from_dict,
    distribution_to_dict,
    distribution_to_json,
    json_to_distribution,
)
from hpo.distributions.compatibility import check_distribution_compatibility
from hpo.distributions.earlier import (
    DISTRIBUTION_CLASSES,
    CategoricalChoiceType,
    DiscreteUniformDistribution,
    IntLogUniformDistribution,
    IntUniformDistribution,
    LogUniformDistribution,
    UniformDistribution,
)
from hpo.distributions.floats import FloatDistribution
from hpo.distributions.integers import IntDistribution
from hpo.distributions.interned import (
    categorical_distribution,
    float_distribution,
    int_distribution,
    normal_distribution,
)
from hpo.distributions.normal import NormalDistribution
from hpo.distributions.tokens import token

__all__ = [
    "DISTRIBUTION_CLASSES",
    "BaseDistribution",
    "CategoricalChoiceType",
    "CategoricalDistribution",
    "DiscreteUniformDistribution",
    "FloatDistribution",
    "IntDistribution",
    "IntLogUniformDistribution",
    "IntUniformDistribution",
    "LogUniformDistribution",
    "NormalDistribution",
    "UniformDistribution",
    "categorical_distribution",
    "check_distribution_compatibility",
    "distribution_from_dict",
    "distribution_to_dict",
    "distribution_to_json",
    "float_distribution",
    "int_distribution",
    "json_to_distribution",
    "normal_distribution",
    "token",
]
