"""Imports go down the layers of the design, `__all__` names what is public, and importing costs little."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import hpo

ROOT = Path(__file__).parent.parent
FAMILIES = tuple(sorted(link.name for link in (ROOT / "hpo").iterdir() if link.is_symlink()))
LAYERS: tuple[tuple[str, ...], ...] = (
    (
        "arrays",
        "caution",
        "digests",
        "exceptions",
        "files",
        "hosts",
        "near",
        "numbers",
        "secrets",
        "seeds",
        "moments",
        "terminal",
        "words",
    ),
    ("absent", "checks", "logging", "search_region"),
    ("key", "lazy", "markup", "pareto"),
    ("distributions",),
    ("space",),
    ("events",),
    ("history",),
    ("protocols",),
    ("bases", "log"),
    ("samplers", "pruners", "storage", "executors"),
    ("trial",),
    ("artifacts", "dimensions", "reading"),
    ("running",),
    ("importance",),
    ("visualization",),
    ("dashboard",),
    ("study",),
    ("minimizing", "search_space", "storages", "testing"),
    ("cli", "integrations"),
    ("__main__", "integration"),
    ("__init__",),
)
"""What hpo consists of, from the bottom: modules, packages and families of plug-ins.

Nobody imports what stands above or beside. Every import counts: those for annotations, and those that a function makes
when it runs.
"""

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def paths() -> list[Path]:
    files = [path for folder in ("hpo", *FAMILIES) for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in files if not any(parent.is_symlink() for parent in path.parents)]


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("hpo", *(part for part in parts if part not in ("hpo", "__init__"))))


def part(module: str) -> str:
    """The piece of the design that a module belongs to."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


PATHS = [path for path in paths() if "migrations" not in path.parts]  # those are scripts that Alembic runs
MODULES = {dotted(path): path for path in PATHS}


def imports(path: Path) -> Iterator[str]:
    """All modules that a file names: in imports wherever they stand, and as text, to be loaded on first use."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if name in MODULES else node.module for name in names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield from {node.value} & MODULES.keys()


GRAPH = {name: {other for other in imports(path) if other in MODULES} for name, path in MODULES.items()}


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_only(name: str) -> None:
    own = part(name)
    assert own in RANK, f"{own} has no layer yet; give it one"
    for other in GRAPH[name]:
        assert part(other) == own or RANK[part(other)] < RANK[own], f"{name} must not import {other}"


def test_no_imports_go_in_circles() -> None:
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


@pytest.mark.parametrize("path", PATHS, ids=dotted)
def test_imports_of_hpo_name_what_is_there(path: Path) -> None:
    assert not [module for module in imports(path) if module.startswith("hpo.") and module not in MODULES]


@pytest.mark.parametrize("path", PATHS, ids=dotted)
def test_families_are_imported_by_their_full_names(path: Path) -> None:
    assert not [module for module in imports(path) if module.split(".")[0] in FAMILIES]


def public_names(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            targets = [name for target in node.targets for name in getattr(target, "elts", [target])]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_") and len(name) > 1} - {"logger"}  # T is a type variable


def imported_names(module: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(module) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return {alias.asname or alias.name for node in nodes for alias in node.names}


def declared(module: ast.Module) -> list[str]:
    for node in module.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id == "__all__":
            names: list[str] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
            return names
    raise AssertionError("a module says in __all__ what is public")


@pytest.mark.parametrize("path", PATHS, ids=dotted)
def test_all_names_what_is_public(path: Path) -> None:
    module, name = tree(path), dotted(path)
    public = public_names(module)
    if not public and len(module.body) == 1:
        return  # a docstring alone
    names = declared(module)
    assert len(names) == len(set(names))
    assert public <= set(names)
    gathers = path.name == "__init__.py" or name in {"hpo.logging", "hpo.storages"}
    assert set(names) <= (public | imported_names(module) if gathers else public)


def loaded(code: str) -> set[str]:
    """Modules that a fresh process has loaded after `code`."""
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


def test_importing_hpo_loads_nothing_heavy() -> None:
    heavy = {"numpy", "scipy", "sqlalchemy", "plotly", "alembic", "pandas", "colorlog", "tqdm"}
    assert not heavy & loaded("import hpo")


def test_a_study_in_memory_loads_numpy_at_most() -> None:
    code = """
import hpo
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(sampler=hpo.samplers.RandomSampler())
study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 9) + t.suggest_categorical("c", [1, 2]), 20)
study.best_params
"""
    names = loaded(code)
    assert "numpy" in names
    assert not {"scipy", "sqlalchemy", "alembic", "plotly", "pandas", "tqdm"} & names


def test_beginning_a_study_loads_what_it_needs() -> None:
    names = loaded("import hpo\nhpo.create_study()")
    later = {"colorlog", "concurrent.futures", "decimal", "difflib", "hashlib", "numpy.typing", "queue"}
    later |= {"random", "shutil", "socket", "statistics", "tempfile"}
    assert not later & names - loaded("import numpy")
    later = {
        "hpo.pareto",
        "hpo.reading.expected",
        "hpo.running.away",
        "hpo.running.host",
        "hpo.reading.snapshot",
        "hpo.running.loop",
        "hpo.running.parcel",
        "hpo.samplers.model.axes",
    }
    later |= {"hpo.storage.segments", "hpo.study.studies", "hpo.study.warm_start", "hpo.trial.fixed"}
    assert not later & names
    assert {name for name in names if name.startswith("hpo.pruners.")} == loaded_pruners()


def loaded_pruners() -> set[str]:
    """Modules that the default pruner consists of."""
    names = loaded("import hpo.pruners.percentile")
    return {name for name in names if name.startswith("hpo.pruners.")}


def test_reading_a_study_loads_nothing_that_draws() -> None:
    code = """
import hpo, hpo.importance as importance, hpo.reading.summary, hpo.reading.dataframe, hpo.reading.counts
hpo.logging.set_verbosity(hpo.logging.ERROR)
study = hpo.create_study(sampler=hpo.samplers.RandomSampler())
study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_int("n", 1, 9), 20, callbacks=[hpo.TableCallback()])
study.results_summary(), study.search_space_summary(), study.trials_dataframe()
for name in ("PedAnova", "Fanova", "Shapley"):
    evaluator = getattr(importance, f"{name}ImportanceEvaluator")()
    importance.get_param_importances(study, evaluator=evaluator)
importance.explain_gain(study)
"""
    assert not {"plotly", "hpo.visualization"} & loaded(code)


def test_submodules_are_there_after_importing_hpo() -> None:
    assert set(FAMILIES) - {"cli"} <= set(hpo.__all__)
    names = loaded(f"import hpo\nfor name in {hpo.__all__!r}: getattr(hpo, name)")
    assert {f"hpo.{family}" for family in FAMILIES if family != "cli"} <= names


@pytest.mark.parametrize("path", PATHS, ids=dotted)
def test_modules_say_what_they_are(path: Path) -> None:
    assert ast.get_docstring(tree(path))


def listing(package: Path) -> str | None:
    """The docstring of a package that says what is where."""
    text = ast.get_docstring(tree(package))
    return text if text and re.search(r"^\w+\.py +\w", text, re.MULTILINE) else None


@pytest.mark.parametrize("package", [p for p in PATHS if p.name == "__init__.py" and listing(p)], ids=dotted)
def test_a_package_that_says_what_is_where_leaves_nothing_out(package: Path) -> None:
    told = set(re.findall(r"\b\w+\.py\b", listing(package) or ""))
    assert told == {path.name for path in package.parent.glob("*.py")} - {"__init__.py"}
