"""Imports go down the layers of the design, `__all__` names what is public, and importing costs little."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FAMILIES = ("samplers", "pruners", "storage", "importance", "visualization", "integrations", "cli")
LAYERS: tuple[tuple[str, ...], ...] = (
    ("arrays", "exceptions", "logging"),
    ("key", "pareto"),
    ("distributions",),
    ("space",),
    ("events",),
    ("history",),
    ("protocols",),
    ("log",),
    ("samplers", "pruners", "storage"),
    ("trial",),
    ("reading",),
    ("running",),
    ("importance",),
    ("visualization",),
    ("study",),
    ("storages", "testing"),
    ("cli", "dashboard", "integrations"),
    ("__init__", "__main__"),
)
"""From the bottom; within one layer of several modules nobody imports another, but for packages within themselves."""

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    files = [path for folder in ("hpo", *FAMILIES) for path in sorted((ROOT / folder).rglob("*.py"))]
    return [p for p in files if "migrations" not in p.parts and not (p.parts[-3:-1] and p.is_symlink())]


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("hpo", *(part for part in parts if part != "hpo")))


def part(module: str) -> str:
    """The piece of the design that a module belongs to."""
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def without_type_checking(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run, without the imports that are there for annotations only."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield from without_type_checking(child)


def imports(path: Path) -> Iterator[str]:
    for node in without_type_checking(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module is not None
            if node.module == "hpo":
                yield from (f"hpo.{alias.name}" for alias in node.names)
            else:
                yield node.module


MODULES = [path for path in modules() if dotted(path) != "hpo.py"]


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_imports_go_down_only(path: Path) -> None:
    own = part(dotted(path))
    assert own in RANK, f"{own} has no layer yet; give it one"
    for module in imports(path):
        if not module.startswith("hpo."):
            continue
        other = part(module)
        assert other == own or RANK[other] < RANK[own], f"{own} must not import {other}"


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_families_are_imported_by_their_full_names(path: Path) -> None:
    assert not [module for module in imports(path) if module.split(".")[0] in FAMILIES]


@pytest.mark.parametrize("path", [p for p in MODULES if part(dotted(p)) in FAMILIES], ids=dotted)
def test_plug_ins_know_no_other_family_and_no_study(path: Path) -> None:
    own = part(dotted(path))
    forbidden = {*FAMILIES, "study", "trial", "optimize"} - {own}
    if own not in {"importance", "visualization", "integrations", "cli"}:  # which use studies
        assert not forbidden & {part(module) for module in imports(path) if module.startswith("hpo.")}


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


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_all_names_what_is_public(path: Path) -> None:
    module, name = tree(path), dotted(path)
    public = public_names(module)
    if not public and len(module.body) == 1:
        return  # a docstring alone
    names = declared(module)
    assert len(names) == len(set(names))
    assert public <= set(names)
    gathers = path.name == "__init__.py" or name in {"hpo.logging", "hpo.storages", "hpo.study", "hpo.trial"}
    assert set(names) <= (public | imported_names(module) if gathers else public)


def loaded(code: str) -> set[str]:
    """Top-level packages that a fresh process has loaded after `code`."""
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
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


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_modules_say_what_they_are(path: Path) -> None:
    assert ast.get_docstring(tree(path))
