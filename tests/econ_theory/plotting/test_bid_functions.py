"""Bid functions drawn: the functions, the certificate type by type, like players together."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.catalog import auctions
from econ_theory.errors import ProfileError, SettingError
from econ_theory.games import (
    AggregativeGame,
    AuctionGame,
    Cournot,
    CustomPayoff,
    GaussianGame,
    MultiUnitAuction,
    ParticipationGame,
    Uniform,
)
from econ_theory.plotting import plot_bids
from econ_theory.strategies import AffineProfile, BidFunction, BidProfile

mpl.use("Agg")

PAIR = AuctionGame("first_price", [Uniform(0, 1), Uniform(0, 2)])


def named(ax) -> dict[str, np.ndarray]:
    handles, names = ax.get_legend_handles_labels()
    return {name: line.get_xydata() for name, line in zip(names, handles, strict=True)}


@pytest.fixture(scope="module")
def pair():
    return solve(PAIR)


def test_curves_are_the_bid_functions_beside_the_line_of_truth(pair):
    bids, _ = plot_bids(PAIR, pair)
    curves = named(bids)
    assert list(curves) == ["player 1", "player 2", "bid = type"]
    for name, function in zip(("player 1", "player 2"), pair.profile.functions, strict=True):
        np.testing.assert_array_equal(curves[name], np.transpose([function.types, function.bids]))
    assert curves["bid = type"].tolist() == [[0, 0], [2, 2]]
    assert (bids.get_xlabel(), bids.get_ylabel()) == ("type (payoff units)", "bid (payoff units)")


def test_gains_are_the_certificate_and_its_worst_type_is_marked(pair):
    off = pair.profile.scaled(0.9)
    certificate = certify(PAIR, off)
    assert certificate.relative > 1e-3
    _, ax = plot_bids(PAIR, off)
    curves = named(ax)
    for i, name in enumerate(("player 1", "player 2")):
        types, gains = certificate.types[i], certificate.gains[i]
        assert curves[name][:, 1].max() == gains.max()
        # Whatever type is asked, the curve is no lower than the bound on that type.
        for v in np.linspace(0.05, 0.95, 7) * (i + 1):
            inside = (types[:, 0] <= v) & (v <= types[:, 1])
            nearest = np.abs(curves[name][:, 0] - v).argmin()
            assert curves[name][nearest, 1] >= gains[inside].max()
    (mark,) = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert mark.get_xydata().tolist() == [[certificate.worst.type, certificate.worst.gain]]
    title = ax.get_legend().get_title().get_text()
    assert title.startswith(f"epsilon ≤ {certificate.epsilon:.2g}")
    assert ax.get_ylabel() == "gain by deviating, at most (payoff units)"
    low, high = ax.get_ylim()
    assert low < min(curve[:, 1].min() for curve in curves.values())
    assert high > certificate.epsilon


def test_like_players_share_a_curve_and_units_have_one_each():
    units = MultiUnitAuction("uniform_price", 2, 2, Uniform(), 3)
    bids, gains = plot_bids(units, solve(units))
    names = ["players 1 to 3, bid 1", "players 1 to 3, bid 2", "bid = type"]
    assert list(named(bids)) == names
    assert list(named(gains)) == ["players 1 to 3"]
    same = AuctionGame("first_price", Uniform(), 3)
    truthful, half = (BidFunction([0, 1], [0, top]) for top in (1.0, 0.5))
    (ax,) = plot_bids(same, [half, truthful, half], panels=["bids"])
    assert list(named(ax)) == ["players 1 and 3", "player 2", "bid = type"]


def test_players_are_called_by_the_games_labels():
    class Named(AuctionGame):
        players = "weak", "strong"

    named_pair = Named("first_price", [Uniform(0, 1), Uniform(0, 2)])
    (ax,) = plot_bids(named_pair, [lambda v: v / 2] * 2, panels=["bids"])
    assert list(named(ax)) == ["weak", "strong", "bid = type"]


def test_several_profiles_and_several_games_are_told_apart_by_their_labels(pair):
    profiles = {"shaded": pair.profile.scaled(0.9), "equilibrium": pair}
    _, ax = plot_bids(PAIR, profiles)
    wanted = [f"{label}, player {i}" for label in profiles for i in (1, 2)]
    assert list(named(ax)) == wanted
    assert ax.get_legend().get_title().get_text() == ""
    games = {f"{n} bidders": AuctionGame("second_price", Uniform(), n) for n in (2, 5)}
    truth = {label: [lambda v: v] * game.n_players for label, game in games.items()}
    (bids,) = plot_bids(games, truth, panels=["bids"])
    assert list(named(bids)) == ["2 bidders", "5 bidders", "bid = type"]


def test_only_the_players_asked_for_are_drawn(pair):
    bids, gains = plot_bids(PAIR, pair, players=[1])
    assert list(named(bids)) == ["player 2", "bid = type"]
    assert list(named(gains)) == ["player 2"]
    with pytest.raises(SettingError, match=r"players is \[2\], want some of 0\.\.1"):
        plot_bids(PAIR, pair, players=[2])
    with pytest.raises(SettingError, match=r"players is \[\], want some of"):
        plot_bids(PAIR, pair, players=[])


def test_steps_affine_rules_and_quantities_have_no_line_of_truth():
    entry = ParticipationGame.entry(Uniform(), 2, profits=[0.9, 0.3])
    (ax,) = plot_bids(entry, [0.25, 0.75], panels=["bids"])
    assert ax.get_ylabel() == "probability of joining"
    assert named(ax)["player 1"].tolist() == [[0, 1], [0.25, 1], [0.25, 0], [1, 0]]
    guess = [lambda w, a, i=i: -((a[i] - w[0]) ** 2) for i in (0, 1)]
    normal = GaussianGame(guess, [[1, 1, 0], [1, 0, 2]], np.diag([1, 1, 1]), [2, 0, 0])
    rules = AffineProfile([(0.5, 1.0), (0.2, 1.6)])
    (ax,) = plot_bids(normal, rules, panels=["bids"])
    reach = 3 * np.sqrt(5)
    ends = np.array([2 - reach, 2 + reach])
    np.testing.assert_allclose(named(ax)["player 2"], np.transpose([ends, 0.2 * ends + 1.6]))
    market = AggregativeGame(Cournot(), Uniform(0, 0.4), 2)
    (ax,) = plot_bids(market, solve(market), panels=["bids"])
    assert list(named(ax)) == ["players 1 and 2"]
    assert ax.get_ylabel() == "action"


@pytest.mark.parametrize("family", sorted({type(e.game).__name__ for e in auctions()}))
def test_equilibria_of_every_family_are_drawn_from_the_first_type_to_the_last(family):
    entry = next(e for e in auctions() if type(e.game).__name__ == family)
    (ax,) = plot_bids(entry.game, entry.equilibrium, panels=["bids"])
    curves = named(ax)
    curves.pop("bid = type", None)
    assert all(np.isfinite(curve).all() and len(curve) > 1 for curve in curves.values())
    if family != "GaussianGame":
        ends = [(curve[0, 0], curve[-1, 0]) for curve in curves.values()]
        priors = {(prior.low, prior.high) for prior in entry.game.priors}
        assert {high for _, high in ends} <= {high for _, high in priors}
        assert min(low for low, _ in ends) >= min(low for low, _ in priors)


def test_a_sampled_certificate_is_called_so():
    def profit(cost, quantity, others):
        return quantity * (2 - quantity - others.sum(axis=0) - cost)

    duopoly = AuctionGame(CustomPayoff(profit, actions=(0, 2), size=1.0), Uniform(), 2)
    bids, gains = plot_bids(duopoly, [lambda cost: 0.75 - cost / 2] * 2)
    assert "bid = type" not in named(bids)
    assert gains.get_ylabel() == "gain by deviating, sampled (payoff units)"
    assert gains.get_legend().get_title().get_text().startswith("epsilon about")


def test_axes_given_are_the_axes_returned_and_style_is_left_alone(pair):
    before = dict(mpl.rcParams)
    _, mine = plt.subplots(1, 2)
    assert plot_bids(PAIR, pair, axes=mine).tolist() == mine.tolist()
    (ax,) = plot_bids(PAIR, pair, panels=["gains"], axes=mine[0])
    assert ax is mine[0]
    assert dict(mpl.rcParams) == before


def test_what_cannot_be_drawn_is_refused_in_a_sentence(pair):
    finite = BayesianGame([[1]], [np.ones((1, 1, 2, 2))] * 2)
    with pytest.raises(SettingError, match=r"want a ContinuousGame; .* plot_strategy"):
        plot_bids(finite, StrategyProfile.uniform(finite))  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="the solution has a Certificate"):
        plot_bids(PAIR, solve(finite))
    guess = [lambda w, a: -((a[0] - w[0]) ** 2)]
    two = GaussianGame(guess, [[[1, 1, 0], [1, 0, 1]]], np.eye(3))
    with pytest.raises(SettingError, match="player 1 sees 2 signals, want one signal"):
        plot_bids(two, solve(two))
    follow = [lambda w, a: -((a[0] - w[0]) ** 2), lambda w, a: -((a[1] - a[0] - w[1]) ** 2)]
    leader = GaussianGame(follow, [[1, 0], [0, 0]], np.eye(2), sees=[[0, 0], [1, 0]])
    with pytest.raises(SettingError, match="player 2 sees what others do, want one signal"):
        plot_bids(leader, solve(leader))
    with pytest.raises(SettingError, match="axes has 1 axes, want 2"):
        plot_bids(PAIR, pair, axes=plt.subplots()[1])
    with pytest.raises(SettingError, match="panel is 'bid', want one of"):
        plot_bids(PAIR, pair, panels=["bid"])  # type: ignore[list-item]
    with pytest.raises(SettingError, match=r"profiles are labelled \['a'\], want .* \['b'\]"):
        plot_bids({"b": PAIR}, {"a": pair})
    with pytest.raises(SettingError, match="want a mapping with their labels"):
        plot_bids({"b": PAIR}, pair)
    with pytest.raises(ProfileError, match="1 bid functions, want 2"):
        plot_bids(PAIR, BidProfile([BidFunction([0, 1], [0, 0.5])]))
