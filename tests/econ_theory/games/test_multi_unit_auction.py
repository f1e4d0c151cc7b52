"""Auctions of several units: the rules played out literally, against sums over units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import certify, solve
from econ_theory.errors import GameError, ProfileError, RefusedError
from econ_theory.games import AuctionGame, MultiUnitAuction, Power, Uniform
from econ_theory.solvers import MultiUnit
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule

PRICINGS = ["uniform_price", "lowest_accepted", "discriminatory", "vickrey"]
NONE = -1.0


def payoff(game, values, own, rivals, lots):
    """Utility of `own` bids ``(..., m)``, played out: sort all bids, award, then charge.

    `rivals` is ``(..., (n - 1) m)``, below 0 for no bid; `lots` ``(..., n m)`` break ties.
    """
    m, n_units, reserve = game.demand, game.n_units, game.reserve
    bids = _all(own, rivals)
    lots = np.broadcast_to(lots, bids.shape)
    order = np.lexsort((-lots, -bids), axis=-1)
    ranked = np.take_along_axis(bids, order, axis=-1)
    rank = np.argsort(order, axis=-1)
    won = (rank[..., :m] < n_units) & (bids[..., :m] >= reserve)
    worth = (won * values).sum(axis=-1)
    count = won.sum(axis=-1)
    if game.pricing == "discriminatory":
        return worth - (won * bids[..., :m]).sum(axis=-1)
    if game.pricing == "vickrey":
        others = -np.sort(-np.broadcast_to(rivals, (*bids.shape[:-1], rivals.shape[-1])), axis=-1)
        others = np.maximum(_padded(others, n_units), reserve)
        paid = np.zeros(count.shape)
        for k in range(m):
            paid += np.where(count > k, others[..., n_units - k - 1], 0.0)
        return worth - paid
    at = n_units if game.pricing == "uniform_price" else n_units - 1
    price = np.maximum(_padded(ranked, n_units + 1)[..., at], reserve)
    return worth - count * price


def _all(own, rivals):
    shape = np.broadcast_shapes(own.shape[:-1], rivals.shape[:-1])
    parts = [np.broadcast_to(x, (*shape, x.shape[-1])) for x in (own, rivals)]
    return np.concatenate(parts, axis=-1)


def _padded(bids, size):
    short = max(0, size - bids.shape[-1])
    return np.concatenate([bids, np.full((*bids.shape[:-1], short), NONE)], axis=-1)


def draw(game, i, n_draws, rng):
    """Marginal values of player i, sorted, ``(n_draws, m)``."""
    n = 1 if game.marginals == "constant" else game.demand
    v = game.priors[i].ppf(rng.random((n_draws, n)))
    return np.broadcast_to(-np.sort(-v, axis=1), (n_draws, game.demand))


def bids_of(schedule, values):
    return np.nan_to_num(schedule(values), nan=NONE)


def random_schedule(prior, m, rng, reserve=0.0):
    """Bids that fall from unit to unit, with a flat piece now and then, and low types out."""
    types = np.concatenate(
        [[prior.low], np.sort(rng.uniform(prior.low, prior.high, 3)), [prior.high]]
    )
    first = np.sort(rng.uniform(reserve, prior.high, 5))
    functions = []
    for k in range(m):
        bids = reserve + (first - reserve) * np.prod(rng.uniform(0.3, 1.0, k))
        if rng.random() < 0.3:
            bids[1:3] = bids[1]
        functions.append(
            BidFunction(
                types,
                np.minimum.accumulate(np.stack([f.bids for f in functions] + [bids]), axis=0)[-1],
            )
        )
    return BidSchedule(functions)


def lots_of(n, m, n_draws, rng):
    return np.concatenate([-np.sort(-rng.random((n_draws, m)), axis=1) for _ in range(n)], axis=1)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    pricing=st.sampled_from(PRICINGS),
    n=st.integers(2, 3),
    marginals=st.sampled_from(["sorted", "constant"]),
)
def test_utility_and_bound_agree_with_the_auction_played_out(seed, pricing, n, marginals):
    rng = np.random.default_rng(seed)
    n_units, m = int(rng.integers(2, 4)), 2
    reserve = float(rng.choice([0.0, 0.2]))
    priors = [Uniform(0, 1), Power(2.0, 1.2), Uniform(0.1, 1)][:n]
    game = MultiUnitAuction(pricing, n_units, m, priors, marginals=marginals, reserve=reserve)
    profile = BidProfile([random_schedule(prior, m, rng, reserve) for prior in priors])
    certificate = certify(game, profile)
    assert certificate.kind == "bound"
    n_draws, size = 10_000, game.payoff_range(0)
    values = [draw(game, i, n_draws, rng) for i in range(n)]
    bids = [bids_of(s, v) for s, v in zip(profile.functions, values, strict=True)]
    rivals = np.concatenate(bids[1:], axis=1)
    lots = lots_of(n, m, n_draws, rng)
    played = payoff(game, values[0], bids[0], rivals, lots)
    error = played.std() / np.sqrt(n_draws)
    assert abs(played.mean() - certificate.utilities[0]) < 5 * error + 1e-6 * size

    gains, few = [], slice(0, 1000)
    grid = np.linspace(reserve, 1.05, 12)
    pairs = np.array([(a, b) for a in [NONE, *grid] for b in [NONE, *grid] if a >= b])
    for v in draw(game, 0, 4, rng):
        own = bids_of(profile.functions[0], v[None])
        utility = payoff(game, v, pairs[:, None], rivals[few][None], lots[few][None])
        before = payoff(game, v, own, rivals[few], lots[few])
        difference = (utility - before).mean(axis=1)
        spread = (utility - before).std(axis=1) / np.sqrt(1000)
        gains.append((difference - 4.5 * spread).max())
        row = np.searchsorted(certificate.types[0][:, 0], v[0], side="right") - 1
        assert gains[-1] <= certificate.gains[0][row] + 1e-9
    assert certificate.estimates[0].max() <= certificate.gains[0].max() + 1e-15
    slack = certificate.gains[0].max() - certificate.estimates[0].max()
    if marginals == "sorted" and pricing != "discriminatory":
        assert slack <= certificate.estimates[0].max() + 1e-6


def test_truth_costs_what_demand_reduction_saves():
    game = MultiUnitAuction("uniform_price", 2, 2, Uniform(), 2)
    value, nothing = BidFunction([0, 1], [0, 1]), BidFunction([0, 1], [0, 0])
    reduced = BidSchedule([value, nothing])
    certificate = certify(game, BidProfile([reduced] * 2))
    assert certificate.relative < 1e-7
    # Both win one unit for nothing: the mean of the higher of two draws.
    np.testing.assert_allclose(certificate.utilities, 2 / 3, atol=1e-7)
    truth = certify(game, BidProfile([BidSchedule([value, value])] * 2))
    assert truth.relative > 0.05
    assert truth.estimate > 0.05


def test_three_bids_of_zero_for_two_units_are_a_tie():
    """K = 3, all second bids zero: one unit goes by lot, and a bit more than zero wins it."""
    game = MultiUnitAuction("uniform_price", 3, 2, Uniform(), 2)
    value, nothing = BidFunction([0, 1], [0, 1]), BidFunction([0, 1], [0, 0])
    certificate = certify(game, BidProfile([BidSchedule([value, nothing])] * 2))
    np.testing.assert_allclose(certificate.utilities, 2 / 3 + 1 / 6, atol=1e-6)
    np.testing.assert_allclose(certificate.epsilon, 0.5, atol=1e-3)


def test_flat_bids_that_units_alone_would_lower():
    """K = 3 of 2 x 2: a first bid wins whatever it is, and is held up by the second."""
    game = MultiUnitAuction("discriminatory", 3, 2, Uniform(), 2, marginals="constant")
    # (v - b) d(1 + F) = (1 + F) db for the sum over units.
    flat = BidFunction.from_callable(lambda v: v**2 / 2 / (1 + v), 0, 1)
    certificate = certify(game, BidProfile([BidSchedule([flat, flat])] * 2))
    assert certificate.relative < 1e-6
    assert certify(game, BidProfile([BidSchedule([flat, flat])] * 2).scaled(1.05)).relative > 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pricing": "dutch"}, "pricing is 'dutch', want one of uniform_price"),
        ({"marginals": "rising"}, "marginals is 'rising', want"),
        ({"demand": 3}, "demand is 3 of 2 units"),
        ({"n_players": 1}, "there is one bidder, want two or more"),
        ({"n_players": None}, r"n_players is None, want how many players \(>= 1\)"),
        ({"n_players": 2.5}, r"n_players is 2.5, want how many players"),
        ({"priors": [Uniform()] * 3}, "n_players is 2 with 3 priors, want one prior a player"),
        ({"reserve": 2.0}, "reserve is 2.0, want one"),
        ({"priors": Uniform(-1, 1)}, "reach below 0"),
    ],
)
def test_bad_parts_are_refused(change, message):
    parts = {"pricing": "vickrey", "n_units": 2, "demand": 2, "priors": Uniform(), "n_players": 2}
    with pytest.raises(GameError, match=message):
        MultiUnitAuction(**{**parts, **change})


def test_bad_schedules_are_refused():
    game = MultiUnitAuction("vickrey", 2, 2, Uniform(), 2, reserve=0.1)
    one = BidFunction([0.1, 1], [0.1, 1])
    half = BidFunction([0.1, 1], [0.1, 0.5])
    with pytest.raises(ProfileError, match="do not rise with the unit"):
        certify(game, [BidSchedule([half, one])] * 2)
    with pytest.raises(ProfileError, match="bids 0, want at least the reserve"):
        certify(game, [[lambda v: v, lambda v: 0 * v]] * 2)
    with pytest.raises(ProfileError, match="want a BidSchedule of 2"):
        certify(game, BidProfile([one, one]))
    with pytest.raises(ProfileError, match="sequence of 2 bid functions"):
        certify(game, [one, one])
    with pytest.raises(ProfileError, match="want 2: one a player"):
        certify(game, BidProfile([BidSchedule([one, half])]))
    with pytest.raises(ProfileError, match="want a BidFunction for each bid"):
        BidSchedule([])
    with pytest.raises(ProfileError, match="is a BidSchedule, want one BidFunction"):
        certify(AuctionGame("first_price", Uniform(), 2), BidProfile([BidSchedule([one])] * 2))


def test_a_profile_of_schedules_shows_every_bid():
    one = BidFunction([0, 1], [0, 1])
    profile = BidProfile([BidSchedule([one, one.scaled(0.5)])] * 2)
    assert "player 2, bid 2" in profile._repr_html_()
    np.testing.assert_allclose(profile.scaled(2.0).functions[0]([0.5, 0.4]), [1.0, 0.4])
    assert "BidSchedule(BidFunction([0, 1] -> [0, 1]" in repr(profile)


SOLVED = [
    MultiUnitAuction("uniform_price", 2, 2, Uniform(), 3),
    MultiUnitAuction("uniform_price", 3, 2, Power(2.0), 2),
    MultiUnitAuction("uniform_price", 5, 3, Power(0.7), 2, reserve=0.1),
    MultiUnitAuction("uniform_price", 3, 2, Uniform(0.2, 1), 2, marginals="constant"),
    MultiUnitAuction("uniform_price", 2, 1, [Uniform(), Power(3.0), Uniform()]),
    MultiUnitAuction("discriminatory", 4, 2, Power(2.0), 3, marginals="constant"),
    MultiUnitAuction("discriminatory", 5, 3, Uniform(0.5, 1), 2, marginals="constant", reserve=0.2),
    MultiUnitAuction("lowest_accepted", 2, 1, Power(0.5), 4, reserve=0.3),
    MultiUnitAuction("vickrey", 3, 2, [Uniform(), Power(2.0)]),
]


@pytest.mark.parametrize("game", SOLVED, ids=str)
def test_the_default_solver_finds_an_equilibrium(game):
    solution = solve(game)
    assert solution.certificate.kind == "bound"
    assert solution.certificate.relative < 1e-6
    assert solution.solver == "MultiUnit"
    bids = solution.profile.functions[0]
    assert (np.diff(bids(np.linspace([0.5], [1.0], 50).repeat(game.demand, 1)), axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("game", "message"),
    [
        (MultiUnitAuction("discriminatory", 2, 2, Uniform(), 2), "bids depend on several values"),
        (MultiUnitAuction("lowest_accepted", 2, 2, Uniform(), 2), "lowest winning bid"),
        (MultiUnitAuction("uniform_price", 4, 2, Uniform(), 3), "want K = n m - 1 units"),
        (MultiUnitAuction("uniform_price", 2, 2, [Uniform(), Power(2.0)]), "bidders differ"),
        (AuctionGame("first_price", Uniform(), 2), "want MultiUnitAuction"),
    ],
)
def test_the_solver_says_what_it_does_not_solve(game, message):
    with pytest.raises(RefusedError, match=message):
        solve(game, MultiUnit())


def test_demand_reduction_ends_where_a_second_bid_pays():
    """With K < n the first unit is not free, and the more values crowd low, the less it saves."""
    value, nothing = BidFunction([0, 1], [0, 1]), BidFunction([0, 1], [0, 0])
    reduced = BidSchedule([value, nothing])
    for n_units, n, exponent in [(3, 3, 1.0), (2, 3, 0.3), (3, 4, 0.5)]:
        game = MultiUnitAuction("uniform_price", n_units, 2, Power(exponent), n)
        certificate = certify(game, BidProfile([reduced] * n))
        assert (MultiUnit().refuses(game) is None) == (certificate.relative < 1e-6)
