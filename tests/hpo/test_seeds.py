"""Generators start at the hash of an address, whatever bits a bit generator asks for."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import MT19937, PCG64, PCG64DXSM, SFC64, Generator, Philox

from hpo.seeds import Seeds, generator_at


@given(st.binary(), st.integers(0, 40), st.integers(0, 40), st.sampled_from([np.uint32, np.uint64]))
def test_a_shorter_state_is_the_beginning_of_a_longer_one(address: bytes, n: int, more: int, dtype: Any) -> None:
    state = Seeds(address).generate_state(n, dtype)
    assert (state.dtype, state.shape) == (dtype, (n,))
    assert Seeds(address).generate_state(n + more, dtype)[:n].tolist() == state.tolist()


@given(st.sets(st.binary(), min_size=2, max_size=5))
def test_different_addresses_and_children_start_elsewhere(addresses: set[bytes]) -> None:
    seeds = [Seeds(address) for address in addresses]
    seeds += [child for parent in list(seeds) for _ in range(2) for child in parent.spawn(2)]
    states = {tuple(one.generate_state(4, np.uint64).tolist()) for one in seeds}
    assert len(states) == len(seeds)


@pytest.mark.parametrize("kind", [MT19937, PCG64, PCG64DXSM, Philox, SFC64])
def test_every_bit_generator_can_start_there(kind: Any) -> None:
    one, same, other = (Generator(kind(Seeds(address))).random(4).tolist() for address in (b"a", b"a", b"b"))
    assert one == same != other


def test_a_generator_can_be_copied_stored_and_divided() -> None:
    rng = generator_at(b"a")
    rng.random(5)
    copies = copy.deepcopy(rng), pickle.loads(pickle.dumps(rng))
    assert len({one.random() for one in (rng, *copies)}) == 1
    first, second = rng.spawn(2)
    (third,) = rng.spawn(1)
    assert len({one.random() for one in (rng, first, second, third)}) == 4
    assert generator_at(b"a").spawn(1)[0].random() == generator_at(b"a").spawn(1)[0].random()


def test_the_words_are_the_same_on_every_machine() -> None:
    assert Seeds(b"7/0:/").generate_state(2, np.uint64).tolist() == [6790618671431665134, 18382458749268624121]
