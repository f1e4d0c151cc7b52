"""Gaussian games and affine rules: what is read, and what is refused with which words."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import certify
from econ_theory.errors import GameError, ProfileError, RefusedError
from econ_theory.games import GaussianGame
from econ_theory.strategies.affine import AffineProfile, AffineRule


def quiet(w, a):
    return -((a[0] - w[0]) ** 2) - a[0] * a[1]


def other(w, a):
    return -((a[1] - w[0]) ** 2)


def game(**changes) -> GaussianGame:
    parts = {
        "payoffs": [quiet, other],
        "signals": [[1, 1], [1, 0]],
        "covariance": np.diag([1.0, 2.0]),
    }
    return GaussianGame(**{**parts, **changes})


def test_a_function_is_read_as_its_quadratic_form():
    rng = np.random.default_rng(0)
    form = rng.normal(size=(5, 5))
    form = form + form.T - 9 * np.eye(5)

    def payoff(w, a):
        z = np.concatenate([[1.0], w, a])
        return z @ form @ z

    read = game(payoffs=[payoff, payoff])
    np.testing.assert_allclose(read.forms[0], form, atol=1e-12)
    given = game(payoffs=[form, form])
    np.testing.assert_array_equal(given.forms[1], form)


def test_stakes_are_what_knowing_the_state_is_worth():
    """Both know: a1 = w, a0 = w / 2. Of player 1 that is worth var(w); of player 0 a quarter."""
    assert game().stakes == pytest.approx((0.25, 1.0))
    assert game(stakes=[None, 3]).stakes == pytest.approx((0.25, 3.0))
    assert game(stakes=[2, 3]).payoff_range(0) == 2


def test_summary_says_who_sees_whom():
    seen = game(sees=[None, [1, 0]])
    assert seen.summary == ("quadratic payoffs, 2 normal variables", "2 players; player 2 sees 1")
    assert (seen.n_players, seen.n_states, seen.slope(0), seen.idle(0)) == (2, 2, 0, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"signals": [[1, 1]]}, "signals has 1 entries, want 2: one a player"),
        ({"signals": [[1, 1], [1, 0, 0]]}, r"signals\[1\] has shape \(1, 3\), want \(signals, 2\)"),
        ({"sees": [None]}, "sees has 1 entries, want 2"),
        ({"sees": [None, np.zeros((2, 2))]}, r"sees\[1\] has 2 rows, want 1: one a signal"),
        ({"sees": [[0, 1], [1, 0]]}, "what player 1 sees depends on its own action"),
        ({"sees": [[1, 0], None]}, "what player 1 sees depends on its own action"),
        ({"n_actions": [1, 0]}, r"n_actions is \(1, 0\), want at least one player, each with one"),
        ({"n_actions": [1]}, "n_actions has 1 entries, want 2"),
        ({"covariance": [1.0, 2.0]}, r"covariance has shape \(2,\), want \(D, D\)"),
        ({"covariance": [[1, 2], [2, 1]]}, "covariance has an eigenvalue -1, want none below zero"),
        ({"covariance": [[1, 1], [0, 1]]}, "covariance is not symmetric"),
        ({"mean": [1.0]}, r"mean has shape \(1,\), want \(2,\)"),
        ({"payoffs": [quiet, lambda w, a: a[1] ** 3]}, "payoff of player 2 is not quadratic"),
        ({"payoffs": [quiet, lambda w, a: np.nan]}, "payoff of player 2 is not quadratic"),
        ({"payoffs": [quiet, lambda w, a: a[1]]}, "payoff of player 2 is not strictly concave"),
        ({"payoffs": [quiet, np.eye(4)]}, r"payoffs\[1\] has shape \(4, 4\), want \(5, 5\)"),
        ({"payoffs": [quiet, np.triu(np.ones((5, 5)))]}, r"payoffs\[1\] is not symmetric"),
        ({"stakes": [1.0]}, "stakes has 1 entries, want 2"),
        ({"stakes": [1.0, -1.0]}, "stakes of player 2 is -1.0, want a positive number"),
        ({"covariance": np.zeros((2, 2))}, "stakes of player 1 do not follow from the payoffs"),
        (
            {
                "payoffs": [lambda w, a: (w[0] - a[1]) * a[0], other],
                "sees": [None, [1, 0]],
            },
            "stakes of player 1 do not follow from the payoffs, want them given",
        ),
        ({"payoffs": []}, "signals has 2 entries, want 0"),
    ],
)
def test_bad_games_are_refused_with_words(changes, words):
    with pytest.raises(GameError, match=words):
        game(**changes)


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ([(1.0, 0.0)], "profile has 1 rules, want 2: one a player"),
        ([(1.0, 0.0), ([1.0, 2.0], 0.0)], r"slopes of player 2 have shape \(1, 2\), want \(1, 1\)"),
        ([(1.0, 0.0), 3.0], "strategy of player 2 is float, want an AffineRule or a pair"),
        ([(1.0, [0.0, 1.0]), (1.0, 0.0)], r"shapes \(1, 1\) and \(2,\), want \(K, M\) and \(K,\)"),
        ([(np.nan, 0.0), (1.0, 0.0)], "slopes has nan"),
    ],
)
def test_bad_profiles_are_refused_with_words(profile, words):
    with pytest.raises(ProfileError, match=words):
        certify(game(), profile)


def test_exact_arithmetic_is_refused():
    with pytest.raises(RefusedError, match='want "float"'):
        certify(game(), [(1.0, 0.0), (1.0, 0.0)], arithmetic="exact")


def test_rules_scale_and_show():
    profile = AffineProfile([AffineRule([1.0, 2.0], 3.0), ([[1.0], [2.0]], [0.0, 1.0])])
    assert profile.scaled(2.0).rules[0]([1.0, 1.0]) == pytest.approx([12.0])
    np.testing.assert_allclose(profile.rules[1]([[1.0], [2.0]]), [[1, 3], [2, 5]])
    assert repr(profile.rules[1]) == "AffineRule([[1.0], [2.0]], [0.0, 1.0])"
    page = profile._repr_html_()
    assert page.count("<tr>") == 4
    assert "player 2, action 2" in page
