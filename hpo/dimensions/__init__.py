"""Parameters as users of scikit-learn, SciPy and scikit-optimize write them.

dimension.py    a parameter as it was written: what a study suggests, and what that stands for
reading.py      what may be written
points.py       points of several: vectors, or dicts
choices.py      choices that are objects, such as estimators, under names that a storage can hold
frozen.py       frozen distributions of scipy.stats
foreign.py      how those of other libraries are recognised, by their shape
"""

from hpo.dimensions.dimension import Dimension
from hpo.dimensions.points import Points, read_points
from hpo.dimensions.reading import read_dimension

__all__ = ["Dimension", "Points", "read_dimension", "read_points"]
