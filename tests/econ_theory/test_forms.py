"""Normal and agent form: ex-ante gains agree through the one, interim gains through the other."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory.certificates import certify
from econ_theory.errors import RefusedError
from econ_theory.forms import agent_form, harsanyi_form
from econ_theory.games import BayesianGame
from econ_theory.strategies import StrategyProfile

SEEDS = st.integers(0, 10**6)


def as_mixed(game, profile):
    """Kuhn's mixed strategy: each plan's weight is the product of its types' probabilities."""
    rows = []
    for i, row in enumerate(profile.rows):
        plans = product(range(game.n_actions[i]), repeat=game.n_types[i])
        rows.append([[np.prod([row[t, a] for t, a in enumerate(plan)]) for plan in plans]])
    return StrategyProfile(rows)


@settings(max_examples=25)
@given(seed=SEEDS)
def test_ex_ante_gains_agree_through_the_normal_form(draw_game, seed):
    game, profile = draw_game(seed, 2)
    form = harsanyi_form(game)
    mixed = as_mixed(game, profile)
    theirs = certify(form.game, mixed, arithmetic="exact")
    ours = certify(game, profile, arithmetic="exact")
    assert tuple(gain[0] for gain in theirs.gains) == ours.ex_ante_gains
    lifted = form.lift(mixed)
    for row, back in zip(profile.rows, lifted.rows, strict=True):
        assert (row == back).all()


@settings(max_examples=25)
@given(seed=SEEDS)
def test_interim_gains_agree_through_the_agent_form(draw_game, seed):
    game, profile = draw_game(seed)
    form = agent_form(game)
    agents = StrategyProfile([row[None] for rows in profile.rows for row in rows])
    theirs = certify(form.game, agents, arithmetic="exact")
    ours = certify(game, profile, arithmetic="exact")
    assert [g[0] for g in theirs.gains] == [g for gain in ours.gains for g in gain]
    for row, back in zip(profile.rows, form.lift(agents).rows, strict=True):
        assert (row == back).all()


def test_forms_of_float_games_agree_too():
    rng = np.random.default_rng(0)
    game = BayesianGame(
        rng.dirichlet(np.ones(6)).reshape(2, 3), [rng.normal(size=(2, 3, 2, 2)) for _ in "ab"]
    )
    profile = StrategyProfile.random(game, rng=1)
    agents = [row[None] for rows in profile.rows for row in rows]
    ours = certify(game, profile)
    assert certify(agent_form(game).game, agents).epsilon == pytest.approx(ours.epsilon, abs=1e-12)
    normal = certify(harsanyi_form(game).game, as_mixed(game, profile))
    np.testing.assert_allclose([g[0] for g in normal.gains], ours.ex_ante_gains, atol=1e-12)


def test_exact_games_have_exact_forms_even_where_only_the_prior_is_exact():
    third = Fraction(1, 3)
    game = BayesianGame([[third], [1 - third]], [np.arange(8.0).reshape(2, 1, 2, 2)] * 2)
    for form in (harsanyi_form(game), agent_form(game)):
        assert form.game.given[1][0].dtype == object
    values = harsanyi_form(game).game.given[1][0].ravel()
    assert values[0] == Fraction(8, 3)


def test_null_types_become_agents_who_are_paid_nothing():
    game = BayesianGame([[1.0, 0.0]], [np.ones((1, 2, 2, 2))] * 2)
    form = agent_form(game)
    assert form.game.players == ("player 1: t1", "player 2: t1", "player 2: t2")
    assert (form.game.payoffs[2] == 0).all()


def test_labels_and_titles():
    game = BayesianGame(
        [[0.5], [0.5]],
        [np.ones((2, 1, 2, 1))] * 2,
        players=["Ann", "Bob"],
        types=[["low", "high"], ["b"]],
        actions=[["l", "r"], ["x"]],
        title="G",
    )
    normal, agents = harsanyi_form(game).game, agent_form(game).game
    assert normal.title == "G (normal form)"
    assert normal.actions == (("l l", "l r", "r l", "r r"), ("x",))
    assert agents.players == ("Ann: low", "Ann: high", "Bob: b")


def test_forms_too_large_are_refused_before_they_are_built():
    game = BayesianGame(np.full((30, 1), 1 / 30), [np.ones((30, 1, 3, 1))] * 2)
    with pytest.raises(RefusedError, match=r"normal form would hold .* want at most 20,000,000"):
        harsanyi_form(game)
    with pytest.raises(RefusedError, match="agent form would hold"):
        agent_form(game)
    single = BayesianGame(np.full((30, 1), 1 / 30), [np.ones((30, 1, 1, 1))] * 2)
    with pytest.raises(RefusedError, match="31 players, want at most 26"):
        agent_form(single)
