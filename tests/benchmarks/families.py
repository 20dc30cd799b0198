"""Families of problems whose best value is known, in groups. Each seed draws a member: other shifts, rotations,
offsets and tables of costs, so that nothing can be tuned to one instance.

Within each group families alternate between the half on which defaults are chosen and the half that is reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.problems import Node, Problem, Values, choice, integer, real

__all__ = ["FAMILIES", "GROUPS", "Family"]

Array: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[[Any], float]
Rng: TypeAlias = np.random.Generator

_DRAW = 4
_DRAWS = {"constrained": 5}
"""By group. Another number redraws every member, as one must before a default is judged by a half that was seen."""


@dataclass(frozen=True)
class Family:
    """Problems of one kind.

    Args:
        name, group: Of the family.
        make: Draws a member.
    """

    name: str
    group: str
    make: Callable[[Rng], Problem]

    def member(self, seed: int) -> Problem:
        """The problem of a seed."""
        return self.make(np.random.default_rng([_DRAWS.get(self.group, _DRAW), seed, *self.name.encode()]))


def _cube(d: int) -> tuple[Node, ...]:
    return tuple(real(f"x{i}", -5.0, 5.0) for i in range(d))


def _vector(v: Values, d: int) -> Array:
    return np.array([v[f"x{i}"] for i in range(d)])


def _continuous(
    rng: Rng, d: int, f: Function, *, rotated: bool = False, noise: float = 0.0, unused: int = 0
) -> Problem:
    """A function with its minimum 0 at 0, moved off the middle, of `d` coordinates among some that do not matter."""
    shift = rng.uniform(-4.0, 4.0, d)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0] if rotated else np.eye(d)
    matter = rng.choice(d + unused, d, replace=False)
    return Problem(
        _cube(d + unused), lambda v: (float(f(turn @ (_vector(v, d + unused)[matter] - shift))),), noise=noise
    )


def _sphere(z: Array) -> float:
    return float((z**2).sum())


def _absolute(z: Array) -> float:
    return float(np.abs(z).sum())


def _logarithmic(z: Array) -> float:
    return float(np.log1p((z**2).sum()))


def _bell(z: Array) -> float:
    return float(1 - np.exp(-(z**2).sum() / 20))


def _weighted(z: Array) -> float:
    return float((z**2 / np.arange(1, len(z) + 1)).sum())


def _rosenbrock(z: Array) -> float:
    y = z / 2 + 1
    return float((100 * (y[1:] - y[:-1] ** 2) ** 2 + (y[:-1] - 1) ** 2).sum())


def _rastrigin(z: Array) -> float:
    return float((z**2 - 5 * np.cos(np.pi * z) + 5).sum())


def _ackley(z: Array) -> float:
    return float(-20 * np.exp(-0.2 * np.sqrt((z**2).mean())) - np.exp(np.cos(2 * np.pi * z).mean()) + 20 + math.e)


def _griewank(z: Array) -> float:
    y = 4 * z
    return float((y**2).sum() / 400 - np.cos(y / np.sqrt(np.arange(1, len(y) + 1))).prod() + 1)


def _levy(z: Array) -> float:
    w = 1 + z / 4
    return float(
        np.sin(np.pi * w[0]) ** 2
        + ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)).sum()
        + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    )


def _ellipsoid(z: Array) -> float:
    return float((10.0 ** (4 * np.arange(len(z)) / (len(z) - 1)) * z**2).sum())


def _cigar(z: Array) -> float:
    return float(z[0] ** 2 + 1e3 * (z[1:] ** 2).sum())


def _discus(z: Array) -> float:
    return float(1e3 * z[0] ** 2 + (z[1:] ** 2).sum())


def _ridge(z: Array) -> float:
    return float(abs(z[0]) + 30 * np.sqrt((z[1:] ** 2).sum()))


def _powers(z: Array) -> float:
    return float((np.abs(z) ** (2 + 4 * np.arange(len(z)) / (len(z) - 1))).sum())


def _peaks(rng: Rng, d: int, n: int) -> Problem:
    """The deepest of some bells of different widths and depths."""
    centre, width, depth = rng.uniform(-4.5, 4.5, (n, d)), rng.uniform(1.0, 2.5, n), rng.uniform(0.3, 0.9, n)
    depth[0] = 1.0

    def f(v: Values) -> tuple[float, ...]:
        distance = ((_vector(v, d) - centre) ** 2).sum(axis=1) / (d * width**2)
        return (float(1 - (depth * np.exp(-distance)).max()),)

    return Problem(_cube(d), f)


def _mixed(rng: Rng, n_real: int, n_int: int, n_choice: int, n_choices: int, noise: float = 0.0) -> Problem:
    """A quadratic in numbers, with one offset per choice; the first choice also moves the numbers' best values."""
    best_real, best_int = rng.uniform(0.1, 0.9, (n_choices, n_real)), rng.uniform(0.1, 0.9, n_int)
    offsets = rng.uniform(0, 1.0, (n_choice, n_choices))
    offsets -= offsets.min(axis=1, keepdims=True)
    sizes = [5, 16, 64, 9]
    nodes = [choice(f"c{i}", [f"v{j}" for j in range(n_choices)]) for i in range(n_choice)]
    nodes += [real(f"x{i}", 1e-4, 1.0, log=True) if i % 2 else real(f"x{i}", 0.0, 1.0) for i in range(n_real)]
    nodes += [integer(f"n{i}", 0, sizes[i % 4]) for i in range(n_int)]
    targets = np.array([round(best_int[i] * sizes[i % 4]) for i in range(n_int)])

    def f(v: Values) -> tuple[float, ...]:
        chosen = [int(v[f"c{i}"][1:]) for i in range(n_choice)]
        x = np.array([1 + math.log10(v[f"x{i}"]) / 4 if i % 2 else v[f"x{i}"] for i in range(n_real)])
        n = np.array([(v[f"n{i}"] - targets[i]) / sizes[i % 4] for i in range(n_int)])
        moved = best_real[chosen[0]] if chosen else best_real[0]
        numbers = 3 * float(((x - moved) ** 2).sum()) + 3 * float((n**2).sum())
        return (numbers + float(sum(offsets[i, j] for i, j in enumerate(chosen))),)

    return Problem(tuple(nodes), f, noise=noise)


def _integers(rng: Rng, d: int) -> Problem:
    """Integers of several scales, and how far their product is from a target."""
    highs = rng.choice([3, 10, 30, 100, 1000], d)
    best = [int(rng.integers(1, high + 1)) for high in highs]
    nodes = tuple(integer(f"n{i}", 1, int(high), log=bool(i % 2)) for i, high in enumerate(highs))

    def f(v: Values) -> tuple[float, ...]:
        z = np.array(
            [
                math.log(v[f"n{i}"] / best[i]) / math.log(highs[i]) if i % 2 else (v[f"n{i}"] - best[i]) / highs[i]
                for i in range(d)
            ]
        )
        return (float(np.abs(z).sum() + 2 * abs(z.sum())),)

    return Problem(nodes, f)


def _chain(rng: Rng, n: int, k: int) -> Problem:
    """Unordered choices with pairwise interactions between neighbours; the best is found by dynamic programming."""
    pair = rng.uniform(0, 1, (n - 1, k, k))
    cost = np.zeros(k)
    for table in pair:
        cost = (cost[:, None] + table).min(axis=0)
    nodes = tuple(choice(f"c{i}", [f"v{j}" for j in range(k)]) for i in range(n))

    def f(v: Values) -> tuple[float, ...]:
        c = [int(v[f"c{i}"][1:]) for i in range(n)]
        return (float(sum(pair[i, c[i], c[i + 1]] for i in range(n - 1))),)

    return Problem(nodes, f, optimum=float(cost.min()))


def _models(rng: Rng, sizes: Sequence[int], *, shared: int = 1, noise: float = 0.0) -> Problem:
    """One of several models, each with parameters of its own; some parameters are shared by all."""
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

    return Problem(nodes, f, noise=noise)


def _layers(rng: Rng, deepest: int) -> Problem:
    """A network of some layers, each with a width and perhaps dropout."""
    best_width, best_depth = rng.uniform(0.2, 0.9, deepest), int(rng.integers(1, deepest + 1))
    best_lr = rng.uniform(-4.5, -0.5)

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
        return (float(loss + 2 * (math.log10(v["lr"]) - best_lr) ** 2 / 9),)

    return Problem((real("lr", 1e-5, 1.0, log=True), depth), f)


def _tree(rng: Rng, depth: int) -> Problem:
    """The benchmark of Jenatton et al. (2017): a binary tree with numbers at its nodes, and offsets at its leaves."""
    n_leaves = 2**depth
    offsets = rng.permutation(np.linspace(0.0, 0.4, n_leaves))
    best = rng.uniform(0.15, 0.85, 2 * n_leaves)

    def below(i: int) -> tuple[Node, ...]:
        """The parameters at a node of the heap, whose leaves start at `n_leaves`."""
        number = (real(f"x{i}", 0, 1),) if i > 1 else ()
        if i >= n_leaves:
            return number
        return (*number, choice(f"k{i}", ["l", "r"], {"l": below(2 * i), "r": below(2 * i + 1)}))

    def f(v: Values) -> tuple[float, ...]:
        i, loss = 1, 0.0
        while i < n_leaves:
            i = 2 * i + (v[f"k{i}"] == "r")
            loss += 2 * (v[f"x{i}"] - best[i]) ** 2
        return (float(offsets[i - n_leaves] + loss),)

    return Problem(below(1), f)


def _training(rng: Rng) -> Problem:
    """An optimiser with parameters of its own, a schedule with others, and what both share."""
    best = rng.uniform(0.15, 0.85, 6)
    kind, plan = rng.permutation([0.0, 0.15, 0.4]), rng.permutation([0.0, 0.2])
    optimisers = {
        "sgd": (real("momentum", 0.0, 0.99), choice("nesterov", [False, True])),
        "adam": (real("beta1", 0.5, 0.999), real("beta2", 0.9, 0.9999)),
        "none": (),
    }
    schedules = {"cosine": (), "step": (integer("period", 1, 50), real("factor", 0.01, 1.0, log=True))}
    nodes = (
        real("lr", 1e-5, 1.0, log=True),
        choice("optimiser", list(optimisers), optimisers),
        choice("schedule", list(schedules), schedules),
        integer("batch", 8, 512, log=True),
    )

    def f(v: Values) -> tuple[float, ...]:
        i = list(optimisers).index(v["optimiser"])
        lr = 1 + math.log10(v["lr"]) / 5
        loss = kind[i] + plan[int(v["schedule"] == "step")] + 3 * (lr - (best[0] + 0.15 * (i - 1))) ** 2
        loss += (math.log(v["batch"] / 8) / math.log(64) - best[1]) ** 2
        if i == 0:
            loss += (v["momentum"] - best[2]) ** 2 + 0.1 * (v["nesterov"] != (best[2] > 0.5))
        if i == 1:
            loss += ((v["beta1"] - 0.5) * 2 - best[3]) ** 2 + ((v["beta2"] - 0.9) * 10 - best[4]) ** 2
        if v["schedule"] == "step":
            loss += 2 * (v["period"] / 50 - best[5]) ** 2 + (1 + math.log10(v["factor"]) / 2 - best[2]) ** 2
        return (float(loss),)

    return Problem(nodes, f)


def _slope(rng: Rng, d: int) -> Problem:
    """All parameters matter, each half as much as the one before."""
    weight = rng.permutation(0.6 ** np.arange(d))
    best = rng.uniform(-4.0, 4.0, d)
    return Problem(_cube(d), lambda v: (float((weight * (_vector(v, d) - best) ** 2).sum()),))


def _switches(rng: Rng, n: int, matter: int) -> Problem:
    """Many switches and numbers, of which a few matter."""
    on = rng.integers(0, 2, n)
    weight = np.zeros(n)
    weight[rng.choice(n, matter, replace=False)] = 1.0
    numbers = rng.uniform(-4.0, 4.0, matter)
    nodes = (*(choice(f"c{i}", ["off", "on"]) for i in range(n)), *_cube(n))

    def f(v: Values) -> tuple[float, ...]:
        wrong = np.array([(v[f"c{i}"] == "on") != on[i] for i in range(n)])
        return (float((weight * wrong).sum() + ((_vector(v, matter) - numbers) ** 2).sum() / 10),)

    return Problem(nodes, f)


def _front(
    rng: Rng, f: Callable[[Array, Array], tuple[float, ...]], d: int, m: int, best: Callable[[int], Array]
) -> Problem:
    """Several objectives; `f` of a point and the best values, `best` of a number of points of the Pareto set."""
    from hpo.pareto import hypervolume

    target = rng.uniform(0.1, 0.9, d)
    reference = (1.5,) * m if m < 3 else (1.2,) * m
    front = np.array([f(np.concatenate([x, target[len(x) :]]), target) for x in best(400)])
    optimum = hypervolume(front, np.array(reference))
    nodes = tuple(real(f"x{i}", 0, 1) for i in range(d))
    return Problem(nodes, lambda v: f(_vector(v, d), target), optimum=optimum, reference=reference)


def _zdt(x: Array, target: Array, kind: int) -> tuple[float, ...]:
    g = 1 + 3 * float(np.abs(x[1:] - target[1:]).mean())
    h = 1 - math.sqrt(x[0] / g) if kind == 1 else 1 - (x[0] / g) ** 2
    if kind == 3:
        h = 1 - math.sqrt(x[0] / g) - x[0] / g * math.sin(10 * math.pi * x[0])
    return (float(x[0]), g * h)


def _dtlz(x: Array, target: Array) -> tuple[float, ...]:
    g = 4 * float(((x[2:] - target[2:]) ** 2).sum())
    a, b = x[0] * math.pi / 2, x[1] * math.pi / 2
    return ((1 + g) * math.cos(a) * math.cos(b), (1 + g) * math.cos(a) * math.sin(b), (1 + g) * math.sin(a))


def _wave(x: Array, target: Array) -> tuple[float, ...]:
    """The best value of each other coordinate moves with the first one."""
    g = float(((x[1:] - 0.5 - 0.4 * np.sin(6 * x[0] + 6 * target[1:])) ** 2).sum())
    return (float(x[0]) + g, 1 - math.sqrt(x[0]) + g)


def _wave_front(rng: Rng, d: int) -> Problem:
    """As `_front` for `_wave`, whose Pareto set is a curve, and whose front is known: f2 = 1 - √f1."""
    from hpo.pareto import hypervolume

    target = rng.uniform(0.1, 0.9, d)
    t = np.linspace(0, 1, 400)
    optimum = hypervolume(np.stack([t, 1 - np.sqrt(t)], axis=1), np.array([1.5, 1.5]))
    nodes = tuple(real(f"x{i}", 0, 1) for i in range(d))
    return Problem(nodes, lambda v: _wave(_vector(v, d), target), optimum=optimum, reference=(1.5, 1.5))


def _line(n: int) -> Array:
    return np.linspace(0, 1, n)[:, None]


def _square(n: int) -> Array:
    side = np.linspace(0, 1, int(math.sqrt(n)))
    return np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)


def _ball(rng: Rng, d: int, f: Function, radius: float) -> Problem:
    """Feasible is a ball that holds the minimum near its border."""
    shift, way = rng.uniform(-3.5, 3.5, d), rng.normal(size=d)
    centre = shift + 0.9 * radius * way / np.linalg.norm(way)
    return Problem(
        _cube(d),
        lambda v: (float(f(_vector(v, d) - shift)),),
        constraints=lambda v: (float(np.linalg.norm(_vector(v, d) - centre)) - radius,),
    )


def _halfspaces(rng: Rng, d: int, n: int) -> Problem:
    """The best feasible point is a corner of some half-spaces, and the unconstrained one lies beyond them."""
    corner = rng.uniform(-2.5, 2.5, d)
    normals = np.linalg.qr(rng.normal(size=(d, d)))[0][:n]
    beyond = corner + rng.uniform(1.0, 2.0, n) @ normals
    optimum = float(((corner - beyond) ** 2).sum())
    return Problem(
        _cube(d),
        lambda v: (float(((_vector(v, d) - beyond) ** 2).sum()),),
        optimum=optimum,
        constraints=lambda v: tuple(map(float, normals @ (_vector(v, d) - corner))),
    )


def _islands(rng: Rng, d: int, n: int) -> Problem:
    """Feasible are some balls apart from each other; the minimum lies in one of them, near its border."""
    shift = rng.uniform(-3.0, 3.0, d)
    radius = rng.uniform(0.35, 0.6, n) * math.sqrt(d) * 2
    way = rng.normal(size=d)
    centres = np.concatenate(
        [[shift + 0.8 * radius[0] * way / np.linalg.norm(way)], rng.uniform(-4.5, 4.5, (n - 1, d))]
    )

    def outside(v: Values) -> tuple[float, ...]:
        return (float((np.linalg.norm(_vector(v, d) - centres, axis=1) - radius).min()),)

    return Problem(_cube(d), lambda v: (float(((_vector(v, d) - shift) ** 2).sum()),), constraints=outside)


def _budget(rng: Rng, n_real: int, n_int: int, n_choice: int) -> Problem:
    """Numbers and choices that all cost something, with the best ones at what may be spent."""
    offsets, prices = rng.uniform(0, 0.6, (n_choice, 4)), rng.uniform(0, 1.0, (n_choice, 4))
    offsets -= offsets.min(axis=1, keepdims=True)
    best_choice, best = offsets.argmin(axis=1), rng.uniform(0.1, 0.7, n_real + n_int)
    best[n_real:] = np.round(20 * best[n_real:]) / 20
    price = rng.uniform(0.5, 1.5, n_real + n_int)
    limit = float(price @ best + prices[range(n_choice), best_choice].sum())
    nodes = [choice(f"c{i}", [f"v{j}" for j in range(4)]) for i in range(n_choice)]
    nodes += [real(f"x{i}", 0.0, 1.0) for i in range(n_real)] + [integer(f"n{i}", 0, 20) for i in range(n_int)]

    def numbers(v: Values) -> Array:
        return np.array([v[f"x{i}"] for i in range(n_real)] + [v[f"n{i}"] / 20 for i in range(n_int)])

    def total(v: Values, of_choices: Array) -> float:
        return float(of_choices[range(n_choice), [int(v[f"c{i}"][1:]) for i in range(n_choice)]].sum())

    def loss(v: Values) -> tuple[float, ...]:
        return (3 * float(((numbers(v) - best) ** 2).sum()) + total(v, offsets),)

    def above(v: Values) -> tuple[float, ...]:
        return (float(price @ numbers(v)) + total(v, prices) - limit - 1e-9,)

    return Problem(tuple(nodes), loss, constraints=above)


def _limited(rng: Rng, sizes: Sequence[int]) -> Problem:
    """Models as in `_models`, of each of which the parameters' sum may only be so large, which the best values are."""
    plain = _models(rng, sizes)
    weights = [rng.uniform(0.5, 1.5, size) for size in sizes]

    def unit(node: Node, value: float) -> float:
        return 1 + math.log10(value) / 5 if node.log else value

    def best_of(i: int) -> float:
        """The sum at the best values, which lie where the loss along each coordinate is least."""
        at: dict[str, Any] = {node.name: node.low for node in plain.space[0].branches[f"m{i}"]}
        at |= {"model": f"m{i}", "s0": 0.5}
        total = 0.0
        for w, node in zip(weights[i], plain.space[0].branches[f"m{i}"], strict=True):
            grid = np.linspace(0.0, 1.0, 801)
            values = 10 ** (5 * (grid - 1)) if node.log else grid
            losses = [plain.function({**at, node.name: float(value)})[0] for value in values]
            total += float(w * grid[int(np.argmin(losses))])
        return total

    limits = [best_of(i) + 0.01 for i in range(len(sizes))]

    def above(v: Values) -> tuple[float, ...]:
        i = int(v["model"][1:])
        nodes = plain.space[0].branches[f"m{i}"]
        return (sum(w * unit(n, v[n.name]) for w, n in zip(weights[i], nodes, strict=True)) - limits[i],)

    return Problem(plain.space, plain.function, constraints=above)


def _tuning(rng: Rng, name: str) -> Problem:
    """Which model and which of its parameters; losses come from a table."""
    from tests.benchmarks.tables import TABLES, grid, lookup, optimum

    del rng

    def nodes(model: str) -> tuple[Node, ...]:
        return tuple(
            choice(f"{model}_{key}", values)
            if isinstance(values[0], str) or len(values) == 2
            else integer(f"{model}_{key}", values[0], values[-1])
            for key, values in grid(model).items()
        )

    models = TABLES[name][1]
    if len(models) == 1:
        return Problem(nodes(models[0]), lambda v: (lookup(name, {"model": models[0], **v}) - optimum(name),))
    space = (choice("model", models, {model: nodes(model) for model in models}),)
    return Problem(space, lambda v: (lookup(name, v) - optimum(name),))


def _families() -> list[Family]:
    continuous: list[tuple[str, str, Any]] = [
        ("sphere3", "smooth", {"d": 3, "f": _sphere}),
        ("sphere6", "smooth", {"d": 6, "f": _sphere}),
        ("powers6", "smooth", {"d": 6, "f": _powers}),
        ("absolute4", "smooth", {"d": 4, "f": _absolute}),
        ("rosenbrock4", "smooth", {"d": 4, "f": _rosenbrock}),
        ("rosenbrock3", "smooth", {"d": 3, "f": _rosenbrock}),
        ("logarithmic8", "smooth", {"d": 8, "f": _logarithmic}),
        ("bell10", "smooth", {"d": 10, "f": _bell}),
        ("weighted5r", "smooth", {"d": 5, "f": _weighted, "rotated": True}),
        ("weighted8", "smooth", {"d": 8, "f": _weighted}),
        ("rastrigin3", "multimodal", {"d": 3, "f": _rastrigin}),
        ("rastrigin5", "multimodal", {"d": 5, "f": _rastrigin}),
        ("ackley4", "multimodal", {"d": 4, "f": _ackley}),
        ("ackley7", "multimodal", {"d": 7, "f": _ackley}),
        ("griewank5", "multimodal", {"d": 5, "f": _griewank}),
        ("griewank3", "multimodal", {"d": 3, "f": _griewank}),
        ("levy6", "multimodal", {"d": 6, "f": _levy}),
        ("levy4r", "multimodal", {"d": 4, "f": _levy, "rotated": True}),
        ("ellipsoid5", "conditioned", {"d": 5, "f": _ellipsoid}),
        ("ellipsoid8", "conditioned", {"d": 8, "f": _ellipsoid}),
        ("cigar4r", "conditioned", {"d": 4, "f": _cigar, "rotated": True}),
        ("cigar6", "conditioned", {"d": 6, "f": _cigar}),
        ("ellipsoid3r", "conditioned", {"d": 3, "f": _ellipsoid, "rotated": True}),
        ("ridge4r", "conditioned", {"d": 4, "f": _ridge, "rotated": True}),
        ("discus6", "conditioned", {"d": 6, "f": _discus}),
        ("discus4r", "conditioned", {"d": 4, "f": _discus, "rotated": True}),
        ("noisy_sphere5", "noisy", {"d": 5, "f": _sphere, "noise": 5.0}),
        ("noisy_absolute4", "noisy", {"d": 4, "f": _absolute, "noise": 1.0}),
        ("noisy_ackley3", "noisy", {"d": 3, "f": _ackley, "noise": 2.0}),
        ("noisy_griewank4", "noisy", {"d": 4, "f": _griewank, "noise": 0.3}),
        ("many20", "many", {"d": 3, "f": _sphere, "unused": 17}),
        ("many40", "many", {"d": 4, "f": _sphere, "unused": 36}),
        ("many30_levy", "many", {"d": 5, "f": _levy, "unused": 25}),
        ("many25_ackley", "many", {"d": 4, "f": _ackley, "unused": 21}),
    ]
    others: list[tuple[str, str, Callable[[Rng], Problem]]] = [
        ("peaks3", "multimodal", partial(_peaks, d=3, n=8)),
        ("peaks5", "multimodal", partial(_peaks, d=5, n=5)),
        ("mixed_small", "mixed", partial(_mixed, n_real=2, n_int=2, n_choice=2, n_choices=3)),
        ("mixed_large", "mixed", partial(_mixed, n_real=4, n_int=4, n_choice=3, n_choices=4)),
        ("chain8", "mixed", partial(_chain, n=8, k=4)),
        ("chain10", "mixed", partial(_chain, n=10, k=3)),
        ("mixed_choices", "mixed", partial(_mixed, n_real=1, n_int=2, n_choice=6, n_choices=5)),
        ("mixed_wide", "mixed", partial(_mixed, n_real=2, n_int=1, n_choice=2, n_choices=12)),
        ("mixed_numbers", "mixed", partial(_mixed, n_real=3, n_int=6, n_choice=1, n_choices=2)),
        ("mixed_medium", "mixed", partial(_mixed, n_real=3, n_int=3, n_choice=2, n_choices=3)),
        ("integers6", "mixed", partial(_integers, d=6)),
        ("integers4", "mixed", partial(_integers, d=4)),
        ("models3", "conditional", partial(_models, sizes=(2, 4, 3))),
        ("models5", "conditional", partial(_models, sizes=(3, 3, 1, 4, 2))),
        ("models6", "conditional", partial(_models, sizes=(3, 1, 2, 5, 4, 2), shared=2)),
        ("models4", "conditional", partial(_models, sizes=(2, 5, 2, 3), shared=3)),
        ("layers4", "conditional", partial(_layers, deepest=4)),
        ("layers6", "conditional", partial(_layers, deepest=6)),
        ("tree2", "conditional", partial(_tree, depth=2)),
        ("tree3", "conditional", partial(_tree, depth=3)),
        ("training", "conditional", _training),
        ("noisy_models3", "noisy", partial(_models, sizes=(2, 3, 2), noise=0.2)),
        ("noisy_mixed", "noisy", partial(_mixed, n_real=2, n_int=2, n_choice=2, n_choices=3, noise=0.3)),
        ("slope20", "many", partial(_slope, d=20)),
        ("slope30", "many", partial(_slope, d=30)),
        ("switches12", "many", partial(_switches, n=12, matter=3)),
        ("switches16", "many", partial(_switches, n=16, matter=4)),
        ("zdt1", "objectives", partial(_front, f=partial(_zdt, kind=1), d=6, m=2, best=_line)),
        ("zdt2", "objectives", partial(_front, f=partial(_zdt, kind=2), d=8, m=2, best=_line)),
        ("dtlz6", "objectives", partial(_front, f=_dtlz, d=6, m=3, best=_square)),
        ("zdt3", "objectives", partial(_front, f=partial(_zdt, kind=3), d=5, m=2, best=_line)),
        ("wave3", "objectives", partial(_wave_front, d=3)),
        ("wave5", "objectives", partial(_wave_front, d=5)),
        ("ball3", "constrained", partial(_ball, d=3, f=_sphere, radius=3.5)),
        ("ball5", "constrained", partial(_ball, d=5, f=_sphere, radius=5.0)),
        ("ball3_ackley", "constrained", partial(_ball, d=3, f=_ackley, radius=3.5)),
        ("ball4_levy", "constrained", partial(_ball, d=4, f=_levy, radius=4.0)),
        ("corner4", "constrained", partial(_halfspaces, d=4, n=2)),
        ("corner5", "constrained", partial(_halfspaces, d=5, n=3)),
        ("islands3", "constrained", partial(_islands, d=3, n=4)),
        ("islands4", "constrained", partial(_islands, d=4, n=3)),
        ("budget_small", "constrained", partial(_budget, n_real=2, n_int=1, n_choice=2)),
        ("budget_large", "constrained", partial(_budget, n_real=4, n_int=3, n_choice=3)),
        ("limited3", "constrained", partial(_limited, sizes=(2, 4, 3))),
        ("limited4", "constrained", partial(_limited, sizes=(3, 2, 4, 1))),
        *((name, "tuning", partial(_tuning, name=name)) for name in _TUNING),
    ]
    return [
        *(Family(name, group, partial(_continuous, **options)) for name, group, options in continuous),
        *(Family(name, group, make) for name, group, make in others),
    ]


_TUNING = (
    "wine_knn_tree",
    "moons_all",
    "iris_all",
    "blobs_svm",
    "circles_all",
    "wine_all",
    "blobs_boost",
    "moons_boost",
)

FAMILIES: dict[str, Family] = {family.name: family for family in _families()}
GROUPS: dict[str, list[str]] = {}
for _family in FAMILIES.values():
    GROUPS.setdefault(_family.group, []).append(_family.name)
