"""Dual averaging on a grid with its polish: catalog, unequal players, custom payoffs, starts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import catalog, certify, solve
from econ_theory.catalog import random_game
from econ_theory.errors import SettingError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Cara,
    ContinuousGame,
    Crra,
    CustomPayoff,
    Power,
    Spite,
    Uniform,
    WinnerPays,
    ex_post_payoffs,
)
from econ_theory.learners import Hedge
from econ_theory.solvers import DualAveraging
from econ_theory.solvers.continuous.grid_payoffs import classes, grid_payoffs
from econ_theory.strategies.bids import BidFunction, BidProfile

ENTRIES = {e.name: e for e in catalog.auctions() if isinstance(e.game, AuctionGame)}
STANDARD = (
    "first_price_2",
    "first_price_10",
    "first_price_unequal",
    "first_price_crra_2_0.5",
    "first_price_reserve",
    "all_pay_2",
    "contest_costs_equal_prizes",
)

SAME = ("first_price_apart_3", "contest_costs_one_prize", "first_price_from_2_to_5")
"""The games of others of the catalog, or nearly."""


def distance(function: BidFunction, truth: BidFunction) -> float:
    v = np.linspace(max(function.types[0], truth.types[0]), truth.types[-1], 999)
    return float(np.sqrt(np.mean((function(v) - truth(v)) ** 2)))


@pytest.mark.parametrize("name", STANDARD)
def test_standard_auctions(name):
    entry = ENTRIES[name]
    solution = solve(entry.game, DualAveraging(), rng=0)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-3
    np.testing.assert_allclose(
        solution.certificate.utilities,
        np.resize(entry.utilities, entry.game.n_players),
        atol=2e-3,
    )
    for function, truth in zip(
        solution.profile.functions, entry.equilibrium.functions, strict=True
    ):
        assert distance(function, truth) <= 1e-2


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(ENTRIES) - {*STANDARD, *SAME}))
def test_whole_catalog(name):
    solution = solve(ENTRIES[name].game, DualAveraging(), rng=0)
    assert solution.certificate.relative <= 1e-3


def test_more_knots_come_closer():
    game = AuctionGame("all_pay", Uniform(), 2, utilities=Cara(2.0))
    solution = solve(game, DualAveraging(), rng=0, tol=1e-4)
    assert solution.certificate.relative <= 1e-4
    gains = [gain for _, _, gain in solution.history]
    assert gains == sorted(gains, reverse=True)


@pytest.mark.slow
def test_no_closed_form_of_unequal_and_averse_bidders():
    game = AuctionGame(
        "first_price",
        [Power(2.0), Uniform(), Uniform()],
        utilities=[Crra(0.8), Crra(0.5), Crra(0.5)],
    )
    solution = solve(game, DualAveraging(), rng=0)
    assert solution.certificate.relative <= 1e-3
    assert classes(game) == [(0,), (1, 2)]
    assert solution.profile.functions[1] is solution.profile.functions[2]
    tops = [f.bids[-1] for f in solution.profile.functions]
    np.testing.assert_allclose(tops[0], tops[1], atol=1e-9)


@pytest.mark.slow
@settings(max_examples=2)
@given(
    own=st.floats(0.2, 1.0),
    exponent=st.floats(0.5, 2.0),
    high=st.floats(0.5, 2.0),
    n_strong=st.integers(1, 2),
)
def test_random_auctions(own, exponent, high, n_strong):
    game = AuctionGame(WinnerPays(own), [Power(exponent), *[Power(1.0, high)] * n_strong])
    assert solve(game, DualAveraging(), rng=0).certificate.relative <= 1e-3


def cournot(c, q, others):
    return q * (2.0 - q - others.sum(axis=0) - c)


def test_cournot_with_private_costs():
    game = AuctionGame(CustomPayoff(cournot, (0.0, 1.0), 1.0), Uniform(0.0, 0.5), 3)
    solution = solve(game, rng=0, tol=1e-5)
    assert solution.solver == "DualAveraging"
    assert solution.certificate.kind == "sampled"
    assert solution.certificate.relative <= 1e-5
    # q(c) = (2 - c - 2 E q) / 2, so E q = (2 - 1/4) / 4.
    c = np.linspace(0.0, 0.5, 9)
    for function in solution.profile.functions:
        np.testing.assert_allclose(function(c), 9 / 16 - c / 2, atol=2e-3)
        assert not function.rising


@pytest.mark.slow
def test_corner_of_the_range_of_actions():
    game = AuctionGame(
        CustomPayoff(cournot, (0.0, 1.0), 1.0), [Uniform(0.0, 0.5), Uniform(1.0, 2.0)]
    )
    solution = solve(game, rng=0, tol=1e-5)
    assert solution.certificate.relative <= 1e-5
    efficient, other = solution.profile.functions
    # Of the costly player the worst types produce nothing, the best something.
    assert other(1.0) > 0.01
    np.testing.assert_allclose(other([1.5, 2.0]), 0.0, atol=2e-3)
    mean = other(np.linspace(1, 2, 2001)).mean()
    np.testing.assert_allclose(
        efficient([0.0, 0.5]), (2 - np.array([0, 0.5]) - mean) / 2, atol=2e-3
    )


@pytest.mark.slow
def test_other_families_are_stated_by_their_payoffs():
    entry = next(e for e in catalog.auctions() if e.name == "cournot_unequal")
    solution = solve(entry.game, DualAveraging(), rng=0)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-3
    for mine, truth in zip(solution.profile.functions, entry.equilibrium.functions, strict=True):
        assert distance(mine, truth) <= 1e-2


def test_payoffs_that_jump():
    def first_price(v, b, others):
        return (v - b) * (b > others.max(axis=0))

    game = AuctionGame(CustomPayoff(first_price, (0.0, 1.0), 1.0), Uniform(), 2)
    solution = solve(game, DualAveraging(), rng=0, tol=5e-3)
    assert solution.certificate.relative <= 5e-3
    shade = solution.profile.functions[0]
    assert distance(shade, BidFunction([0, 1], [0, 0.5])) <= 1e-3
    rules = AuctionGame("first_price", Uniform(), 2)
    assert certify(rules, solution.profile).relative <= 1e-3


def test_a_start_is_polished_first():
    game = AuctionGame("first_price", Uniform(), 3, procurement=True)
    start = BidProfile([BidFunction([0, 0.5, 1], [0.3, 0.7, 1])] * 3)
    solver = DualAveraging(steps=1)
    first = next(p for p in solver.propose(game, start, np.random.default_rng(0)) if p)
    assert certify(game, first).relative <= 1e-6 < certify(game, start).relative
    assert distance(first.functions[0], BidFunction([0, 1], [1 / 3, 1])) <= 1e-3


def test_learners_and_grids_are_settings():
    game = AuctionGame(AllPay(prizes=(0.7, 0.3)), Uniform(), 3)
    solver = DualAveraging(learner=Hedge(step=1.0), grid=16, steps=400, knots=(9, 17))
    solution = solve(game, solver, rng=0)
    assert solution.certificate.relative <= 1e-3
    plain = solve(game, DualAveraging(knots=()), rng=0, throw=False)
    assert plain.steps == 3
    assert plain.reason == "the finest grid, 128 types and actions a player, was proposed"
    assert 1e-3 < plain.certificate.relative < 0.05


def test_grid_payoffs_are_means_of_draws():
    game = AuctionGame(WinnerPays(0.4), [Uniform(), Uniform(0, 2), Uniform(0, 2)], reserve=0.1)
    play = grid_payoffs(game, 12, 12, 1, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    rows = [rng.dirichlet(np.ones(len(c.actions)), len(c.types)) for c in play.cells]
    draws = 200_000
    types, actions = np.zeros((3, draws)), np.full((3, draws), np.nan)
    for cells, row in zip(play.cells, rows, strict=True):
        mass = cells.weights @ row
        half = (cells.actions[2] - cells.actions[1]) / 2
        for j in cells.members:
            a = rng.choice(len(mass), draws, p=mass)
            # The mass of an end lies on its inner half.
            inner = np.select([a == 1, a == len(mass) - 1], [0.5, -0.5]) * half
            reach = np.where((a == 1) | (a == len(mass) - 1), 0.5, 1.0) * half
            actions[j] = cells.actions[a] + inner + reach * rng.uniform(-1, 1, draws)
    own = play.cells[1]
    types[1] = own.types[7]
    mine = np.broadcast_to(own.actions[:, None], (len(own.actions), draws))
    sampled = game.ex_post(1, types, actions, mine)
    error = sampled.std(axis=1) / np.sqrt(draws)
    values = play.values(1, rows)[7]
    assert (np.abs(values - sampled.mean(axis=1)) <= 4 * error + 0.01).all()
    assert values[0] == 0.0


@pytest.mark.slow
def test_spite_between_unequal_bidders():
    game = AuctionGame("second_price", [Uniform(), Uniform(0, 1.2)], utilities=Spite(0.5))
    solution = solve(game, DualAveraging(), rng=0)
    assert solution.certificate.relative <= 1e-3
    truthful = BidProfile([BidFunction([0, 1], [0, 1]), BidFunction([0, 1.2], [0, 1.2])])
    assert certify(game, truthful).relative > 1e-2
    assert ex_post_payoffs(game, [[0.5], [0.4]], [[0.6], [0.5]])[1, 0] == 0.0


def test_refusals_and_settings():
    solver = DualAveraging()
    assert solver.refuses(random_game(2, 2, rng=0)) == (
        "the game is of type BayesianGame, want ContinuousGame; use QuantalResponse."
    )
    assert solver.refuses(AuctionGame("first_price", Uniform(), 1)) == (
        "there is one player, want two or more."
    )

    class Bare(ContinuousGame):
        priors = (Uniform(), Uniform())
        summary = ("bare", "two")

        def payoff_range(self, i):
            return 1.0

    assert "a Bare states no ex-post payoffs, want a game that does" in (
        solver.refuses(Bare()) or ""
    )
    known = next(e.game for e in catalog.auctions() if e.name == "tullock_known_2")
    assert "some type is known, want types drawn from intervals" in (solver.refuses(known) or "")
    with pytest.raises(SettingError, match="grid is 2, want a number >= 4"):
        DualAveraging(grid=2)
    with pytest.raises(SettingError, match="steps is 0"):
        DualAveraging(steps=0)
