"""The language of auctions, bid functions, and what both refuse."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from scipy import stats

from econ_theory import certify
from econ_theory.errors import GameError, ProfileError, RefusedError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Cara,
    Charity,
    Crra,
    CustomPayoff,
    Effort,
    Known,
    KthPrice,
    Power,
    ReturnOnInvestment,
    ScipyPrior,
    Spite,
    Uniform,
    WinnerPays,
    truncated,
)
from econ_theory.strategies.bids import BidFunction, BidProfile, as_bids


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Uniform(1, 1), r"types lie in \[1, 1\], want a bounded interval"),
        (lambda: Power(-1), "exponent is -1, want a positive number"),
        (lambda: ScipyPrior(stats.norm(), -np.inf, 0), "want a bounded interval"),
        (lambda: truncated(stats.uniform(), 2, 3), "has probability 0.0 on"),
        (lambda: AuctionGame("first_price", Uniform()), "n_players is None, want how many"),
        (lambda: AuctionGame("first_price", [Uniform()] * 2, 3), "n_players is 3 with 2 priors"),
        (lambda: AuctionGame("first_price", 3, 2), "joint distributions of types are not support"),
        (lambda: AuctionGame("dutch", Uniform(), 2), "payment is 'dutch', want a payment rule or"),
        (lambda: WinnerPays(1.5), "own is 1.5, want a share"),
        (lambda: KthPrice(2), "k is 2, want at least 3; use WinnerPays"),
        (lambda: AllPay(0.5, (0.8, 0.2)), "want prizes="),
        (lambda: AllPay(prizes=(0.2, 0.8)), "want shares that do not increase"),
        (lambda: AuctionGame(KthPrice(4), Uniform(), 3), "want at least k players"),
        (lambda: AuctionGame(AllPay(prizes=(1, 1, 1)), Uniform(), 2), "at most one prize a player"),
        (lambda: AuctionGame("all_pay", Uniform(), 2, procurement=True), "want WinnerPays"),
        (lambda: AuctionGame("first_price", Uniform(), 2, demand=(1, 1)), "procurement=True"),
        (lambda: AuctionGame(Effort(), Uniform(), 2), "want positive ones"),
        (lambda: AuctionGame("all_pay", Uniform(), 2, utilities=Crra(0.5)), "want WinnerPays"),
        (
            lambda: AuctionGame("second_price", Uniform(), 3, utilities=Spite(1)),
            r"WinnerPays\(0\) for two bidders",
        ),
        (
            lambda: AuctionGame("first_price", Uniform(), 2, utilities=ReturnOnInvestment()),
            "want WinnerPays.* and a positive reserve",
        ),
        (lambda: AuctionGame("first_price", Uniform(), 2, utilities=[Cara(1.0)]), "1 entries"),
        (lambda: Crra(2), "want 0 < power <= 1"),
        (lambda: Cara(0), "0 is RiskNeutral"),
        (lambda: Charity(1.0), "want 0 < share < 1"),
        (lambda: Spite(-1), "want a positive number"),
        (lambda: CustomPayoff(max, (1, 0), 1.0), "want an interval low < high"),
        (lambda: CustomPayoff(max, (0, 1), 0.0), "want a positive payoff range"),
        (lambda: Known(np.inf), "value is inf, want a finite number"),
        (lambda: AuctionGame("all_pay", [Known(1.0), Uniform()]), "type 1 is known to all"),
    ],
)
def test_games_refuse_what_makes_no_sense(build, words):
    with pytest.raises(GameError, match=words):
        build()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: BidFunction([0, 1], [0, 1, 2]), "want one length K"),
        (lambda: BidFunction([1, 0], [0, 1]), "types decrease somewhere"),
        (lambda: BidFunction([0, 1, 2], [0, 1, 0]), "bids fall from 1 to 0 at type 1"),
        (lambda: BidFunction([0, 1], [0, np.nan]), "bids has nan at index"),
        (lambda: BidProfile([3]), "strategy of player 1 is int, want a BidFunction"),
        (lambda: BidFunction.from_callable(lambda v: 1 / (v - 0.5), 0, 1), "is not finite"),
    ],
)
def test_bid_functions_refuse_what_makes_no_sense(build, words):
    with pytest.raises(ProfileError, match=words):
        build()


GAME = AuctionGame("first_price", Uniform(), 2)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ([BidFunction([0, 1], [0, 1])], "has 1 bid functions, want 2"),
        ([BidFunction([0, 1], [1, 0])] * 2, "wrong slope, want it not decreasing"),
        ([BidFunction([0, 2], [0, 1])] * 2, r"has types \[0, 2\], want them within"),
        ([BidFunction([0, 0.9], [0, 1])] * 2, "the best types of player 1 place no bid"),
        ([1.0, 2.0], "strategy of player 1 is float, want a BidFunction, a pair"),
    ],
)
def test_profiles_must_fit_the_game(profile, words):
    with pytest.raises(ProfileError, match=words):
        certify(GAME, profile)


def test_what_certificates_refuse():
    bids = [BidFunction([0, 1], [0, 1.2])] * 2
    with pytest.raises(RefusedError, match=r"bids 0\.2 above its value"):
        certify(AuctionGame("first_price", Uniform(), 2, utilities=Crra(0.5)), bids)
    with pytest.raises(RefusedError, match="none beyond the reserve"):
        certify(AuctionGame("first_price", Uniform(), 2, reserve=0.5), bids)
    with pytest.raises(RefusedError, match='want "float"'):
        certify(GAME, bids, arithmetic="exact")
    with pytest.raises(RefusedError, match="want bids >= 0 where everyone pays"):
        certify(AuctionGame("all_pay", Uniform(), 2), [BidFunction([0, 1], [-1, 1])] * 2)
    flat = [BidFunction([0, 1], [0.5, 0.5])] * 3
    with pytest.raises(RefusedError, match="want bids that differ for the k-th price"):
        certify(AuctionGame(KthPrice(3), Uniform(), 3), flat)


def test_inverse_and_distribution_at_flats_jumps_and_ends():
    f = BidFunction([0.2, 0.4, 0.6, 0.6, 1.0], [0.1, 0.3, 0.3, 0.5, 0.7])
    assert f.inverse([0.0, 0.1, 0.3, 0.4, 0.5, 0.9]).tolist() == [0.2, 0.2, 0.4, 0.6, 0.6, 1.0]
    upper = f.inverse([0.0, 0.1, 0.3, 0.4, 0.5, 0.9], upper=True)
    assert upper.tolist() == [0.2, 0.2, 0.6, 0.6, 0.6, 1.0]
    np.testing.assert_allclose(f.distribution(Uniform(), [0.0, 0.3, 0.9]), [0.2, 0.6, 1.0])
    assert np.isnan(f(0.1))


def test_interpolation_is_as_close_as_it_says():
    types = np.linspace(0, 1, 10_001)
    v = sympy.Symbol("v")
    for expression in (sympy.sqrt(v), v**5, -sympy.log(1 - v * sympy.Rational(99, 100))):
        f = BidFunction.from_sympy(expression, v, 0, 1)
        exact = sympy.lambdify(v, expression, "numpy")(types)
        assert np.abs(f(types) - exact).max() <= 1.1e-8 * np.ptp(exact) + 1e-15
    pole = BidFunction.from_callable(lambda v: -np.log1p(-v), 0, 1)
    assert 25 < pole.bids[-1] < 30


def test_arrays_and_callables_are_strategies_too():
    def shade(v):
        return v / 2

    arrays = (np.array([0.0, 1.0]), np.array([0.0, 0.5]))
    profile = as_bids([shade, arrays], GAME)
    assert certify(GAME, profile).relative <= 1e-8
    same = as_bids([shade] * 2, GAME)
    assert same.functions[0] is same.functions[1]


def test_a_scipy_prior_certifies_like_the_one_it_equals():
    power = AuctionGame("first_price", Power(2.0), 2)
    beta = AuctionGame("first_price", stats.beta(2, 1), 2)
    bids = [BidFunction([0, 1], [0, 0.6])] * 2
    one, other = certify(power, bids), certify(beta, bids)
    assert one.epsilon == pytest.approx(other.epsilon, rel=1e-6)
    assert one.utilities == pytest.approx(other.utilities, rel=1e-6)


def first_price(own_type, own_bid, bids):
    return np.where(own_bid > bids.max(axis=0), own_type - own_bid, 0.0)


def test_a_custom_payoff_is_sampled_and_says_so():
    game = AuctionGame(CustomPayoff(first_price, (0.0, 1.0), 1.0), Uniform(), 3)
    right, wrong = (certify(game, [lambda v, k=k: k * v] * 3, rng=0) for k in (2 / 3, 0.9))
    assert right.kind == wrong.kind == "sampled"
    assert right.estimate <= right.epsilon < 0.005
    exact = certify(AuctionGame("first_price", Uniform(), 3), [lambda v: 0.9 * v] * 3)
    assert wrong.estimate == pytest.approx(exact.estimate, abs=0.01)
    assert exact.estimate < wrong.epsilon
    assert wrong.utilities[0] == pytest.approx(exact.utilities[0], abs=3e-3)
    again = certify(game, [lambda v: 2 * v / 3] * 3, rng=0)
    assert again.epsilon == right.epsilon


def test_a_custom_payoff_must_return_one_number_a_draw():
    game = AuctionGame(CustomPayoff(lambda v, b, o: 1.0, (0.0, 1.0), 1.0), Uniform(), 2)
    with pytest.raises(GameError, match="want one finite number a draw"):
        certify(game, [lambda v: v] * 2)
    partly = BidFunction([0.5, 1], [0, 1])
    with pytest.raises(ProfileError, match="want an action for every type"):
        certify(game, [partly] * 2)


def test_certificates_speak():
    certificate = certify(GAME, [BidFunction([0, 1], [0, 0.6])] * 2)
    assert "bound" in str(certificate)
    assert "player 1" in certificate._repr_html_()
    assert "<table>" in BidProfile([BidFunction([0, 1], [0, 0.6])])._repr_html_()
