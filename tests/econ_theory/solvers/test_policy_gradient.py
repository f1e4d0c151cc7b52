"""Neural pseudogradient ascent: known equilibria, one seed one run, starts, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import certify, solve
from econ_theory.catalog import random_game
from econ_theory.choice import choose
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games import AuctionGame, Crra, CustomPayoff, Uniform
from econ_theory.solvers import DualAveraging, PolicyGradient
from econ_theory.strategies.bids import BidFunction, BidProfile

torch = pytest.importorskip("torch")

FIRST_PRICE = AuctionGame("first_price", Uniform(), 2)
WHERE = "econ_theory.solvers.continuous.policy_gradient"
BRIEF = PolicyGradient(batch=2**12, iterations=200, every=100)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def distance(function: BidFunction, formula) -> float:
    v = np.linspace(function.types[0], function.types[-1], 999)
    return float(np.sqrt(np.mean((function(v) - formula(v)) ** 2)))


def test_first_price():
    solution = solve(FIRST_PRICE, BRIEF, rng=0, tol=1e-4, throw=False)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 0.01
    assert distance(solution.profile.functions[0], lambda v: v / 2) <= 0.02
    assert solution.steps == 2
    assert solution.reason == "200 steps were taken"


@pytest.mark.slow
def test_target_of_the_literature():
    solution = solve(FIRST_PRICE, PolicyGradient(), rng=0, tol=5e-4)
    assert solution.certificate.relative <= 5e-4
    assert distance(solution.profile.functions[0], lambda v: v / 2) <= 1e-2


@pytest.mark.slow
def test_unequal_bidders_have_networks_of_their_own():
    game = AuctionGame("first_price", [Uniform(), Uniform(0, 2)])
    solution = solve(game, PolicyGradient(iterations=400), rng=0, tol=0.02)
    assert solution.certificate.relative <= 0.02
    weak, strong = solution.profile.functions
    assert weak(0.8) > strong(0.8) + 0.02


def test_averse_bidders_stay_below_their_values():
    game = AuctionGame("first_price", Uniform(), 2, utilities=Crra(0.5))
    solution = solve(game, BRIEF, rng=0, tol=0.01)
    assert solution.certificate.relative <= 0.01
    assert distance(solution.profile.functions[0], lambda v: v / 1.5) <= 0.02


def test_reserve_and_procurement():
    game = AuctionGame("first_price", Uniform(), 2, procurement=True, reserve=0.8)
    solution = solve(game, BRIEF, rng=0, tol=0.03)
    ask = solution.profile.functions[0]
    assert solution.certificate.relative <= 0.03
    assert 0.7 < ask.types[-1] < 0.85
    # With the reserve r, ask(c) = c + (1 - c) / 2 - (1 - r)^2 / (2 (1 - c)).
    at = np.array([0.0, 0.3])
    known = at + (1 - at) / 2 - 0.2**2 / (2 * (1 - at))
    np.testing.assert_allclose(ask(at), known, atol=0.03)


def test_falling_strategies_of_a_payoff_function():
    def cournot(c, q, others):
        return q * (2.0 - q - others.sum(axis=0) - c)

    game = AuctionGame(CustomPayoff(cournot, (0.0, 1.0), 1.0), Uniform(0.0, 0.5), 3)
    solution = solve(game, BRIEF, rng=0, tol=1e-3)
    assert solution.certificate.relative <= 1e-3
    assert distance(solution.profile.functions[0], lambda c: 9 / 16 - c / 2) <= 0.01


def test_one_seed_one_run():
    solver = PolicyGradient(widths=(8,), batch=256, iterations=20, every=10, perturbations=2)
    runs = [solve(FIRST_PRICE, solver, rng=seed, throw=False) for seed in (3, 3, 4)]
    first, again, other = (run.profile.functions[0].bids for run in runs)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_start_is_built_upon():
    start = BidProfile([BidFunction([0, 1], [0, 0.5])] * 2)
    short = PolicyGradient(batch=1024, iterations=1, every=1, learning_rate=1e-5)
    solution = solve(FIRST_PRICE, short, start=start, rng=0)
    assert solution.certificate.relative <= 1e-3
    assert certify(FIRST_PRICE, solution.profile).relative == solution.certificate.relative
    reserve = AuctionGame("first_price", Uniform(), 2, reserve=0.25)
    truth = BidFunction.from_callable(lambda v: v / 2 + 0.25**2 / (2 * v), 0.25, 1.0)
    solution = solve(reserve, short, start=BidProfile([truth] * 2), rng=0, tol=5e-3)
    assert solution.profile.functions[0].types[0] == pytest.approx(0.25, abs=0.01)


def test_it_is_never_chosen_by_itself():
    assert not isinstance(choose(FIRST_PRICE).solver, PolicyGradient)
    own = AuctionGame(CustomPayoff(lambda v, a, o: v * a - a**2, (0, 1), 1.0), Uniform(), 2)
    assert isinstance(choose(own).solver, DualAveraging)


def test_refusals_and_settings(monkeypatch):
    solver = PolicyGradient()
    assert solver.refuses(random_game(2, 2, rng=0)) == (
        "the game is of type BayesianGame, want ContinuousGame; use QuantalResponse."
    )
    monkeypatch.setattr(f"{WHERE}.find_spec", lambda name: None)
    with pytest.raises(RefusedError, match=r'torch is not installed, want it; run: pip install "'):
        solve(FIRST_PRICE, solver)
    with pytest.raises(SettingError, match="sigma is 0, want a number > 0"):
        PolicyGradient(sigma=0)
    with pytest.raises(SettingError, match="widths is \\(0,\\), want"):
        PolicyGradient(widths=(0,))
    with pytest.raises(SettingError, match="batch is 1, want a number >= 2"):
        PolicyGradient(batch=1)
