"""What models of a space share, whatever they believe.

axes.py            parameters as axes: continuous, cells, categories
branches.py        which parameters are active, learned from history
configurations.py  all that there are in a finite space
startup.py         what is tried before there is a model
units.py           numbers of any magnitude
"""
