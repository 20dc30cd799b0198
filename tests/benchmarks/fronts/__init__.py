"""Problems of two to five objectives from the literature, and what samplers make of them.

zdt.py       two objectives
dtlz.py      any number of objectives, distance and shape apart
wfg.py       any number of objectives, biased, deceptive and mixed
products.py  what their shapes are made of
listing.py   all of them by name, with the points up to which volume counts
__main__.py  the benchmark

Each problem is a function of points in the unit cube, shape (n, d), that gives losses, shape (n, m).
"""
