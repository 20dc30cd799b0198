"""Problems whose best value is known, in groups; each is a tree of parameters and a function of their values.

Within each group problems alternate between the half on which defaults are chosen and the half that is reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["GROUPS", "PROBLEMS", "Node", "Problem", "choice", "evaluate", "integer", "real"]

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Node:
    """A parameter, and those that it brings along.

    Args:
        name: Of the parameter.
        kind: "float", "int" or "choice".
        low, high, log: Of a number.
        choices: Of a choice.
        branches: Parameters by the value that makes them active.
    """

    name: str
    kind: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[Any, ...] = ()
    branches: Mapping[Any, tuple[Node, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Something to minimise.

    Args:
        name, group: Of the problem.
        space: Its parameters.
        function: Losses (all but the constraints) of values.
        optimum: The least loss, or with several objectives the largest hypervolume.
        noise: Standard deviation of what is added to the losses that the sampler sees.
        constraint: At most 0 where values are feasible; None if they all are.
        reference: With several objectives the point up to which volume counts.
    """

    name: str
    group: str
    space: tuple[Node, ...]
    function: Callable[[Values], tuple[float, ...]]
    optimum: float = 0.0
    noise: float = 0.0
    constraint: Callable[[Values], float] | None = None
    reference: tuple[float, ...] = ()

    @property
    def n_objectives(self) -> int:
        return max(1, len(self.reference))


def real(name: str, low: float, high: float, *, log: bool = False) -> Node:
    return Node(name, "float", low, high, log)


def integer(name: str, low: int, high: int, *, log: bool = False, branches: Mapping[Any, Any] | None = None) -> Node:
    return Node(name, "int", low, high, log, branches=branches or {})


def choice(name: str, choices: Sequence[Any], branches: Mapping[Any, Any] | None = None) -> Node:
    return Node(name, "choice", choices=tuple(choices), branches=branches or {})


def evaluate(problem: Problem, trial: Any) -> tuple[dict[str, Any], tuple[float, ...]]:
    """Ask a trial, ours or Optuna's, for the values of a problem, and give the true losses."""
    values: dict[str, Any] = {}
    _ask(trial, problem.space, values)
    return values, problem.function(values)


def _ask(trial: Any, nodes: tuple[Node, ...], values: dict[str, Any]) -> None:
    for node in nodes:
        if node.kind == "float":
            value = trial.suggest_float(node.name, node.low, node.high, log=node.log)
        elif node.kind == "int":
            value = trial.suggest_int(node.name, int(node.low), int(node.high), log=node.log)
        else:
            value = trial.suggest_categorical(node.name, list(node.choices))
        values[node.name] = value
        _ask(trial, node.branches.get(value, ()), values)


def _cube(d: int) -> tuple[Node, ...]:
    return tuple(real(f"x{i}", -5.0, 5.0) for i in range(d))


def _shift(seed: int, d: int) -> Any:
    return np.random.default_rng(seed).uniform(-3.5, 3.5, d)


def _vector(v: Values, d: int) -> Any:
    return np.array([v[f"x{i}"] for i in range(d)])


def _continuous(name: str, group: str, d: int, f: Callable[[Any], float], **options: Any) -> Problem:
    """A function with its minimum 0 at 0, moved off the middle."""
    shift = _shift(sum(map(ord, name)), d)
    return Problem(name, group, _cube(d), lambda v: (float(f(_vector(v, d) - shift)),), **options)


def _sphere(z: Any) -> float:
    return float((z**2).sum())


def _rosenbrock(z: Any) -> float:
    y = z / 2 + 1
    return float((100 * (y[1:] - y[:-1] ** 2) ** 2 + (y[:-1] - 1) ** 2).sum())


def _rastrigin(z: Any) -> float:
    return float((z**2 - 5 * np.cos(2 * np.pi * z / 2) + 5).sum())


def _ackley(z: Any) -> float:
    return float(-20 * np.exp(-0.2 * np.sqrt((z**2).mean())) - np.exp(np.cos(2 * np.pi * z).mean()) + 20 + math.e)


def _griewank(z: Any) -> float:
    y = 4 * z
    return float((y**2).sum() / 400 - np.cos(y / np.sqrt(np.arange(1, len(y) + 1))).prod() + 1)


def _levy(z: Any) -> float:
    w = 1 + z / 4
    return float(
        np.sin(np.pi * w[0]) ** 2
        + ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)).sum()
        + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    )


def _ellipsoid(z: Any) -> float:
    return float((10.0 ** (4 * np.arange(len(z)) / (len(z) - 1)) * z**2).sum())


def _rotated(f: Callable[[Any], float], d: int, seed: int) -> Callable[[Any], float]:
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))
    return lambda z: f(q @ z)


def _cigar(z: Any) -> float:
    return float(z[0] ** 2 + 1e3 * (z[1:] ** 2).sum())


def _powers(z: Any) -> float:
    return float((np.abs(z) ** (2 + 4 * np.arange(len(z)) / (len(z) - 1))).sum())


def _mixed(name: str, n_real: int, n_int: int, n_choice: int, n_choices: int, seed: int) -> Problem:
    """A quadratic in numbers, with one offset per choice; the first choice also moves the numbers' best values."""
    rng = np.random.default_rng(seed)
    best_real, best_int = rng.uniform(0.1, 0.9, (n_choices, n_real)), rng.uniform(0.1, 0.9, n_int)
    offsets = np.sort(rng.uniform(0, 1.0, (n_choice, n_choices)), axis=1)
    offsets -= offsets.min(axis=1, keepdims=True)
    offsets = np.array([rng.permutation(row) for row in offsets])
    sizes = [5, 16, 64, 9]
    nodes = [choice(f"c{i}", [f"v{j}" for j in range(n_choices)]) for i in range(n_choice)]
    nodes += [real(f"x{i}", 1e-4, 1.0, log=True) if i % 2 else real(f"x{i}", 0.0, 1.0) for i in range(n_real)]
    nodes += [integer(f"n{i}", 0, sizes[i % 4]) for i in range(n_int)]
    targets = np.array([round(best_int[i] * sizes[i % 4]) for i in range(n_int)])

    def f(v: Values) -> tuple[float, ...]:
        chosen = [int(v[f"c{i}"][1:]) for i in range(n_choice)]
        x = np.array([1 + math.log10(v[f"x{i}"]) / 4 if i % 2 else v[f"x{i}"] for i in range(n_real)])
        n = np.array([(v[f"n{i}"] - targets[i]) / sizes[i % 4] for i in range(n_int)])
        numbers = 3 * float(((x - best_real[chosen[0]]) ** 2).sum()) + 3 * float((n**2).sum())
        return (numbers + float(sum(offsets[i, j] for i, j in enumerate(chosen))),)

    return Problem(name, "mixed", tuple(nodes), f)


def _bits(name: str, n: int, k: int, seed: int) -> Problem:
    """Unordered choices with pairwise interactions between neighbours; the best is found by dynamic programming."""
    rng = np.random.default_rng(seed)
    pair = rng.uniform(0, 1, (n - 1, k, k))
    cost = np.zeros(k)
    for table in pair:
        cost = (cost[:, None] + table).min(axis=0)
    nodes = tuple(choice(f"c{i}", [f"v{j}" for j in range(k)]) for i in range(n))

    def f(v: Values) -> tuple[float, ...]:
        c = [int(v[f"c{i}"][1:]) for i in range(n)]
        return (float(sum(pair[i, c[i], c[i + 1]] for i in range(n - 1))),)

    return Problem(name, "mixed", nodes, f, optimum=float(cost.min()))


def _models(name: str, sizes: Sequence[int], seed: int, *, shared: int = 1) -> Problem:
    """One of several models, each with parameters of its own; some parameters are shared by all."""
    rng = np.random.default_rng(seed)
    best = [rng.uniform(0.1, 0.9, size) for size in sizes]
    best_shared = rng.uniform(0.1, 0.9, shared)
    offset = rng.permutation(np.linspace(0.0, 0.5, len(sizes)))
    branches = {
        f"m{i}": tuple(
            real(f"m{i}_x{j}", 1e-5, 1.0, log=True) if j % 3 == 1 else real(f"m{i}_x{j}", 0, 1) for j in range(size)
        )
        for i, size in enumerate(sizes)
    }
    nodes = (choice("model", list(branches), branches), *(real(f"s{j}", 0, 1) for j in range(shared)))

    def f(v: Values) -> tuple[float, ...]:
        i = int(v["model"][1:])
        x = np.array([v[node.name] for node in branches[f"m{i}"]])
        u = np.array([1 + math.log10(value) / 5 if j % 3 == 1 else value for j, value in enumerate(x)])
        z = np.array([v[f"s{j}"] for j in range(shared)]) - best_shared
        return (float(offset[i] + 4 * ((u - best[i]) ** 2).mean() + 2 * (z**2).sum()),)

    return Problem(name, "conditional", nodes, f)


def _layers(name: str, deepest: int, seed: int) -> Problem:
    """A network of some layers, each with a width and perhaps dropout."""
    rng = np.random.default_rng(seed)
    best_width, best_depth = rng.uniform(0.2, 0.9, deepest), int(rng.integers(2, deepest))

    def layer(i: int) -> tuple[Node, ...]:
        return (
            integer(f"width{i}", 4, 512, log=True),
            choice(f"drop{i}", ["no", "yes"], {"yes": (real(f"rate{i}", 0.0, 0.8),)}),
        )

    depth = integer(
        "depth", 1, deepest, branches={k: tuple(n for i in range(k) for n in layer(i)) for k in range(1, deepest + 1)}
    )

    def f(v: Values) -> tuple[float, ...]:
        k = v["depth"]
        loss = 0.3 * abs(k - best_depth)
        for i in range(k):
            u = math.log(v[f"width{i}"] / 4) / math.log(128)
            loss += 2 * (u - best_width[i]) ** 2 / k
            loss += (0.5 * (v[f"rate{i}"] - 0.3) ** 2 if v[f"drop{i}"] == "yes" else 0.15) / k
        return (loss + 2 * (math.log10(v["lr"]) + 3) ** 2 / 9,)

    return Problem(name, "conditional", (real("lr", 1e-5, 1.0, log=True), depth), f)


def _tree(name: str, seed: int) -> Problem:
    """The benchmark of Jenatton et al. (2017): a binary tree with shared parameters, and offsets at its leaves."""
    rng = np.random.default_rng(seed)
    target = rng.uniform(-0.7, 0.7, 4)

    def leaf(i: int) -> tuple[Node, ...]:
        return (real(f"z{i}", -1, 1),)

    right = (real("r1", 0, 1), choice("k3", ["l", "r"], {"l": leaf(2), "r": leaf(3)}))
    left = (real("r0", 0, 1), choice("k2", ["l", "r"], {"l": leaf(0), "r": leaf(1)}))
    nodes = (choice("k1", ["l", "r"], {"l": left, "r": right}),)
    offsets = rng.permutation([0.0, 0.1, 0.2, 0.3])
    best_r = rng.uniform(0.2, 0.8, 2)

    def f(v: Values) -> tuple[float, ...]:
        side = 0 if v["k1"] == "l" else 1
        i = 2 * side + (0 if v[f"k{2 + side}"] == "l" else 1)
        return (float(offsets[i] + (v[f"z{i}"] - target[i]) ** 2 + (v[f"r{side}"] - best_r[side]) ** 2),)

    return Problem(name, "conditional", nodes, f)


def _few(name: str, d: int, seed: int, f: Callable[[Any], float], n_matter: int) -> Problem:
    """Many parameters, few of which matter."""
    rng = np.random.default_rng(seed)
    matter = rng.choice(d, n_matter, replace=False)
    shift = _shift(seed, n_matter)
    return Problem(name, "many", _cube(d), lambda v: (float(f(_vector(v, d)[matter] - shift)),))


def _front(name: str, f: Callable[[Any], tuple[float, ...]], d: int, m: int, best: Callable[[], Any]) -> Problem:
    """Several objectives; `best` gives points of the Pareto front."""
    from hpo.pareto import hypervolume

    reference = (1.5,) * m if m < 3 else (1.2,) * m
    optimum = hypervolume(np.asarray(best(), dtype=np.float64), np.array(reference))
    nodes = tuple(real(f"x{i}", 0, 1) for i in range(d))
    return Problem(name, "objectives", nodes, lambda v: f(_vector(v, d)), optimum=optimum, reference=reference)


def _zdt(kind: int) -> Callable[[Any], tuple[float, ...]]:
    def f(x: Any) -> tuple[float, ...]:
        g = 1 + 3 * float(np.abs(x[1:] - 0.3).mean())
        h = 1 - math.sqrt(x[0] / g) if kind == 1 else 1 - (x[0] / g) ** 2
        if kind == 3:
            h = 1 - math.sqrt(x[0] / g) - x[0] / g * math.sin(10 * math.pi * x[0])
        return (float(x[0]), g * h)

    return f


def _zdt_front(kind: int) -> Any:
    f = _zdt(kind)
    return [f(np.array([t, 0.3, 0.3])) for t in np.linspace(0, 1, 400)]


def _dtlz(x: Any) -> tuple[float, ...]:
    g = 4 * float(((x[2:] - 0.4) ** 2).sum())
    a, b = x[0] * math.pi / 2, x[1] * math.pi / 2
    return ((1 + g) * math.cos(a) * math.cos(b), (1 + g) * math.cos(a) * math.sin(b), (1 + g) * math.sin(a))


def _dtlz_front() -> Any:
    grid = np.linspace(0, 1, 25)
    return [_dtlz(np.array([a, b, 0.4])) for a in grid for b in grid]


def _constrained(name: str, d: int, f: Callable[[Any], float], seed: int, radius: float) -> Problem:
    """Feasible is a ball that holds the minimum near its border, and not another one."""
    rng = np.random.default_rng(seed)
    shift = _shift(seed, d)
    way = rng.normal(size=d)
    centre = shift + 0.9 * radius * way / np.linalg.norm(way)

    def constraint(v: Values) -> float:
        return float(np.linalg.norm(_vector(v, d) - centre)) - radius

    def tilted(v: Values) -> tuple[float, ...]:
        return (float(f(_vector(v, d) - shift)),)

    return Problem(name, "constrained", _cube(d), tilted, constraint=constraint)


def _tuning(name: str) -> Problem:
    """Which model and which of its parameters; losses come from a table."""
    from tests.benchmarks.tables import TABLES, grid, lookup, optimum

    def nodes(model: str) -> tuple[Node, ...]:
        return tuple(
            choice(f"{model}_{key}", values)
            if isinstance(values[0], str) or len(values) == 2
            else integer(f"{model}_{key}", values[0], values[-1])
            for key, values in grid(model).items()
        )

    models = TABLES[name][1]
    space = (choice("model", models, {model: nodes(model) for model in models}),)
    return Problem(name, "tuning", space, lambda v: (lookup(name, v) - optimum(name),))


def _problems() -> list[Problem]:
    return [
        *map(_tuning, ("wine_knn_tree", "moons_all", "iris_all", "blobs_svm")),
        _continuous("sphere3", "smooth", 3, _sphere),
        _continuous("sphere8", "smooth", 8, _sphere),
        _continuous("powers6", "smooth", 6, _powers),
        _continuous("rosenbrock4", "smooth", 4, _rosenbrock),
        _continuous("rastrigin3", "multimodal", 3, _rastrigin),
        _continuous("ackley4", "multimodal", 4, _ackley),
        _continuous("griewank5", "multimodal", 5, _griewank),
        _continuous("levy6", "multimodal", 6, _levy),
        _continuous("ellipsoid5", "conditioned", 5, _ellipsoid),
        _continuous("cigar4", "conditioned", 4, _rotated(_cigar, 4, 1)),
        _continuous("ellipsoid3r", "conditioned", 3, _rotated(_ellipsoid, 3, 2)),
        _continuous("cigar6", "conditioned", 6, _cigar),
        _mixed("mixed_small", 2, 2, 2, 3, 11),
        _mixed("mixed_large", 4, 4, 3, 4, 12),
        _bits("choices8", 8, 4, 13),
        _bits("choices12", 12, 3, 14),
        _mixed("mixed_choices", 1, 2, 6, 5, 15),
        _mixed("mixed_numbers", 3, 6, 1, 2, 16),
        _models("models3", [2, 4, 3], 21),
        _models("models6", [3, 1, 2, 5, 4, 2], 22, shared=2),
        _layers("layers4", 4, 23),
        _layers("layers6", 6, 24),
        _tree("tree1", 25),
        _tree("tree2", 26),
        _continuous("noisy_sphere5", "noisy", 5, _sphere, noise=5.0),
        _continuous("noisy_ackley3", "noisy", 3, _ackley, noise=2.0),
        _few("many20", 20, 31, _sphere, 3),
        _few("many40", 40, 32, _sphere, 4),
        _few("many30_levy", 30, 33, _levy, 5),
        _few("many25_ackley", 25, 34, _ackley, 4),
        _front("zdt1", _zdt(1), 6, 2, lambda: _zdt_front(1)),
        _front("zdt2", _zdt(2), 8, 2, lambda: _zdt_front(2)),
        _front("dtlz2", _dtlz, 6, 3, _dtlz_front),
        _front("zdt3", _zdt(3), 5, 2, lambda: _zdt_front(3)),
        _constrained("ball3", 3, _sphere, 41, 3.5),
        _constrained("ball5", 5, _sphere, 42, 5.0),
        _constrained("ball_ackley3", 3, _ackley, 43, 3.5),
        _constrained("ball_levy4", 4, _levy, 44, 4.0),
    ]


PROBLEMS: dict[str, Problem] = {problem.name: problem for problem in _problems()}
GROUPS: dict[str, list[str]] = {}
for _problem in PROBLEMS.values():
    GROUPS.setdefault(_problem.group, []).append(_problem.name)
