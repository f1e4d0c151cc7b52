"""Randomness: one door, reproducible, independent children."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.errors import SettingError
from econ_theory.seeding import as_rng, entropy_of, spawn


def test_seeds_reproduce_and_generators_pass_through():
    assert as_rng(3).random() == as_rng(np.int64(3)).random()  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    assert as_rng(rng) is rng
    assert as_rng().random() != as_rng().random()


def test_children_differ_and_reproduce():
    first = [child.random() for child in spawn(as_rng(5), 3)]
    second = [child.random() for child in spawn(as_rng(5), 3)]
    assert first == second
    assert len(set(first)) == 3


def test_entropy_draws_the_same_again():
    rng = as_rng()
    entropy = entropy_of(rng)
    assert entropy is not None
    assert np.random.default_rng(entropy).random() == rng.random()


@pytest.mark.parametrize("rng", [-1, "seed", 1.5, True, np.random.RandomState(0)])
def test_other_seeds_are_refused(rng):
    with pytest.raises(SettingError, match=r"rng is .*, want"):
        as_rng(rng)
