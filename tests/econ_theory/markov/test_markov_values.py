from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify
from econ_theory.catalog import random_game, random_markov_game
from econ_theory.errors import GameError, ProfileError, SettingError
from econ_theory.games import Labels, MarkovBayesianGame
from econ_theory.markov import (
    MarkovProfile,
    action_values,
    best_response,
    certify_markov,
    ex_ante_values,
    induced_chain,
    joint_action_values,
    markov_exploitability,
    occupancy,
    performance_difference,
    state_values,
)

SEEDS = st.integers(0, 2**32 - 1)


def draw(seed: int, **settings) -> tuple[MarkovBayesianGame, MarkovProfile]:
    """A random asymmetric game, with short axes and null types, and a random profile of it."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 4))
    n_states = int(rng.integers(1, 5))
    types = tuple(int(k) for k in rng.integers(1, 4, size=n))
    actions = tuple(int(k) for k in rng.integers(1, 4, size=n))
    weights = rng.random((n_states, *types)) * (rng.random((n_states, *types)) < 0.7)
    weights.reshape(n_states, -1)[:, 0] += 0.1
    axes = tuple(range(1, n + 1))

    def shape() -> tuple[int, ...]:
        return tuple(k if rng.random() < 0.8 else 1 for k in (n_states, *types, *actions))

    game = MarkovBayesianGame(
        rng.dirichlet(np.full(n_states, 0.5), size=shape()),
        [rng.normal(size=shape()) for _ in range(n)],
        prior=weights / weights.sum(axis=axes, keepdims=True),
        discount=settings.get("discount", float(rng.uniform(0, 0.97))),
        initial=rng.dirichlet(np.ones(n_states)),
        actions=[[f"a{k}" for k in range(count)] for count in actions],
    )
    return game, MarkovProfile.random(game, rng=rng)


def written_out(game: MarkovBayesianGame, profile: MarkovProfile):
    """Rewards and moves by summing over every joint type and action in plain loops."""
    n, n_states = game.n_players, game.n_states
    full = (n_states, *game.n_types, *game.n_actions)
    move = np.broadcast_to(game.transition, (*full, n_states))
    payoffs = [np.broadcast_to(u, full) for u in game.payoffs]
    rewards, moves = np.zeros((n_states, n)), np.zeros((n_states, n_states))
    for s, t in product(range(n_states), product(*map(range, game.n_types))):
        for a in product(*map(range, game.n_actions)):
            chance = game.prior[(s, *t)]
            for i in range(n):
                chance *= profile.rows[i][s, t[i], a[i]]
            for i in range(n):
                rewards[s, i] += chance * payoffs[i][(s, *t, *a)]
            moves[s] += chance * move[(s, *t, *a)]
    return rewards, moves


@settings(max_examples=40)
@given(SEEDS)
def test_chain_and_values_equal_plain_sums(seed):
    game, profile = draw(seed)
    rewards, moves = written_out(game, profile)
    chain = induced_chain(game, profile)
    np.testing.assert_allclose(chain.rewards, rewards, atol=1e-12)
    np.testing.assert_allclose(chain.transition, moves, atol=1e-12)
    # The power series, cut where what is left is below 1e-13.
    values, term = np.zeros_like(rewards), rewards
    for _ in range(1 + int(np.log(1e-15) / np.log(max(game.discount, 1e-3)))):
        values, term = values + term, game.discount * moves @ term
    np.testing.assert_allclose(state_values(game, profile), values, atol=1e-9)
    np.testing.assert_allclose(ex_ante_values(game, profile), game.initial @ values, atol=1e-9)


@settings(max_examples=40)
@given(SEEDS)
def test_action_values_average_to_state_values_and_are_the_stage_games(seed):
    game, profile = draw(seed)
    values = state_values(game, profile)
    for i in range(game.n_players):
        q = action_values(game, profile, i)
        np.testing.assert_allclose((q * profile.rows[i]).sum((1, 2)), values[:, i], atol=1e-9)
        for s in range(game.n_states):
            stage = game.stage_game(s, values)
            np.testing.assert_allclose(q[s], stage.action_values(profile.at(s), i), atol=1e-9)
        joint = joint_action_values(game, profile, i)
        expected = game.kernel.expect(joint[..., None], profile.rows)[:, 0]
        np.testing.assert_allclose(expected, values[:, i], atol=1e-9)


@settings(max_examples=60)
@given(SEEDS, SEEDS)
def test_performance_difference_identity(seed, other):
    game, old = draw(seed)
    new = MarkovProfile.random(game, rng=other)
    for i in range(game.n_players):
        difference = performance_difference(game, old, new, i)
        scale = max(1.0, game.payoff_range(i))
        assert difference.error <= 1e-10 * scale
        gap = ex_ante_values(game, new) - ex_ante_values(game, old)
        assert difference.gap == pytest.approx(gap[i], abs=1e-9 * scale)
    assert occupancy(game, new).sum() == pytest.approx(1.0, abs=1e-12)


def test_the_pointwise_variant_is_false_nearly_always():
    wrong = []
    for seed in range(50):
        game = random_markov_game(3, 2, (2, 3), rng=seed)
        old, new = (MarkovProfile.random(game, rng=seed + k) for k in (1, 2))
        difference = performance_difference(game, old, new, 0)
        assert difference.error < 1e-10
        wrong.append(difference.pointwise_error > 0.05 * abs(difference.gap))
    assert np.mean(wrong) > 0.8


def test_the_pointwise_variant_holds_with_one_state():
    game = random_markov_game(1, 2, (2, 3), rng=4)
    old, new = (MarkovProfile.random(game, rng=k) for k in (1, 2))
    assert performance_difference(game, old, new, 1).pointwise_error < 1e-12


def test_values_are_what_simulation_pays():
    game, profile = draw(11, discount=0.6)
    rng = np.random.default_rng(0)
    n, runs = game.n_players, 40_000
    full = (game.n_states, *game.n_types, *game.n_actions)
    move = np.broadcast_to(game.transition, (*full, game.n_states))
    state = rng.choice(game.n_states, p=game.initial, size=runs)
    total, factor = np.zeros((runs, n)), 1.0

    def pick(chances):
        return (chances.cumsum(1) < rng.random((runs, 1))).sum(1).clip(max=chances.shape[1] - 1)

    for _ in range(30):
        joint = pick(game.prior.reshape(game.n_states, -1)[state])
        t = np.unravel_index(joint, game.n_types)
        a = [pick(profile.rows[i][state, t[i]]) for i in range(n)]
        for i in range(n):
            total[:, i] += factor * np.broadcast_to(game.payoffs[i], full)[(state, *t, *a)]
        state, factor = pick(move[(state, *t, *a)]), factor * game.discount
    error = total.std(axis=0) / np.sqrt(runs)
    assert (np.abs(total.mean(axis=0) - ex_ante_values(game, profile)) < 4.5 * error + 1e-4).all()


@settings(max_examples=40)
@given(SEEDS)
def test_best_response_solves_the_optimality_equation(seed):
    game, profile = draw(seed)
    for i in range(game.n_players):
        response = best_response(game, profile, i)
        scale = max(1.0, game.payoff_range(i))
        best = response.decision.lookahead(response.values, game.discount).max(axis=2).sum(axis=1)
        np.testing.assert_allclose(response.values, best, atol=1e-10 * scale)
        assert (response.values >= state_values(game, profile)[:, i] - 1e-10 * scale).all()
        played = state_values(game, profile.replaced(i, response.row))[:, i]
        np.testing.assert_allclose(response.values, played, atol=1e-10 * scale)


def test_best_response_beats_every_pure_strategy():
    game, profile = random_markov_game(2, (2, 1), (2, 3), rng=5), None
    profile = MarkovProfile.random(game, rng=6)
    plans = product(range(2), repeat=4)
    pure = [
        state_values(game, profile.replaced(0, np.eye(2)[np.reshape(plan, (2, 2))]))[:, 0]
        for plan in plans
    ]
    np.testing.assert_allclose(best_response(game, profile, 0).values, np.max(pure, axis=0))


@settings(max_examples=40)
@given(SEEDS)
def test_certificate_gains_average_to_the_value_of_responding(seed):
    game, profile = draw(seed)
    certificate = certify_markov(game, profile)
    for i in range(game.n_players):
        scale = max(1.0, game.payoff_range(i))
        gains = (certificate.of(i) * game.type_weights(i)).sum(axis=1)
        np.testing.assert_allclose(gains, best_response(game, profile, i).gains, atol=1e-9 * scale)
        assert (certificate.one_shot[i] <= certificate.gains[i] + 1e-10 * scale).all()
        bound = certificate.one_shot[i].max() / (1 - game.discount)
        assert certificate.gains[i].max() <= bound + 1e-9 * scale
    assert certificate.ex_ante == pytest.approx(markov_exploitability(game, profile).max())
    assert certificate.epsilon == certificate.worst.gain


@pytest.mark.parametrize("discount", [0.0, 0.7])
def test_one_state_is_the_bayesian_game(discount):
    stage = random_game((2, 3), (3, 2), rng=8)
    move = np.ones((1,) * 6)
    game = MarkovBayesianGame(
        move, [u[None] for u in stage.payoffs], prior=stage.prior[None], discount=discount
    )
    profile = StrategyProfile.random(stage, rng=9)
    known = certify(stage, profile)
    certificate = certify_markov(game, MarkovProfile.of_stages([profile]))
    for i in range(2):
        # The best reply now, and on average for ever.
        later = discount / (1 - discount) * known.ex_ante_gains[i]
        np.testing.assert_allclose(certificate.gains[i], known.gains[i] + later, atol=1e-12)
        np.testing.assert_allclose(certificate.one_shot[i], known.gains[i], atol=1e-12)
        assert game.payoff_range(i) == pytest.approx(stage.payoff_range(i) / (1 - discount))
    if discount == 0:
        assert certificate.epsilon == pytest.approx(known.epsilon, abs=1e-14)
        assert certificate.relative == pytest.approx(known.relative, abs=1e-14)


def test_adding_a_constant_changes_no_gain_and_scaling_scales():
    game = random_markov_game(3, 2, (2, 3), rng=3)
    profile = MarkovProfile.random(game, rng=1)
    gain = certify_markov(game, profile).gains[0]
    for factor, constant in ((1.0, 100.0), (7.0, 0.0)):
        other = MarkovBayesianGame(
            game.transition,
            [factor * game.payoffs[0] + constant, game.payoffs[1]],
            prior=game.prior,
            discount=game.discount,
        )
        np.testing.assert_allclose(
            certify_markov(other, profile).gains[0], factor * gain, atol=1e-10
        )


def test_swapping_players_swaps_everything():
    game = random_markov_game(3, (2, 1), (2, 3), rng=3, types_move=True)
    profile = MarkovProfile.random(game, rng=1)
    other = MarkovBayesianGame(
        game.transition.transpose(0, 2, 1, 4, 3, 5),
        [u.transpose(0, 2, 1, 4, 3) for u in game.payoffs[::-1]],
        prior=game.prior.transpose(0, 2, 1),
        discount=game.discount,
        initial=game.initial,
    )
    swapped = MarkovProfile(profile.rows[::-1])
    np.testing.assert_allclose(
        state_values(other, swapped), state_values(game, profile)[:, ::-1], atol=1e-12
    )
    for i in range(2):
        np.testing.assert_allclose(
            certify_markov(other, swapped).gains[1 - i], certify_markov(game, profile).gains[i]
        )


def test_the_certificate_reads_well():
    game = random_markov_game(3, (2, 1), (2, 3), rng=3)
    certificate = certify_markov(game, MarkovProfile.uniform(game))
    worst = certificate.worst
    i, s, t, a, gain = worst
    assert gain == certificate.epsilon == certificate.of(i)[s, t]
    named = f" as t{t + 1}" if game.n_types[i] > 1 else ""
    assert str(worst).startswith(f"player {i + 1} in s{s + 1}{named} gains ")
    assert f"worst: player {i + 1} in s{s + 1}{named} by a{a + 1}" in str(certificate)
    assert "discounted payoff range" in str(certificate)
    assert certificate._repr_html_().count("<tr>") == 1 + 3 * 2 + 3
    assert "\n" not in repr(certificate)
    assert certificate == certify_markov(game, MarkovProfile.uniform(game))
    assert MarkovProfile.uniform(game)._repr_html_().count("<table>") == 2


def test_a_profile_says_who_plays_what_in_which_state():
    labels = Labels(["Ann"], [["sole"]], [["wait", "go"]], ["boom", "bust"])
    profile = MarkovProfile([[[[0.25, 0.75]], [[1.0, 0.0]]]], labels)
    assert str(profile).splitlines() == ["Ann", "  boom: wait 0.25, go 0.75", "  bust: wait 1"]
    assert str(profile.at(1)) == "Ann: wait 1"
    assert profile.mixed_with(profile, 0.5).labels == labels
    assert profile.replaced(0, profile.rows[0]) == profile != profile.labelled(None)
    assert str(profile.labelled(None)).splitlines()[1] == "  s1: a1 0.25, a2 0.75"
    typed = MarkovProfile([np.full((2, 2, 2), 0.5)])
    assert str(typed).splitlines()[2] == "  s1, t2: a1 0.5, a2 0.5"
    with pytest.raises(ProfileError, match="labels are for 2 states"):
        MarkovProfile([np.full((3, 1, 2), 0.5)], labels)


GOOD = np.full((2, 1, 1, 2, 1, 2), 0.5)
PAY = [np.zeros((2, 1, 1, 2, 3))] * 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"discount": 1.0}, r"discount is 1.0, want a number in \[0, 1\)"),
        ({"transition": GOOD[0]}, r"transition has shape .* want 6 axes"),
        ({"transition": GOOD + 0.1}, r"transition sums to 1.2 .* next state's distribution"),
        ({"transition": np.full((2, 1, 1, 4, 1, 2), 0.5)}, "length 4 on the action axis of player"),
        ({"transition": np.full((2, 3, 1, 2, 1, 2), 0.5)}, "length 3 on the type axis of player 1"),
        ({"transition": np.full((3, 1, 1, 2, 1, 2), 0.5)}, r"transition .* the first of length 2"),
        ({"prior": np.ones((2, 1))}, "prior has 2 axes, want 3"),
        ({"prior": np.ones((2, 2, 1))}, r"prior sums to 2 in row .* one distribution"),
        ({"payoffs": [*PAY[:1], np.zeros((1, 1, 1, 2))]}, "payoff of player 2 has shape"),
        ({"payoffs": []}, "payoffs has 0 tensors"),
        ({"payoffs": [PAY[0], np.zeros((2, 1, 1, 5, 3))]}, "length 2 on the action axis"),
        ({"initial": [0.5, 0.6]}, r"initial sums to 1.1, want 1"),
        ({"initial": [1.0]}, r"initial has shape \(1,\), want a distribution over 2 states"),
        ({"states": ["a", "a"]}, "states has the label 'a' twice"),
    ],
)
def test_a_bad_game_is_named(change, words):
    parts = {"transition": GOOD, "payoffs": PAY, "discount": 0.9, **change}
    with pytest.raises(GameError, match=words):
        MarkovBayesianGame(**parts)


def test_bad_arguments_are_named():
    game = MarkovBayesianGame(GOOD, PAY, discount=0.5)
    profile = MarkovProfile.uniform(game)
    with pytest.raises(GameError, match=r"continuation has shape \(2,\), want \(2, 2\)"):
        game.stage_game(0, [0.0, 0.0])
    with pytest.raises(GameError, match=r"state is 2, want an index in 0\.\.1"):
        game.stage_game(2, np.zeros((2, 2)))
    with pytest.raises(SettingError, match="i is 2, want a player index"):
        best_response(game, profile, 2)
    with pytest.raises(SettingError, match="i is -1, want a player index"):
        performance_difference(game, profile, profile, -1)
    with pytest.raises(ProfileError, match="Markov profile has shapes"):
        state_values(game, MarkovProfile(profile.rows[::-1]))
    with pytest.raises(ProfileError, match=r"sums to 0\.5 in row"):
        MarkovProfile([[[[0.5, 0.0]]]])
    with pytest.raises(ProfileError, match=r"want \(S, T, A\)"):
        MarkovProfile([[[0.5, 0.5]]])
    with pytest.raises(ProfileError, match="want 2: one for each player"):
        MarkovProfile.pure(game, [[[0], [0]]])
    with pytest.raises(ProfileError, match="plan of player 2"):
        MarkovProfile.pure(game, [[[0], [0]], [[0], [3]]])
    with pytest.raises(ProfileError, match="rows is empty"):
        MarkovProfile([])


def test_a_short_axis_is_never_expanded():
    game = MarkovBayesianGame(GOOD[:1], PAY, discount=0.5)
    assert game.lookahead(np.ones(2), 0).shape == (2, 1, 1, 2, 3)
    assert game.transition.shape == (1, 1, 1, 2, 1, 2)
    stage = game.stage_game(1, np.ones((2, 2)))
    assert isinstance(stage, BayesianGame)
    assert not game.payoffs[0].flags.writeable
