"""What was measured once and is told in two places is the same in both."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def in_the_tutorial() -> dict[str, list[float]]:
    """Regrets by sampler, as the tutorial on samplers draws them."""
    tree = ast.parse((ROOT / "tutorials/03_samplers.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "REGRET"
    )
    regrets: dict[str, list[float]] = ast.literal_eval(value)
    return regrets


def on_the_site() -> dict[str, list[float]]:
    """The same from the table of the page on samplers."""
    text = (ROOT / "docs/which/sampler.md").read_text(encoding="utf-8")
    section = text.partition("## By the number of trials")[2].partition("\n## ")[0]
    head, _, *rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    return {name: [float(row[i]) for row in rows] for i, name in enumerate(head)}


def test_the_tutorial_draws_what_the_site_tells() -> None:
    drawn, told = in_the_tutorial(), on_the_site()
    assert drawn.keys() == {"trials", "default", "TPESampler", "CmaEsSampler"}
    assert drawn == {name: told[name] for name in drawn}
