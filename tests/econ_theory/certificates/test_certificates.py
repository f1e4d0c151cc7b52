"""Certificates: invariances of the gains, what exact zero means, floats against Fractions."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.arrays import as_fractions
from econ_theory.certificates import Certificate, certify
from econ_theory.driver import solve
from econ_theory.errors import ProfileError, RefusedError, SettingError
from econ_theory.games import BayesianGame
from econ_theory.strategies import StrategyProfile

SEEDS = st.integers(0, 10**6)
PROPERTY = settings(max_examples=30)


def gains(game, profile):
    return certify(game, profile, arithmetic="exact").gains


def same(a, b):
    return all((x == y).all() for x, y in zip(a, b, strict=True))


@PROPERTY
@given(seed=SEEDS)
def test_gains_equal_their_definition(draw_game, seed):
    game, profile = draw_game(seed)
    certificate = certify(game, profile, arithmetic="exact")
    for i in range(game.n_players):
        values = game.exact.action_values(profile, i)
        weights = game.exact.type_weights(i)
        for t in range(game.n_types[i]):
            wanted = Fraction(0)
            if weights[t]:
                wanted = (max(values[t]) - (profile.rows[i][t] * values[t]).sum()) / weights[t]
            assert certificate.gains[i][t] == wanted >= 0
    assert certificate.epsilon == max(max(g) for g in certificate.gains)
    assert certificate.ex_ante <= certificate.epsilon
    assert 0 <= certificate.relative <= 1


@PROPERTY
@given(seed=SEEDS)
def test_float_and_exact_certificates_agree(draw_game, seed):
    game, profile = draw_game(seed)
    exact, floating = certify(game, profile, arithmetic="exact"), certify(game, profile)
    assert floating.epsilon == pytest.approx(float(exact.epsilon), abs=1e-12)
    assert floating.relative == pytest.approx(float(exact.relative), abs=1e-12)
    assert floating.ex_ante == pytest.approx(float(exact.ex_ante), abs=1e-12)
    assert isinstance(exact.epsilon, Fraction)
    assert isinstance(floating.epsilon, float)


@PROPERTY
@given(seed=SEEDS)
def test_relabelling_players_commutes(draw_game, seed):
    game, profile = draw_game(seed, short=False)
    n = game.n_players
    order = np.random.default_rng(seed).permutation(n)
    prior, payoffs = game.given
    moved = BayesianGame(
        prior.transpose(order),
        [payoffs[i].transpose((*order, *(n + order))) for i in order],
        players=[game.players[i] for i in order],
    )
    wanted = gains(game, profile)
    found = gains(moved, StrategyProfile([profile.rows[i] for i in order]))
    assert same(found, [wanted[i] for i in order])


@PROPERTY
@given(seed=SEEDS)
def test_relabelling_types_and_actions_commutes(draw_game, seed):
    game, profile = draw_game(seed, short=False)
    n = game.n_players
    rng = np.random.default_rng(seed)
    types = [rng.permutation(t) for t in game.n_types]
    actions = [rng.permutation(a) for a in game.n_actions]
    prior, payoffs = game.given
    moved = BayesianGame(prior[np.ix_(*types)], [u[np.ix_(*types, *actions)] for u in payoffs])
    rows = [profile.rows[i][np.ix_(types[i], actions[i])] for i in range(n)]
    wanted = gains(game, profile)
    assert same(gains(moved, StrategyProfile(rows)), [wanted[i][types[i]] for i in range(n)])
    assert certify(moved, rows).relative == pytest.approx(certify(game, profile).relative)


@PROPERTY
@given(seed=SEEDS, constant=st.fractions(-100, 100), scale=st.fractions(1, 50))
def test_adding_a_constant_changes_no_gain_and_scaling_scales_it(draw_game, seed, constant, scale):
    game, profile = draw_game(seed)
    prior, payoffs = game.given
    changed = BayesianGame(prior, [u * scale + constant for u in payoffs], actions=game.actions)
    assert same(gains(changed, profile), [g * scale for g in gains(game, profile)])
    before, after = (certify(g, profile, arithmetic="exact").relative for g in (game, changed))
    assert before == after


@PROPERTY
@given(seed=SEEDS)
def test_adding_what_the_others_and_the_own_type_decide_changes_no_gain(draw_game, seed):
    game, profile = draw_game(seed, short=False)
    n, rng = game.n_players, np.random.default_rng(seed)
    prior, payoffs = game.given
    shifted = []
    for i, u in enumerate(payoffs):
        shape = [1 if axis == n + i else length for axis, length in enumerate(u.shape)]
        extra = np.vectorize(lambda k: Fraction(int(k)), otypes=[object])(
            rng.integers(-9, 9, size=shape)
        )
        shifted.append(u + extra)
    assert same(gains(BayesianGame(prior, shifted), profile), gains(game, profile))


@PROPERTY
@given(seed=SEEDS)
def test_splitting_a_type_into_equal_halves_changes_nothing(draw_game, seed):
    game, profile = draw_game(seed, short=False)
    rng = np.random.default_rng(seed)
    i = int(rng.integers(game.n_players))
    t = int(rng.integers(game.n_types[i]))
    prior, payoffs = game.given
    index = np.insert(np.arange(game.n_types[i]), t, t)
    halves = prior.take(index, axis=i)
    share = np.full(len(index), Fraction(1), dtype=object)
    share[[t, t + 1]] = Fraction(1, 2)
    halves = halves * share.reshape([-1 if j == i else 1 for j in range(game.n_players)])
    split = BayesianGame(halves, [u.take(index, axis=i) for u in payoffs])
    rows = [row[index] if j == i else row for j, row in enumerate(profile.rows)]
    wanted = [g[index] if j == i else g for j, g in enumerate(gains(game, profile))]
    assert same(gains(split, StrategyProfile(rows)), wanted)
    a, b = certify(game, profile, arithmetic="exact"), certify(split, rows, arithmetic="exact")
    assert a.ex_ante_gains == b.ex_ante_gains
    assert a.relative == b.relative


@PROPERTY
@given(seed=SEEDS)
def test_a_null_type_more_changes_nothing_and_gains_nothing(draw_game, seed):
    game, profile = draw_game(seed, short=False)
    i = seed % game.n_players
    prior, payoffs = game.given
    n = game.n_players

    def extended(array, value):
        shape = [1 if axis == i else length for axis, length in enumerate(array.shape)]
        return np.concatenate([array, np.full(shape, value, dtype=object)], axis=i)

    wider = BayesianGame(
        extended(prior, Fraction(0)), [extended(u, Fraction(10**9)) for u in payoffs]
    )
    rows = [np.vstack([r, r[:1]]) if j == i else r for j, r in enumerate(profile.rows)]
    before = certify(game, profile, arithmetic="exact")
    after = certify(wider, rows, arithmetic="exact")
    assert after.gains[i][-1] == 0
    assert same([g[: game.n_types[j]] for j, g in enumerate(after.gains)], before.gains)
    assert after.ranges == before.ranges
    assert certify(wider, rows).epsilon == pytest.approx(float(before.epsilon), abs=1e-12)
    assert n == len(after.gains)


@PROPERTY
@given(seed=SEEDS)
def test_exact_epsilon_zero_if_and_only_if_every_played_action_is_a_best_reply(draw_game, seed):
    game, _ = draw_game(seed, 2)
    plans = [
        list(product(range(a), repeat=t)) for t, a in zip(game.n_types, game.n_actions, strict=True)
    ]
    for pair in list(product(*plans))[:40]:
        profile = StrategyProfile.pure(game, pair)
        zero = certify(game, profile, arithmetic="exact").epsilon == 0
        best = True
        for i in range(2):
            values = game.exact.action_values(profile.exact, i)
            for t in range(game.n_types[i]):
                best &= bool(values[t, pair[i][t]] == max(values[t]))
        assert zero == best


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1.0, 1e12])
def test_payoffs_of_any_scale_have_the_same_relative_gain(scale):
    table = np.array([[3, 0], [5, 1]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [table * scale, table.swapaxes(2, 3) * scale])
    certificate = certify(game, StrategyProfile.uniform(game))
    assert certificate.relative == pytest.approx(0.15, rel=1e-12)
    assert certificate.epsilon == pytest.approx(0.75 * scale, rel=1e-12)
    exact = certify(game, StrategyProfile.uniform(game), arithmetic="exact")
    assert exact.relative == pytest.approx(Fraction(3, 20))


def test_a_large_constant_costs_no_digits():
    table = np.array([[2.0, -1.0], [-1.0, 1.0]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [table + 1e9, 1e9 - table])
    assert certify(game, [[[0.4, 0.6]], [[0.4, 0.6]]]).epsilon < 1e-15


@given(st.integers(0, 9999), st.sampled_from([1e6, -1e8, 1e8, 2.0**40]), st.booleans())
@settings(max_examples=40)
def test_a_constant_of_any_size_costs_no_digits(seed, constant, exact):
    """Payoffs are multiples of 2 ** -10, so the constant itself rounds none of them."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(6)).reshape(2, 3)
    payoffs = [np.round(rng.random((2, 3, 3, 2)) * 1024) / 1024 for _ in range(2)]
    game = BayesianGame(prior, payoffs)
    moved = BayesianGame(prior, [payoffs[0] + constant, payoffs[1] - constant], title="moved")
    if exact:
        moved = BayesianGame(prior, [as_fractions(u) for u in moved.payoffs], title="moved")
    assert moved.centred.title == "moved"
    assert moved.centred.payoff_bounds(0)[0] == 0
    assert game.centred is game
    assert moved.centred.centred is moved.centred
    for profile in (StrategyProfile.random(game, rng=rng), solve(game, tol=1e-9).profile):
        mine, theirs = certify(game, profile), certify(moved, profile)
        assert mine.epsilon == pytest.approx(theirs.epsilon, rel=1e-12, abs=1e-15)
        assert mine.relative == pytest.approx(theirs.relative, rel=1e-12, abs=1e-15)
    assert certify(game, solve(moved, tol=1e-9).profile).relative <= 1e-12


@pytest.mark.parametrize(
    ("n", "n_types", "n_actions"),
    [(1, 1, 1), (1, 3, 4), (2, 1, 1), (2, 1, 3), (2, 3, 1), (6, 2, 2)],
)
def test_extreme_shapes_certify(n, n_types, n_actions):
    rng = np.random.default_rng(0)
    shape = (n_types,) * n + (n_actions,) * n
    prior = rng.dirichlet(np.ones(n_types**n)).reshape(shape[:n])
    game = BayesianGame(prior, [rng.random(shape) for _ in range(n)])
    certificate = certify(game, StrategyProfile.uniform(game))
    assert (certificate.epsilon == 0) == (n_actions == 1)
    assert 0 <= certificate.relative <= 1
    if n == 1:
        best = game.payoffs[0].argmax(axis=1)
        assert certify(game, StrategyProfile.pure(game, [best]), arithmetic="exact").epsilon == 0


def test_interim_ex_ante_and_worst_on_a_worked_example():
    prior = [[Fraction(1, 4)], [Fraction(3, 4)]]
    own = np.array([[4, 0], [0, 8]], dtype=object).reshape(2, 1, 2, 1)
    game = BayesianGame(prior, [own, np.zeros((1, 1, 1, 1))])
    certificate = certify(game, [[[0, 1], [0.5, 0.5]], [[1]]], arithmetic="exact")
    assert certificate.gains[0].tolist() == [4, 4]
    assert certificate.ex_ante == 4
    assert certificate.relative == Fraction(1, 2)
    first = certify(game, [[[0, 1], [0, 1]], [[1]]], arithmetic="exact")
    assert tuple(first.worst) == (0, 0, 0, Fraction(4))
    assert first.ex_ante == 1
    assert "player 1 as t1 by a1" in str(first)
    assert "epsilon = 4" in first._repr_html_()


def test_constant_payoffs_have_relative_gain_zero():
    game = BayesianGame([[1]], [np.ones((1, 1, 2, 2))] * 2)
    assert certify(game, StrategyProfile.uniform(game)).relative == 0


def test_a_game_of_ones_own_keeps_its_arrays_writeable():
    class Umbrella:
        n_players = 1
        weights = np.array([0.5, 0.5])

        def action_values(self, profile, i):
            return np.array([[1.0, 0.0], [0.0, 1.0]])

        def type_weights(self, i):
            return self.weights

        def payoff_range(self, i):
            return 1.0

    certify(Umbrella(), [[[0.5, 0.5], [0.5, 0.5]]])
    assert Umbrella.weights.flags.writeable
    with pytest.raises(RefusedError, match="Umbrella has no rational form"):
        certify(Umbrella(), [[[0.5, 0.5], [0.5, 0.5]]], arithmetic="exact")
    with pytest.raises(ProfileError, match="profile has 2 strategies, want 1"):
        certify(Umbrella(), [[[1.0]], [[1.0]]])


def test_wrong_profiles_and_settings_are_refused():
    game = BayesianGame([[1]], [np.ones((1, 1, 2, 3))] * 2)
    with pytest.raises(
        ProfileError, match=r"strategy of player 2 has shape \(1, 2\), want \(1, 3\)"
    ):
        certify(game, [[[1, 0]], [[1, 0]]])
    with pytest.raises(ProfileError, match="profile has 1 strategies, want 2"):
        certify(game, [[[1, 0]]])
    with pytest.raises(
        SettingError, match='arithmetic is \'decimal\', want "float", "exact" or "interval"'
    ):
        certify(game, [[[1, 0]], [[1, 0, 0]]], arithmetic="decimal")  # type: ignore[arg-type]


def test_a_certificate_is_read_only():
    game = BayesianGame([[1]], [np.ones((1, 1, 2, 2))] * 2)
    certificate = certify(game, StrategyProfile.uniform(game))
    assert isinstance(certificate, Certificate)
    with pytest.raises(ValueError, match="read-only"):
        certificate.gains[0][0] = 1
