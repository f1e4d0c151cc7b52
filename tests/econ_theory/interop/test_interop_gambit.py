"""pygambit reads what we write, we read what it writes, and both agree on payoffs and regret."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from econ_theory.certificates import certify
from econ_theory.errors import FormatError, GameError, MissingExtra
from econ_theory.forms import harsanyi_form
from econ_theory.games import BayesianGame
from econ_theory.interop import (
    dumps_efg,
    dumps_nfg,
    from_pygambit,
    loads_efg,
    loads_nfg,
    profile_from_pygambit,
    to_pygambit,
)
from econ_theory.strategies import StrategyProfile

gambit = pytest.importorskip("pygambit")


def asymmetric(seed, n_types=(2, 3), n_actions=(3, 2)):
    rng = np.random.default_rng(seed)
    n = len(n_types)
    weights = rng.integers(1, 9, size=n_types)
    prior = np.array([Fraction(int(w), int(weights.sum())) for w in weights.flat], dtype=object)
    shape = (*n_types, *n_actions)
    payoffs = [
        np.array(
            [Fraction(int(x), 6) for x in rng.integers(-30, 30, size=shape).flat], dtype=object
        )
        for _ in range(n)
    ]
    return BayesianGame(
        prior.reshape(n_types), [u.reshape(shape) for u in payoffs], title=f"game {seed}"
    )


def assert_exactly_equal(a, b):
    assert (a.exact.prior == b.exact.prior).all()
    for u, v in zip(a.exact.payoffs, b.exact.payoffs, strict=True):
        assert (u == v).all()
    assert (a.players, a.types, a.actions, a.title) == (b.players, b.types, b.actions, b.title)


@pytest.mark.parametrize("seed", range(3))
def test_there_and_back_is_exact(seed):
    game = asymmetric(seed)
    assert_exactly_equal(game, from_pygambit(to_pygambit(game)))


def test_three_players_there_and_back():
    game = asymmetric(5, (2, 1, 2), (2, 3, 2))
    assert_exactly_equal(game, from_pygambit(to_pygambit(game)))


def test_what_gambit_writes_reads_back():
    game = asymmetric(1)
    assert_exactly_equal(game, loads_efg(to_pygambit(game).to_efg()))


def test_float_prior_is_accepted_by_gambit():
    rng = np.random.default_rng(0)
    for _ in range(20):
        prior = rng.dirichlet(np.ones(9)).reshape(3, 3)
        game = BayesianGame(prior, [rng.random((3, 3, 1, 1))] * 2)
        np.testing.assert_allclose(from_pygambit(to_pygambit(game)).prior, prior, rtol=3e-16)


def test_zero_probability_types_are_accepted_by_gambit():
    game = BayesianGame([[0.5, 0.0], [0.5, 0.0]], [np.ones((2, 2, 2, 2))] * 2)
    back = from_pygambit(to_pygambit(game))
    assert back.n_types == (2, 2)
    assert (back.prior == game.prior).all()


def behavior_of(tree, profile):
    behavior = tree.mixed_behavior_profile()
    for player, rows in zip(tree.players, profile.rows, strict=True):
        for information, row in zip(player.infosets, rows, strict=True):
            for action, probability in zip(information.actions, row, strict=True):
                behavior[action] = float(probability)
    return behavior


@pytest.mark.parametrize("seed", range(3))
def test_payoffs_agree_at_random_profiles(seed):
    game = asymmetric(seed)
    tree = to_pygambit(game)
    profile = StrategyProfile.random(game, rng=seed)
    behavior = behavior_of(tree, profile)
    for i, player in enumerate(tree.players):
        ours = (profile.rows[i] * game.action_values(profile, i)).sum()
        assert float(behavior.payoff(player)) == pytest.approx(ours, abs=1e-9)


def test_regret_agrees_at_random_profiles_type_by_type():
    game = asymmetric(7)
    tree = to_pygambit(game)
    profile = StrategyProfile.random(game, rng=3)
    behavior = behavior_of(tree, profile)
    certificate = certify(game, profile)
    for i, player in enumerate(tree.players):
        for t, information in enumerate(player.infosets):
            regret = float(behavior.infoset_regret(information))
            assert regret == pytest.approx(float(certificate.gains[i][t]), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_gambits_rational_equilibrium_certifies_with_exact_zero(seed):
    game = asymmetric(seed)
    found = gambit.nash.lcp_solve(to_pygambit(game), rational=True).equilibria
    assert found
    for behavior in found:
        assert certify(game, profile_from_pygambit(behavior), arithmetic="exact").epsilon == 0


def test_strategic_tables_read_both_versions():
    table = gambit.Game.from_arrays([[1, 2, 3], [4, 5, 6]], [[6, 5, 4], [3, 2, 1]], title="t")
    game = from_pygambit(table)
    assert game.payoffs[0].reshape(2, 3).tolist() == [[1, 2, 3], [4, 5, 6]]
    assert game.payoffs[1].reshape(2, 3).tolist() == [[6, 5, 4], [3, 2, 1]]
    derived = loads_nfg(to_pygambit(game).to_nfg())
    assert (derived.payoffs[0] == game.payoffs[0]).all()


def test_gambit_reads_our_normal_form_and_it_is_the_harsanyi_form():
    game = asymmetric(2, (2, 2), (2, 2))
    read = gambit.read_nfg(io.BytesIO(dumps_nfg(game).encode()))
    ours = harsanyi_form(game).game.exact.payoffs[0].reshape(4, 4)
    theirs = loads_nfg(to_pygambit(game).to_nfg()).exact.payoffs[0].reshape(4, 4)
    assert (from_pygambit(read).exact.payoffs[0].reshape(4, 4) == ours).all()
    assert (theirs == ours).all()


def test_a_tree_with_sequential_moves_is_refused():
    tree = gambit.Game.new_tree(players=["Leader", "Follower"])
    tree.append_move(tree.root, "Leader", ["l", "r"])
    for node in tree.root.children:
        tree.append_move(node, "Follower", ["u", "d"])
    with pytest.raises(FormatError, match=r"pygambit game, line \d+: player 'Follower' is in"):
        from_pygambit(tree)


def test_labels_with_quotes_reach_gambit():
    game = BayesianGame([1.0], [[[1.0]]], players=['the "one"'], title='a "b"')
    tree = to_pygambit(game)
    assert tree.title == 'a "b"'
    assert [player.label for player in tree.players] == ['the "one"']
    assert '"a \\"b\\""' in dumps_efg(game)


def test_missing_pygambit_names_the_install_line(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygambit", None)
    with pytest.raises(MissingExtra, match=r"pygambit is not installed.*econ-theory\[interop\]"):
        to_pygambit(BayesianGame([1.0], [[[1.0]]]))


@pytest.mark.parametrize("label", ["é", "a  b", " a", "a ", "a\nb", "", "b\\\\s", "b\\", 'b\\"c'])
@pytest.mark.parametrize("where", ["players", "types", "actions"])
def test_a_label_that_gambit_would_change_is_refused_by_name(where, label):
    labels = {"players": ["Ann", "Bob"], "types": [["t", "u"], None], "actions": [["x", "y"], None]}
    strange = [label, "other"] if where == "players" else [[label, "other"], None]
    payoffs = [np.array([1.0, 2.0]).reshape(1, 1, 2, 1)] * 2
    game = BayesianGame([[0.5], [0.5]], payoffs, **{**labels, where: strange})
    what = {"players": "player 1", "types": "type of Ann", "actions": "action of Ann"}[where]
    with pytest.raises(GameError, match=f"the label of {what} is {re.escape(repr(label))}, want"):
        to_pygambit(game)


def test_nature_is_no_player_and_the_title_may_be_anything_gambit_reads():
    game = BayesianGame([[1.0]], [np.zeros((1, 1, 1, 1))] * 2, players=["Chance", "Bob"])
    with pytest.raises(GameError, match="player 1 is 'Chance', want another name: Gambit calls na"):
        to_pygambit(game)
    good = game.relabelled(players=["Ann", "Bob"], title="Näh\n  zwei")
    assert from_pygambit(to_pygambit(good)).title == good.title
    with pytest.raises(GameError, match=r"the title is .*, want no backslash at its end"):
        to_pygambit(good.relabelled(title="x\\"))


@pytest.mark.parametrize("label", ["a\\b", 'say "hi"', "\\alpha", "a\\b\\c", 'a" \\ "b'])
def test_backslashes_and_quotes_survive_gambit_and_our_files_both_ways(label):
    payoffs = [np.zeros((1, 1, 1, 1))] * 2
    game = BayesianGame([[1.0]], payoffs, players=[label, "Bob"], title=label)
    there = to_pygambit(game)
    assert there.title == next(iter(there.players)).label == label
    back = from_pygambit(there)
    assert (back.title, back.players[0]) == (label, label)


@given(st.text(st.sampled_from('\\"a '), min_size=1, max_size=6))
def test_any_backslashes_survive_our_own_files(label):
    game = BayesianGame(
        [[1.0]], [np.zeros((1, 1, 1, 1))] * 2, players=[f"x{label}", "Bob"], title=label
    )
    for back in (loads_efg(dumps_efg(game)), loads_nfg(dumps_nfg(game))):
        assert (back.players[0], back.title) == (f"x{label}", label)
