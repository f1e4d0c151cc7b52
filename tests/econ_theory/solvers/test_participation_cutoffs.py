"""The solver of cutoffs: closed forms, several equilibria, random games, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import catalog, certify, solve
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games import AuctionGame, ParticipationGame, Power, Uniform, truncated
from econ_theory.solvers import Cutoffs

SOLVER = Cutoffs()
ENTRIES = [e for e in catalog.auctions() if isinstance(e.game, ParticipationGame)]
GOOD = ParticipationGame.public_good


def cutoffs(profiles):
    """The cutoffs of each profile, sorted."""
    return sorted([float(f.cuts[0].round(6)) for f in p.functions] for p in profiles)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_catalog_equilibria_are_among_those_met(entry):
    found = SOLVER.equilibria(entry.game, rng=0)
    for profile in found:
        assert certify(entry.game, profile).relative < 1e-12
    known = np.array([f.cuts[0] for f in entry.equilibrium.functions])
    off = [np.abs([f.cuts[0] for f in p.functions] - known).max() for p in found]
    assert min(off) < 1e-9
    assert solve(entry.game).certificate.relative < 1e-12


def test_all_equilibria_of_three_of_whom_two_must_pay():
    found = SOLVER.equilibria(GOOD(Uniform(), 3, cost=0.25, threshold=2), rng=0)
    golden = (1 + np.sqrt(5)) / 4
    np.testing.assert_allclose(cutoffs(found), np.outer([0.5, golden, 1.0], np.ones(3)), atol=1e-6)


def test_one_of_two_volunteers_or_both():
    """Costs with F = c^2, value 1, one is enough: x = 1 - y^2 and y = 1 - x^2."""
    found = SOLVER.equilibria(GOOD(Power(2.0), 2, value=1.0), rng=0)
    golden = (np.sqrt(5) - 1) / 2
    np.testing.assert_allclose(cutoffs(found), [[0, 1], [golden, golden], [1, 0]], atol=1e-6)


def test_a_continuum_of_volunteers():
    """With uniform values the product of the cutoffs is the cost, however it is shared."""
    game = GOOD(Uniform(), 3, cost=0.2)
    found = SOLVER.equilibria(game, rng=0)
    assert len(found) > 10
    for profile in found:
        product = np.prod([f.cuts[0] for f in profile.functions])
        assert product == pytest.approx(0.2, abs=1e-9)
        assert certify(game, profile).relative < 1e-12


@settings(max_examples=6)
@given(st.integers(0, 10**6))
def test_unequal_players_with_any_priors_are_solved(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    kinds = [Uniform(0, rng.uniform(0.5, 2)), Power(rng.uniform(0.5, 3)), Uniform(-0.5, 1)]
    kinds.append(truncated(stats.norm(0.5, 0.3), 0, 1.5))
    priors = [kinds[k] for k in rng.integers(0, 4, n)]
    threshold = int(rng.integers(1, n + 1))
    refund = bool(rng.integers(0, 2))
    game = GOOD(priors, cost=list(rng.uniform(0.05, 0.5, n)), threshold=threshold, refund=refund)
    solution = solve(game, rng=seed)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-12


@settings(max_examples=15)
@given(st.integers(2, 40), st.floats(0.05, 0.95))
def test_many_volunteers_who_are_alike(n, cost):
    solution = solve(GOOD(Uniform(), n, cost=cost))
    assert solution.certificate.relative < 1e-12
    assert solution.profile.functions[0].cuts[0] == pytest.approx(cost ** (1 / n))


def test_two_classes_of_many():
    entrants = [Uniform()] * 6 + [Uniform(0, 2)] * 6
    game = ParticipationGame.entry(entrants, profits=list(2.0 / np.arange(1, 13) - 0.3))
    solution = solve(game, rng=0)
    assert solution.certificate.relative < 1e-12
    first, last = (solution.profile.functions[i].cuts[0] for i in (0, 11))
    # Joining is worth no more to those beside more likely entrants: cheap ones enter more often.
    assert first > last / 2


def test_a_start_is_near_what_is_found_first():
    game = GOOD(Uniform(), 3, cost=0.25, threshold=2)
    assert cutoffs([solve(game, start=[0.82, 0.8, 0.81]).profile]) == [[0.809017] * 3]


def test_what_is_refused():
    mixed = ParticipationGame(lambda t, m: t * (1 - 2 * m), Uniform(), 2)
    with pytest.raises(RefusedError, match="whether high or low types of player 1 join depends"):
        solve(mixed, SOLVER)
    with pytest.raises(RefusedError, match="Cutoffs refuses: whether high or low"):
        SOLVER.equilibria(mixed)
    assert SOLVER.refuses(AuctionGame("first_price", Uniform(), 2)) == (
        "the game is of type AuctionGame, want ParticipationGame; use the default solver."
    )
    with pytest.raises(SettingError, match="grid is 1, want a number >= 2"):
        Cutoffs(grid=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_payoffs_at_random_have_an_equilibrium_in_cutoffs_that_is_met(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    kinds = [Uniform(0, rng.uniform(0.5, 2)), Power(rng.uniform(0.5, 3)), Uniform(-0.5, 1)]
    priors = [kinds[k] for k in rng.integers(0, 3, n)]
    join, stay = rng.normal(size=(2, n, n, 2))
    # All high types join, or all low ones, as each player's sign says.
    sign = rng.choice([-1.0, 1.0], (n, 1))
    join[..., 1] = stay[..., 1] + sign * rng.exponential(size=(n, n))
    game = ParticipationGame(join, priors, stay=stay)
    found = SOLVER.equilibria(game, rng=seed)
    assert found
    for profile in found:
        assert certify(game, profile).relative < 1e-11
