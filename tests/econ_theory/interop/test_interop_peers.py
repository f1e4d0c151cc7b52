"""QuantEcon and OpenSpiel, where they are installed: same payoffs, same equilibria.

They are heavy and no part of the development install: ``pip install "econ-theory[interop]"``.
"""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile, certify
from econ_theory.errors import GameError, MissingExtra, RefusedError
from econ_theory.forms import harsanyi_form
from econ_theory.interop import from_quantecon, to_pyspiel, to_quantecon


def random_game(seed: int, n_types, n_actions) -> BayesianGame:
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    return BayesianGame(prior, [rng.normal(size=(*n_types, *n_actions)) for _ in n_types])


def payoffs(game: BayesianGame, profile: StrategyProfile) -> np.ndarray:
    values = [game.action_values(profile, i) for i in range(game.n_players)]
    return np.array([(v * r).sum() for v, r in zip(values, profile.rows, strict=True)])


@pytest.mark.parametrize(
    ("module", "convert"), [("quantecon.game_theory", to_quantecon), ("pyspiel", to_pyspiel)]
)
def test_a_missing_library_names_the_install_line(monkeypatch, module, convert) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"{module} is not installed.*econ-theory\[interop\]"):
        convert(BayesianGame([1.0], [[[1.0]]]))


@pytest.mark.parametrize("n_actions", [(3,), (2, 3), (2, 3, 4), (2, 1, 3, 2)])
def test_quantecon_there_and_back(n_actions) -> None:
    pytest.importorskip("quantecon")
    game = random_game(0, (1,) * len(n_actions), n_actions)
    form = to_quantecon(game)
    assert form.nums_actions == n_actions
    again = from_quantecon(form)
    for u, v in zip(game.payoffs, again.payoffs, strict=True):
        np.testing.assert_array_equal(u, v)


@pytest.mark.parametrize("seed", range(4))
def test_quantecons_equilibria_lift_to_ours(seed: int) -> None:
    pytest.importorskip("quantecon")
    from quantecon.game_theory import support_enumeration

    game = random_game(seed, (2, 1), (2, 3))
    form = harsanyi_form(game)
    found = support_enumeration(to_quantecon(game))
    assert found
    for mixed in found:
        profile = form.lift(StrategyProfile([[np.asarray(x)] for x in mixed]))
        assert certify(game, profile).relative < 1e-12


def test_what_is_no_normal_form_is_refused() -> None:
    with pytest.raises(GameError, match="is a list, want a quantecon NormalFormGame"):
        from_quantecon([])
    pytest.importorskip("quantecon")
    with pytest.raises(RefusedError, match="normal form would hold"):
        to_quantecon(random_game(0, (9, 9), (4, 4)))


def value(state, game: BayesianGame, profile: StrategyProfile, types) -> np.ndarray:
    """What `state` of OpenSpiel is worth; a player's type is read off its information state."""
    if state.is_terminal():
        return np.array(state.returns())
    if state.is_chance_node():
        joint = list(np.ndindex(game.n_types))
        return sum(
            chance * value(state.child(outcome), game, profile, joint[k])
            for k, (outcome, chance) in enumerate(state.chance_outcomes())
            if chance
        )
    i = state.current_player()
    row = profile.rows[i][types[i]]
    names = [state.action_to_string(i, action) for action in state.legal_actions()]
    # Numbers are OpenSpiel's own; labels are ours.
    return sum(
        row[game.actions[i].index(name)] * value(state.child(action), game, profile, types)
        for name, action in zip(names, state.legal_actions(), strict=True)
    )


@pytest.mark.parametrize(
    ("n_types", "n_actions"),
    [((1,), (3,)), ((2, 3), (3, 2)), ((1, 1), (2, 2)), ((2, 1, 2), (2,) * 3)],
)
def test_openspiel_plays_the_same_game(n_types, n_actions) -> None:
    pytest.importorskip("pyspiel")
    for seed in range(3):
        game = random_game(seed, n_types, n_actions)
        # The last player's labels are the first's, backwards.
        names = [[f"act {k}" for k in range(a)] for a in n_actions]
        game = game.relabelled(actions=[*names[:-1], names[-1][::-1]], title='a "b", c')
        profile = StrategyProfile.random(game, rng=seed)
        root = to_pyspiel(game).new_initial_state()
        types = (0,) * game.n_players
        np.testing.assert_allclose(
            value(root, game, profile, types), payoffs(game, profile), atol=1e-12
        )


def test_openspiel_sees_one_information_set_an_own_type() -> None:
    pytest.importorskip("pyspiel")
    game = to_pyspiel(random_game(0, (2, 3), (2, 2)))
    seen, stack = {0: set(), 1: set()}, [game.new_initial_state()]
    while stack:
        state = stack.pop()
        if not state.is_chance_node() and not state.is_terminal():
            seen[state.current_player()].add(state.information_state_string())
        stack += [] if state.is_terminal() else [state.child(a) for a in state.legal_actions()]
    assert [len(states) for states in seen.values()] == [2, 3]


def test_openspiel_takes_labels_with_quotes_and_commas() -> None:
    pytest.importorskip("pyspiel")
    quoted = [['say "a"', "say 'a'"], ["x\\y", "x/y"]]
    game = random_game(1, (2, 2), (2, 2)).relabelled(
        players=['"Ann"', "Bob, jr"], types=[["a, b", "c"], ["d", "b, d"]], actions=quoted
    )
    found = to_pyspiel(game)
    assert found.num_players() == 2
    assert len(found.new_initial_state().chance_outcomes()) == 4
