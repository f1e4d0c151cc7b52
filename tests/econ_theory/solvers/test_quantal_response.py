"""Quantal response branches: fixed points, folds, limits, temperatures, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, catalog, certify, solve
from econ_theory.errors import NotConverged, SettingError
from econ_theory.forms import agent_form
from econ_theory.games.finite.derivatives import ValueDerivatives
from econ_theory.games.finite.payoffs import logit_rows
from econ_theory.solvers import Chain, IndifferenceNewton, QuantalResponse
from econ_theory.solvers.finite.algebra import logit_equations
from econ_theory.solvers.finite.algebra.interim import InterimSystem
from econ_theory.solvers.finite.algebra.logit_path import LogitPath, Point, _Lap


def random_game(n_types, n_actions, seed: int, *, null: bool = False) -> BayesianGame:
    """Different numbers of types and actions for each player; optionally one null type."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    if null:
        prior[0] = 0.0
        prior /= prior.sum()
    shape = (*n_types, *n_actions)
    return BayesianGame(prior, [rng.random(shape) for _ in n_types])


def logit_error(game: BayesianGame, profile: StrategyProfile, heats) -> float:
    """How far a profile is from the logit reply to itself, by the kernel alone."""
    worst = 0.0
    for i, heat in enumerate(heats):
        weights = game.type_weights(i)
        alive = weights > 0
        values = game.action_values(profile, i)[alive] / weights[alive, None]
        reply = logit_rows(values, np.broadcast_to(heat, weights.shape)[alive])
        worst = max(worst, float(np.abs(reply - profile.rows[i][alive]).max()))
    return worst


SHAPES = [
    ((1,), (3,)),
    ((2, 3), (3, 2)),
    ((3, 1), (2, 4)),
    ((2, 1, 2), (2, 3, 2)),
    ((1,) * 4, (2,) * 4),
]


@given(st.sampled_from(SHAPES), st.integers(0, 999), st.booleans(), st.floats(0.02, 10.0))
@settings(max_examples=40)
def test_ends_at_the_temperature_asked_for(
    shape, seed: int, null: bool, temperature: float
) -> None:
    game = random_game(*shape, seed, null=null and shape[0][0] > 1)
    branch = QuantalResponse(temperature=temperature).trace(game)
    assert logit_error(game, branch.end, [temperature] * game.n_players) < 1e-9
    assert branch.temperatures[-1] == pytest.approx(temperature, rel=1e-12)


def test_every_point_of_a_folded_branch_is_a_logit_equilibrium() -> None:
    rng = np.random.default_rng(1)
    game = BayesianGame(
        rng.dirichlet(np.ones(25)).reshape(5, 5), [rng.random((5, 5, 5, 5)) for _ in range(2)]
    )
    branch = QuantalResponse().trace(game)
    assert certify(game, branch.end).relative <= 1e-7
    assert (np.diff(branch.rates) < 0).any(), "this branch turns back"
    pairs = zip(branch.profiles[1:], branch.temperatures[1:], strict=True)
    assert max(logit_error(game, p, [t, t]) for p, t in pairs if t > 1e-4) < 1e-7
    relative = [float(certify(game, profile).relative) for profile in branch.profiles]
    np.testing.assert_allclose(branch.relative, relative, rtol=1e-3, atol=1e-12)


def test_temperatures_of_players_and_types() -> None:
    game = random_game((2, 3, 1), (3, 2, 2), 4)
    heats = [0.3, [0.05, 2.0, 0.4], 0.1]
    one = QuantalResponse(temperature=heats).trace(game)
    assert logit_error(game, one.end, heats) < 1e-9
    two = QuantalResponse(temperature=0.5, relative=[0.6, [0.1, 4.0, 0.8], 0.2]).trace(game)
    assert two.end.distance(one.end) < 1e-9


def test_limit_is_the_risk_dominant_equilibrium_of_a_two_by_two_game() -> None:
    """McKelvey and Palfrey (1995), section 5: at low rates the risk-dominant side is taken."""
    stag = np.array([[4.0, 0.0], [3.0, 2.5]]).reshape(1, 1, 2, 2)
    game = BayesianGame([[1]], [stag, stag.swapaxes(2, 3)])
    np.testing.assert_allclose(QuantalResponse().trace(game).end.rows[0], [[0, 1]], atol=1e-9)


def test_symmetric_coordination_stays_symmetric_through_its_bifurcation() -> None:
    game = BayesianGame([[1]], [np.eye(2).reshape(1, 1, 2, 2)] * 2)
    branch = QuantalResponse(temperature=0.05).trace(game)
    np.testing.assert_allclose(branch.end.rows[0], [[0.5, 0.5]])


def test_does_not_depend_on_scale_shift_or_labels() -> None:
    game = random_game((2, 2), (3, 2), 9)
    end = QuantalResponse(temperature=0.1).trace(game).end
    scaled = BayesianGame(game.prior, [u * 1e9 - 7e8 for u in game.payoffs])
    assert QuantalResponse(temperature=1e8).trace(scaled).end.distance(end) < 1e-6
    swapped = BayesianGame(game.prior.T, [u.transpose(1, 0, 3, 2) for u in reversed(game.payoffs)])
    other = QuantalResponse(temperature=0.1).trace(swapped).end
    assert StrategyProfile(other.rows[::-1]).distance(end) < 1e-8


def test_equals_the_branch_of_the_agent_form() -> None:
    game = random_game((2, 2), (2, 3), 3)
    form = agent_form(game)
    agents = QuantalResponse(temperature=0.05).trace(form.game).end
    assert form.lift(agents).distance(QuantalResponse(temperature=0.05).trace(game).end) < 1e-7


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_gambit(seed: int) -> None:
    gambit = pytest.importorskip("pygambit")
    rng = np.random.default_rng(seed)
    tables = [rng.integers(0, 9, (3, 3)).astype(float) for _ in range(2)]
    game = BayesianGame([[1]], [u.reshape(1, 1, 3, 3) for u in tables])
    theirs = gambit.Game.from_arrays(*tables)
    [fixed] = gambit.qre.logit_solve_lambda(theirs, lam=[1.5])
    ours = QuantalResponse(temperature=1 / 1.5).trace(game).end
    for player, rows in zip(theirs.players, ours.rows, strict=True):
        expected = [float(fixed.profile[s]) for s in player.strategies]
        np.testing.assert_allclose(rows[0], expected, atol=1e-4)


@given(st.sampled_from(SHAPES), st.integers(0, 999), st.sampled_from([1, 2, 5]))
@example(((3, 1), (2, 4)), 128, 5)
@settings(max_examples=30)
def test_limits_of_games_with_ties(shape, seed: int, high: int) -> None:
    """Integer payoffs tie; the limit may take long, and a branch that is lost says so."""
    rng = np.random.default_rng(seed)
    game = BayesianGame(
        np.full(shape[0], 1 / np.prod(shape[0])),
        [rng.integers(0, high + 1, (*shape[0], *shape[1])) for _ in shape[0]],
    )
    solution = solve(game, QuantalResponse(), tol=1e-4, throw=False, max_steps=2000)
    assert solution.certificate.relative <= 1e-3
    assert solution.certificate.relative <= 1e-4 or "lost" in solution.reason


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_rough_matrices_lead_to_the_same_end(shape, monkeypatch: pytest.MonkeyPatch) -> None:
    game = random_game(*shape, 3)
    fine = QuantalResponse(temperature=0.02).trace(game)
    monkeypatch.setattr(logit_equations, "LARGE", 0)
    rough = QuantalResponse(temperature=0.02).trace(game)
    assert logit_error(game, rough.end, [0.02] * game.n_players) < 1e-9
    assert rough.end.distance(fine.end) < 1e-8


@given(st.sampled_from(SHAPES[1:]), st.integers(0, 999))
@settings(max_examples=15)
def test_brisk_paths_end_in_an_equilibrium_with_fewer_points(shape, seed: int) -> None:
    game = random_game(*shape, seed)
    brisk = QuantalResponse(brisk=True).trace(game)
    assert certify(game, brisk.end).relative <= 1e-7
    assert len(brisk) <= len(QuantalResponse().trace(game))


def test_proposals_are_the_points_that_gain_and_the_end() -> None:
    game = random_game((3, 3), (3, 3), 4)
    proposals = list(QuantalResponse().propose(game, None, np.random.default_rng(0)))
    gains = [certify(game, profile).relative for profile in filter(None, proposals)]
    assert gains == sorted(gains, reverse=True)
    branch = QuantalResponse().trace(game)
    assert len(proposals) >= len(branch) > len(gains)
    assert gains[-1] == pytest.approx(branch.relative[-1])


@pytest.mark.parametrize("brisk", [False, True])
def test_rough_matrices_do_not_stall_at_a_sharp_turn(brisk: bool) -> None:
    """Matrices that leave out derivatives of a hundredth throughout stop at rate 48 here."""
    branch = QuantalResponse(brisk=brisk, max_points=400).trace(catalog.random_game(1, 120, rng=0))
    assert certify(catalog.random_game(1, 120, rng=0), branch.end).relative <= 1e-7


@pytest.mark.parametrize("constant", [1e6, -1e8])
def test_a_constant_added_to_payoffs_moves_no_branch(constant: float) -> None:
    game = random_game((3, 3), (3, 3), 4)
    high = BayesianGame(game.prior, [u + constant for u in game.payoffs])
    branch = QuantalResponse(temperature=0.01).trace(high)
    assert branch.end.distance(QuantalResponse(temperature=0.01).trace(game).end) < 1e-5
    assert certify(high, QuantalResponse().trace(high).end).relative <= 1.01e-7


@pytest.mark.parametrize("brisk", [False, True])
def test_goes_straight_through_a_bifurcation(brisk: bool) -> None:
    """Where others leave it, the determinant changes its sign, and uniform play goes on."""
    u = np.eye(3).reshape(1, 1, 3, 3)
    branch = QuantalResponse(temperature=0.05, brisk=brisk).trace(BayesianGame([[1.0]], [u, u]))
    assert branch.rates.max() == pytest.approx(20)
    assert branch.end.distance(StrategyProfile.uniform(BayesianGame([[1.0]], [u, u]))) < 1e-9


@pytest.mark.parametrize(("lead", "round_"), [(0, 40), (30, 17), (100, 60)])
def test_a_loop_is_noticed_and_a_spiral_is_not(lead: int, round_: int) -> None:
    lap = _Lap(LogitPath(InterimSystem(random_game((1, 1), (2, 2), 0)), np.ones(2), np.ones(2)))

    def point(step: int, rate: float) -> Point:
        angle = 2 * np.pi * step / round_
        x = np.log([0.5 + 0.4 * np.cos(angle), 0.5, 0.5 + 0.4 * np.sin(angle), 0.5])
        direction = np.array([-np.sin(angle), 0.0, np.cos(angle), 0.0, 0.0])
        return Point(x, rate, 1.0, direction)

    length = 2.0 / round_
    assert not any(lap.closed(point(step, 1.2**step), length) for step in range(-lead, 0))
    spiral = [lap.closed(point(step, 1.5**step), length) for step in range(3 * round_)]
    assert not any(spiral)
    circle = [lap.closed(point(step, 9.0), length) for step in range(4 * (round_ + lead))]
    assert any(circle)


def test_newton_finishes_from_the_branch() -> None:
    rng = np.random.default_rng(0)
    game = BayesianGame(
        rng.dirichlet(np.ones(27)).reshape(3, 3, 3), [rng.random((3,) * 6) for _ in range(3)]
    )
    chain = Chain((QuantalResponse(limit=1e-5), IndifferenceNewton()), steps=(2000, 50))
    assert solve(game, chain).certificate.relative <= 1e-12


def test_says_why_it_stopped() -> None:
    game = random_game((2, 2), (3, 2), 9)
    with pytest.raises(NotConverged, match="5 points were followed; raise max_points") as caught:
        QuantalResponse(max_points=5).trace(game)
    assert len(caught.value.solution) == 5
    assert "quantal response equilibria" in caught.value.solution._repr_html_()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"temperature": 0.0}, "temperature is 0.0, want a positive number"),
        ({"temperature": float("nan")}, "temperature is nan, want a positive number"),
        ({"temperature": [1.0, 2.0], "relative": [1.0, 1.0]}, "want one of them"),
        ({"limit": 0.0}, "limit is 0.0, want a share"),
        ({"max_points": 0}, "max_points is 0, want a number >= 1"),
    ],
)
def test_refuses_senseless_settings(settings, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        QuantalResponse(**settings)


def test_temperatures_must_fit_the_game() -> None:
    game = random_game((2, 2), (3, 2), 9)
    with pytest.raises(SettingError, match="has 3 entries, want 2: one a player"):
        QuantalResponse(temperature=[1.0, 1.0, 1.0]).trace(game)
    with pytest.raises(SettingError, match="player 2 has 3 entries, want 1 or 2: one a type"):
        QuantalResponse(temperature=[1.0, [1.0, 1.0, 1.0]]).trace(game)
    with pytest.raises(SettingError, match=r"player 1 is -1\.0, want positive numbers"):
        QuantalResponse(temperature=[-1.0, 1.0]).trace(game)


@given(st.sampled_from(SHAPES[1:]), st.integers(0, 999), st.booleans())
@settings(max_examples=25)
def test_derivatives_are_those_of_the_kernel(shape, seed: int, large: bool) -> None:
    game = random_game(*shape, seed)
    rng = np.random.default_rng(seed)
    rows = [rng.random(s) for s in game.kernel.shapes]
    derivatives = ValueDerivatives(game)
    if large and game.n_players > 2:
        derivatives._tensors = None
    values, blocks = derivatives.at(rows)
    for i in range(game.n_players):
        np.testing.assert_allclose(values[i], game.kernel.values(rows, i).ravel(), atol=1e-13)
        for j in range(game.n_players):
            if i == j:
                continue
            step = rng.random(game.kernel.shapes[j])
            moved = [row + step if k == j else row for k, row in enumerate(rows)]
            change = game.kernel.values(moved, i).ravel() - values[i]
            np.testing.assert_allclose(blocks[i, j] @ step.ravel(), change, atol=1e-13)


def test_follows_a_long_folded_branch_to_an_exact_equilibrium() -> None:
    """T = A = 12: pivoting from uniform play does not finish here; the branch and Newton do."""
    rng = np.random.default_rng(2)
    game = BayesianGame(
        rng.dirichlet(np.ones(144)).reshape(12, 12),
        [rng.random((12, 12, 12, 12)) for _ in range(2)],
    )
    chain = Chain((QuantalResponse(limit=1e-5), IndifferenceNewton()), steps=(5000, 50))
    assert solve(game, chain).certificate.relative <= 1e-12
