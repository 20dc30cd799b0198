"""Randomness is addressed: an address always holds the same numbers, and different addresses independent ones."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import kstest, pearsonr

from hpo.key import Key
from tests.strategies import text

keys = st.builds(Key, st.integers(0, 2**64), st.none() | st.integers(0, 2**32), text)
uniques = st.lists(text, unique=True, max_size=6)


@given(keys, uniques)
def test_a_number_depends_on_key_and_name_alone(key: Key, names: list[str]) -> None:
    together = dict(zip(names, key.uniforms(names), strict=True))
    backwards = dict(zip(names[::-1], key.uniforms(names[::-1]), strict=True))
    again = Key(key.seed, key.number, key.label)
    assert together == backwards == {name: again.uniform(name) for name in names}
    assert len(set(together.values())) == len(names)
    assert all(0 <= u < 1 for u in together.values())


@given(keys, keys, text, text)
def test_different_addresses_hold_different_numbers(one: Key, other: Key, name: str, other_name: str) -> None:
    assume((one, name) != (other, other_name))
    assert one.uniform(name) != other.uniform(other_name)
    assert one.integer(name) != other.integer(other_name)
    if one != other:
        assert one.generator().random() != other.generator().random()


def test_the_parts_of_an_address_do_not_run_together() -> None:
    addresses = [Key(1, 2, "/"), Key(1, 2, "//"), Key(1, 2), Key(1, None, "2/"), Key(1, None), Key(1, 2, "1:/")]
    names = ["", "/", "//", "///", "2/", "0:/"]
    drawn = [key.uniform(name) for key in addresses for name in names]
    assert len(set(drawn)) == len(drawn)


@given(keys, st.lists(text, max_size=4), st.lists(text, max_size=4))
def test_different_paths_lead_to_different_addresses(key: Key, path: list[str], other: list[str]) -> None:
    def descend(labels: list[str]) -> Key:
        descendant = key
        for label in labels:
            descendant = descendant.child(label)
        return descendant

    assert (descend(path) == descend(other)) == (path == other)


@given(keys)
def test_two_calls_give_two_equal_generators(key: Key) -> None:
    first = key.generator()
    first.random(100)
    assert key.generator().random(3).tolist() == key.generator().random(3).tolist()


@given(keys)
def test_the_study_level_forgets_the_number_only(key: Key) -> None:
    assert key.study == Key(key.seed, None, key.label)
    assert key.study.child("a") == key.child("a").study


def test_numbers_are_uniform_and_uncorrelated_between_neighbours() -> None:
    seeds = [Key(seed).uniform("x") for seed in range(2000)]
    trials = [Key(0, number).uniform("x") for number in range(2000)]
    labels = [Key(0).child(str(i)).uniform("x") for i in range(2000)]
    named = Key(0).uniforms(map(str, range(2000)))
    generators = [Key(0, number).generator().random() for number in range(2000)]
    families = [np.array(family) for family in (seeds, trials, labels, named, generators)]
    for family in families:
        assert kstest(family, "uniform").pvalue > 1e-3
        assert pearsonr(family[1:], family[:-1]).pvalue > 1e-3
    for one, other in itertools.combinations(families, 2):
        assert pearsonr(one, other).pvalue > 1e-3
