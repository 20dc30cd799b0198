"""How many mistakes that are put into a module on purpose its tests notice; prints those that they do not.

    make mutation MODULE='samplers/tpe/split.py' TESTS='tests/samplers/tpe/test_split.py'

mutmut makes the mistakes, one at a time, and runs the tests in a forked process that has imported everything. It wants
one tree without symbolic links and its configuration in there, so it works on a copy.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
MUTMUT = (sys.executable, "-m", "mutmut")
SURVIVED = ("survived", "no tests", "suspicious", "skipped")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--module", nargs="+", required=True, help="files in which to make mistakes")
    arguments.add_argument("--tests", nargs="+", required=True, help="files or folders of tests that should notice")
    arguments.add_argument("--processes", type=int, default=2)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy(Path(folder), options.module, options.tests)
        command = [*MUTMUT, "run", "--max-children", str(options.processes)]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            sys.exit("The tests must pass before mistakes are made.")
        report(Path(folder))


def copy(folder: Path, modules: list[str], tests: list[str]) -> None:
    """The tree as it is installed, and what mutmut shall do with it."""
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "hpo", folder / "hpo", ignore=unwanted)  # follows the links
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    mutated = [module if module.startswith("hpo/") else f"hpo/{module}" for module in modules]
    lines = ["[mutmut]", "source_paths=hpo"]
    lines += ["only_mutate=", *(f"  {one}" for one in mutated)]
    lines += ["pytest_add_cli_args_test_selection=", *(f"  {one}" for one in tests)]
    (folder / "setup.cfg").write_text("\n".join(lines))


def report(folder: Path) -> None:
    """Print each mistake that was not noticed, and the share of the others."""

    def said(*words: str) -> str:
        return subprocess.run([*MUTMUT, *words], cwd=folder, capture_output=True, text=True, check=True).stdout

    for line in said("results").splitlines():
        name, _, status = line.strip().rpartition(": ")
        if status in SURVIVED:
            print(said("show", name))
    said("export-cicd-stats")
    counts = json.loads((folder / "mutants/mutmut-cicd-stats.json").read_text())
    killed = counts["killed"] + counts["timeout"] + counts["segfault"]
    print(f"{killed} of {counts['total']} mistakes were noticed: {killed / counts['total']:.1%}")


if __name__ == "__main__":
    main()
