"""What models of a space share, whatever they believe.

axes.py            parameters as axes: continuous, cells, categories
belief.py          normal distributions that widen where trials contradict them
branches.py        which parameters are active, learned from history
configurations.py  all that there are in a finite space
tried.py           which of these were tried, and how often
given.py           what a trial was given before it asks
told.py            what history tells of a point, and which are one
exhausted.py       which are left, and what to do when none is
listed.py          the same, where all there are can be compared
startup.py         what is tried before there is a model
unrepeated.py      the same, where nothing is to be tried twice
acquisition.py     how much a point is worth, given what is believed of it
units.py           numbers of any magnitude
ordering.py        which trials are better
generations.py     how they make up generations
polynomial.py      terms of degree one and two
"""
