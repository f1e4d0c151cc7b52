from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify
from econ_theory.errors import ProfileError, SettingError
from econ_theory.learners import (
    Hedge,
    OptimisticHedge,
    PredictiveRegretMatchingPlus,
    RegretMatching,
    RegretMatchingPlus,
)
from econ_theory.regret import (
    Bound,
    PlayTrace,
    RegretTrace,
    comparator_regret,
    dynamic_regret,
    econ_bound,
    external_regret,
    learner_bound,
    play_learners,
    swap_regret,
)

LEARNERS = [
    RegretMatching(),
    RegretMatchingPlus(),
    PredictiveRegretMatchingPlus(),
    Hedge(),
    OptimisticHedge(),
]


def random_game(seed, n_types=(2, 3), n_actions=(3, 2), zero_sum=False):
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    shape = (*n_types, *n_actions)
    payoffs = [rng.normal(size=shape) * 3 + i for i in range(len(n_types))]
    if zero_sum:
        payoffs[1] = -payoffs[0]
    return BayesianGame(prior, payoffs)


def random_trace(seed, n_steps=12, shapes=((2, 3), (1, 2))):
    rng = np.random.default_rng(seed)
    strategies = [[rng.dirichlet(np.ones(a), size=t) for t, a in shapes] for _ in range(n_steps)]
    values = [[rng.normal(size=shape) for shape in shapes] for _ in range(n_steps)]
    return PlayTrace(strategies, values)


def test_external_regret_by_enumeration_of_plans():
    trace = random_trace(0)
    played, worth = trace.played(0), trace.worth(0)
    best = max(
        sum(worth[:, t, a].sum() for t, a in enumerate(plan))
        for plan in itertools.product(range(3), repeat=2)
    )
    regret = external_regret(trace)
    assert regret.cumulative[-1, 0] == pytest.approx(best - (played * worth).sum())
    np.testing.assert_allclose(regret.by_type[0].sum(1), regret.cumulative[:, 0])


def test_swap_regret_by_enumeration_of_maps():
    trace = random_trace(1)
    played, worth = trace.played(0), trace.worth(0)
    best = sum(
        max(
            sum(played[:, t, a] @ worth[:, t, b] for a, b in enumerate(swap))
            for swap in itertools.product(range(3), repeat=3)
        )
        for t in range(2)
    )
    assert swap_regret(trace).cumulative[-1, 0] == pytest.approx(best - (played * worth).sum())


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_regrets_are_ordered_and_ignore_constants(seed):
    trace = random_trace(seed)
    external, swap, dynamic = (
        measure(trace).cumulative for measure in (external_regret, swap_regret, dynamic_regret)
    )
    assert (swap >= external - 1e-9).all()
    assert (dynamic >= external - 1e-9).all()
    assert (swap >= -1e-12).all()
    assert (np.diff(dynamic, axis=0) >= -1e-12).all()
    shifted = PlayTrace(
        trace.strategies, [[v + 100 * (i + 1) for i, v in enumerate(row)] for row in trace.values]
    )
    for measure, before in (
        (external_regret, external),
        (swap_regret, swap),
        (dynamic_regret, dynamic),
    ):
        np.testing.assert_allclose(measure(shifted).cumulative, before, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_dynamic_regret_sums_the_ex_ante_gains_of_certificates(seed):
    game = random_game(seed)
    trace = play_learners(game, RegretMatching(), 15)
    gains = [certify(game, rows).ex_ante_gains for rows in trace.strategies]
    np.testing.assert_allclose(
        dynamic_regret(trace).cumulative, np.cumsum(np.array(gains, float), axis=0), atol=1e-9
    )


@pytest.mark.parametrize("seed", range(3))
def test_zero_sum_averages_are_as_good_as_the_average_regrets(seed):
    game = random_game(seed, zero_sum=True)
    trace = play_learners(game, [RegretMatching(), Hedge()], 200)
    gains = certify(game, [trace.played(i).mean(axis=0) for i in (0, 1)]).ex_ante_gains
    # Both sides are the duality gap of the averages: an identity, not just an inequality.
    assert sum(gains) == pytest.approx(external_regret(trace).average[-1].sum(), abs=1e-9)


@pytest.mark.parametrize("learner", LEARNERS, ids=str)
@pytest.mark.parametrize("alternating", [False, True])
def test_learner_bound_holds_in_games(learner, alternating):
    game = random_game(5)
    trace = play_learners(game, learner, 200, alternating=alternating)
    check = learner_bound(game, learner).check(external_regret(trace))
    assert check.verdict == "holds"
    assert check.violated_at is None
    assert 1 < check.informative_from < 60
    assert check.tightness < 1


def test_bound_check_finds_a_violation():
    game = random_game(5)
    fixed = [[np.eye(a)[np.zeros(t, int)] for t, a in ((2, 3), (3, 2))]] * 400
    values = [[game.kernel.values(rows, i) for i in (0, 1)] for rows in fixed]
    check = learner_bound(game, RegretMatching()).check(external_regret(PlayTrace(fixed, values)))
    assert check.verdict == "violated"
    assert check.violated_at > 1
    assert "violated at step" in str(check)


def test_bound_is_vacuous_before_it_says_anything():
    bound = econ_bound(n_agents=2, discount=0.99, constant=100.0)
    assert bound.informative_from() == 40_001
    curve = RegretTrace(np.ones((200, 1)), "equilibrium-comparator")
    check = bound.check(curve)
    assert check.verdict == "vacuous"
    assert check.informative_from == 40_001
    assert econ_bound(n_agents=1, discount=0.5).informative_from() == 2


def test_bound_that_never_says_anything():
    bound = Bound("idle", lambda k, i: 2.0 * k, lambda k, i: 1.0 * k)
    check = bound.check(RegretTrace(np.ones((5, 1)), "external"))
    assert check.verdict == "vacuous"
    assert check.informative_from is None
    assert "never says more" in str(check)


def test_bound_refuses_another_regret():
    with pytest.raises(SettingError, match="regret is of kind 'dynamic', want one of"):
        learner_bound(random_game(0), Hedge()).check(dynamic_regret(random_trace(0)))


@pytest.mark.parametrize("change", [{"discount": 1.0}, {"n_agents": 0}, {"constant": 0.0}])
def test_econ_bound_refuses_senseless_constants(change):
    with pytest.raises(SettingError, match="econ_bound got"):
        econ_bound(**{"n_agents": 2, "discount": 0.9} | change)


def test_null_types_and_single_actions_carry_no_regret():
    prior = np.array([[0.5, 0.5], [0.0, 0.0]])
    payoff = np.random.default_rng(0).normal(size=(2, 2, 3, 1))
    game = BayesianGame(prior, [payoff, payoff])
    regret = external_regret(play_learners(game, PredictiveRegretMatchingPlus(), 30))
    assert (regret.by_type[0][:, 1] == 0).all()
    np.testing.assert_allclose(regret.cumulative[:, 1], 0, atol=1e-12)


def test_three_players_and_one_player():
    game = random_game(3, (2, 1, 2), (2, 3, 2))
    trace = play_learners(game, Hedge(), 50)
    assert learner_bound(game, Hedge()).check(external_regret(trace)).verdict == "holds"
    alone = BayesianGame([0.25, 0.75], [np.array([[1.0, 0.0], [0.0, 1.0]])])
    regret = external_regret(play_learners(alone, RegretMatching(), 20)).cumulative
    np.testing.assert_allclose(regret, 0.5)


def test_trace_is_read_only_and_indexed_by_step_then_player():
    trace = random_trace(0)
    assert trace.strategies[3][0].shape == (2, 3)
    np.testing.assert_array_equal(trace.values[3][1], trace.worth(1)[3])
    with pytest.raises(ValueError, match="read-only"):
        trace.strategies[0][0][0, 0] = 1.0


@pytest.mark.parametrize(
    ("strategies", "values", "message"),
    [
        ([], [], "0 steps of strategies and 0 of values"),
        ([[[[1.0]]]], [], "1 steps of strategies and 0 of values"),
        ([[[[1.0]]]], [[[[1.0, 2.0]]]], r"want equal shapes \(K, T_i, A_i\)"),
        ([[[[1.0]]], [[[0.5, 0.5]]]], [[[[1.0]]], [[[1.0]]]], "strategies are ragged"),
        ([[[[1.0]]]], [[[[np.nan]]]], "values of player 1 .* not finite"),
    ],
)
def test_bad_traces_are_refused(strategies, values, message):
    with pytest.raises(ProfileError, match=message):
        PlayTrace(strategies, values)


def test_bad_regret_trace_is_refused():
    with pytest.raises(ProfileError, match=r"want finite numbers of shape \(K, n\)"):
        RegretTrace(np.ones(3), "external")


@pytest.mark.parametrize(("learners", "n_steps"), [([Hedge()], 5), (Hedge(), 0)])
def test_play_learners_refuses_bad_counts(learners, n_steps):
    with pytest.raises(SettingError, match="want 2 learners"):
        play_learners(random_game(0), learners, n_steps)


def test_comparator_regret_can_be_negative_where_play_beats_the_equilibrium() -> None:
    dilemma = np.array([[3.0, 0.0], [5.0, 1.0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1.0]], [dilemma, dilemma.swapaxes(2, 3)])
    cooperate = StrategyProfile.pure(game, [[0], [0]])
    values = [game.action_values(cooperate, i) for i in range(2)]
    trace = PlayTrace([cooperate.rows] * 4, [values] * 4)
    regret = comparator_regret(trace, [1.0, 1.0])
    assert regret.kind == "equilibrium-comparator"
    np.testing.assert_allclose(regret.cumulative[-1], [-8.0, -8.0])
    with pytest.raises(ProfileError, match="values has 1 entries, want 2"):
        comparator_regret(trace, [1.0])
