"""The global Newton method: equilibria up to rounding, indices along paths, ties, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.errors import RefusedError, SettingError
from econ_theory.solvers import ExtremeEnumeration, GlobalNewton
from econ_theory.solvers.finite.algebra.bonus_piece import BonusGame
from econ_theory.solvers.finite.algebra.homotopy_path import BonusPath, Waypoint
from econ_theory.solvers.finite.algebra.interim import InterimSystem

WHOLE = GlobalNewton(max_equilibria=None, restarts=0, every=10**9, patience=10**6)


def random_game(n_types, n_actions, seed: int) -> BayesianGame:
    """Different numbers of types and actions for each player, correlated prior."""
    rng = np.random.default_rng(seed)
    prior = rng.dirichlet(np.ones(int(np.prod(n_types)))).reshape(n_types)
    return BayesianGame(prior, [rng.random((*n_types, *n_actions)) for _ in n_types])


def on_the_path(game: BayesianGame, seed: int) -> tuple[list[StrategyProfile], str]:
    """All equilibria that one path passes, in order, and how it ended."""
    proposals = WHOLE.propose(game, None, np.random.default_rng(seed))
    next(proposals)
    found = []
    while True:
        try:
            found.append(next(proposals))
        except StopIteration as stop:
            return found, stop.value


def index(game: BayesianGame, profile: StrategyProfile) -> int:
    """Sign of det(-D), D the derivatives of payoff differences within the support, by the kernel.

    Payoffs are multilinear, so a difference quotient in one probability is its derivative.
    """
    players = range(game.n_players)
    free = [
        (i, t, a, int(row.argmax()))
        for i in players
        for t, row in enumerate(profile.rows[i])
        for a in np.flatnonzero(row > 0)
        if a != row.argmax()
    ]

    def differences(rows) -> np.ndarray:
        values = [game.kernel.values(rows, i) for i in players]
        return np.array([values[i][t, a] - values[i][t, top] for i, t, a, top in free])

    columns = []
    for j, t, a, top in free:
        moved = [row.copy() for row in profile.rows]
        moved[j][t, a] += 0.5
        moved[j][t, top] -= 0.5
        columns.append(differences(moved) - differences(profile.rows))
    return int(np.sign(np.linalg.det(-np.array(columns)))) if free else 1


SHAPES = [
    ((1,), (3,)),
    ((3, 1), (2, 4)),
    ((2, 3), (3, 2)),
    ((3, 1, 2), (2, 4, 3)),
    ((2, 2, 2), (4, 2, 3)),
    ((2, 1, 2, 1), (2, 3, 2, 2)),
    ((1,) * 5, (2,) * 5),
]


@given(st.sampled_from(SHAPES), st.integers(0, 999))
@settings(max_examples=60)
def test_ends_in_an_equilibrium_up_to_rounding(shape, seed: int) -> None:
    solution = solve(random_game(*shape, seed), GlobalNewton(), rng=seed)
    assert solution.certificate.relative <= 1e-13


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [((4,) * 3, (4,) * 3), ((3,) * 4, (3,) * 4)])
def test_what_it_finds_is_proved_to_exist(shape, seed: int) -> None:
    game = random_game(*shape, seed)
    profile = solve(game, GlobalNewton(), rng=seed).profile
    certificate = certify(game, profile, arithmetic="interval")
    assert certificate.existence is not None
    assert certificate.existence.proved
    assert certificate.existence.radius < 1e-11


def test_the_irrational_equilibrium_of_a_game_with_integer_payoffs() -> None:
    """Unique and mixed; after Nau, Gomez Canovas and Hansen (2004), Int. J. Game Theory 32.

    Player 2's q solves 12 q^2 + 13 q = 9; p = 3 (1 - q) / (3 - q), r = (2 - 3 q) / (1 + q).
    """
    cells = {
        (0, 0, 0): (3, 0, 2),
        (0, 1, 0): (0, 2, 0),
        (1, 0, 0): (0, 1, 0),
        (1, 1, 0): (1, 0, 0),
        (0, 0, 1): (1, 0, 0),
        (0, 1, 1): (0, 1, 0),
        (1, 0, 1): (0, 3, 0),
        (1, 1, 1): (2, 0, 3),
    }
    payoffs = np.zeros((3, 1, 1, 1, 2, 2, 2))
    for cell, worth in cells.items():
        payoffs[(slice(None), 0, 0, 0, *cell)] = worth
    game = BayesianGame(np.ones((1, 1, 1)), list(payoffs))
    solution = solve(game, GlobalNewton(), rng=0)
    assert solution.certificate.relative <= 1e-15
    q = (601**0.5 - 13) / 24
    known = 3 * (1 - q) / (3 - q), q, (2 - 3 * q) / (1 + q)
    np.testing.assert_allclose([row[0, 0] for row in solution.profile.rows], known, rtol=1e-14)
    for seed in range(10):
        found, words = on_the_path(game, seed)
        assert len(found) == 1
        assert "other end" in words


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("shape", [((1, 1), (4, 5)), ((2, 3), (3, 2)), ((2, 1, 2), (2, 3, 2))])
def test_indices_alternate_along_a_path(shape, seed: int) -> None:
    game = random_game(*shape, seed)
    found, words = on_the_path(game, seed)
    assert max(certify(game, profile).relative for profile in found) <= 1e-13
    assert "other end" in words
    signs = [index(game, profile) for profile in found]
    assert signs == [1, -1] * (len(found) // 2) + [1]
    for k, profile in enumerate(found):
        assert all(profile.distance(other) > 1e-7 for other in found[:k])


@pytest.mark.parametrize("seed", range(12))
def test_two_players_equilibria_are_among_all(seed: int) -> None:
    game = random_game((2, 2), (3, 2), seed)
    every = list(solve_all(game, ExtremeEnumeration()))
    assert len(every) % 2 == 1
    assert sum(index(game, solution.profile.floating) for solution in every) == 1
    for ray in range(4):
        found, _ = on_the_path(game, ray)
        assert len(found) % 2 == 1
        for profile in found:
            assert min(profile.distance(s.profile.floating) for s in every) < 1e-12


def waypoints(game: BayesianGame, bonus: np.ndarray) -> tuple[list[Waypoint], InterimSystem]:
    system = InterimSystem(game)
    return list(BonusPath(BonusGame(system, bonus)).follow(3000)), system


@given(st.sampled_from(SHAPES), st.integers(0, 999))
@settings(max_examples=15)
def test_every_point_is_an_equilibrium_of_the_game_with_its_bonus(shape, seed: int) -> None:
    game = random_game(*shape, seed)
    size = sum(t * a for t, a in game.kernel.shapes)
    bonus = np.random.default_rng(seed).random(size)
    points, system = waypoints(game, bonus)
    for x, level, _ in points:
        pay = system.at(x)[0] + level * bonus
        assert np.abs(np.add.reduceat(x, system.first) - 1).max() < 1e-12
        assert x.min() >= -1e-8
        losses = system.best(pay)[system.type_of] - pay
        assert np.minimum(np.maximum(x, 0), losses).max() <= 1e-7


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 1, 0)])
def test_relabelled_players_have_the_same_path(order) -> None:
    game = random_game((3, 1, 2), (2, 4, 3), 7)
    sizes = np.cumsum([0] + [t * a for t, a in game.kernel.shapes])
    bonus = np.random.default_rng(3).random(sizes[-1])
    parts = [bonus[sizes[i] : sizes[i + 1]] for i in range(3)]
    axes = [*order, *(3 + i for i in order)]
    other = BayesianGame(
        game.prior.transpose(order), [game.payoffs[i].transpose(axes) for i in order]
    )
    ours, system = waypoints(game, bonus)
    theirs, renamed = waypoints(other, np.concatenate([parts[i] for i in order]))
    mine = [system.rows(point.x) for point in ours if point.solved]
    named = [renamed.rows(point.x) for point in theirs if point.solved]
    assert len(mine) == len(named) >= 1
    for a, b in zip(mine, named, strict=True):
        for k, i in enumerate(order):
            np.testing.assert_allclose(b[k], a[i], atol=1e-11)


def test_does_not_depend_on_scale_or_shift() -> None:
    game = random_game((2, 1, 2), (2, 3, 2), 9)
    scaled = BayesianGame(game.prior, [u * 1e9 - 7e8 for u in game.payoffs])
    one, two = (solve(g, GlobalNewton(), rng=4) for g in (game, scaled))
    assert two.certificate.relative <= 1e-13
    assert one.profile.distance(two.profile) < 1e-6


@pytest.mark.parametrize("seed", range(60))
def test_null_types_short_axes_and_ties(draw_game, seed: int) -> None:
    game, _ = draw_game(seed)
    solution = solve(game, GlobalNewton(), rng=0)
    assert certify(game, solution.profile, arithmetic="exact").relative <= 1e-9


@given(st.integers(0, 999), st.sampled_from([0, 1, 3]), st.integers(2, 3))
@settings(max_examples=40)
def test_duplicated_actions_of_integer_games(seed: int, high: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (2,) * n + (3,) * n
    payoffs = [rng.integers(0, high + 1, shape) for _ in range(n)]
    for u in payoffs:
        for axis in range(n, 2 * n):
            np.moveaxis(u, axis, 0)[2] = np.moveaxis(u, axis, 0)[0]
    game = BayesianGame(np.full((2,) * n, 0.5**n), payoffs)
    assert solve(game, GlobalNewton(), rng=0).certificate.relative <= 1e-9


@pytest.mark.parametrize("action", range(3))
def test_begins_at_the_start(action: int) -> None:
    """From a prior close to a strict equilibrium the path is that equilibrium's."""
    u = np.zeros((1, 1, 1, 3, 3, 3))
    for a in range(3):
        u[..., a, a, a] = 1.0 + a
    game = BayesianGame(np.ones((1, 1, 1)), [u] * 3)
    rows = [np.full((1, 3), 0.05) for _ in range(3)]
    for row in rows:
        row[0, action] = 0.9
    solution = solve(game, GlobalNewton(), start=StrategyProfile(rows), rng=0)
    assert solution.certificate.epsilon == 0
    assert all(row[0, action] == 1.0 for row in solution.profile.rows)


def test_further_rays_add_equilibria() -> None:
    game = random_game((1, 1, 1), (3, 3, 3), 1)
    one = list(solve_all(game, GlobalNewton(restarts=20), rng=0))
    more = list(solve_all(game, GlobalNewton(max_equilibria=100, restarts=20), rng=0))
    assert len(one) == 1 < len(more)
    assert max(solution.certificate.relative for solution in more) <= 1e-13


def test_types_of_probability_zero_play_as_in_the_start() -> None:
    prior = np.array([[0.5, 0.5], [0.0, 0.0]])
    game = BayesianGame(prior, random_game((2, 2), (2, 2), 0).payoffs)
    start = StrategyProfile([[[0.5, 0.5], [0.25, 0.75]], [[0.5, 0.5]] * 2])
    proposals = GlobalNewton().propose(game, start, np.random.default_rng(0))
    *_, last = proposals
    assert certify(game, last).relative <= 1e-13
    np.testing.assert_array_equal(last.rows[0][1], [0.25, 0.75])


def test_says_why_it_stopped() -> None:
    game = random_game((3, 3, 3), (3, 3, 3), 0)
    short = GlobalNewton(max_points=2, restarts=2, every=1)
    solution = solve(game, short, rng=0, throw=False)
    assert solution.certificate.relative > 1e-9
    assert "0 equilibria were met on 3 rays" in solution.reason
    assert "2 points were followed; raise max_points" in solution.reason
    hasty = solve(game, GlobalNewton(patience=1, restarts=0, play=0), rng=0, throw=False)
    assert "0 equilibria were met on 1 ray; of the last, 27 points led to none" in hasty.reason


def test_refuses_games_with_too_many_actions() -> None:
    game = BayesianGame(np.full((21, 21), 1 / 441), [np.zeros((1, 1, 10, 10))] * 2)
    with pytest.raises(RefusedError, match="420 actions in all, want at most 400; use SelfPlay"):
        solve(game, GlobalNewton())


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [
        ("max_equilibria", 0, 1),
        ("restarts", -1, 0),
        ("restarts", None, 0),
        ("play", -1, 0),
        ("patience", 0, 1),
        ("max_points", 0, 1),
        ("every", 0, 1),
    ],
)
def test_refuses_bad_settings(name: str, value, least: int) -> None:
    with pytest.raises(SettingError, match=f"{name} is {value}, want a number >= {least}"):
        GlobalNewton(**{name: value})
