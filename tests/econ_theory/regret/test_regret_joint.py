"""Joint play and named comparators: identities between play and equilibria, exact in Fractions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.errors import ProfileError, SettingError
from econ_theory.games.finite.payoffs import Kernel
from econ_theory.learners import (
    Exp3,
    Exp3IX,
    Hedge,
    InternalRegretMatching,
    RegretMatching,
    RegretMatchingPlus,
    SwapRegret,
)
from econ_theory.regret import (
    Comparator,
    PlayTrace,
    bandit_bound,
    clairvoyant_regret,
    coarse_epsilon,
    comparator_regret,
    comparator_values,
    correlated_epsilon,
    dynamic_regret,
    external_regret,
    joint_gains,
    joint_play,
    learner_bound,
    play_learners,
    swap_bound,
    swap_regret,
    welfare_regret,
)
from econ_theory.solvers.finite.algebra.obedience import disobedience, outcome

SEEDS = st.integers(0, 10**6)


def rational_play(draw_game, seed, n_steps=3):
    """A rational game and a few steps of rational play in it, with its exact values."""
    game, profile = draw_game(seed)
    rng = np.random.default_rng(seed)
    profiles = [profile]
    for _ in range(n_steps - 1):
        plans = [rng.integers(a, size=t) for t, a in zip(game.n_types, game.n_actions, strict=True)]
        profiles.append(
            StrategyProfile.pure(game, plans).exact.mixed_with(profile, profile_weight(rng))
        )
    values = [[game.exact.action_values(p, i) for i in range(game.n_players)] for p in profiles]
    return game, PlayTrace([p.rows for p in profiles], values)


def profile_weight(rng):
    from fractions import Fraction

    return Fraction(int(rng.integers(0, 4)), 3)


@settings(max_examples=25)
@given(seed=SEEDS)
def test_gaps_of_joint_play_are_average_regrets_exactly(draw_game, seed):
    game, play = rational_play(draw_game, seed)
    joint = joint_play(play)
    assert (joint.sum(axis=tuple(range(game.n_players, 2 * game.n_players))) == 1).all()
    for measure, kind, epsilon in (
        (external_regret, "coarse", coarse_epsilon),
        (swap_regret, "correlated", correlated_epsilon),
    ):
        average = measure(play).average[-1]
        by_type = [rows[-1] / play.n_steps for rows in measure(play).by_type]
        for i in range(game.n_players):
            gains = joint_gains(game.exact, joint, i, kind)
            assert (gains == by_type[i]).all()
            assert gains.sum() == average[i]
        assert epsilon(game.exact, joint) == max(average)
    assert correlated_epsilon(game.exact, joint) >= coarse_epsilon(game.exact, joint)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_a_single_step_is_judged_as_the_certificate_does(draw_game, seed):
    game, profile = draw_game(seed)
    play = PlayTrace(
        [profile.rows], [[game.exact.action_values(profile, i) for i in range(game.n_players)]]
    )
    gains = certify(game.exact, profile).ex_ante_gains
    dynamic = dynamic_regret(play).cumulative[0]
    assert [float(gain) for gain in dynamic] == pytest.approx(list(map(float, gains)))
    assert list(external_regret(play).cumulative[0]) == list(dynamic)
    assert coarse_epsilon(game.exact, joint_play(play)) == max(dynamic)
    np.testing.assert_allclose(joint_play(play).astype(float), outcome(game, profile), atol=1e-15)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_disobedience_in_the_mediators_code_is_the_same_gap(draw_game, seed):
    game, _ = draw_game(seed)
    rng = np.random.default_rng(seed)
    joint = rng.random((*game.n_types, *game.n_actions))
    joint /= joint.sum(axis=tuple(range(game.n_players, joint.ndim)), keepdims=True)
    for i, interim in enumerate(disobedience(game, joint)):
        wanted = interim * game.type_weights(i)
        np.testing.assert_allclose(joint_gains(game, joint, i), wanted, atol=1e-12)


def random_game(seed, n_types=(2, 3), n_actions=(3, 2), zero_sum=False):
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    payoffs = [rng.normal(size=(*n_types, *n_actions)) for _ in n_types]
    if zero_sum:
        payoffs[1] = -payoffs[0]
    return BayesianGame(prior, payoffs)


@pytest.mark.parametrize("checkpoints", [None, "log"])
def test_zero_sum_averages_gap_is_the_sum_of_average_regrets_in_every_game(checkpoints):
    games = [random_game(seed, zero_sum=True) for seed in range(4)]
    play = play_learners(games, [RegretMatching(), Hedge()], 300, checkpoints=checkpoints)
    sums = external_regret(play).average.sum(axis=-1)
    for g, game in enumerate(games):
        for k in (0, -1):
            averages = [play.average(i)[g, k] for i in (0, 1)]
            nash_gap = sum(certify(game, averages).ex_ante_gains)
            assert nash_gap == pytest.approx(sums[g, k], abs=1e-10)


def test_swap_learners_reach_correlated_equilibria_in_batches():
    games = [random_game(seed) for seed in range(3)]
    play = play_learners(games, RegretMatching(), 200, checkpoints=[200], keep_joint=True)
    joint = joint_play(play)
    gaps = np.stack([joint_gains(games[0], joint, i).sum(-1) for i in (0, 1)], -1)
    assert gaps.shape == (3, 2)
    swap = swap_regret(play).average[:, -1]
    for g, game in enumerate(games):
        assert correlated_epsilon(game, joint[g]) == pytest.approx(swap[g].max(), abs=1e-12)


def test_three_players_joint_play_of_many_runs():
    game = random_game(1, (2, 1, 2), (2, 2, 3))
    play = play_learners(
        game, Hedge(), 60, feedback="realized", n_runs=4, checkpoints=[60], keep_joint=True, rng=0
    )
    joint = joint_play(play)
    assert joint.shape == (4, 2, 1, 2, 2, 2, 3)
    np.testing.assert_allclose(joint.sum(axis=(-1, -2, -3)), 1)
    worst = coarse_epsilon(game, joint)
    np.testing.assert_allclose(worst, external_regret(play).average[:, -1].max(-1), atol=1e-12)


def test_clairvoyant_regret_at_an_equilibrium_of_matching_pennies_is_one_a_step():
    pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [pennies, -pennies])
    play = play_learners(game, RegretMatching(), 50)
    assert certify(game, StrategyProfile(play.strategies[0])).epsilon == 0
    np.testing.assert_array_equal(clairvoyant_regret(play).average, 1.0)
    np.testing.assert_array_equal(swap_regret(play).cumulative, 0.0)


def test_comparators_say_which_equilibrium_they_are():
    meet = np.array([[4, 0], [0, 1]]).reshape(1, 1, 2, 2)
    tilted = np.array([[1, 0], [0, 3]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [meet, tilted], players=["Ann", "Bob"])
    mixed = StrategyProfile([[[3 / 4, 1 / 4]], [[1 / 5, 4 / 5]]])
    found = [mixed, *(StrategyProfile.pure(game, [[a], [a]]) for a in (0, 1))]
    assert all(certify(game, profile).epsilon < 1e-12 for profile in found)
    best = comparator_values(game, found)
    assert best.values.tolist() == [4, 1]
    assert best.name == "the best of 3 equilibria by welfare (number 2)"
    for_bob = comparator_values(game, found, "best", player=1)
    assert for_bob.values.tolist() == [1, 3]
    assert for_bob.name == "the best of 3 equilibria for Bob (number 3)"
    worst = comparator_values(game, found, "worst")
    assert worst.name.endswith("(number 1)")
    close = StrategyProfile([[[0.1, 0.9]], [[0.0, 1.0]]])
    nearest = comparator_values(game, found, "nearest", to=close)
    assert nearest.values.tolist() == [1, 3]
    assert nearest.name == "the nearest of 3 equilibria to the given profile (number 3)"
    play = play_learners(game, Hedge(), 20)
    regret = comparator_regret(play, worst)
    assert regret.comparator == worst.name
    paid = sum((play.played(i) * play.worth(i)).sum() for i in (0, 1))
    welfare = welfare_regret(play, best)
    assert welfare.kind == "welfare"
    assert welfare.comparator == best.name
    assert welfare.cumulative[-1].tolist() == [pytest.approx(20 * 5 - paid)]
    solution = solve(game)
    assert comparator_values(game, [solution]).name.startswith("the best of 1 equilibrium")


def test_comparator_values_of_each_game_of_a_batch():
    games = [random_game(seed) for seed in range(3)]
    play = play_learners(games, Hedge(), 7)
    targets = np.arange(6.0).reshape(3, 2)
    regret = comparator_regret(play, targets)
    for g, game in enumerate(games):
        alone = comparator_regret(play_learners(game, Hedge(), 7), targets[g])
        np.testing.assert_allclose(regret.run(g).cumulative, alone.cumulative, atol=1e-10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"equilibria": []}, "which is 'best' of 0 equilibria"),
        ({"which": "middle"}, "which is 'middle'"),
        ({"which": "nearest"}, "'nearest' with to="),
        ({"player": 2}, "player is 2, want None or one of 0..1"),
    ],
)
def test_comparator_values_refuse_senseless_choices(change, message):
    game = random_game(0)
    with pytest.raises(SettingError, match=message):
        comparator_values(**{"game": game, "equilibria": [StrategyProfile.uniform(game)]} | change)


def test_other_misuse_is_refused():
    game = random_game(0)
    play = play_learners(game, Hedge(), 4)
    with pytest.raises(ProfileError, match="values has 3 entries, want 2"):
        comparator_regret(play, Comparator([1.0, 2.0, 3.0], "three"))
    with pytest.raises(ProfileError, match=r"joint play has shape \(2, 2\), want \(2, 3, 3, 2\)"):
        coarse_epsilon(game, np.ones((2, 2)))
    big = random_game(0, (4, 4), (8, 8))
    with pytest.raises(
        ProfileError, match=r"joint play has .* entries over all runs, want at most"
    ):
        play_learners(
            big, Hedge(), 4, feedback="realized", n_runs=200_000, checkpoints=[4], keep_joint=True
        )


@pytest.mark.parametrize("learner", [SwapRegret(), InternalRegretMatching()], ids=str)
def test_swap_bounds_hold_in_batches(learner):
    games = [random_game(seed) for seed in range(3)]
    play = play_learners(games, learner, 400, checkpoints="log")
    check = swap_bound(games, learner).check(swap_regret(play))
    assert check.verdict == "holds"
    assert check.tightness < 1
    assert learner_bound(games, learner).check(external_regret(play)).verdict == "holds"


def test_high_probability_bound_holds_and_a_planted_violation_is_found():
    game = random_game(4)
    play = play_learners(
        game, Exp3IX(), 2000, feedback="bandit", n_runs=80, checkpoints="log", rng=0
    )
    bound = bandit_bound(game, Exp3IX(), delta=0.05)
    assert bound.holds == "in probability"
    realized = external_regret(play.realized)
    check = bound.check(realized)
    assert check.verdict == "holds"
    assert check.tightness < 1
    assert check.runs_over == 0
    # A bound that four runs in five keep, where nineteen in twenty should.
    quantile = np.quantile(realized.cumulative, 0.8, axis=0)
    planted = replace(bound, value=lambda steps, i: quantile[: len(steps), i])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(planted), "informative_from", lambda self, i=0: 1)
        assert planted.check(realized).verdict == "violated"
        kept = np.quantile(realized.cumulative, 0.96, axis=0)
        planted = replace(bound, value=lambda steps, i: kept[: len(steps), i])
        check = planted.check(realized)
        assert check.verdict == "holds"
        assert 0 < check.runs_over < 0.06


def test_bounds_refuse_learners_they_say_nothing_about():
    game = random_game(0)
    with pytest.raises(SettingError, match="Hedge has no swap_bound"):
        swap_bound(game, Hedge())
    with pytest.raises(SettingError, match="Exp3 is no learner for this bound"):
        learner_bound(game, Exp3())
    with pytest.raises(SettingError, match="Hedge is no learner for this bound, want a bandit"):
        bandit_bound(game, Hedge())
    with pytest.raises(SettingError, match=r"delta is None, want a probability such as 0\.05"):
        bandit_bound(game, Exp3IX())
    with pytest.raises(SettingError, match=r"delta is 0\.1, want None for Exp3"):
        bandit_bound(game, Exp3(), delta=0.1)
    with pytest.raises(SettingError, match="feedback is 'bandit'"):
        learner_bound(game, Hedge(), feedback="bandit")
    with pytest.raises(SettingError, match="there are 1 learners, want 2"):
        learner_bound(game, [RegretMatchingPlus()])


@settings(max_examples=20)
@given(seed=SEEDS, inner=st.sampled_from([(), (2,), (2, 3)]))
def test_stacked_kernels_equal_single_ones(draw_game, seed, inner):
    first, profile = draw_game(seed)
    rng = np.random.default_rng(seed)
    moved = [u * (k + 2) - 1 for k, u in enumerate(first.given[1])]
    wide = [np.broadcast_to(u, (*first.n_types, *first.n_actions)) for u in moved]
    second = BayesianGame(first.prior[...], wide)
    games = [first, second]
    kernel = Kernel.stack([game.kernel for game in games])
    shape = (2, *inner)
    rows = [rng.dirichlet(np.ones(row.shape[1]), (*shape, row.shape[0])) for row in profile.rows]
    shared = list(profile.floating.rows)
    for i in range(first.n_players):
        values, alike = kernel.values(rows, i), kernel.values(shared, i)
        assert values.shape == (*shape, *kernel.shapes[i])
        assert alike.shape == (2, *kernel.shapes[i])
        informed = kernel.informed(i).values(rows, i)
        for g, game in enumerate(games):
            np.testing.assert_allclose(alike[g], game.kernel.values(shared, i), atol=1e-11)
            for index in np.ndindex(inner):
                one = [row[(g, *index)] for row in rows]
                np.testing.assert_allclose(
                    values[(g, *index)], game.kernel.values(one, i), atol=1e-11
                )
                best = informed[(g, *index)][:, 0]
                assert (best >= values[(g, *index)].max(axis=1) - 1e-11).all()
