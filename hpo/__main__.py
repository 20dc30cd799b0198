"""`python -m hpo` is the command `hpo`."""

from __future__ import annotations

from hpo.cli.main import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
