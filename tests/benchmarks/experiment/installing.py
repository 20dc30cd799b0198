"""From `pip install` to a first result, in fresh virtual environments."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

__all__ = ["measure"]

LIBRARIES = {
    "hpo": [],
    "optuna": ["optuna", "optuna-integration"],
    "hyperopt": ["hyperopt"],
    "skopt": ["scikit-optimize"],
}
"""What is installed for each library; ours is a wheel of the working tree."""

BASE = ["lightgbm", "scikit-learn"]
"""What is there before, as whoever searches has models already."""

_ROOT = Path(__file__).parents[3]
_LISTINGS = Path(__file__).parent / "listings"


def measure(folder: Path) -> None:
    """Append what was measured for each library to a file in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for library, packages in LIBRARIES.items():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            found = _measure(library, packages, Path(place))
        with (folder / "installed.jsonl").open("a") as file:
            file.write(json.dumps(found) + "\n")
        print(found, flush=True)


def _measure(library: str, packages: list[str], place: Path) -> dict[str, object]:
    environment = place / "environment"
    _quiet(sys.executable, "-m", "venv", str(environment))
    python = str(environment / "bin" / "python")
    _quiet(python, "-m", "pip", "install", *BASE)
    if library == "hpo":
        _quiet(python, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(place), str(_ROOT))
        packages = [str(next(place.glob("hpo_study-*.whl")))]
    size, n_packages = _size(environment)
    listing = _LISTINGS / f"with_{library}.py"
    processor, start = _processor(), time.perf_counter()
    _quiet(python, "-m", "pip", "install", "--no-cache-dir", *packages)
    installed = time.perf_counter()
    _quiet(python, "-W", "ignore", str(listing))
    first = time.perf_counter()
    size_after, n_after = _size(environment)
    return {
        "library": library,
        "install": installed - start,
        "first": first - installed,
        "processor": _processor() - processor,
        "bytes": size_after - size,
        "packages": n_after - n_packages,
        "lines": sum(bool(line.strip()) for line in listing.read_text().splitlines()),
    }


def _quiet(*command: str) -> None:
    """Run a command.

    Raises:
        RuntimeError: With what it said, if it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def _size(environment: Path) -> tuple[int, int]:
    """Bytes of an environment's packages, without compiled copies of the source, and how many there are."""
    files = [path for path in environment.glob("lib/python*/site-packages/**/*") if path.is_file()]
    kept = [path for path in files if path.suffix != ".pyc"]
    return sum(path.stat().st_size for path in kept), sum(path.name == "METADATA" for path in files)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
