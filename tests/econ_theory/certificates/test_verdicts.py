"""Certificates in words: who gains what by which action, by label; equal by content."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory import AuctionGame, BayesianGame, StrategyProfile, certify
from econ_theory.certificates import BidDeviation, Certificate, recover_exactly
from econ_theory.games import Uniform

PRICE_WAR = BayesianGame(
    [[0.25], [0.75]],
    [
        np.array([[[1.0, 1.0], [1.5, 1.5]], [[1.0, 1.0], [0.0, 0.0]]]).reshape(2, 1, 2, 2),
        np.zeros((1, 1, 1, 2)),
    ],
    players=["Incumbent", "Rival"],
    types=[["high cost", "low cost"], ["sole"]],
    actions=[["cut", "hold"], ["in", "out"]],
)
CUT = StrategyProfile.pure(PRICE_WAR, [[0, 0], [0]])


def test_the_worst_deviation_is_said_by_label():
    certificate = certify(PRICE_WAR, CUT)
    assert certificate.epsilon == 0.5
    assert str(certificate.worst) == "Incumbent as high cost gains 0.5 by hold"
    i, t, a, gain = certificate.worst
    assert (i, t, a, gain) == (0, 0, 1, 0.5)
    assert (certificate.worst.i, certificate.worst.t, certificate.worst.a) == (0, 0, 1)
    assert str(certificate).endswith("worst: Incumbent as high cost by hold")
    assert certificate.labels == PRICE_WAR.labels
    exact = certify(PRICE_WAR, CUT, arithmetic="exact")
    assert exact.labels == PRICE_WAR.labels
    assert str(exact.worst) == "Incumbent as high cost gains 1/2 by hold"
    assert "<td>high cost</td><td>1/4</td><td>1/2</td><td>hold</td>" in exact._repr_html_()
    assert "\n" not in repr(exact)


def test_nobody_is_named_where_nobody_gains():
    best = StrategyProfile.pure(PRICE_WAR, [[1, 0], [1]])
    certificate = certify(PRICE_WAR, best)
    assert certificate.epsilon == 0
    assert str(certificate.worst) == "nobody gains by deviating"
    assert str(certificate).endswith("; nobody gains by deviating")
    assert "hold" not in certificate._repr_html_()
    assert str(BidDeviation(0, 0.5, 0.25, 0.0)) == "nobody gains by deviating"


class Umbrella:
    """A game of one's own, without labels: take it or leave it under two equal states."""

    n_players = 1

    def action_values(self, profile, i):
        return np.array([[-0.5, 0.0], [0.5, 0.0]])

    def type_weights(self, i):
        return np.array([0.5, 0.5])

    def payoff_range(self, i):
        return 2.0


def test_a_game_without_labels_is_counted_from_one():
    rows = [[[0.0, 1.0], [0.0, 1.0]]]
    certificate = certify(Umbrella(), rows)
    assert str(certificate.worst) == "player 1 as t2 gains 1 by a1"
    assert certificate.labels is not None
    assert certificate.labels.shapes == ((2, 2),)
    bare = Certificate(
        gains=certificate.gains,
        actions=certificate.actions,
        weights=certificate.weights,
        ranges=certificate.ranges,
    )
    assert str(bare) == str(certificate)
    labels = BayesianGame(
        [1.0], [np.zeros((1, 2))], players=["Me"], actions=[["take", "leave"]]
    ).labels
    with pytest.raises(ValueError, match="labels are for"):
        StrategyProfile(rows, labels)


@given(st.integers(0, 10**6))
def test_relabelling_a_game_relabels_the_certificate_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    game = BayesianGame(
        rng.dirichlet(np.ones(6)).reshape(2, 3), [rng.random((2, 3, 3, 2)) for _ in range(2)]
    )
    other = game.relabelled(
        players=["Ann", "Bob"],
        types=[["x1", "x2"], ["y1", "y2", "y3"]],
        actions=[["u1", "u2", "u3"], ["w1", "w2"]],
    )
    profile = StrategyProfile.random(game, rng=seed)
    one, two = certify(game, profile), certify(other, profile)
    assert one != two
    assert tuple(one.worst) == tuple(two.worst)
    assert all((a == b).all() for a, b in zip(one.gains, two.gains, strict=True))
    i, t, a, _ = one.worst
    words = f"{other.players[i]} as {other.types[i][t]} by {other.actions[i][a]}"
    assert str(two).endswith(words)
    plain = f"player {i + 1} as t{t + 1} by a{a + 1}"
    assert str(one) == str(two).replace(words, plain)


def test_long_tables_fold_and_say_by_how_much():
    game = BayesianGame(np.full((60, 1), 1 / 60), [np.ones((1, 1, 2, 1))] * 2)
    page = certify(game, StrategyProfile.uniform(game))._repr_html_()
    assert page.count("<tr>") == 1 + 24 + 1 + 1
    assert "... and 36 more types" in page


def test_certificates_are_equal_by_content():
    one, two = certify(PRICE_WAR, CUT), certify(PRICE_WAR, CUT)
    assert one == two
    assert hash(one) == hash(two)
    assert one != certify(PRICE_WAR, CUT, arithmetic="exact")
    assert one != certify(PRICE_WAR, StrategyProfile.uniform(PRICE_WAR))
    assert one != certify(PRICE_WAR.relabelled(players=["A", "B"]), CUT)


def test_a_certificate_of_an_auction_is_one_short_line():
    game = AuctionGame("first_price", [Uniform(), Uniform()])
    certificate = certify(game, [lambda v: v / 2, lambda v: 0.6 * v])
    assert certificate.epsilon > 0
    assert len(repr(certificate)) < 200
    assert "\n" not in repr(certificate)
    i, v, bid, gain = certificate.worst
    assert (i, v, bid, gain) == tuple(certificate.worst)
    assert str(certificate.worst).startswith(f"player {i + 1} of type {v:.4g} gains at most")
    assert certificate == certify(game, [lambda v: v / 2, lambda v: 0.6 * v])


def test_recovery_is_labelled_and_says_by_label_what_went_wrong():
    u1, u2 = np.array([[2, -1], [-1, 1]]), np.array([[-2, 1], [1, -1]])
    game = BayesianGame(
        [[1]],
        [u.reshape(1, 1, 2, 2) for u in (u1, u2)],
        players=["Ann", "Bob"],
        actions=[["l", "r"], ["l", "r"]],
    )
    found = recover_exactly(game, [[[0.4, 0.6]], [[0.4, 0.6]]])
    assert found.profile is not None
    assert found.floating is not None
    assert found.certificate is not None
    assert found.certificate.epsilon == Fraction(0)
    assert str(found.profile) == "Ann: l 2/5, r 3/5\nBob: l 2/5, r 3/5"
    assert found.floating.labels == found.certificate.labels == game.labels
    wrong = recover_exactly(game, [[[1.0, 0.0]], [[1.0, 0.0]]], tol=1.0)
    assert not wrong
    assert "Bob plays l though r is better" in wrong.reason
