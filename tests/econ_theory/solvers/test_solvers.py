"""Each solver against an independent method, on random and degenerate games."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, catalog, certify, solve, solve_all
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.forms import harsanyi_form
from econ_theory.solvers import Chain, Lemke, PureEnumeration, SelfPlay, ZeroSumLp
from econ_theory.solvers.finite.algebra.tableau import LemkeTableau


@st.composite
def games(draw, *, n_players=2, most_types=3, most_actions=3, integers=True) -> BayesianGame:
    """Small games with ties, duplicated actions and null types: degenerate more often than not."""
    n_types = [draw(st.integers(1, most_types)) for _ in range(n_players)]
    n_actions = [draw(st.integers(1, most_actions)) for _ in range(n_players)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    prior = rng.dirichlet(np.full(int(np.prod(n_types)), 0.7)).reshape(n_types)
    if prior.size > 2 and draw(st.booleans()):
        prior[(-1,) + (slice(None),) * (n_players - 1)] = 0.0
        prior = prior / prior.sum() if prior.sum() > 0 else np.full_like(prior, 1 / prior.size)
    shape = (*n_types, *n_actions)
    high = draw(st.sampled_from([1, 3, 50]))
    payoffs = [
        rng.integers(0, high + 1, shape).astype(float) if integers else rng.random(shape)
        for _ in range(n_players)
    ]
    return BayesianGame(prior, payoffs)


@given(games())
@settings(max_examples=120)
def test_lemke_solves_degenerate_two_player_games(game: BayesianGame) -> None:
    solution = solve(game, Lemke(), throw=False)
    assert solution.certificate.relative <= 1e-9


@given(games(most_types=2, most_actions=3), st.sampled_from([1e-12, 1e-6, 1e6, 1e12]))
@settings(max_examples=40)
def test_lemke_does_not_mind_the_scale(game: BayesianGame, scale: float) -> None:
    scaled = BayesianGame(game.prior, [u * scale + scale for u in game.payoffs])
    assert solve(scaled, Lemke(), throw=False).certificate.relative <= 1e-8


def test_lemke_path_is_made_of_profiles_that_end_in_equilibrium() -> None:
    rng = np.random.default_rng(1)
    game = BayesianGame(
        rng.dirichlet(np.ones(16)).reshape(4, 4), [rng.random((4, 4, 4, 4)) for _ in range(2)]
    )
    proposals = list(Lemke(every=1).propose(game, None, rng))
    relative = [certify(game, profile).relative for profile in proposals]
    assert relative[-1] < 1e-12
    assert proposals[0].distance(StrategyProfile.uniform(game)) == 0


def test_lemke_started_near_an_equilibrium_has_a_short_path() -> None:
    rng = np.random.default_rng(2)
    game = BayesianGame(
        rng.dirichlet(np.ones(36)).reshape(6, 6), [rng.random((6, 6, 6, 6)) for _ in range(2)]
    )
    cold = list(Lemke(every=1).propose(game, None, rng))
    warm = list(Lemke(every=1).propose(game, cold[-1], rng))
    assert certify(game, warm[-1]).relative < 1e-12
    assert len(warm) < len(cold)
    assert warm[-1].distance(cold[-1]) < 1e-9


def test_lemke_says_when_it_gives_up() -> None:
    rng = np.random.default_rng(3)
    game = BayesianGame(
        rng.dirichlet(np.ones(16)).reshape(4, 4), [rng.random((4, 4, 4, 4)) for _ in range(2)]
    )
    solution = solve(game, Lemke(max_pivots=1), throw=False)
    assert "1 pivots did not reach the end of the path; start elsewhere" in solution.reason


def test_tableau_solves_a_known_complementarity_problem() -> None:
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])
    constant = np.array([-5.0, -6.0])
    tableau = LemkeTableau(matrix, constant, np.ones(2))
    while (ended := tableau.pivot()) is None:
        pass
    assert ended == "solved"
    np.testing.assert_allclose(tableau.solution(), [4 / 3, 7 / 3])


@given(games(integers=False))
@settings(max_examples=60)
def test_zero_sum_lp_agrees_with_lemke_on_the_value(game: BayesianGame) -> None:
    zero_sum = BayesianGame(game.prior, [game.payoffs[0], -game.payoffs[0]])
    solutions = [solve(zero_sum, solver, throw=False) for solver in (ZeroSumLp(), Lemke())]
    assert all(s.certificate.relative <= 1e-9 for s in solutions)
    lp, path = ((zero_sum.action_values(s.profile, 0) * s.profile.rows[0]).sum() for s in solutions)
    assert lp == pytest.approx(path, abs=1e-9)


def test_zero_sum_lp_takes_sums_that_depend_on_types_alone() -> None:
    rng = np.random.default_rng(4)
    u = rng.random((2, 3, 3, 2))
    total = rng.random((2, 3, 1, 1))
    game = BayesianGame(rng.dirichlet(np.ones(6)).reshape(2, 3), [u, total - u])
    assert solve(game, ZeroSumLp()).certificate.relative < 1e-9
    assert "Lemke" in (ZeroSumLp().refuses(BayesianGame(game.prior, [u, u])) or "")


def brute_pure(game: BayesianGame) -> set[tuple[tuple[int, ...], ...]]:
    """Every pure equilibrium by listing every plan profile."""
    plans = [
        list(product(range(a), repeat=t)) for t, a in zip(game.n_types, game.n_actions, strict=True)
    ]
    return {
        profile
        for profile in product(*plans)
        if certify(game, StrategyProfile.pure(game, profile)).relative <= 1e-12
    }


@given(games(most_types=2, most_actions=3) | games(n_players=3, most_types=2, most_actions=2))
@settings(max_examples=60)
def test_pure_enumeration_finds_exactly_what_brute_force_finds(game: BayesianGame) -> None:
    found = [
        tuple(tuple(int(a) for a in row.argmax(axis=1)) for row in profile.rows)
        for profile in PureEnumeration(batch=2000).propose(game, None, np.random.default_rng(0))
        if profile is not None
    ]
    assert len(found) == len(set(found)), "every equilibrium once"
    # Null types play any action in an equilibrium; the search lists their first action only.
    alive = [game.type_weights(i) > 0 for i in range(game.n_players)]
    expected = {
        profile
        for profile in brute_pure(game)
        if all(a == 0 or alive[i][t] for i, plan in enumerate(profile) for t, a in enumerate(plan))
    }
    assert set(found) == expected


def test_pure_equilibria_are_those_of_the_normal_form() -> None:
    rng = np.random.default_rng(7)
    game = BayesianGame(
        rng.dirichlet(np.ones(6)).reshape(2, 3), [rng.random((2, 3, 3, 2)) for _ in range(2)]
    )
    form = harsanyi_form(game)
    pure = PureEnumeration()
    lifted = [form.lift(s.profile) for s in solve_all(form.game, pure)]
    direct = [s.profile for s in solve_all(game, pure)]
    assert len(lifted) == len(direct)
    assert all(min(p.distance(q) for q in lifted) == 0 for p in direct)


def test_six_players_two_types_two_actions() -> None:
    rng = np.random.default_rng(8)
    game = BayesianGame(np.full((2,) * 6, 1 / 64), [rng.random((2,) * 12) for _ in range(6)])
    assert all(s.certificate.epsilon == 0 for s in solve_all(game, PureEnumeration()))
    assert solve(game, rng=0, tol=5e-3).certificate.relative <= 5e-3


def test_pure_enumeration_refuses_what_does_not_fit() -> None:
    game = BayesianGame([[1.0]], [np.zeros((1, 1, 400, 400)), np.zeros((1, 1, 400, 400))])
    assert "use Lemke" in (PureEnumeration().refuses(game) or "")


@pytest.mark.parametrize("seed", range(3))
def test_default_finishes_exactly_at_twelve_types_and_actions(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = BayesianGame(
        rng.dirichlet(np.ones(144)).reshape(12, 12),
        [rng.random((12, 12, 12, 12)) for _ in range(2)],
    )
    solution = solve(game, rng=0)
    assert solution.certificate.relative <= 1e-9
    assert solution.solver.startswith("SelfPlay then Lemke then QuantalResponse")
    begun = solve(game, start=StrategyProfile.random(game, rng=seed), rng=0)
    assert begun.certificate.relative <= 1e-9
    assert begun.solver.startswith("SelfPlay then Lemke then SelfPlay"), "these use a start"


def test_large_zero_sum_games_are_solved_to_rounding_and_proved() -> None:
    """The linear program ends within its own tolerance; a step on its support does the rest."""
    game = catalog.random_game(14, 14, rng=0, zero_sum=True)
    solution = solve(game, tol=1e-9)
    assert solution.certificate.relative <= 1e-12
    assert recover_exactly(game, solution.profile)


def test_chain_checks_its_steps() -> None:
    with pytest.raises(ValueError, match=r"steps has 1 entries, want 2: one a solver"):
        Chain((SelfPlay(), Lemke()), steps=(5,))
