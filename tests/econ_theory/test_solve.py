"""The driver: what it chooses, how it ends, what it refuses."""

from __future__ import annotations

import dataclasses
import pickle
import re
import time
from dataclasses import dataclass

import numpy as np
import pytest

from econ_theory import (
    AuctionGame,
    BayesianGame,
    Solution,
    Status,
    StrategyProfile,
    solve,
    solve_all,
)
from econ_theory.analysis import efficiency, multiplicity, welfare
from econ_theory.choice import choose
from econ_theory.errors import NotConverged, ProfileError, RefusedError, SettingError
from econ_theory.games import Uniform
from econ_theory.solvers import (
    Chain,
    ExtremeEnumeration,
    Lemke,
    PureEnumeration,
    SelfPlay,
    SupportEnumeration,
    ZeroSumLp,
)


def bimatrix(u1, u2, **labels) -> BayesianGame:
    u1, u2 = np.array(u1, dtype=float), np.array(u2, dtype=float)
    return BayesianGame([[1]], [u1[None, None], u2[None, None]], **labels)


SKEWED = bimatrix([[2, -1], [-1, 1]], [[-2, 1], [1, -1]])
CHICKEN = bimatrix([[0, 7], [2, 6]], [[0, 2], [7, 6]])


def three_players(seed: int = 0) -> BayesianGame:
    rng = np.random.default_rng(seed)
    return BayesianGame(
        rng.dirichlet(np.ones(8)).reshape(2, 2, 2), [rng.random((2, 2, 2, 2, 3, 2))] * 3
    )


def test_asymmetric_zero_sum_game_is_solved_where_a_known_library_errs() -> None:
    solution = solve(SKEWED, rng=0)
    assert solution.certificate.relative < 1e-9
    np.testing.assert_allclose(solution.profile.rows[0], [[0.4, 0.6]], atol=1e-9)
    learned = solve(SKEWED, SelfPlay(), rng=0, tol=1e-4)
    assert learned.certificate.relative < 1e-4
    np.testing.assert_allclose(learned.profile.rows[0], [[0.4, 0.6]], atol=1e-3)


def test_the_choice_names_its_reason() -> None:
    assert choose(SKEWED).why.startswith("two players, zero-sum")
    assert choose(CHICKEN).why.startswith("two players, small")
    assert "3 players" in choose(three_players()).why
    assert choose(BayesianGame([1.0], [np.ones((1, 2))])).why.startswith("one player")
    assert "self-play" in solve(three_players(), rng=0).reason
    assert solve(three_players(), rng=0).certificate.relative < 1e-9


def test_every_ending_has_its_status() -> None:
    assert solve(CHICKEN).status is Status.CONVERGED
    short = solve(SKEWED, SelfPlay(), rng=0, tol=0, max_steps=3, throw=False)
    assert (short.status, short.steps, len(short.history)) == (Status.STEPS, 3, 3)
    timed = solve(SKEWED, SelfPlay(), rng=0, tol=0, max_seconds=0.0, throw=False)
    assert (timed.status, timed.steps) == (Status.TIME, 1)
    assert "max_seconds" in timed.status.value
    pennies = bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
    with pytest.raises(RefusedError, match=r"PureEnumeration proposed no profile .*searched"):
        solve(pennies, PureEnumeration())


def test_not_converged_carries_the_solution() -> None:
    with pytest.raises(NotConverged, match=r"relative epsilon is .* want 0; max_steps") as caught:
        solve(SKEWED, SelfPlay(), rng=0, tol=0, max_steps=2)
    assert isinstance(caught.value.solution, Solution)
    assert caught.value.solution.certificate.relative < 1


def test_the_best_proposal_is_kept_not_the_last() -> None:
    good = StrategyProfile([[[0.4, 0.6]], [[0.4, 0.6]]])

    @dataclass(frozen=True)
    class Fading:
        source = "a test"
        exact = False
        continuous = False

        def refuses(self, game):
            return None

        def propose(self, game, start, rng):
            yield StrategyProfile([[[0.41, 0.59]], [[0.4, 0.6]]])
            yield StrategyProfile.uniform(game)
            return "tired"

    solution = solve(SKEWED, Fading(), tol=1e-9, throw=False)
    assert solution.status is Status.EXHAUSTED
    assert solution.profile.distance(good) < 0.011
    assert solution.reason == "tired"


def test_start_is_used_and_checked() -> None:
    equilibrium = StrategyProfile([[[0.0, 1.0]], [[1.0, 0.0]]])
    assert solve(CHICKEN, Lemke(), start=equilibrium).profile.distance(equilibrium) < 1e-12
    with pytest.raises(ProfileError, match=r"strategy of player 1 has shape \(1, 3\)"):
        solve(CHICKEN, start=StrategyProfile([[[0, 0, 1]], [[1, 0]]]))


def test_settings_and_refusals_say_what_is_wanted() -> None:
    with pytest.raises(SettingError, match=r"tol is -1, want a share"):
        solve(CHICKEN, tol=-1)
    with pytest.raises(SettingError, match=r"tol is nan"):
        solve(CHICKEN, tol=float("nan"))
    with pytest.raises(SettingError, match=r"max_steps is 0"):
        solve(CHICKEN, max_steps=0)
    with pytest.raises(SettingError, match=r"rng is 'x', want an int"):
        solve(CHICKEN, rng="x")  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match=r"Lemke refuses: the game has 3 players, want 2"):
        solve(three_players(), Lemke())
    with pytest.raises(RefusedError, match=r"ZeroSumLp refuses: payoffs do not sum"):
        solve(CHICKEN, ZeroSumLp())


def test_solve_all_lists_the_pure_equilibria_once() -> None:
    search = solve_all(CHICKEN, PureEnumeration())
    found = list(search)
    assert all(s.certificate.epsilon == 0 for s in found)
    assert search.complete is False, "mixed ones were not searched"
    plans = {tuple(int(row.argmax()) for row in s.profile.rows) for s in found}
    assert plans == {(0, 1), (1, 0)}


def test_solve_all_is_complete_and_exact_where_it_says_so() -> None:
    search = solve_all(CHICKEN)
    assert search.complete is None
    found = list(search)
    assert all(s.certificate.arithmetic == "exact" and s.certificate.epsilon == 0 for s in found)
    assert len(found) == 3
    assert search.complete is True
    assert "3 equilibria (complete): all vertices were matched" in str(search)


def test_solve_all_says_what_it_did_not_search() -> None:
    game = three_players(1)
    search = solve_all(game, rng=0, restarts=4)
    found = list(search)
    assert all(s.certificate.relative <= 1e-9 for s in found)
    assert search.complete is False
    assert "4 random starts" in search.reason
    pure = list(solve_all(game, PureEnumeration()))
    assert len(found) >= max(1, len(pure))
    with pytest.raises(SettingError, match="restarts is -1"):
        solve_all(game, restarts=-1)
    with pytest.raises(RefusedError, match="Lemke refuses"):
        solve_all(game, Lemke())


def test_progress_shows_a_bar_and_silence_is_the_default(capsys) -> None:
    solve(CHICKEN)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
    solve(CHICKEN, progress=True)
    assert "Lemke" in capsys.readouterr().err


def test_entropy_draws_the_run_again() -> None:
    game = three_players(4)
    first = solve(game, SelfPlay(), throw=False, max_steps=5)
    again = solve(game, SelfPlay(), rng=first.entropy, throw=False, max_steps=5)
    assert first.certificate.epsilon == again.certificate.epsilon


def test_solution_says_who_plays_what_and_why() -> None:
    game = BayesianGame(
        *SKEWED.given, players=["row", "column"], actions=[["up", "down"], ["left", "right"]]
    )
    solution = solve(game)
    first, *played, why = str(solution).splitlines()
    assert solution.certificate.relative < 1e-9
    assert first.startswith(f"{solution.solver}: epsilon = ")
    assert first.endswith("[converged]")
    assert played == str(solution.profile).splitlines()
    assert re.fullmatch(r"row: up 0\.\d+, down 0\.\d+", played[0])
    assert why == solution.reason
    assert solution.profile.labels == solution.certificate.labels == game.labels
    assert "<caption>column</caption>" in solution._repr_html_()
    assert repr(solution) == f"Solution({first})"


def test_solution_of_an_auction_is_told_in_short() -> None:
    solution = solve(AuctionGame("first_price", Uniform(), 2))
    lines = str(solution).splitlines()
    assert solution.certificate.relative < 1e-6
    assert lines[1].startswith("each of 2 players bids 0 to 0.5 on [0, 1]")
    assert len(lines) == 3
    assert max(map(len, lines)) < 200
    assert "\n" not in repr(solution)


def test_solutions_are_equal_by_content_and_pickle() -> None:
    solution = solve(CHICKEN)
    again = pickle.loads(pickle.dumps(solution))
    assert again == solution
    assert hash(again) == hash(solution)
    assert dataclasses.replace(solution, seconds=-1.0) != solution
    assert dataclasses.replace(solution, profile=StrategyProfile.uniform(CHICKEN)) != solution


def test_a_solver_may_be_named() -> None:
    assert solve(CHICKEN, "Lemke").profile == solve(CHICKEN, Lemke()).profile
    with pytest.raises(SettingError, match=r"solver is the class Lemke, .* write Lemke\(\)\."):
        solve(CHICKEN, Lemke)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"solver is 'lemke', want .* did you mean Lemke\?"):
        solve(CHICKEN, "lemke")
    with pytest.raises(SettingError, match=r"'qwxyz', want the name of a solver; see"):
        solve(CHICKEN, "qwxyz")
    with pytest.raises(SettingError, match="solver is of type int, want a solver, its name"):
        solve(CHICKEN, 3)  # type: ignore[arg-type]


def test_plain_lists_will_do_wherever_a_profile_is_asked_for() -> None:
    rows = [[[0.0, 1.0]], [[1.0, 0.0]]]
    profile = StrategyProfile(rows)
    assert solve(CHICKEN, "Lemke", start=rows).profile.distance(profile) < 1e-12
    assert welfare(CHICKEN, rows) == welfare(CHICKEN, profile)
    assert efficiency(CHICKEN, [rows]) == efficiency(CHICKEN, [profile])
    assert multiplicity(CHICKEN, [rows, profile]).count == 1
    with pytest.raises(ProfileError, match=r"strategy of player 1 has shape \(1, 1\)"):
        solve(CHICKEN, start=[[[1.0]], [[1.0, 0.0]]])
    with pytest.raises(ProfileError, match=r"strategy of player 2 has shape \(1, 3\)"):
        welfare(CHICKEN, [[[1.0, 0.0]], [[1.0, 0.0, 0.0]]])


def too_much(*n_types: int, n_actions: int) -> BayesianGame:
    rng = np.random.default_rng(0)
    shape = (*n_types, *(n_actions for _ in n_types))
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    return BayesianGame(prior, [rng.random(shape) for _ in n_types])


@pytest.mark.parametrize(
    ("solver", "game"),
    [
        (SupportEnumeration(), too_much(4, 4, n_actions=8)),
        (SupportEnumeration(), too_much(1, 1, n_actions=59)),
        (PureEnumeration(), too_much(2, 2, 2, 2, 2, n_actions=4)),
        (ExtremeEnumeration(most_vertices=10**6), too_much(1, 1, n_actions=20)),
        (Chain((SupportEnumeration(), Lemke()), steps=(1000, 10)), too_much(4, 4, n_actions=8)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_long_searches_stop_in_time(solver, game: BayesianGame) -> None:
    began = time.perf_counter()
    solution = solve(game, solver, max_seconds=0.5, tol=0, throw=False)
    assert solution.status is Status.TIME
    assert solution.seconds < 5, "half a second, and one batch on a busy machine"
    assert time.perf_counter() - began < 10
    search = solve_all(game, solver, max_seconds=0.2)
    for found in search:
        assert found.certificate.relative <= 1e-9
    assert (search.complete, search.reason) == (False, "max_seconds passed")


def test_nothing_found_in_time_is_said_and_judged() -> None:
    game = too_much(1, 1, n_actions=20)
    solver, mine = ExtremeEnumeration(most_vertices=10**6), StrategyProfile.random(game, rng=0)
    solution = solve(game, solver, max_seconds=0.0, throw=False)
    assert (solution.status, solution.steps, solution.history) == (Status.TIME, 0, ())
    assert solution.profile.distance(StrategyProfile.uniform(game)) == 0
    assert solution.certificate.relative > 0
    assert solution.reason == "nothing was found in time, this is uniform play"
    begun = solve(game, solver, start=mine, max_seconds=0.0, throw=False)
    assert begun.profile is mine
    with pytest.raises(NotConverged, match=r"after 0 proposals of ExtremeEn.*max_seconds passed"):
        solve(game, solver, max_seconds=0.0)


def test_solve_all_in_time_says_how_far_it_came() -> None:
    search = solve_all(three_players(1), rng=0, restarts=10**6, max_seconds=0.5)
    assert len(list(search)) >= 1
    assert search.complete is False
    assert search.reason.startswith("max_seconds passed; all pure profiles were searched")
    assert "random starts of SelfPlay" in search.reason
