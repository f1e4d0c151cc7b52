"""Every auction of the catalog: its equilibrium certifies, its perturbation does not."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import catalog, certify

ENTRIES = catalog.auctions()


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_equilibrium_certifies_and_is_worth_what_is_known(entry):
    certificate = certify(entry.game, entry.equilibrium)
    assert certificate.kind == "bound"
    assert certificate.relative <= 1e-6
    assert certificate.ex_ante <= certificate.epsilon * (1 + 1e-12)
    # Quadrature may put the estimate above the bound by rounding, not by more.
    assert certificate.estimate <= certificate.epsilon + 1e-15
    copies = entry.game.n_players // len(entry.utilities)
    np.testing.assert_allclose(certificate.utilities, entry.utilities * copies, atol=1e-5)
    assert entry.source


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_perturbed_by_five_percent_does_not_certify(entry):
    certificate = certify(entry.game, entry.perturbed)
    assert certificate.relative > 1e-4
    assert certificate.estimate / max(certificate.ranges) > 1e-4


def test_names_are_distinct():
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)
