"""Every catalog equilibrium certifies, exactly where it is rational; a perturbed one does not."""

from __future__ import annotations

from fractions import Fraction
from inspect import signature
from types import FunctionType

import numpy as np
import pytest

from econ_theory import catalog
from econ_theory.arrays import is_exact
from econ_theory.certificates import certify
from econ_theory.interop import dumps_json, loads_efg, loads_json
from econ_theory.interop.efg_write import dumps_efg
from econ_theory.strategies import StrategyProfile

ENTRIES = catalog.entries()
CASES = [
    pytest.param(entry.game, profile, id=f"{entry.name}-{k}")
    for entry in ENTRIES
    for k, profile in enumerate(entry.equilibria)
]


@pytest.mark.parametrize(("game", "profile"), CASES)
def test_equilibrium_certifies(game, profile):
    certificate = certify(game, profile, arithmetic="exact")
    if all(is_exact(row) for row in profile.rows):
        assert certificate.epsilon == 0
        assert isinstance(certificate.epsilon, Fraction)
    else:
        assert certificate.epsilon <= 1e-9
    assert certify(game, profile).relative <= 1e-12


@pytest.mark.parametrize(("game", "profile"), CASES)
def test_perturbed_equilibrium_does_not_certify(game, profile):
    rng = np.random.default_rng(0)
    noise = StrategyProfile.random(game, rng=rng).exact
    perturbed = profile.mixed_with(noise, Fraction(1, 10))
    assert certify(game, perturbed, arithmetic="exact").epsilon > Fraction(1, 10_000)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry_is_exact_sourced_and_survives_files(entry):
    assert entry.equilibria
    assert entry.source
    prior, payoffs = entry.game.given
    assert all(is_exact(array) for array in (prior, *payoffs))
    for back in (loads_json(dumps_json(entry.game)), loads_efg(dumps_efg(entry.game))):
        assert (back.players, back.types) == (entry.game.players, entry.game.types)
        for profile in entry.equilibria:
            exact = certify(back, profile, arithmetic="exact")
            here = certify(entry.game, profile, arithmetic="exact")
            assert exact.epsilon == here.epsilon


def test_names_are_distinct():
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", catalog.__all__)
def test_every_exported_game_has_its_entry(name):
    """A new family is in `entries` or is a generator; nothing is exported and forgotten."""
    if name in ("Entry", "entries", "auctions"):
        return
    if not isinstance(getattr(catalog, name), FunctionType):
        return
    if signature(getattr(catalog, name)).return_annotation.endswith("BayesianGame"):
        return  # a generator of games without a known equilibrium
    assert any(entry.name.startswith(name) for entry in ENTRIES)
