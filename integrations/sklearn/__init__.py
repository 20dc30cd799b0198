"""A search of scikit-learn that is a study: `StudySearchCV`.

search.py       the estimator: its options, and the order of a fit
spaces.py       which parameters a candidate has, and from where
evaluation.py   one candidate, fold by fold or epoch by epoch
workers.py      processes that fit and score
scores.py       what one fold gave, and how a trial keeps it
claim.py        of what data and scores the trials of a stored study are
results.py      `cv_results_`, from the study's trials
"""

from hpo.integrations.sklearn.search import StudySearchCV

__all__ = ["StudySearchCV"]
