"""Aggregative games: what they state and refuse, and known equilibria of markets and contests."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify, solve
from econ_theory.errors import GameError, ProfileError, RefusedError, SettingError
from econ_theory.games import (
    AggregativeGame,
    AuctionGame,
    Bertrand,
    Contest,
    Cournot,
    CustomPayoff,
    Known,
    LinearQuadratic,
    MarginalBounds,
    Power,
    PublicGood,
    SmoothPayoff,
    Uniform,
    truncated,
)
from econ_theory.solvers import BidResponse
from econ_theory.strategies.bids import BidFunction


def logarithm(t, a, y):
    return t * np.log1p(a + y) - a


def marginal(t, a, y):
    return t / (1 + a + y) - 1


BOUNDS = MarginalBounds(4.0, 2.0, 4.0)
LOGARITHM = SmoothPayoff(logarithm, marginal, BOUNDS)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: AggregativeGame("cournot", Uniform(), 2), "payoff is str, want Cournot"),
        (lambda: AggregativeGame(Cournot(), Uniform()), "n_players is None, want how many"),
        (lambda: AggregativeGame(Cournot(), [Uniform()], 2), "n_players is 2 with 1 priors"),
        (
            lambda: AggregativeGame(Cournot(), Uniform(), 3, actions=(0, 0.5)),
            r"quantities of up to 1.5 together, want them >= 0 and at most 1, where the price is",
        ),
        (
            lambda: AggregativeGame(Cournot(), Uniform(), 2, actions=[(0, 0.5)] * 3),
            "actions has 3 intervals, want 2",
        ),
        (
            lambda: AggregativeGame(Cournot(), Uniform(), 2, actions=(0.5, 0.5)),
            r"actions has \[0.5, 0.5\], want bounded intervals",
        ),
        (
            lambda: AggregativeGame(Bertrand(), Uniform(), 2, actions=(0, 1.5)),
            "demand of player 1 falls to -0.5",
        ),
        (lambda: AggregativeGame(Contest(), Uniform(-1, 1), 2), "want them >= 0"),
        (
            lambda: AggregativeGame(Contest(), Uniform(), 2, actions=(-1, 1)),
            "want efforts >= 0",
        ),
        (
            lambda: AggregativeGame(LinearQuadratic((0, 1, 0)), Uniform(), 2),
            "actions is None, want an interval",
        ),
        (lambda: AggregativeGame(LOGARITHM, Uniform(), 2), "actions is None, want an interval"),
        (lambda: LinearQuadratic((0, 1, 0), curvature=0), "curvature is 0, want a positive"),
        (lambda: Cournot(-1), "intercept is -1, want a positive number"),
        (lambda: Bertrand(1, 1, -0.5), "cross is -0.5, want >= 0"),
        (lambda: PublicGood(0, 0), "want both >= 0 and one positive"),
        (lambda: Contest(2), "exponent is 2, want 0 < exponent <= 1"),
        (lambda: SmoothPayoff(logarithm, marginal), "marginal and bounds come together"),
        (
            lambda: SmoothPayoff(logarithm, marginal, MarginalBounds(-1, 0, 0)),
            "want numbers >= 0",
        ),
    ],
)
def test_games_refuse_what_makes_no_sense(build, words):
    with pytest.raises(GameError, match=words):
        build()


@pytest.mark.parametrize(
    ("payoff", "words"),
    [
        (SmoothPayoff(lambda t, a, y: t**2 * a), "the payoff is not affine in the type"),
        (SmoothPayoff(lambda t, a, y: np.zeros(3)), r"function returns shape \(3,\)"),
        (
            SmoothPayoff(logarithm, lambda t, a, y: t / (1 + a + y), BOUNDS),
            "marginal differs from the payoff's slope by",
        ),
        (SmoothPayoff(logarithm, marginal, MarginalBounds(0.1, 2, 4)), "bounds.own is 0.1, want"),
        (SmoothPayoff(logarithm, marginal, MarginalBounds(4, 0.1, 4)), "bounds.rivals is 0.1"),
        (SmoothPayoff(logarithm, marginal, MarginalBounds(4, 2, 0)), "bounds.rivals_bend is 0"),
    ],
)
def test_what_is_stated_is_checked_on_a_grid(payoff, words):
    with pytest.raises(GameError, match=words):
        AggregativeGame(payoff, Uniform(1, 2), 2, actions=(0, 1))


def test_profiles_must_fit_the_game():
    game = AggregativeGame(Cournot(), Uniform(0, 0.4), 2)
    with pytest.raises(
        ProfileError, match=r"has actions \[0.2, 0.6\], want them within \[0, 0.5\]"
    ):
        certify(game, [([0, 0.4], [0.6, 0.2])] * 2)
    with pytest.raises(ProfileError, match="wrong slope, want it not increasing"):
        certify(game, [([0, 0.4], [0.2, 0.3])] * 2)
    with pytest.raises(ProfileError, match="leaves types out"):
        certify(game, [([0, 0.3], [0.3, 0.2])] * 2)


def test_games_say_what_they_are():
    game = AggregativeGame(Contest(0.5), [Known(1.0), Uniform(0.5, 1.5)])
    assert game.summary == ("Tullock contest, exponent 0.5", "known 1; U[0.5, 1.5]")
    assert game.action_range(1) == (0.0, 1.5)
    draws = np.array([[0.25, 0.0], [0.25, 0.0]])
    # Nobody exerts any effort in the second draw: equal chances.
    np.testing.assert_allclose(game.ex_post(0, np.ones((2, 2)), draws), [0.25, 0.5])


def test_leaving_a_tie_at_no_effort_gains_at_once():
    game = AggregativeGame(Contest(), Uniform(0.5, 1), 3)
    certificate = certify(game, [([0.5, 1], [0, 0])] * 3)
    assert certificate.epsilon == pytest.approx(2 / 3, abs=1e-9)
    assert certificate.estimate == pytest.approx(2 / 3, rel=0.01)
    assert certificate.utilities == pytest.approx([0.25] * 3)


def test_a_payoff_alone_is_sampled():
    game = AggregativeGame(SmoothPayoff(logarithm), Uniform(1, 2), 2, actions=(0, 1))
    known = AggregativeGame(LOGARITHM, Uniform(1, 2), 2, actions=(0, 1))
    profile = [([1, 2], [0.1, 0.8]), ([1, 2], [0.0, 0.4])]
    sampled, bound = certify(game, profile, rng=0), certify(known, profile)
    assert (sampled.kind, bound.kind) == ("sampled", "bound")
    for guess, gains in zip(sampled.estimates, bound.gains, strict=True):
        assert guess.max() == pytest.approx(gains.max(), rel=0.2, abs=1e-3)
    with pytest.raises(RefusedError, match=r"want SmoothPayoff\(function, marginal, bounds\)"):
        solve(game, BidResponse())


def test_a_smooth_payoff_is_judged_like_the_quadratic_that_it_is():
    quadratic = AggregativeGame(PublicGood(1.0, 0.5), [Uniform(), Power(2.0)])
    smooth = SmoothPayoff(
        lambda t, a, y: t * (a + y) - (a + y) ** 2 / 2 - a**2 / 4,
        lambda t, a, y: t - (a + y) - a / 2,
        MarginalBounds(0.0, 1.0, 0.0),
    )
    other = AggregativeGame(smooth, quadratic.priors, actions=quadratic.actions)
    profile = [([0, 1], [0, 0.5]), ([0, 0.3, 1], [0.1, 0.1, 0.6])]
    one, two = certify(quadratic, profile), certify(other, profile)
    assert two.epsilon == pytest.approx(one.epsilon, rel=1e-3)
    assert two.utilities == pytest.approx(one.utilities, abs=1e-5)


def test_sampled_gains_of_an_auction_game_agree():
    rule = CustomPayoff(lambda c, q, others: q * (1 - q - others.sum(axis=0) - c), (0, 0.5), 1.0)
    profile = [([0, 0.4], [0.45, 0.3]), ([0, 0.4], [0.35, 0.1])]
    sampled = certify(AuctionGame(rule, Uniform(0, 0.4), 2), profile, rng=1)
    bound = certify(AggregativeGame(Cournot(), Uniform(0, 0.4), 2), profile)
    for guess, gains in zip(sampled.estimates, bound.gains, strict=True):
        assert guess.max() == pytest.approx(gains.max(), rel=0.05)


def test_one_firm_is_a_monopoly():
    solution = solve(AggregativeGame(Cournot(2.0, 0.5), Uniform(0, 1), 1))
    assert solution.certificate.relative <= 1e-15
    assert solution.profile.functions[0]([0.0, 1.0]) == pytest.approx([2.0, 1.0])


def test_the_lottery_of_uniform_values():
    """No closed form; the ex-ante utility of an independent solution, 0.20090."""
    solution = solve(AggregativeGame(Contest(), Uniform(), 2))
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative <= 1e-9
    assert solution.certificate.utilities[0] == pytest.approx(0.20090, abs=1e-5)


def test_prices_and_profits_fall_with_the_number_of_firms():
    costs, prices, profits = Uniform(0, 0.05), [], []
    for n in (2, 3, 4, 6):
        solution = solve(AggregativeGame(Cournot(), costs, n))
        assert solution.certificate.relative <= 1e-15
        function = solution.profile.functions[0]
        prices.append(1 - n * function(costs.ppf(0.5)))
        profits.append(solution.certificate.utilities[0])
    assert (np.diff(prices) < 0).all()
    assert (np.diff(profits) < 0).all()
    np.testing.assert_allclose(prices, [(1 + n * 0.025) / (n + 1) for n in (2, 3, 4, 6)])


def test_free_riding_grows_with_the_group():
    shares = []
    for n in (2, 3, 6):
        solution = solve(AggregativeGame(PublicGood(), Uniform(), n))
        assert solution.certificate.relative <= 1e-15
        first = solution.profile.functions[0]
        shares.append(first.types[np.flatnonzero(first.bids > 0)[0] - 1])
    # Types up to k give nothing, with k / (n - 1) = (1 - k)^2 / 2.
    np.testing.assert_allclose(shares, [1 + 1 / m - np.sqrt(2 / m + 1 / m**2) for m in (1, 2, 5)])


PRIORS = [Uniform(), Power(2.0), truncated(stats.norm(0.4, 0.3), 0.0, 1.0), Uniform(0.2, 0.5)]


@settings(max_examples=10)
@given(
    seed=st.integers(0, 10**6),
    exponent=st.sampled_from([1.0, 0.5]),
    shift=st.floats(0.1, 1.0),
)
def test_unequal_contests_are_solved(seed, exponent, shift):
    rng = np.random.default_rng(seed)
    priors = [PRIORS[k] for k in rng.integers(len(PRIORS), size=2)]
    priors[0] = Uniform(shift, 1.5 + shift)
    solution = solve(AggregativeGame(Contest(exponent), priors), BidResponse((64,)), tol=1e-6)
    assert solution.certificate.kind == "bound"
    assert all((np.diff(f.bids) >= 0).all() for f in solution.profile.functions)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 5),
    payoff=st.sampled_from([Cournot(), Bertrand(1.0, 1.0, 0.2), PublicGood(1.0, 0.3)]),
)
def test_quadratic_games_are_solved_to_rounding(seed, n, payoff):
    """Unequal players, bounds on actions may bind; actions move one way in the type."""
    rng = np.random.default_rng(seed)
    priors = [PRIORS[k] for k in rng.integers(len(PRIORS), size=n)]
    game = AggregativeGame(payoff, priors)
    solution = solve(game)
    assert solution.certificate.relative <= 1e-9
    for i, function in enumerate(solution.profile.functions):
        assert (game.slope(i) * np.diff(function.bids) >= 0).all()


def test_players_may_change_places():
    priors = [Uniform(0.2, 1), Power(2.0), Known(0.8)]
    bids = [([0.2, 1], [0.1, 0.3]), ([0, 0.5, 1], [0, 0.1, 0.2]), ([0.8], [0.25])]
    one = certify(AggregativeGame(Contest(), priors), bids)
    other = certify(AggregativeGame(Contest(), priors[::-1]), bids[::-1])
    for gains, turned in zip(one.gains, other.gains[::-1], strict=True):
        assert gains.max() == pytest.approx(turned.max(), rel=1e-3)
    assert one.utilities == pytest.approx(other.utilities[::-1], abs=1e-6)


def test_the_unit_of_money_does_not_matter():
    for factor in (1e-6, 1e6):
        base = certify(AggregativeGame(Contest(), Uniform(), 2), [([0, 1], [0, 0.2])] * 2)
        game = AggregativeGame(Contest(), Uniform(0, factor), 2)
        certificate = certify(game, [([0, factor], [0, 0.2 * factor])] * 2)
        assert certificate.relative == pytest.approx(base.relative, rel=1e-6)


def test_a_start_is_used():
    game = AggregativeGame(Contest(), Uniform(0.5, 1), 2)
    solution = solve(game)
    again = solve(game, BidResponse(knots=(64,), max_rounds=2), start=solution.profile)
    assert again.certificate.relative <= 1e-6
    assert isinstance(again.profile.functions[0], BidFunction)


def test_the_solver_refuses_other_games_and_settings():
    for knots in ((), (1,)):
        with pytest.raises(SettingError, match="want some numbers >= 2"):
            BidResponse(knots)
    with pytest.raises(
        RefusedError,
        match="AuctionGame, want AggregativeGame; use the default",
    ):
        solve(AuctionGame("first_price", Uniform(), 2), BidResponse())
