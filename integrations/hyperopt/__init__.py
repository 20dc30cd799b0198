"""Hyperopt's spaces and objectives, run as they are.

objective.py    what `fmin(fn, space)` runs, as an objective of a study; and what `space_eval` says
reading.py      a space read for one trial: only the branches that it takes
labelled.py     `hp.uniform` and the others, as what a trial is asked
choices.py      what the options of an `hp.choice` are called
results.py      what Hyperopt's objectives return
imported.py     what Hyperopt has tried, as trials of a study
source.py       a space as a function in Python
"""

from hpo.integrations.hyperopt.imported import parameters_of, trials_of
from hpo.integrations.hyperopt.objective import objective, space_eval
from hpo.integrations.hyperopt.source import to_define_by_run

__all__ = ["objective", "parameters_of", "space_eval", "to_define_by_run", "trials_of"]
