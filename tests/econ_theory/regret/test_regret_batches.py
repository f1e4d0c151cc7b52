"""Play in batches: the same as runs one by one, and checkpoints the same as every step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame
from econ_theory.errors import GameError, ProfileError, SettingError
from econ_theory.learners import Exp3, Hedge, OptimisticHedge, RegretMatching, RegretMatchingPlus
from econ_theory.regret import (
    PlaySummary,
    PlayTrace,
    RegretTrace,
    bandit_bound,
    clairvoyant_regret,
    comparator_regret,
    dynamic_regret,
    external_regret,
    joint_play,
    learner_bound,
    play_learners,
    pooled_rate,
    pseudo_regret,
    swap_regret,
)
from econ_theory.regret import play as play_module

SEEDS = st.integers(0, 10**6)
MEASURES = [external_regret, swap_regret, dynamic_regret, clairvoyant_regret]


def random_games(seed, count, n_types=(2, 3), n_actions=(3, 2), zero_sum=False):
    rng = np.random.default_rng(seed)
    shape, games = (*n_types, *n_actions), []
    for _ in range(count):
        prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
        payoffs = [rng.normal(size=shape) * 3 + i for i in range(len(n_types))]
        if zero_sum:
            payoffs[1] = -payoffs[0]
        games.append(BayesianGame(prior, payoffs))
    return games


class Replay(np.random.Generator):
    """Hands out uniform numbers that were drawn beforehand, one run of a batch or all of it."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64(0))
        self.numbers, self.used = numbers, 0

    def random(self, size=None, *args, **kwargs):
        start, self.used = self.used, self.used + size[0]
        return self.numbers[start : self.used].reshape(size)


def learners_for(feedback):
    return Exp3() if feedback == "bandit" else [RegretMatchingPlus(), Hedge()]


def assert_same_play(whole, index, alone):
    for i in range(alone.n_players):
        np.testing.assert_allclose(whole.played(i)[index], alone.played(i), atol=1e-9)
        np.testing.assert_allclose(whole.worth(i)[index], alone.worth(i), atol=1e-9)
        np.testing.assert_allclose(whole.ideals[i][index], alone.ideals[i], atol=1e-9)
        if alone.draws is not None:
            for part in ("types", "actions", "utilities"):
                mine, theirs = (getattr(t.draws, part)[i] for t in (whole, alone))
                np.testing.assert_array_equal(mine[index], theirs)


@settings(max_examples=15)
@given(SEEDS, st.sampled_from(["realized", "bandit"]))
def test_runs_of_a_batch_equal_single_runs_with_the_same_draws(seed, feedback):
    (game,) = random_games(seed, 1)
    numbers = np.random.default_rng(seed).random((25, 4, 3))
    learners = learners_for(feedback)
    whole = play_learners(game, learners, 25, feedback=feedback, n_runs=4, rng=Replay(numbers))
    assert whole.batch == (4,)
    for r in range(4):
        draws = Replay(numbers[:, r])
        alone = play_learners(game, learners, 25, feedback=feedback, rng=draws)
        assert alone.batch == ()
        assert_same_play(whole, r, alone)


@settings(max_examples=15)
@given(SEEDS, st.booleans())
def test_games_of_a_batch_equal_single_games(seed, alternating):
    games = random_games(seed, 3)
    learners = [OptimisticHedge("sqrt"), RegretMatching()]
    whole = play_learners(games, learners, 15, alternating=alternating)
    assert whole.batch == (3,)
    for g, game in enumerate(games):
        alone = play_learners(game, learners, 15, alternating=alternating)
        assert_same_play(whole, g, alone)
        for measure in MEASURES:
            mine, theirs = measure(whole).run(g), measure(alone)
            np.testing.assert_allclose(mine.cumulative, theirs.cumulative, atol=1e-8)
            np.testing.assert_allclose(mine.by_type[0], theirs.by_type[0], atol=1e-8)


@pytest.mark.parametrize("feedback", ["realized", "bandit"])
@pytest.mark.parametrize("shape", [((2, 1), (3, 2)), ((2, 1, 2), (2, 3, 1)), ((3,), (4,))])
def test_games_times_runs_equal_single_runs(feedback, shape):
    games = random_games(3, 2, *shape)
    n = len(shape[0])
    learner = Exp3() if feedback == "bandit" else RegretMatching()
    numbers = np.random.default_rng(1).random((20, 2, 3, n + 1))
    whole = play_learners(games, learner, 20, feedback=feedback, n_runs=3, rng=Replay(numbers))
    assert whole.batch == (2, 3)
    for g, r in np.ndindex(2, 3):
        draws = Replay(numbers[:, g, r])
        alone = play_learners(games[g], learner, 20, feedback=feedback, rng=draws)
        assert_same_play(whole, (g, r), alone)


@settings(max_examples=20)
@given(
    SEEDS,
    st.sampled_from(["expected", "realized", "bandit"]),
    st.sampled_from([(1, None), (1, 3), (2, 2), (2, None)]),
    st.integers(1, 9),
    st.booleans(),
)
def test_checkpoints_equal_the_full_trace_there(seed, feedback, batch, block, alternating):
    n_games, n_runs = batch
    games = random_games(seed, n_games)
    games = games[0] if n_games == 1 else games
    options = {"feedback": feedback, "rng": seed}
    if feedback == "expected":
        options["alternating"] = alternating
    else:
        options["n_runs"] = n_runs
    learners = learners_for(feedback)
    full = play_learners(games, learners, 40, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play_module, "BLOCK", block * 12)
        short = play_learners(
            games, learners, 40, checkpoints=[3, 4, 17, 40], keep_joint=True, **options
        )
    at = short.steps - 1
    assert short.steps.tolist() == [3, 4, 17, 40]
    assert short.batch == full.batch
    views = [(full, short)]
    if feedback != "expected":
        views += [(full.observed, short.observed), (full.realized, short.realized)]
    for mine, theirs in views:
        for measure in MEASURES:
            a, b = measure(mine), measure(theirs)
            np.testing.assert_allclose(a.cumulative[..., at, :], b.cumulative, atol=1e-8)
            np.testing.assert_allclose(a.by_type[1][..., at, :], b.by_type[1], atol=1e-8)
            assert (a.kind, a.basis) == (b.kind, b.basis)
            np.testing.assert_allclose(a.average[..., at, :], b.average, atol=1e-8)
        a, b = (comparator_regret(t, [0.0, 1.0]).cumulative for t in (mine, theirs))
        np.testing.assert_allclose(a[..., at, :], b, atol=1e-8)
    for i in range(2):
        np.testing.assert_allclose(full.played(i)[..., at, :, :], short.played(i), atol=1e-12)
        np.testing.assert_allclose(full.average(i)[..., at, :, :], short.average(i), atol=1e-12)
    np.testing.assert_allclose(joint_play(full), joint_play(short), atol=1e-12)


@settings(max_examples=25)
@given(SEEDS)
def test_drawn_regrets_are_ordered_too(seed):
    (game,) = random_games(seed, 1)
    play = play_learners(
        game, learners_for("realized"), 20, feedback="realized", n_runs=3, rng=seed
    )
    for view in (play, play.observed, play.realized):
        external, swap, dynamic, clairvoyant = (m(view).cumulative for m in MEASURES)
        assert (swap >= external - 1e-9).all()
        assert (dynamic >= swap - 1e-9).all()
        assert (clairvoyant >= dynamic - 1e-9).all()
        assert (swap >= -1e-9).all()
    # Once others' types and actions are drawn, the best reply to them is the clairvoyant's.
    observed = play.observed
    np.testing.assert_allclose(
        dynamic_regret(observed).cumulative, clairvoyant_regret(observed).cumulative
    )


@settings(max_examples=20)
@given(SEEDS, st.floats(0.1, 50.0))
def test_constants_change_nothing_and_scaling_scales(seed, factor):
    (game,) = random_games(seed, 1)
    moved = BayesianGame(game.prior, [factor * u + 7 - i for i, u in enumerate(game.payoffs)])
    for feedback in ("expected", "realized", "bandit"):
        options = {"feedback": feedback, "rng": 5}
        learners = learners_for(feedback)
        before, after = (play_learners(g, learners, 12, **options) for g in (game, moved))
        for measure in MEASURES:
            np.testing.assert_allclose(
                measure(after).cumulative, factor * measure(before).cumulative, atol=1e-7 * factor
            )


@settings(max_examples=15)
@given(SEEDS, st.booleans())
def test_splitting_a_type_in_two_equal_halves_changes_nothing(seed, alternating):
    (game,) = random_games(seed, 1)
    prior = np.concatenate([game.prior[:1] / 2, game.prior[:1] / 2, game.prior[1:]])
    payoffs = [np.concatenate([u[:1], u]) for u in game.payoffs]
    split = BayesianGame(prior, payoffs)
    one, two = (
        play_learners(g, [RegretMatchingPlus(), Hedge()], 20, alternating=alternating)
        for g in (game, split)
    )
    for measure in MEASURES:
        a, b = measure(one), measure(two)
        np.testing.assert_allclose(a.cumulative, b.cumulative, atol=1e-8)
        np.testing.assert_allclose(a.by_type[0][:, 0], b.by_type[0][:, :2].sum(axis=1), atol=1e-8)


def test_draws_have_the_chances_of_prior_and_strategies():
    game = BayesianGame(
        [[0.1, 0.0, 0.3], [0.0, 0.6, 0.0]], [np.zeros((2, 3, 2, 2)) + np.eye(2)] * 2
    )
    play = play_learners(game, Hedge(1e-9), 50, feedback="realized", n_runs=400, rng=0)
    first, second = play.draws.types
    counts = np.zeros((2, 3))
    np.add.at(counts, (first.ravel(), second.ravel()), 1)
    share = counts / first.size
    assert (share[game.prior == 0] == 0).all()
    np.testing.assert_allclose(share, game.prior, atol=5 * 0.5 / np.sqrt(first.size))
    for moves in play.draws.actions:
        assert abs(moves.mean() - 0.5) < 5 * 0.5 / np.sqrt(first.size)
    # A pure strategy is always played.
    dominant = BayesianGame([[1.0]], [np.array([[9.0, 9], [0, 0]]).reshape(1, 1, 2, 2)] * 2)
    play = play_learners(dominant, RegretMatching(), 9, feedback="realized", n_runs=50, rng=0)
    assert (play.draws.actions[0][:, 1:] == 0).all()


def test_realized_values_average_to_the_kernels():
    (game,) = random_games(7, 1)
    still = Hedge(1e-12)
    play = play_learners(game, still, 100, feedback="realized", n_runs=2000, rng=3)
    for i in range(2):
        drawn = play.observed.worth(i).reshape(-1, *play.worth(i).shape[-2:])
        error = drawn.std(axis=0) / np.sqrt(len(drawn))
        assert (np.abs(drawn.mean(axis=0) - play.worth(i)[0, 0]) < 5 * error).all()
    paid = [comparator_regret(p, [0, 0]).cumulative[:, -1] for p in (play, play.realized)]
    error = paid[1].std(axis=0) / np.sqrt(2000)
    assert (np.abs(paid[0].mean(axis=0) - paid[1].mean(axis=0)) < 5 * error).all()
    ideal = [clairvoyant_regret(p).cumulative[:, -1] for p in (play, play.realized)]
    error = ideal[1].std(axis=0) / np.sqrt(2000)
    assert (np.abs(ideal[0].mean(axis=0) - ideal[1].mean(axis=0)) < 5 * error).all()


def test_each_player_may_see_something_else():
    (game,) = random_games(2, 1)
    learners, views = [Exp3(), Hedge()], ["bandit", "expected"]
    play = play_learners(game, learners, 300, feedback=views, n_runs=20, rng=0)
    assert play.batch == (20,)
    # The one who sees expectations plays the same as one who sees them against that play.
    state = Hedge().init(3, 2)
    scale = 1 / (game.type_weights(1) * game.payoff_range(1))[:, None]
    for k in range(300):
        np.testing.assert_allclose(Hedge().strategy(state), play.played(1)[4, k], atol=1e-9)
        state = Hedge().observe(state, play.worth(1)[4, k] * scale)


@pytest.mark.parametrize("learner", [RegretMatching(), RegretMatchingPlus(), Hedge()], ids=str)
def test_bounds_hold_in_every_run_of_a_batch(learner):
    (game,) = random_games(5, 1)
    play = play_learners(
        game, learner, 3000, feedback="realized", n_runs=30, checkpoints="log", rng=0
    )
    bound = learner_bound(game, learner, feedback="realized")
    check = bound.check(external_regret(play.observed))
    assert check.verdict == "holds"
    assert check.runs_over == 0
    assert 0 < check.tightness < 1
    games = random_games(6, 4)
    many = external_regret(play_learners(games, learner, 300, checkpoints="log"))
    assert learner_bound(games, learner).check(many).verdict == "holds"
    with pytest.raises(SettingError, match=r"basis 'expected', want one of \('observed'"):
        bound.check(external_regret(play))


def test_bandit_bound_holds_of_pseudo_regret_and_catches_a_wrong_one():
    from dataclasses import replace

    (game,) = random_games(5, 1)
    play = play_learners(game, Exp3(), 4000, feedback="bandit", n_runs=60, checkpoints="log", rng=0)
    bound = bandit_bound(game, Exp3())
    regret = pseudo_regret(play)
    assert bound.holds == "in expectation"
    assert bound.check(regret).verdict == "holds"
    small = replace(bound, value=lambda steps, i: 0.02 * bound.value(steps, i))
    check = small.check(regret)
    assert check.verdict == "violated"
    assert check.runs_over > 0.5
    mean = regret.cumulative.mean(axis=0)
    assert (external_regret(play).cumulative.mean(axis=0) >= mean - 1e-9).all()


def test_batched_traces_pool_their_runs():
    (game,) = random_games(8, 1)
    play = play_learners(
        game, RegretMatching(), 4000, feedback="realized", n_runs=12, checkpoints="log", rng=1
    )
    regret = external_regret(play.observed)
    rate = regret.rate()
    assert rate.n_runs == 12
    assert rate.linear_test is not None
    assert rate.exponent == pooled_rate(regret.runs).exponent == pooled_rate(regret).exponent
    assert rate.interval[0] < rate.exponent < rate.interval[1]
    single = regret.run(3).rate(0, rng=0)
    assert single.n_runs == 1
    assert len(regret.runs) == 12
    assert regret.average.shape == regret.cumulative.shape
    assert regret.total.shape == (12, len(regret.steps))
    assert "(12,) runs, 4000 steps, 2 players, mean final" in repr(regret)


def test_a_run_of_a_batch_is_judged_by_itself():
    (game,) = random_games(9, 1)
    play = play_learners(game, Hedge(), 12, feedback="realized", n_runs=3, rng=0)
    for view in ("observed", "realized"):
        for measure in MEASURES:
            whole, alone = measure(getattr(play, view)), measure(getattr(play.run(1), view))
            np.testing.assert_array_equal(whole.run(1).cumulative, alone.cumulative)
            assert alone.basis == view


def test_interim_regret_undoes_the_weights():
    game = BayesianGame([[0.25], [0.75], [0.0]], [np.arange(6.0).reshape(3, 1, 2, 1)] * 2)
    regret = external_regret(play_learners(game, RegretMatching(), 4))
    interim = regret.interim(0, game.type_weights(0))
    np.testing.assert_allclose(interim[-1], [0.5, 0.5, 0.0])
    np.testing.assert_allclose(interim[-1] @ game.type_weights(0), regret.cumulative[-1, 0])


def test_exact_play_has_exact_regret():
    third = Fraction(1, 3)
    play = PlayTrace(
        [[[[third, 2 * third]]], [[[third, 2 * third]]]], [[[[third, Fraction(0)]]]] * 2
    )
    assert external_regret(play).cumulative[-1, 0] == Fraction(4, 9)
    assert swap_regret(play).cumulative.tolist() == [[Fraction(2, 9)], [Fraction(4, 9)]]
    assert dynamic_regret(play).average[-1, 0] == Fraction(2, 9)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_runs": 3}, SettingError, "n_runs is 3, want a number >= 1, and None where feedback"),
        ({"feedback": "realized", "n_runs": 0}, SettingError, "n_runs is 0"),
        ({"feedback": "seen"}, SettingError, "feedback of player 1 is 'seen', want 'expected'"),
        ({"feedback": "bandit"}, SettingError, "is 'bandit', want 'expected' or 'realized' for"),
        ({"feedback": ["realized"]}, SettingError, "1 kinds of feedback"),
        ({"feedback": "realized", "alternating": True}, SettingError, "alternating is True"),
        ({"checkpoints": "even"}, SettingError, "checkpoints is 'even', want 'log'"),
        ({"checkpoints": [0, 3]}, SettingError, "checkpoints are .0, 3., want whole numbers"),
        ({"checkpoints": [1.5]}, SettingError, "want whole numbers from 1 to 10"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        play_learners(random_games(0, 1)[0], Hedge(), 10, **options)


def test_other_misuse_is_refused():
    (game,) = random_games(0, 1)
    with pytest.raises(SettingError, match="want 'bandit' for Exp3"):
        play_learners(game, Exp3(), 10)
    with pytest.raises(SettingError, match="there are 0 games"):
        play_learners([], Hedge(), 10)
    with pytest.raises(GameError, match="want one shape"):
        play_learners([game, random_games(0, 1, (1, 1), (2, 2))[0]], Hedge(), 10)
    with pytest.raises(SettingError, match='pass checkpoints="log"'):
        play_learners(game, RegretMatching(), 10**8)
    play = play_learners(game, Hedge(), 5)
    with pytest.raises(ProfileError, match="play holds no draws"):
        play.observed  # noqa: B018
    with pytest.raises(ProfileError, match="no batch axis"):
        pseudo_regret(play)
    with pytest.raises(ProfileError, match="no ideal payoffs"):
        clairvoyant_regret(PlayTrace(play.strategies, play.values))
    short = play_learners(game, Hedge(), 5, checkpoints=[5])
    assert isinstance(short, PlaySummary)
    with pytest.raises(ProfileError, match="play holds no draws"):
        short.realized  # noqa: B018
    with pytest.raises(ProfileError, match="keep_joint=True"):
        joint_play(short)
    with pytest.raises(ProfileError, match="rising integers >= 1"):
        RegretTrace([[1.0], [2.0]], "external", steps=[2, 2])
