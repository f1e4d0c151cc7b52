"""`solve_all`: a sequence that remembers, streams, folds its text and pickles."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from econ_theory import AuctionGame, BayesianGame, StrategyProfile, solve_all
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games import Uniform
from econ_theory.solvers import Ending, Lemke, PureEnumeration

MEET = BayesianGame(
    [[1]],
    [np.diag([2.0, 1.0]).reshape(1, 1, 2, 2), np.diag([1.0, 3.0]).reshape(1, 1, 2, 2)],
    players=["Ann", "Bob"],
    actions=[["opera", "boxing"], ["opera", "boxing"]],
)


def wide(n_actions: int) -> BayesianGame:
    """Meet at one of many places: each is an equilibrium."""
    u = np.diag(np.arange(1.0, n_actions + 1)).reshape(1, 1, n_actions, n_actions)
    return BayesianGame([[1]], [u, u])


class Counting:
    """Proposes the pure equilibria of `MEET` and counts how far it was asked."""

    exact, source, continuous = True, "test", False

    def __init__(self) -> None:
        self.asked = 0

    def refuses(self, game):
        return None

    def propose(self, game, start, rng):
        for a in (0, 1):
            self.asked += 1
            yield StrategyProfile.pure(game, [[a], [a]])
        return Ending("both meetings were proposed", complete=True)


def test_a_loop_streams_and_a_second_one_finds_the_same():
    solver = Counting()
    search = solve_all(MEET, solver)
    assert solver.asked == 0
    first = next(iter(search))
    assert first.certificate.epsilon == 0
    assert (solver.asked, search.complete, len(search.found)) == (1, None, 1)
    seen = [id(solution) for solution in search]
    assert [id(solution) for solution in search] == seen == [id(s) for s in search.found]
    assert seen[0] == id(first)
    assert (solver.asked, search.complete, search.reason) == (
        2,
        True,
        "both meetings were proposed",
    )


def test_loops_within_loops_see_all():
    search = solve_all(MEET)
    assert sum(1 for _ in search for _ in search) == 9


def test_indexing_asks_for_no_more_than_it_needs():
    solver = Counting()
    search = solve_all(MEET, solver)
    assert search
    assert solver.asked == 1
    assert search[0] is search.found[0]
    assert search[:1] == [search[0]]
    assert solver.asked == 1
    assert search[-1] is search[1]
    assert search.complete is True, "what is last is known at the end"
    assert len(search) == 2
    assert search[::-1] == [search[1], search[0]]
    with pytest.raises(IndexError):
        search[2]
    assert search[1] in search


def test_no_equilibrium_is_false():
    pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    search = solve_all(BayesianGame([[1]], [pennies, -2 * pennies]), PureEnumeration())
    assert not search
    assert len(search) == 0
    assert str(search).startswith("0 equilibria (not complete)")


def test_print_says_who_plays_what_and_folds():
    text = str(solve_all(MEET)).splitlines()
    assert text[0].startswith("3 equilibria (complete): all vertices were matched")
    assert "1. Ann: opera 1; Bob: opera 1" in text
    assert any("Ann: opera 3/4, boxing 1/4; Bob: opera 1/3, boxing 2/3" in line for line in text)
    search = solve_all(wide(5))
    lines = str(search).splitlines()
    assert len(search) == 31
    assert (len(lines), lines[-1]) == (1 + 8 + 1, "... and 23 more equilibria")
    assert "... and 23 more equilibria" in search._repr_html_()
    assert "\n" not in repr(search)
    assert "Ann: opera 3/4, boxing 1/4" in solve_all(MEET)._repr_html_()


def test_repr_does_not_search():
    solver = Counting()
    assert repr(solve_all(MEET, solver)) == "Equilibria(0 equilibria (searching): search goes on)"
    assert solver.asked == 0


def test_pickling_finishes_the_search():
    search = solve_all(MEET)
    assert search[0]
    again = pickle.loads(pickle.dumps(search))
    assert list(again) == list(search)
    assert (len(again), again.complete, again.reason) == (3, True, search.reason)
    assert again == search


@pytest.mark.parametrize("tol", [float("nan"), -1e-3])
def test_a_tolerance_that_is_none_is_refused(tol):
    with pytest.raises(SettingError, match=r"tol is .* want a share of the payoff range >= 0"):
        solve_all(MEET, tol=tol)


def test_games_and_solvers_that_do_not_fit_are_refused_in_a_sentence():
    with pytest.raises(RefusedError, match="game is of type AuctionGame, want a BayesianGame"):
        solve_all(AuctionGame("first_price", Uniform(), 2))  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"solver is the class Lemke, .* write Lemke\(\)"):
        solve_all(MEET, Lemke)  # type: ignore[arg-type]
    assert len(solve_all(MEET, "PureEnumeration")) == 2
