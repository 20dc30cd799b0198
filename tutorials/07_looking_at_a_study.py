# %% [markdown]
# # Looking at a study
#
# A study knows more than its best trial. We tune two families of classifiers of breast tumours, and then ask: what was
# searched, what was found, what mattered, and what went wrong? In the end there is a file to mail, and everything
# once more from the command line.

# %%
import subprocess
import sys
from pathlib import Path

import hpo

hpo.logging.set_verbosity(hpo.logging.ERROR)

Path("tumours.py").write_text("""
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

X, y = load_breast_cancer(return_X_y=True)

def objective(trial):
    if trial.suggest_categorical("family", ["svm", "forest"]) == "svm":
        kernel = trial.suggest_categorical("kernel", ["rbf", "poly", "sigmoid"])
        degree = trial.suggest_int("degree", -1, 4) if kernel == "poly" else 3  # a negative one is an error
        c = trial.suggest_float("C", 1e-3, 1e3, log=True)
        model = SVC(C=c, kernel=kernel, degree=degree, gamma=trial.suggest_float("gamma", 1e-5, 1e1, log=True))
    else:
        model = RandomForestClassifier(
            n_estimators=trial.suggest_int("trees", 3, 15),
            max_features=trial.suggest_float("features", 0.05, 1.0),
            random_state=0,
        )
    return cross_val_score(make_pipeline(StandardScaler(), model), X, y, cv=3, error_score="raise").mean()
""")
sys.path.insert(0, ".")
from tumours import objective  # noqa: E402

STORAGE = "sqlite:///looking.db"
if "tumours" in hpo.get_all_study_names(STORAGE):
    hpo.delete_study(study_name="tumours", storage=STORAGE)
study = hpo.create_study(study_name="tumours", storage=STORAGE, direction="maximize", seed=0)
study.optimize(objective, n_trials=60, catch=ValueError)

# %% [markdown]
# ## In words
#
# What was searched, and what was found:

# %%
print(study.search_space_summary(), end="\n\n")
print(study.results_summary(5))

# %% [markdown]
# ## What mattered
#
# The default answer, PED-ANOVA, is about good trials: which parameters decide whether a trial is among the best tenth?
# Parameters of one branch count within it, weighted by how many trials took it. Six good trials are few, so this is a
# rough answer; it becomes a better one with more trials.

# %%
for name, share in hpo.importance.get_param_importances(study).items():
    print(f"{name:10} {share:6.1%}")

# %% [markdown]
# fANOVA asks something else: which parameters do the values vary with, in good regions and bad ones?
# It is slower, and says little about the top.

# %%
by_variance = hpo.importance.FanovaImportanceEvaluator()
for name, share in hpo.importance.get_param_importances(study, evaluator=by_variance).items():
    print(f"{name:10} {share:6.1%}")

# %% [markdown]
# And a third: what brought the gain over the defaults of scikit-learn? A forest learns the objective from the trials,
# and shares the gain out among the changes, by Shapley's rule.

# %%
print(hpo.importance.explain_gain(study, baseline={"family": "svm", "kernel": "rbf", "C": 1.0, "gamma": 1 / 30}))

# %% [markdown]
# ## What went wrong

# %%
for trial in study.get_trials(states=(hpo.TrialState.FAIL,))[:3]:
    print(f"Trial {trial.number} with degree {trial.params['degree']}: {trial.error.type}")

# %% [markdown]
# ## In pictures
#
# Every plot is a plotly figure. A notebook shows it where it is the last expression of a cell:

# %%
from hpo.visualization import plot_optimization_history, plot_param_importances, plot_slice  # noqa: E402

plot_optimization_history(study)

# %%
plot_slice(study)

# %%
plot_param_importances(study)

# %% [markdown]
# A script writes it to a file, here without plotly.js, which the browser then fetches, and without the button that
# sends a figure to plotly's cloud:

# %%
for plot in (plot_optimization_history, plot_slice, plot_param_importances):
    file = Path(f"{plot.__name__}.html")
    plot(study).write_html(file, include_plotlyjs="cdn", config={"showSendToCloud": False})
    print(f"{file}: {file.stat().st_size / 1000:.0f} kB")

# %% [markdown]
# ## In one file
#
# The report has it all, needs no network and no server, and can be mailed.

# %%
report = study.report("tumours.html")
print(f"{report}: {report.stat().st_size / 1e6:.1f} MB")

# %% [markdown]
# ## Live, in a browser
#
# The dashboard shows all of this while trials run, here or in other processes: what one tells is on the page within a
# second. In a notebook the next line is a frame with the page; in a script, open the address. It ends with the process,
# or when it is stopped. `hpo dashboard sqlite:///looking.db` shows all studies of the storage; it takes a folder too.

# %%
shown = study.dashboard()
print(shown)
shown.stop()

# %% [markdown]
# ## From the shell
#
# The same without a line of Python. The exit code says whether it worked: see `hpo --help`.


# %%
def hpo_command(*arguments):
    print(f"$ hpo {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-c", "from hpo.cli.main import main; main()", *arguments], check=True)


hpo_command("studies", "--storage", STORAGE)
hpo_command("export", "--storage", STORAGE, "--output", "tumours.csv")
hpo_command(
    "optimize", "tumours.py:objective", "--n-trials", "3", "--storage", STORAGE, "--table", "--catch", "ValueError"
)
print(Path("tumours.csv").read_text().splitlines()[0])

# %% [markdown]
# Next: `08_from_one_process_to_a_cluster.py`, where one process is not enough. `demo.py` does much of it in one go, and
# CONTRIBUTING.md shows how to go further.
