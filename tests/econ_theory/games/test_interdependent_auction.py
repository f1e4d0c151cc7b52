"""Auctions of interdependent values: bounds against brute force, closed forms, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.analysis import revenue
from econ_theory.certificates.continuous.interdependent import single_crossing
from econ_theory.certificates.continuous.interdependent.crossing_sums import cell_gains
from econ_theory.errors import GameError, RefusedError
from econ_theory.games import (
    CommonValue,
    FgmPair,
    GaussianPair,
    IndependentSignals,
    InterdependentAuction,
    KthPrice,
    LinearShares,
    Power,
    SignalSum,
    Uniform,
    WinnerPays,
)
from econ_theory.solvers import MilgromWeber
from econ_theory.strategies.bids import BidFunction, BidProfile

JOINTS = {
    "independent": IndependentSignals(Uniform(), 2),
    "power": IndependentSignals(Power(2.0), 2),
    "fgm": FgmPair(0.8),
    "mild fgm": FgmPair(0.3),
    "gauss": GaussianPair(0.5),
    "shares": LinearShares(),
    "common": CommonValue(Uniform(0.5, 1.5), 2),
    "three independent": IndependentSignals(Uniform(), 3),
    "three shares": LinearShares(3),
    "three common": CommonValue(Uniform(0.5, 1.5), 3),
}


def brute_gain(game, own, rival, n_types=33, n_points=6001):
    """Largest gain over a grid of types and winning thresholds; and the mean utility of types.

    From the density alone, by the trapezoid rule; bids are a fine grid of rival types' bids, which
    a deviation just beats, and no bid.
    """
    signal = game.priors[0]
    low, high = signal.low, signal.high
    y = low + (high - low) * np.linspace(0, 1, n_points)
    y = np.unique(np.concatenate([y, rival.types, rival.types - 1e-10, list(signal.turns)]))
    y = y[(y >= low) & (y <= high)]
    middle, bids = (y[1:] + y[:-1]) / 2, rival(y)
    paid = np.where(np.isnan(rival(middle)), game.reserve, rival(middle))
    worst = 0.0
    types = low + (high - low) * (np.arange(n_types) + 0.5) / n_types
    for x in types:
        mass = np.diff(game.joint.below(x, y))
        won = np.concatenate([[0.0], np.cumsum(mass)])
        value = np.concatenate([[0.0], np.cumsum(game.worth(x, middle) * mass)])
        second = np.concatenate([[0.0], np.cumsum(paid * mass)])

        def utility(bid, wins, value=value, won=won, second=second):
            if not isinstance(game.payment, WinnerPays):
                return wins(value) - bid
            own = game.payment.own
            return wins(value) - own * bid * wins(won) - (1 - own) * wins(second)

        ok = ~np.isnan(bids)
        best = max(0.0, np.max(utility(bids[ok], lambda f, ok=ok: f[ok])))
        # The reserve beats all who place no bid.
        entry = rival.types[0]
        best = max(best, utility(game.reserve, lambda f, z=entry: np.interp(z, y, f)))
        bid = float(own(x))
        mine = 0.0
        if not np.isnan(bid):
            # Ties are broken by a fair draw between two.
            k = [float(rival.inverse(bid)), float(rival.inverse(bid, upper=True))]
            mine = np.mean([utility(bid, lambda f, z=z: np.interp(z, y, f)) for z in k])
        worst = max(worst, best - mine)
    return worst


@st.composite
def plays(draw, three=False):
    name = draw(st.sampled_from([k for k in JOINTS if k.startswith("three") == three]))
    joint = JOINTS[name]
    payment = draw(st.sampled_from(["first_price", "second_price", WinnerPays(0.5), "all_pay"]))
    value = draw(st.sampled_from(["private", "wallet", SignalSum(0.5, 0.3)]))
    if "common" in name and draw(st.booleans()):
        value = "common"
    reserve = draw(st.sampled_from([0.0, 0.0, 0.1]))
    game = InterdependentAuction(payment, joint, value, reserve=reserve)
    top = float(game.worth(game.priors[0].high, game.priors[0].high))
    functions = [draw(bids(game, top, flat=not three))]
    if not three and draw(st.booleans()):
        functions.append(draw(bids(game, top, flat=True)))
    return game, functions


@st.composite
def bids(draw, game, top, flat):
    low, high = game.priors[0].low, game.priors[0].high
    kinks = sorted(draw(st.lists(st.floats(0.05, 0.95), min_size=0, max_size=3, unique=True)))
    first = draw(st.sampled_from([0.0, 0.0, 0.3]))
    shares = np.concatenate([[first], [first + (1 - first) * k for k in kinks], [1.0]])
    steps = draw(
        st.lists(
            st.sampled_from([0.0, 0.1, 0.3, 0.5] if flat else [0.05, 0.1, 0.3, 0.5]),
            min_size=len(shares),
            max_size=len(shares),
        )
    )
    types = low + (high - low) * shares
    heights = game.reserve + 0.7 * top * np.cumsum(steps)
    if draw(st.booleans()) and len(shares) > 2:
        # A jump at the first kink.
        types = np.insert(types, 1, types[1])
        heights = np.concatenate([heights[:1], heights[:1], heights[1:] + 0.05])
        heights[1] = heights[0] if flat else heights[0] + 0.01
    return BidFunction(types, heights)


def check(game, functions):
    own, rival = functions[0], functions[-1]
    profile = BidProfile([own] + [rival] * (game.n_players - 1))
    try:
        certificate = certify(game, profile)
    except RefusedError:
        return
    assert certificate.kind == "bound"
    size = game.payoff_range(0)
    for i, (mine, other) in enumerate([(own, rival), (rival, own)][: len(functions)]):
        found = brute_gain(game, mine, other)
        bound = float(certificate.gains[i].max())
        assert found <= bound + 2e-6 * size
        if not isinstance(game.joint, GaussianPair):
            assert bound <= 2 * float(certificate.estimates[i].max()) + 2e-6 * size
            assert found >= 0.5 * float(certificate.estimates[i].max()) - 0.02 * size


@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(plays())
def test_bounds_hold_and_are_not_loose_for_two_bidders(play):
    check(*play)


@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(plays(three=True))
def test_bounds_hold_and_are_not_loose_for_three_bidders(play):
    check(*play)


@pytest.mark.parametrize("name", ["fgm", "shares", "independent"])
def test_solver_certifies_and_the_second_price_earns_no_less(name):
    earned = []
    for payment in ("first_price", "second_price"):
        game = InterdependentAuction(payment, JOINTS[name], "wallet")
        solution = solve(game, MilgromWeber())
        assert solution.certificate.kind == "bound"
        assert solution.certificate.relative <= 1e-5
        earned.append(revenue(game, solution.profile))
    assert earned[0] <= earned[1] + 1e-5


def test_all_pay_earns_no_less_than_the_first_price():
    games = [InterdependentAuction(p, FgmPair(0.3)) for p in ("first_price", "all_pay")]
    solutions = [solve(game, MilgromWeber()) for game in games]
    assert max(s.certificate.relative for s in solutions) <= 1e-5
    first, every = (revenue(g, s.profile) for g, s in zip(games, solutions, strict=True))
    assert first < every


def test_reserve_keeps_out_signals_that_would_lose():
    game = InterdependentAuction("first_price", FgmPair(0.5), reserve=0.3)
    solution = solve(game, MilgromWeber())
    assert solution.certificate.relative <= 1e-5
    assert solution.profile.functions[0].types[0] == pytest.approx(0.3)


def test_mineral_rights_utility_in_closed_form():
    game = InterdependentAuction("second_price", CommonValue(Uniform(), 3), "common")
    price = 17 - 24 * np.log(2)
    assert revenue(game, [lambda x: 2 * x / (2 + x)] * 3) == pytest.approx(price, abs=1e-4)


def test_densities_integrate_to_distributions():
    for joint in JOINTS.values():
        signal = joint.signal
        y = np.linspace(signal.low, signal.high, 4001)
        for x in signal.ppf(np.array([0.2, 0.7])):
            mass = np.concatenate(
                [[0.0], np.cumsum(joint.density(x, (y[1:] + y[:-1]) / 2) * np.diff(y))]
            )
            np.testing.assert_allclose(mass, joint.below(x, y), atol=2e-3)


def test_bad_input_is_named():
    pair = FgmPair(0.5)
    with pytest.raises(GameError, match="payment is KthPrice"):
        InterdependentAuction(KthPrice(3), pair)
    with pytest.raises(GameError, match="joint is Uniform"):
        InterdependentAuction("first_price", Uniform())  # pyright: ignore[reportArgumentType]
    with pytest.raises(GameError, match="value is 'odd'"):
        InterdependentAuction("first_price", pair, "odd")
    with pytest.raises(GameError, match="value is 'common' with FgmPair"):
        InterdependentAuction("first_price", pair, "common")
    with pytest.raises(GameError, match="reserve is -1"):
        InterdependentAuction("first_price", pair, reserve=-1)
    with pytest.raises(GameError, match="dependence is 2"):
        FgmPair(2)
    with pytest.raises(GameError, match="correlation is 1"):
        GaussianPair(1)
    with pytest.raises(GameError, match="n_players is 1"):
        LinearShares(1)
    with pytest.raises(GameError, match="weights are -1"):
        SignalSum(-1)


def test_what_the_bound_needs_is_checked():
    line = BidFunction([0, 1], [0, 0.5])
    with pytest.raises(RefusedError, match="not affiliated"):
        certify(InterdependentAuction("first_price", FgmPair(-0.5)), [line] * 2)
    with pytest.raises(RefusedError, match="all-pay bids want"):
        certify(InterdependentAuction("all_pay", FgmPair(1.0)), [line] * 2)
    with pytest.raises(RefusedError, match="below the reserve"):
        certify(InterdependentAuction("first_price", FgmPair(0.5), reserve=0.2), [line] * 2)
    three = InterdependentAuction("first_price", IndependentSignals(Uniform(), 3))
    with pytest.raises(RefusedError, match="different functions"):
        certify(three, [line, line, line.scaled(0.9)])
    with pytest.raises(RefusedError, match="same bid"):
        certify(three, [BidFunction([0, 0.5, 1], [0.1, 0.1, 0.5])] * 3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rule", "n", "goal", "again"),
    [
        ("first_price", 2, 1e-6, 1.3),
        ("first_price", 3, 1e-6, 1.3),
        ("all_pay", 2, 1e-6, 1.3),
        # Bids far off decide here: the same cells on more points.
        ("second_price", 3, 2e-6, 1.6),
    ],
)
def test_the_bound_is_sharp_where_signals_crowd_at_zero(rule, n, goal, again):
    """The density of the lowest signal has no bound: cells there are cut again, no others are."""
    game = InterdependentAuction(rule, CommonValue(Uniform(), n), "common")
    profile = next(MilgromWeber().propose(game, None, np.random.default_rng(0)))
    judged = []

    def counted(game, path):
        judged.append(len(path.inner))
        return cell_gains(game, path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_crossing, "cell_gains", counted)
        certificate = certify(game, profile)
    assert certificate.kind == "bound"
    assert certificate.relative < goal
    assert len(certificate.gains[0]) < sum(judged) < again * len(certificate.gains[0])


def test_a_round_that_gains_little_is_the_last():
    """Where the error lies in bids far off, cutting types does not help for ever."""
    game = InterdependentAuction("second_price", CommonValue(Power(2), 2), "common")
    certificate = solve(game, tol=1e-5).certificate
    assert certificate.relative < 1e-5
    assert len(certificate.gains[0]) < 2000
