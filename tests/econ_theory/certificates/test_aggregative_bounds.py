"""The bound of smooth games against brute force, on profiles that are no equilibria."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify
from econ_theory.certificates.continuous.aggregative_games.aggregates import aggregate, cells_of
from econ_theory.certificates.continuous.envelope.curve import Bidder
from econ_theory.games import (
    AggregativeGame,
    Bertrand,
    Contest,
    Cournot,
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
from econ_theory.strategies.bids import BidFunction, BidProfile

PRIORS = [
    Uniform(0.1, 1.0),
    Power(2.0),
    Power(0.5),
    truncated(stats.norm(0.4, 0.3), 0.0, 1.0),
    Known(0.7),
]

# u = t log(1 + a + y) - a: the derivatives of t / (1 + a + y) are at most t and 2 t.
LOGARITHM = SmoothPayoff(
    lambda t, a, y: t * np.log1p(a + y) - a,
    lambda t, a, y: t / (1 + a + y) - 1,
    MarginalBounds(2.0, 1.0, 2.0),
)
# Not concave in the own action: a sine on a line.
WAVE = SmoothPayoff(
    lambda t, a, y: t * a + np.sin(8 * a) / 4 - a**2 - a * y / 4,
    lambda t, a, y: t + 2 * np.cos(8 * a) - 2 * a - y / 4,
    MarginalBounds(128.0, 0.25, 0.0),
)
PAYOFFS = {
    "cournot": (Cournot(1.0), None),
    "bertrand": (Bertrand(1.0, 1.0, 0.4), None),
    "public good": (PublicGood(1.0, 0.2), (0.0, 1.0)),
    "quadratic": (LinearQuadratic((0.1, -0.7, 0.3), (0.8, 0.2), 1.3, 0.5, 0.4), (-0.5, 1.0)),
    "lottery": (Contest(), None),
    "contest": (Contest(0.6), None),
    "logarithm": (LOGARITHM, (0.0, 1.0)),
    "wave": (WAVE, (0.0, 1.0)),
}


def random_actions(game, i, rng, *, flat: bool) -> BidFunction:
    """A random monotone function into the middle of the actions, maybe flat, with a jump."""
    prior, (low, high) = game.priors[i], game.actions[i]
    if prior.low == prior.high:
        return BidFunction([prior.low], [low + rng.uniform(0.1, 0.9) * (high - low)])
    types = np.concatenate(
        [[prior.low], np.sort(rng.uniform(prior.low, prior.high, 3)), [prior.high]]
    )
    shares = np.sort(rng.uniform(0.0, 0.9, 5))
    if flat:
        shares[1] = shares[0] = rng.choice([0.0, shares[0]])
        types, shares = np.insert(types, 3, types[3]), np.insert(shares, 3, shares[2])
    if game.slope(i) < 0:
        shares = shares[::-1]
    return BidFunction(types, low + shares * (high - low))


def draws_of(game, profile, i, n):
    """Equally likely sums of the others' actions; with two rivals every pair of quantiles."""
    total = np.zeros(1)
    shares = (np.arange(n) + 0.5) / n
    for j in range(game.n_players):
        if j != i:
            prior = game.priors[j]
            known = prior.low == prior.high
            a = profile.functions[j](prior.ppf(shares[:1] if known else shares))
            total = np.add.outer(total, game.impact(a)).ravel()
    return total


def brute_force(game, profile, i, n):
    """The largest gain of 21 types from 301 actions, and that of every type."""
    low, high = game.actions[i]
    y = draws_of(game, profile, i, n)
    tiny = 1e-9 * (high - low)
    actions = np.linspace(low, high, 301)
    actions[0] += tiny
    prior = game.priors[i]
    types = prior.ppf((np.arange(21) + 0.37) / 21)
    own = profile.functions[i](types)
    moved = np.stack([game.payoff.payoff(0.0, a, y).mean() for a in actions])
    rate = np.stack([game.payoff.payoff(1.0, a, y).mean() for a in actions]) - moved
    played = np.array(
        [
            game.payoff.payoff(t, max(a, low + tiny * 1e-3), y).mean()
            for t, a in zip(types, own, strict=True)
        ]
    )
    return types, (types[:, None] * rate + moved).max(axis=1) - played


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    name=st.sampled_from(sorted(PAYOFFS)),
    flat=st.booleans(),
    three=st.booleans(),
)
def test_no_deviation_gains_more_than_the_bound(seed, name, flat, three):
    rng = np.random.default_rng(seed)
    payoff, actions = PAYOFFS[name]
    priors = [PRIORS[k] for k in rng.integers(len(PRIORS), size=3 if three else 2)]
    game = AggregativeGame(payoff, priors, actions=actions)
    profile = BidProfile(
        [random_actions(game, i, rng, flat=flat and i == 0) for i in range(len(priors))]
    )
    certificate = certify(game, profile)
    assert certificate.kind == "bound"
    for i in range(game.n_players):
        types, found = brute_force(game, profile, i, 150 if three else 4000)
        bound = certificate.gains[i]
        cell = np.searchsorted(certificate.types[i][:, 0], types, side="right") - 1
        slack = 2e-4 if three else 2e-5
        assert (found <= bound[cell] + slack).all()
        assert bound.max() <= 2 * max(found.max(), certificate.estimates[i].max()) + 1e-6
        assert (certificate.estimates[i] <= bound).all()


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 3),
    exponent=st.sampled_from([1.0, 0.5]),
    m=st.integers(1, 3),
)
def test_sums_are_enclosed_for_convex_falling_functions(seed, count, exponent, m):
    rng = np.random.default_rng(seed)
    priors = [PRIORS[k] for k in rng.integers(len(PRIORS), size=2)]
    game = AggregativeGame(Contest(), priors)
    functions = [random_actions(game, i, rng, flat=False) for i in range(2)]
    rivals = [Bidder(functions[0], priors[0], count), Bidder(functions[1], priors[1])]
    others = aggregate(rivals, 256, exponent, near_zero=True)
    draws = sum(
        functions[k](priors[k].ppf(rng.random(200_000))) ** exponent for k in [0] * count + [1]
    )
    values = (0.1 + draws) ** -m
    error = 5 * values.std() / np.sqrt(values.size) + 1e-12
    low, high = (
        atoms.masses @ (0.1 + atoms.points) ** -m for atoms in (others.lower, others.upper)
    )
    assert low <= high + 1e-12
    assert low - error <= values.mean() <= high + error
    assert high - low <= 0.01 * high


def test_equilibrium_bounds_are_of_fourth_order():
    """Straight lines between best responses: a quarter of the width costs 1/256."""
    game = AggregativeGame(Contest(), [Known(1.0), Uniform(0.5, 1.5)])
    root = 2 * (1.5**0.5 - 0.5**0.5) / (1 + np.log(3))
    relative = []
    for n in (16, 64):
        v = np.linspace(0.5, 1.5, n + 1)
        profile = [BidFunction([1.0], [root**2]), BidFunction(v, root * np.sqrt(v) - root**2)]
        certificate = certify(game, profile)
        relative.append(certificate.estimates[1].max())
        assert certificate.gains[1].max() <= 1.6 * certificate.estimates[1].max() + 2e-9
    assert 200 < relative[0] / relative[1] < 300


def test_cells_follow_jumps_and_many_knots():
    jump = BidFunction([0, 0.5, 0.5, 1], [0, 0.1, 0.4, 0.5])
    cells = cells_of(jump, np.array([0, 0.25, 0.5, 1.0]))
    np.testing.assert_allclose(cells.first, [0, 0.05, 0.4])
    np.testing.assert_allclose(cells.last, [0.05, 0.1, 0.5])
    assert not cells.bend.any()
    v = np.linspace(0, 1, 101)
    curved = cells_of(BidFunction(v, v**2), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(curved.bend, [1 / 16, 1 / 16], atol=1e-4)


def success(function, b):
    """The chance of effort `b` against one rival of uniform values, exactly, by logarithms."""
    total = 0.0
    for k in range(len(function.types) - 1):
        share = function.types[k + 1] - function.types[k]
        y0, y1 = function.bids[k : k + 2]
        mean = b / (b + y0) if y0 == y1 else b / (y1 - y0) * np.log1p((y1 - y0) / (b + y0))
        total += share * mean
    return total


def test_bounds_near_equilibrium_hold_type_by_type():
    game = AggregativeGame(Contest(), Uniform(), 2)
    for n_knots in (8, 24):
        profile = next(BidResponse((n_knots,)).propose(game, None, np.random.default_rng(0)))
        function, certificate = profile.functions[0], certify(game, profile)
        types = certificate.types[0]
        some = np.unique(
            np.concatenate([np.arange(0, len(types), 9), [certificate.gains[0].argmax()]])
        )
        found = []
        for c in some:
            t = types[c].mean()
            own = float(function(t))
            near = own * (1 + np.linspace(-0.5, 0.5, 2001)) + 1e-12
            gains = t * success(function, near) - near
            played = t * success(function, own) - own if own > 0 else 0.0
            found.append(gains.max() - played)
        inside = certificate.types[0][some, 0] > function.types[1]
        assert (np.array(found)[inside] <= certificate.gains[0][some][inside] + 1e-15).all()
        assert certificate.gains[0].max() <= 1.5 * max(found)
