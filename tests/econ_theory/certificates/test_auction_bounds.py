"""The bound against brute force: exact utilities on fine grids, written out rule by rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify
from econ_theory.certificates.continuous.envelope.chords import Chord, straight
from econ_theory.errors import RefusedError
from econ_theory.games import (
    AllPay,
    AuctionGame,
    Cara,
    Crra,
    KthPrice,
    Power,
    RiskNeutral,
    Uniform,
    WinnerPays,
    truncated,
)
from econ_theory.strategies.bids import BidFunction, BidProfile

PRIORS = [
    Uniform(),
    Uniform(0.2, 1.5),
    Power(2.0),
    Power(0.5),
    truncated(stats.norm(0.4, 0.3), 0.0, 1.0),
]


def random_bids(prior, rng, *, flat: bool) -> BidFunction:
    """A random monotone function that never bids above value, maybe with a flat piece and jump."""
    types = np.sort(
        np.concatenate([[prior.low, prior.high], rng.uniform(prior.low, prior.high, 3)])
    )
    slopes = rng.uniform(0.1, 0.9, 4)
    bids = np.concatenate([[0.3], 0.3 + np.cumsum(slopes * np.diff(types))]) * prior.low
    bids += np.concatenate([[0.0], np.cumsum(slopes * np.diff(types))]) * 0.7
    if flat:
        bids[2] = bids[1]
        types = np.insert(types, 3, types[3])
        bids = np.insert(bids, 3, (bids[2] + bids[3]) / 2)
    return BidFunction(types, np.minimum(bids, types))


def win_chance(profile, priors, i, bids, *, reserve=None):
    """The chance of winning just above each of `bids`."""
    chance = np.ones(len(bids))
    for j, (f, prior) in enumerate(zip(profile.functions, priors, strict=True)):
        if j != i:
            chance = chance * f.distribution(prior, bids)
    return chance if reserve is None else np.where(bids < reserve, 0.0, chance)


def brute_force(game, profile, i, n=2001):
    """Utility of the best of 2,001 bids less that of own play, of 201 types; Riemann sums."""
    top = max(f.bids[-1] for f in profile.functions)
    bids = np.unique(np.concatenate([np.linspace(0, top, n), *(f.bids for f in profile.functions)]))
    chance = win_chance(profile, game.priors, i, bids)
    prior, f = game.priors[i], profile.functions[i]
    types = np.linspace(prior.low, prior.high, 203)[1:-1]
    types = types[~np.isin(f(types), f.bids)]  # own atoms tie, which `chance` leaves out

    # The rivals' highest bid, summed over the bids below each.
    seconds = np.concatenate([[0.0], np.cumsum(np.diff(chance, prepend=0.0) * bids)])

    def utility(v, b, s):
        paid_second = seconds[np.searchsorted(bids, b, side="right")]
        u = game.utilities[i]
        if isinstance(u, (Crra, Cara)):
            return s * u.of(v - b)
        if isinstance(game.payment, AllPay):
            back = game.payment.returned * (s * b - paid_second)
            return v * s - b + back
        own = game.payment.own
        return v * s - own * b * s - (1 - own) * paid_second

    mine = f(types)
    played = utility(types, mine, win_chance(profile, game.priors, i, mine))
    table = utility(types[:, None], np.broadcast_to(bids, (len(types), len(bids))), chance)
    return (table.max(axis=1) - played).max()


RULES = [
    (WinnerPays(1.0), RiskNeutral()),
    (WinnerPays(0.0), RiskNeutral()),
    (WinnerPays(0.4), RiskNeutral()),
    (AllPay(), RiskNeutral()),
    (AllPay(1.0), RiskNeutral()),
    (AllPay(0.5), RiskNeutral()),
    (WinnerPays(1.0), Crra(0.5)),
    (WinnerPays(1.0), Cara(2.0)),
]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), rule=st.sampled_from(RULES), flat=st.booleans())
def test_no_deviation_gains_more_than_the_bound(seed, rule, flat):
    rng = np.random.default_rng(seed)
    priors = [PRIORS[k] for k in rng.integers(len(PRIORS), size=rng.integers(2, 4))]
    payment, utility = rule
    game = AuctionGame(payment, priors, utilities=utility)
    profile = BidProfile([random_bids(p, rng, flat=flat and i == 0) for i, p in enumerate(priors)])
    certificate = certify(game, profile)
    for i in range(game.n_players):
        found = brute_force(game, profile, i, n=401)
        # Second prices in Riemann sums of the brute force are off by a cell.
        slack = 0.01 if game.payment not in (WinnerPays(1.0), AllPay()) else 1e-9
        assert found <= certificate.gains[i].max() + slack
        assert certificate.estimates[i].max() <= certificate.gains[i].max() + 1e-12
        assert found <= certificate.estimates[i].max() + 0.02


@pytest.mark.parametrize(("payment", "utility"), RULES, ids=str)
def test_bound_is_tight(payment, utility):
    rng = np.random.default_rng(1)
    priors = [Uniform(), Power(2.0), Uniform(0, 1.3)]
    game = AuctionGame(payment, priors, utilities=utility)
    profile = BidProfile([random_bids(p, rng, flat=False) for p in priors])
    certificate = certify(game, profile)
    for bounds, estimates in zip(certificate.gains, certificate.estimates, strict=True):
        assert bounds.max() <= 1.6 * estimates.max() + 1e-8


def test_third_price_is_worth_what_sampling_says():
    game = AuctionGame(KthPrice(3), Power(2.0), 4)
    function = BidFunction([0, 0.5, 1.0], [0, 0.7, 1.8])
    certificate = certify(game, [function] * 4)
    rng = np.random.default_rng(0)
    values = Power(2.0).ppf(rng.random((4, 400_000)))
    bids = np.sort(function(values), axis=0)
    wins = function(values[0]) == bids[-1]
    utility = np.where(wins, values[0] - bids[-3], 0.0)
    error = utility.std() / np.sqrt(utility.size)
    assert certificate.utilities[0] == pytest.approx(utility.mean(), abs=5 * error)
    rivals = np.sort(function(values[1:]), axis=0)
    v, i, c, gain = certificate.worst.type, certificate.worst.i, 0, certificate.epsilon
    assert (i, c) == (0, 0)
    bid, own = certificate.worst.bid, function(v)
    worth = [np.where(b > rivals[-1], v - rivals[-2], 0.0).mean() for b in (bid, own)]
    assert worth[0] - worth[1] == pytest.approx(gain, rel=0.2)


def test_an_atom_can_be_overbid():
    """All bid 1/2: overbidding wins for sure; the tie gives each half."""
    game = AuctionGame("first_price", Uniform(), 2)
    certificate = certify(game, [BidFunction([0, 1], [0.5, 0.5])] * 2)
    assert certificate.epsilon == pytest.approx(0.25, abs=1e-9)
    assert certificate.worst.gain == certificate.epsilon
    assert certificate.utilities == pytest.approx([0.0, 0.0], abs=1e-12)


def test_ties_are_broken_by_a_fair_draw():
    game = AuctionGame("all_pay", Uniform(), 4)
    certificate = certify(game, [BidFunction([0, 1], [0.1, 0.1])] * 4)
    assert certificate.utilities == pytest.approx([0.5 / 4 - 0.1] * 4, abs=1e-12)


def test_types_that_stay_out_could_come_in():
    game = AuctionGame("first_price", Uniform(), 2, reserve=0.1)
    late = BidFunction([0.6, 1.0], [0.3, 0.5])
    certificate = certify(game, [late] * 2)
    # Type 0.6- bids the reserve and wins against all who stay out.
    assert certificate.epsilon == pytest.approx(0.6 * 0.5, abs=1e-6)
    assert certificate.worst.type < 0.6


def test_scaling_values_scales_gains():
    for factor in (1e-6, 1e6):
        game = AuctionGame("first_price", Uniform(0, factor), 3)
        bids = BidFunction([0, factor], [0, 0.6 * factor])
        base = certify(
            AuctionGame("first_price", Uniform(), 3), [BidFunction([0, 1], [0, 0.6])] * 3
        )
        certificate = certify(game, [bids] * 3)
        assert certificate.relative == pytest.approx(base.relative, rel=1e-6)


def test_players_may_change_places():
    priors, utilities = [Uniform(), Power(2.0)], [RiskNeutral(), Crra(0.5)]
    bids = [BidFunction([0, 1], [0, 0.4]), BidFunction([0, 1], [0, 0.6])]
    one = certify(AuctionGame("first_price", priors, utilities=utilities), bids)
    other = certify(AuctionGame("first_price", priors[::-1], utilities=utilities[::-1]), bids[::-1])
    assert one.gains[0].max() == other.gains[1].max()
    assert one.utilities == other.utilities[::-1]


@given(st.lists(st.floats(0.0, 3.0), min_size=3, max_size=8), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_chords_enclose_powers_and_products(points, m):
    x = straight(np.sort(np.array(points)))
    y = straight(np.linspace(1.0, 2.0, len(points)))
    made: Chord = x.power(m) * y
    share = np.linspace(0, 1, 33)[:, None]
    inner = (x.left + share * x.step) ** m * (y.left + share * y.step)
    chord = made.left + share * made.step
    assert (np.abs(inner - chord) <= made.dev * (1 + 1e-9) + 1e-12).all()


def test_bids_at_value_with_infinite_marginal_utility_are_bounded_all_the_same():
    game = AuctionGame("first_price", Uniform(), 2, utilities=Crra(0.5))
    certificate = certify(game, [lambda v: v] * 2)
    # A type v gains most by 2 v / 3: sqrt(v / 3) * 2 v / 3, at v = 1.
    assert certificate.estimate == pytest.approx(2 / 3 / np.sqrt(3), rel=1e-2)
    assert certificate.estimate <= certificate.epsilon <= 1.0


@pytest.mark.parametrize(
    ("rule", "procurement"),
    [("first_price", False), ("second_price", False), ("all_pay", False),
     ("first_price", True), ("second_price", True)],
)  # fmt: skip
def test_rivals_who_may_all_stay_out_are_refused_without_a_reserve(rule, procurement) -> None:
    types = [0.0, 0.5] if procurement else [0.5, 1.0]
    some = BidFunction(types, types)
    game = AuctionGame(rule, Uniform(), 2, procurement=procurement)
    with pytest.raises(RefusedError, match="a bid wins however low it is; want a reserve"):
        certify(game, [some, some])
    reserve = 1.0 if procurement else 0.0
    held = AuctionGame(rule, Uniform(), 2, procurement=procurement, reserve=reserve)
    # The type next to those who bid may bid the reserve, and win where the rival stays out.
    assert certify(held, [some, some]).epsilon > 0.2
