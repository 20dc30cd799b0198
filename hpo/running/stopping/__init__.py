"""Callbacks that end a run when going on promises nothing: pure functions of the log, so a resumed run ends alike.

no_improvement.py   the best value has stood for some trials
target.py           a value has been reached
delta_y.py          the best values are alike
delta_x.py          the last two trials were alike
max_trials.py       the study holds a number of trials
deadline.py         the time is used up
so_far.py           what was known when a trial ended
"""

from hpo.running.stopping.deadline import Deadline
from hpo.running.stopping.delta_x import DeltaX
from hpo.running.stopping.delta_y import DeltaY
from hpo.running.stopping.max_trials import MaxTrialsCallback
from hpo.running.stopping.no_improvement import NoImprovement
from hpo.running.stopping.target import Target

__all__ = ["Deadline", "DeltaX", "DeltaY", "MaxTrialsCallback", "NoImprovement", "Target"]
