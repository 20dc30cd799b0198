"""How the site is built: `make docs` runs Sphinx with this file, into build/docs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import hpo

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))  # for the extensions and the pictures

from extensions.tutorials import unrunnable  # noqa: E402

shutil.rmtree(DOCS / "tutorials", ignore_errors=True)  # Sphinx reads no pages from beside its folder
shutil.copytree(DOCS.parent / "tutorials", DOCS / "tutorials", ignore=shutil.ignore_patterns("__pycache__"))

os.environ |= {
    "HPO_CHECKPOINTS": str(DOCS.parent / "build" / "docs-checkpoints"),
    "IPYTHONDIR": str(DOCS / "ipython"),  # says how the tutorials' figures are shown
    "OMP_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}

hpo.logging.set_verbosity(hpo.logging.WARNING)  # of the studies that pictures are drawn of

project = "hpo"
author = "the authors of hpo"
project_copyright = "the authors of hpo, MIT licence"
version = release = hpo.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "extensions.docstrings",
    "extensions.offline",
    "extensions.pictures",
    "extensions.repository",
    "extensions.tutorials",
]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".py": "myst-nb"}
exclude_patterns = ["check.py", "conf.py", "extensions", "ipython", "pictures", "screenshot.py", "tutorials/demo.py"]
nitpicky = True
nitpick_ignore_regex = [
    # There is no intersphinx, as the build asks no network: what belongs to other packages stays text.
    (
        r"py:.*",
        r"(abc|collections|concurrent|dataclasses|datetime|enum|logging|os|pathlib|socket|threading|typing)\..*",
    ),
    (
        r"py:.*",
        r"(distributed|go|lgb|np|numpy|pandas|pd|plotly|pytest|sklearn|sqlalchemy|uvicorn|xgb)\..*|Future|NDArray|OptimizeResult|datetime",
    ),
    (r"py:class", r"hpo\..*\.([A-Z]|_\w+|Objective|Suggestions)"),  # type variables, and protocols within
]

# ---- the tutorials, which are scripts of cells: jupytext reads them, and a kernel runs them
nb_custom_formats = {".py": "extensions.tutorials.read"}
nb_execution_mode = "cache"
nb_execution_cache_path = str(DOCS.parent / "build" / "docs-executed")
nb_execution_in_temp = True
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_excludepatterns = [f"tutorials/{name}.py" for name in unrunnable(DOCS.parent / "tutorials")]
nb_merge_streams = True
nb_execution_show_tb = True

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3

# ---- the reference
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True
autodoc_mock_imports = [  # large ones, which no page runs
    "catboost", "distributed", "fastai", "ignite", "keras", "lightgbm", "lightning", "mlflow", "neptune", "pyspark",
    "ray", "redis", "skorch", "tensorboard", "torch", "transformers", "wandb", "xgboost",
]  # fmt: skip
napoleon_google_docstring = True
napoleon_numpy_docstring = False
default_role = "code"
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

# ---- how it looks
html_theme = "furo"
html_title = f"hpo {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_favicon = "../dashboard/static/mark.svg"
pygments_style = "friendly"
pygments_dark_style = "native"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
