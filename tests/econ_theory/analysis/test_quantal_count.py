"""Counting quantal response equilibria: against exact roots, and what is found exists."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from econ_theory import BayesianGame
from econ_theory.analysis import count_quantal_responses, coupling_constant, phase_change
from econ_theory.catalog import covariance_game, random_game
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.finite.payoffs import logit_rows


def meet(worse: float = 0.7) -> BayesianGame:
    u = np.diag([1.0, worse])[None, None]
    return BayesianGame([[1]], [u, u])


def roots(alpha: float, worse: float = 0.7) -> list[float]:
    """All log-odds x with ``alpha x = (1 + worse) expit(x) - worse``: the logit equilibria.

    The map is increasing and the same for both players, so every equilibrium is symmetric.
    """

    def gap(x):
        return (1 + worse) * expit(x) - worse - alpha * x

    grid = np.linspace(-1.1 / alpha, 1.1 / alpha, 20_001)
    signs = np.sign(gap(grid))
    return [brentq(gap, grid[k], grid[k + 1]) for k in np.flatnonzero(signs[1:] != signs[:-1])]


@pytest.mark.parametrize("alpha", [0.02, 0.1, 0.2, 0.25, 0.2599, 0.2605, 0.4, 1.0, 10.0])
def test_every_root_of_the_symmetric_game_is_found(alpha):
    found = count_quantal_responses(meet(), alpha)
    exact = roots(alpha)
    assert found.count == len(exact)
    seen = sorted(profile.rows[0][0, 0] for profile in found.profiles)
    assert seen == pytest.approx(sorted(expit(exact)), abs=1e-9)


def replies_to_themselves(game, profile, heats) -> float:
    """Largest distance from the logit reply, over live types."""
    worst = 0.0
    for i, row in enumerate(profile.rows):
        live = game.type_weights(i) > 0
        values = game.kernel.values(profile.rows, i)[live] / game.type_weights(i)[live, None]
        reply = logit_rows(values, np.asarray(heats[i])[live])
        worst = max(worst, float(np.abs(reply - row[live]).max()))
    return worst


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_players", [2, 3])
def test_what_is_found_is_an_equilibrium_at_temperatures_of_types(seed, n_players):
    n_types, n_actions = ((2, 3), (3, 2)) if n_players == 2 else ((2, 1, 1), (2, 2, 3))
    game = covariance_game(n_types, n_actions, correlation=0.9, n_players=n_players, rng=seed)
    heats = [tuple(0.1 + 0.1 * t for t in range(k)) for k in n_types]
    found = count_quantal_responses(game, heats, rng=seed)
    assert found.count == len(found.profiles) == len(found.hits) >= 1
    for profile in found.profiles:
        assert replies_to_themselves(game, profile, heats) < 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_one_above_the_coupling_constant(seed):
    game = covariance_game((2, 1), (2, 3), correlation=1.0, rng=seed)
    bound = coupling_constant(game).upper
    heats = ((1.01 * bound, 3 * bound), 1.01 * bound)
    assert coupling_constant(game).margin(game, heats) > 0
    assert count_quantal_responses(game, heats, rng=seed).count == 1


@pytest.mark.parametrize("worse", [0.5, 0.7, 1.0])
def test_phase_change_is_the_fold(worse):
    below, above = phase_change(meet(worse), 0.02, 1.0)
    # At the fold the reply's slope in log-odds is one: alpha = (1 + worse) p (1 - p).
    if worse == 1.0:
        fold = 0.5
    else:

        def gap(x):
            slope = (1 + worse) * expit(x) * expit(-x)
            return slope * x - (1 + worse) * expit(x) + worse

        x = brentq(gap, -5.0, -0.05)
        fold = (1 + worse) * expit(x) * expit(-x)
    assert below - 1e-4 < fold < above + 1e-4
    assert above - below <= 1e-5
    assert fold < coupling_constant(meet(worse)).upper + 1e-12


def test_strict_equilibria_of_a_large_team_are_not_missed():
    """Four players must all agree: random starts alone rarely come near the worse convention."""
    u = np.zeros((2, 2, 2, 2))
    u[0, 0, 0, 0], u[1, 1, 1, 1] = 1.0, 0.7
    team = BayesianGame(np.ones((1, 1, 1, 1)), [u[None, None, None, None]] * 4)
    assert count_quantal_responses(team, 0.02, n_starts=0).count >= 3


def test_null_types_and_one_player_are_no_trouble():
    u = np.diag([1.0, 0.7])[None, None]
    game = BayesianGame([[1.0, 0.0]], [u, u])
    assert count_quantal_responses(game, 0.2).count == 3
    alone = BayesianGame([0.5, 0.5], [np.eye(2)])
    assert count_quantal_responses(alone, 0.1).count == 1


def test_bad_settings_say_so():
    with pytest.raises(SettingError, match="n_starts is -1"):
        count_quantal_responses(meet(), 0.2, n_starts=-1)
    with pytest.raises(SettingError, match="temperature of player 1 is 0"):
        count_quantal_responses(meet(), (0, 1.0))
    with pytest.raises(SettingError, match="low is 2"):
        phase_change(meet(), 2.0, 1.0)
    with pytest.raises(RefusedError, match=r"1 equilibria were found at 0\.3 .*widen"):
        phase_change(meet(), 0.3, 1.0)
    with pytest.raises(RefusedError, match="want several and one"):
        phase_change(random_game(1, 2, zero_sum=True, rng=0), 0.1, 1.0)
