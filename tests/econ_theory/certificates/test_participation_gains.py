"""Gains of joining or staying out against brute force: all sets of others, a grid of types."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from econ_theory import certify
from econ_theory.games import ParticipationGame, Power, Uniform, truncated
from econ_theory.strategies.steps import StepFunction, StepProfile

PRIORS = [
    Uniform(),
    Uniform(-1.0, 2.0),
    Power(2.0),
    Power(0.5),
    truncated(stats.norm(0.4, 0.3), 0.0, 1.0),
]


def random_case(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 5))
    priors = [PRIORS[k] for k in rng.integers(0, len(PRIORS), n)]
    tables = rng.normal(size=(2, n, n, 2))
    game = ParticipationGame(tables[0], priors, stay=tables[1])
    functions = []
    for prior in priors:
        count = int(rng.integers(0, 4))
        cuts = np.sort(rng.uniform(prior.low - 0.1, prior.high + 0.1, count))
        shares = rng.choice([0.0, 1.0, rng.random()], count + 1)
        functions.append(StepFunction(cuts, shares))
    return game, StepProfile(functions)


def worth(game, profile, i, types, joins):
    """The payoff of each of `types`, added up over all sets of others who may join."""
    others = [j for j in range(game.n_players) if j != i]
    chance = {
        j: profile.functions[j].shares
        @ np.diff([0.0, *game.priors[j].cdf(profile.functions[j].cuts), 1.0])
        for j in others
    }
    table = (game.joined if joins else game.stayed)[i]
    total = np.zeros_like(types)
    for who in itertools.product([0, 1], repeat=len(others)):
        odds = np.prod(
            [chance[j] if w else 1 - chance[j] for j, w in zip(others, who, strict=True)]
        )
        constant, slope = table[sum(who)]
        total += odds * (constant + slope * types)
    return total


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_bounds_are_the_largest_gains_on_a_grid(seed):
    game, profile = random_case(seed)
    certificate = certify(game, profile)
    assert certificate.kind == "bound"
    assert certificate.estimate == certificate.epsilon
    for i, prior in enumerate(game.priors):
        types = np.linspace(prior.low, prior.high, 4001)
        joined, stayed = (worth(game, profile, i, types, joins) for joins in (True, False))
        share = profile.functions[i](types)
        own = share * joined + (1 - share) * stayed
        gains = np.maximum(joined, stayed) - own
        intervals = certificate.types[i]
        np.testing.assert_allclose(intervals[1:, 0], intervals[:-1, 1])
        cell = np.clip(np.searchsorted(intervals[:, 1], types), 0, len(intervals) - 1)
        slack = 1e-12 * (1 + np.abs(own).max())
        # A type on a cut belongs to both sides.
        inside = np.abs(types - intervals[cell, 1]) > 1e-9
        assert (gains <= certificate.gains[i][cell] + slack)[inside].all()
        assert certificate.gains[i].max() <= gains.max() * 1.01 + 5e-3 * np.ptp(joined - stayed)
        assert certificate.weights[i].sum() == pytest.approx(1)
        # Equally likely types: the mean over them is the prior's.
        middle = prior.ppf((np.arange(20_000) + 0.5) / 20_000)
        p = profile.functions[i](middle)
        mean = p * worth(game, profile, i, middle, True)
        mean += (1 - p) * worth(game, profile, i, middle, False)
        assert certificate.utilities[i] == pytest.approx(mean.mean(), abs=2e-3)


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.1, 10), st.floats(-3, 3))
def test_gains_scale_with_payoffs_and_ignore_constants(seed, factor, constant):
    game, profile = random_case(seed)
    before = certify(game, profile)
    extra = np.array([constant, constant])
    other = ParticipationGame(
        factor * game.joined + extra, list(game.priors), stay=factor * game.stayed + extra
    )
    after = certify(other, profile)
    assert after.epsilon == pytest.approx(factor * before.epsilon, rel=1e-6, abs=1e-9)
    assert after.ex_ante == pytest.approx(factor * before.ex_ante, rel=1e-6, abs=1e-9)


def test_gain_of_a_moved_cutoff_by_hand():
    """Volunteers at 0.6, 0.5 and 0.8: cost 0.2, the last is pivotal with 0.3, so its line is
    0.3 v - 0.2, and the type just below 0.8 loses 0.04 by staying out."""
    game = ParticipationGame.public_good(Uniform(), 3, cost=0.2)
    certificate = certify(game, [0.6, 0.5, 0.8])
    assert certificate.gains[2].max() == pytest.approx(0.04)
    at = certificate.gains[2].argmax()
    assert certificate.types[2][at][1] == pytest.approx(0.8)
    assert certificate.actions[2][at] == 1.0
    # Types from 2/3 to 0.8 gain 0.02 on average.
    assert certificate.ex_ante_gains[2] == pytest.approx(0.02 * (0.8 - 2 / 3), rel=0.05)
    assert certificate.ex_ante_gains[2] >= 0.02 * (0.8 - 2 / 3)
