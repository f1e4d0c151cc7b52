from __future__ import annotations

import itertools

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile, certify
from econ_theory.errors import SettingError
from econ_theory.learners import (
    Hedge,
    OptimisticHedge,
    PredictiveRegretMatchingPlus,
    RegretMatching,
    RegretMatchingPlus,
)
from econ_theory.solvers.finite.self_play import SelfPlay

LEARNERS = [
    RegretMatching(),
    RegretMatchingPlus(),
    PredictiveRegretMatchingPlus(),
    Hedge(),
    OptimisticHedge(),
]


def random_game(seed, n_types=(3, 3), n_actions=(3, 4), zero_sum=False):
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    shape = (*n_types, *n_actions)
    payoffs = [rng.random(shape) for _ in n_types]
    if zero_sum:
        payoffs[1] = 1 - payoffs[0]
    return BayesianGame(prior, payoffs)


def finish(solver, game, start=None, seed=0):
    """Return all proposals and the words at the end."""
    proposals, generator = [], solver.propose(game, start, np.random.default_rng(seed))
    while True:
        try:
            proposals.append(next(generator))
        except StopIteration as stop:
            return proposals, stop.value


def relative(game, profile):
    return float(certify(game, profile).relative)


def skewed():
    payoff = np.array([[2.0, -1.0], [-1.0, 1.0]]).reshape(1, 1, 2, 2)
    return BayesianGame([[1.0]], [payoff, -payoff])


@pytest.mark.parametrize("learner", LEARNERS, ids=str)
@pytest.mark.parametrize("alternating", [True, False])
def test_zero_sum_asymmetric_equilibrium(learner, alternating):
    solver = SelfPlay(learner, alternating=alternating, iterate="average", power=0, steps=4000)
    profile = finish(solver, skewed())[0][-1]
    assert relative(skewed(), profile) < 0.02
    np.testing.assert_allclose(profile.rows[0], [[0.4, 0.6]], atol=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_default_reaches_zero_sum_equilibria(seed):
    game = random_game(seed, zero_sum=True)
    assert relative(game, finish(SelfPlay(steps=3000), game)[0][-1]) < 1e-4


@pytest.mark.parametrize("seed", range(4))
def test_default_reaches_small_general_sum_equilibria(seed):
    game = random_game(seed)
    assert relative(game, finish(SelfPlay(steps=20_000), game)[0][-1]) < 1e-2


@pytest.mark.parametrize("alternating", [True, False])
@pytest.mark.parametrize("shape", [((2, 3), (3, 2)), ((2, 1, 2), (2, 3, 2)), ((3,), (4,))])
def test_best_never_gets_worse_and_is_what_the_solver_thinks(shape, alternating):
    game = random_game(1, *shape)
    proposals, why = finish(SelfPlay(alternating=alternating, steps=1500, every=50), game)
    gains = [relative(game, profile) for profile in proposals]
    assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(gains))
    assert "1500 steps" in why or "no type of any player gains" in why


def test_best_is_no_worse_than_last_or_average():
    game = random_game(9, (4, 4), (5, 5))
    best, last, average = (
        relative(game, finish(SelfPlay(iterate=kind, steps=800, patience=None), game)[0][-1])
        for kind in ("best", "last", "average")
    )
    assert best <= min(last, average) + 1e-12


def test_best_is_no_worse_than_start():
    game = random_game(2, (4, 4), (4, 4))
    good = finish(SelfPlay(steps=5000), game)[0][-1]
    first = finish(SelfPlay(steps=8), game, start=good)[0][0]
    assert relative(game, first) <= relative(game, good) + 1e-12


def test_same_seed_same_play_and_restarts_draw():
    game = random_game(11, (5, 5), (5, 5))
    solver = SelfPlay(steps=3000, patience=100)
    one, other = (finish(solver, game, seed=4)[0][-1] for _ in range(2))
    for row, twin in zip(one.rows, other.rows, strict=True):
        np.testing.assert_array_equal(row, twin)


def test_restarts_leave_a_stalled_run():
    # Play from uniform circles in each of these games; a later start finds an equilibrium.
    for seed in (3, 4, 5):
        game = random_game(seed, (8, 8), (8, 8))
        restarted, stalled = (
            relative(game, finish(SelfPlay(steps=12_000, patience=p), game)[0][-1])
            for p in (300, None)
        )
        assert restarted < 1e-12
        assert stalled > 1e-5


def test_proposals_come_early_then_regularly():
    game = random_game(12, (5, 5), (5, 5))
    proposals, why = finish(SelfPlay(iterate="last", every=100, steps=1000), game)
    # 8, 16, 32, 64, 128, then every hundred, and the last step.
    assert len(proposals) == 5 + 8 + 1
    assert why == "1000 steps of self-play taken"


def test_null_types_single_actions_and_extreme_scales():
    rng = np.random.default_rng(0)
    prior = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])
    for scale in (1e-12, 1e12):
        payoffs = [scale * rng.random((2, 3, 3, 2)) for _ in range(2)]
        game = BayesianGame(prior, payoffs)
        assert relative(game, finish(SelfPlay(steps=3000), game)[0][-1]) < 1e-2
    flat = BayesianGame([[1.0]], [np.zeros((1, 1, 1, 3))] * 2)
    proposals, why = finish(SelfPlay(), flat)
    assert relative(flat, proposals[-1]) == 0
    assert "no type of any player gains" in why


def test_six_players():
    rng = np.random.default_rng(0)
    prior = rng.dirichlet(np.ones(64)).reshape((2,) * 6)
    game = BayesianGame(prior, [rng.random((2,) * 12) for _ in range(6)])
    assert relative(game, finish(SelfPlay(steps=500), game)[0][-1]) < 0.2


def test_any_learner_plugs_in():
    class BestReply:
        source = "Cournot 1838"

        def init(self, n_types, n_actions):
            return np.full((n_types, n_actions), 1 / n_actions)

        def strategy(self, state):
            return state

        def observe(self, state, utility):
            return np.eye(utility.shape[-1])[utility.argmax(-1)]

        def bound(self, n_steps, n_actions):
            return float(n_steps)

    dilemma = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1.0]], [dilemma, dilemma.transpose(0, 1, 3, 2)])
    proposals, _ = finish(SelfPlay(BestReply()), game)
    assert relative(game, proposals[-1]) == 0
    assert proposals[-1].distance(StrategyProfile.pure(game, [[1], [1]])) == 0


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"iterate": "median"}, "iterate is 'median', want 'best', 'last' or 'average'"),
        ({"every": 0}, "every is 0, want a number >= 1"),
        ({"power": -1}, "power is -1, want a number >= 0"),
        ({"power": float("nan")}, "power is nan"),
        ({"patience": 0}, "patience is 0"),
        ({"every": "often"}, "every is 'often', want a number >= 1; leave it out"),
        ({"steps": True}, "steps is True, want a number >= 1"),
        ({"steps": 0}, "steps is 0"),
    ],
)
def test_bad_settings_are_refused(option, message):
    with pytest.raises(SettingError, match=message):
        SelfPlay(**option)
