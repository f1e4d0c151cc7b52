"""A family of games that a user states, and nothing here knows of."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import certify, solve
from econ_theory.errors import GameError, RefusedError
from econ_theory.games import ContinuousGame, Power, Uniform


class Guesses(ContinuousGame):
    """Both pay for being away from the mean of what they know; the second is less exact."""

    priors = Uniform(0, 1), Power(2.0)
    summary = "guess the mean", "U[0, 1]; F = v^2"

    def payoff_range(self, i):
        return 1.0

    def action_range(self, i):
        return -1.0, 2.0

    def slope(self, i):
        return 1

    def ex_post(self, i, types, actions, own=None):
        action = actions[i] if own is None else own
        return -((action - types.mean(axis=0)) ** 2) * (1 + i)


class Silent(ContinuousGame):
    priors = Uniform(), Uniform()
    summary = "nothing said", "2 of U[0, 1]"

    def payoff_range(self, i):
        return 1.0


def equilibrium():
    """The mean of both types given the own: half of it, and half the other's mean."""
    return [lambda v: v / 2 + 1 / 3, lambda v: v / 2 + 1 / 4]


def test_it_is_judged_by_samples():
    right = certify(Guesses(), equilibrium(), rng=0)
    assert right.kind == "sampled"
    assert right.relative < 1e-3
    # A guess that is off by d costs d ** 2, twice that for the second player.
    wrong = certify(Guesses(), [lambda v: v / 2 + 1 / 3, lambda v: v / 2 + 1 / 2], rng=0)
    assert wrong.estimate == pytest.approx(2 / 16, rel=0.05)
    assert wrong.worst.i == 1
    assert right.utilities[0] == pytest.approx(-1 / 4 / 18, rel=0.05)


@pytest.mark.slow
def test_it_is_solved_by_learning():
    solution = solve(Guesses(), rng=0, tol=2e-3)
    assert solution.solver == "DualAveraging"
    v = np.linspace(0.1, 0.9, 9)
    for found, known in zip(solution.profile.functions, equilibrium(), strict=True):
        assert np.abs(found(v) - known(v)).max() < 0.03


def test_what_it_does_not_state_is_asked_for():
    with pytest.raises(RefusedError, match="state payoffs draw by draw"):
        certify(Silent(), [lambda v: v] * 2)
    with pytest.raises(RefusedError, match="states no ex-post payoffs"):
        solve(Silent())

    class Broken(Guesses):
        def ex_post(self, i, types, actions, own=None):
            return np.array([np.nan])

    with pytest.raises(GameError, match=r"Broken.ex_post returns shape \(1,\).*one finite number"):
        certify(Broken(), equilibrium(), rng=0)
