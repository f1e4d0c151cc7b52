"""Two thousand nasty games: no crash, no wrong certificate, no equilibrium missed or made up.

Every equilibrium an exact solver returns is judged again in rational arithmetic, and in small games
the whole list is compared with one made by independent code (Gambit, nashpy).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import nnls

from econ_theory import BayesianGame, Status, StrategyProfile, certify, solve, solvers
from econ_theory.certificates.recovery import recover_exactly
from econ_theory.errors import RefusedError
from econ_theory.forms import harsanyi_form
from econ_theory.interop import to_nashpy
from econ_theory.solvers import (
    Chain,
    CorrelatedLp,
    ExtremeEnumeration,
    IndifferenceNewton,
    PureEnumeration,
    Solver,
    SupportEnumeration,
)

pytestmark = pytest.mark.slow

TINY = 1e-9
"""Share of the payoff range: what an exact solver's float profile may gain."""

NEAR = 1e-4
"""Distance in probability up to which a float and a rational equilibrium are one and the same."""


def stress(games: int):
    """That many games."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=games, suppress_health_check=quiet)


def all_solvers(exact: bool) -> list[Solver]:
    """Every exported solver that its defaults make, so that a new one is stressed unasked."""
    things = [getattr(solvers, name) for name in solvers.__all__]
    made = [t() for t in things if hasattr(t, "propose") and t not in (Solver, Chain)]
    finite = [solver for solver in made if not getattr(solver, "continuous", False)]
    return [solver for solver in finite if solver.exact is exact]


EXACT, ITERATIVE = all_solvers(True), all_solvers(False)


def fractions(array) -> np.ndarray:
    result = np.empty(np.shape(array), dtype=object)
    result.ravel()[:] = [Fraction(value) for value in np.ravel(array).tolist()]
    return result


@st.composite
def tensors(draw, n_players: int, *, most_types: int, most_actions: int, top: int | None = None):
    """Integer prior weights and payoffs, with duplicated actions and types, nulls and ties."""
    n_types = [draw(st.integers(1, most_types)) for _ in range(n_players)]
    n_actions = [draw(st.integers(1, most_actions)) for _ in range(n_players)]
    weights = draw(arrays(np.int64, n_types, elements=st.integers(0, 3)))
    if not weights.any():
        weights[(0,) * n_players] = 1
    top = top or draw(st.sampled_from([1, 1, 2, 9]))
    shape = (*n_types, *n_actions)
    payoffs = [
        draw(arrays(np.int64, shape, elements=st.integers(0, top))) for _ in range(n_players)
    ]
    axis = draw(st.integers(0, 2 * n_players - 1))
    if draw(st.booleans()):
        # The last entry of one axis, an action or a type of some player, repeats the first.
        for u in payoffs:
            np.moveaxis(u, axis, 0)[-1] = np.moveaxis(u, axis, 0)[0]
    return weights, payoffs


@st.composite
def degenerate_games(draw, n_players: int = 2, **sizes) -> BayesianGame:
    weights, payoffs = draw(tensors(n_players, **sizes))
    if n_players == 2 and draw(st.integers(0, 3)) == 0:
        payoffs = [payoffs[0], -payoffs[0]]
    prior = fractions(weights) / int(weights.sum())
    return BayesianGame(prior, [fractions(u) for u in payoffs])


@st.composite
def badly_scaled_games(draw) -> tuple[BayesianGame, BayesianGame]:
    """A game and the same with each player's payoffs times 1e-9 .. 1e9, both in Fractions."""
    weights, payoffs = draw(tensors(2, most_types=2, most_actions=2))
    prior = fractions(weights) / int(weights.sum())
    payoffs = [fractions(u) for u in payoffs]
    powers = [draw(st.integers(-9, 9)) for _ in range(2)]
    shift = draw(st.sampled_from([0, 0, 1, 1000]))
    scaled = [(u + shift) * Fraction(10) ** k for u, k in zip(payoffs, powers, strict=True)]
    return BayesianGame(prior, payoffs), BayesianGame(prior, scaled)


@st.composite
def rugged_games(draw) -> BayesianGame:
    """Float payoffs of magnitudes 1e-9 to 1e9 side by side."""
    weights, payoffs = draw(tensors(2, most_types=2, most_actions=3, top=9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rugged = [u * 10.0 ** rng.integers(-9, 10, u.shape) for u in payoffs]
    return BayesianGame(weights / weights.sum(), rugged)


@st.composite
def nearly_singular_games(draw) -> BayesianGame:
    """Two actions of each player, and two types, that differ by 1e-3 down to 1e-13 at random."""
    weights, payoffs = draw(tensors(2, most_types=2, most_actions=3, top=4))
    delta = 10.0 ** draw(st.integers(-13, -3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    near = []
    for u in payoffs:
        u = u.astype(float)
        for axis in draw(st.sets(st.integers(0, 3), min_size=1)):
            np.moveaxis(u, axis, 0)[-1] = np.moveaxis(u, axis, 0)[0]
        near.append(u + delta * rng.standard_normal(u.shape))
    return BayesianGame(weights / weights.sum(), near)


def magnitude(game: BayesianGame, i: int) -> float:
    return max(map(abs, game.payoff_bounds(i)), default=0.0)


def rounding(game: BayesianGame) -> float:
    """What sums of payoffs may lose to rounding, as a share of the payoff range.

    Much where payoffs are 3 and 3 + 1e-12: float64 holds few digits of their difference.
    """
    sizes = [magnitude(game, i) / (game.payoff_range(i) or np.inf) for i in range(game.n_players)]
    return 4 * np.finfo(float).eps * max(game.n_actions) * max(sizes)


def judge(game: BayesianGame, profile: StrategyProfile) -> float:
    """The exact relative gain, after a look at whether the float certificate tells the truth."""
    exact = certify(game, profile, arithmetic="exact")
    rounded = certify(game, profile)
    for i, (true, seen) in enumerate(zip(exact.gains, rounded.gains, strict=True)):
        error = np.abs(true.astype(float) - seen).max()
        assert error <= rounding(game) * (game.payoff_range(i) or 1.0), "a wrong certificate"
    return float(exact.relative)


def check_equilibrium(game: BayesianGame, profile: StrategyProfile) -> None:
    """Epsilon is zero over the rationals, or nothing but rounding in floating point."""
    truth = judge(game, profile)
    if any(row.dtype == object for row in profile.rows):
        assert truth == 0
    assert truth <= TINY + rounding(game)


def check_exact_solvers(game: BayesianGame) -> None:
    """Solve by each exact solver that applies, and judge what it returns over the rationals."""
    for solver in EXACT:
        if solver.refuses(game):
            continue
        if isinstance(solver, PureEnumeration) and not enumerated(solver, game)[0]:
            with pytest.raises(RefusedError, match="all pure profiles were searched"):
                solve(game, solver)
            continue
        solution = solve(game, solver, rng=0, tol=TINY, throw=False, max_steps=60)
        # A local method may come to nothing; then it says so.
        if not isinstance(solver, IndifferenceNewton) or solution.status is Status.CONVERGED:
            check_equilibrium(game, solution.profile)


def enumerated(solver: Solver, game: BayesianGame) -> tuple[list[StrategyProfile], bool]:
    """All proposals, unfiltered, and whether the solver claims that they are all."""
    found, proposals = [], solver.propose(game, None, np.random.default_rng(0))
    while True:
        try:
            found += filter(None, [next(proposals)])
        except StopIteration as stop:
            return found, getattr(stop.value, "complete", False)


def distinct(game: BayesianGame, profiles, digits: int = 9) -> set[tuple[float, ...]]:
    """Rounded strategies of the types that occur: null types may do what they like."""
    alive = [game.type_weights(i) > 0 for i in range(game.n_players)]
    return {
        tuple(
            np.round(
                np.concatenate([r[k].ravel() for r, k in zip(p.floating.rows, alive, strict=True)]),
                digits,
            )
            + 0.0
        )
        for p in profiles
    }


def gambit_table(game: BayesianGame):
    """The Harsanyi form as a Gambit table of rationals, and what lifts its profiles."""
    import pygambit

    form = harsanyi_form(game)
    shape = form.game.n_actions
    tables = [np.broadcast_to(u, (1,) * len(shape) + shape) for u in form.game.exact.payoffs]
    to_rational = np.vectorize(
        lambda v: pygambit.Rational(v.numerator, v.denominator), otypes=[object]
    )
    return pygambit.Game.from_arrays(*(to_rational(t.reshape(shape)) for t in tables)), form


def gambit_equilibria(game: BayesianGame, *, pure: bool) -> list[StrategyProfile]:
    import pygambit

    table, form = gambit_table(game)
    result = (
        pygambit.nash.enumpure_solve(table)
        if pure
        else pygambit.nash.enummixed_solve(table, rational=True)
    )
    found = []
    for equilibrium in result.equilibria:
        rows = [
            [[Fraction(str(equilibrium[s])) for s in player.strategies]] for player in table.players
        ]
        found.append(form.lift(StrategyProfile(rows)))
    return found


def inside(point: np.ndarray, corners) -> bool:
    """Whether `point` is a mixture of `corners`."""
    flat = np.array([np.asarray(corner, dtype=float).ravel() for corner in corners]).T
    flat = np.vstack([flat, np.ones(flat.shape[1])])
    return nnls(flat, np.append(np.asarray(point, dtype=float).ravel(), 1.0))[1] < 1e-9


def check_lists(game: BayesianGame) -> None:
    """Compare all equilibria, and all pure ones, with Gambit's; every support with every vertex."""
    components = ExtremeEnumeration().components(game)
    extremes = [e for component in components for e in component.extremes]
    for extreme in extremes:
        check_equilibrium(game, extreme)
    ours = distinct(game, extremes)
    assert len(ours) == len(extremes), "each once"
    reference = gambit_equilibria(game, pure=False)
    theirs = distinct(game, reference)
    if game.n_types == (1, 1):
        assert ours == theirs
    else:
        # Extreme behaviour lifts from extreme mixtures of plans, but some of those mixtures are
        # inside a set of behavioural equilibria: they must lie in one of ours.
        assert ours <= theirs
        subsets = [subset for component in components for subset in component.subsets]
        idle = subsets[0].profiles[0].rows
        for profile in reference:
            first, second = (
                np.where((game.type_weights(i) > 0)[:, None], row, idle[i])
                for i, row in enumerate(profile.rows)
            )
            assert any(inside(first, s.first) and inside(second, s.second) for s in subsets)
    pure, _ = enumerated(PureEnumeration(), game)
    assert distinct(game, pure) == distinct(game, gambit_equilibria(game, pure=True))
    supports, complete = enumerated(SupportEnumeration(), game)
    assert supports
    for profile in supports:
        check_equilibrium(game, profile)
    if complete:
        assert distinct(game, supports) == ours
    for profile in supports:
        assert recover_exactly(game, profile), "a regular or degenerate equilibrium made exact"


def check_claims_of_completeness(game: BayesianGame) -> None:
    """Where supports say that they listed everything, exact vertices have nothing to add."""
    extremes, _ = enumerated(ExtremeEnumeration(), game)
    assert extremes
    for profile in extremes:
        check_equilibrium(game, profile)
    supports, complete = enumerated(SupportEnumeration(), game)
    assert supports
    for profile in supports:
        check_equilibrium(game, profile)
    if complete:
        assert len(supports) == len(extremes), "however close to each other"
        for some, others in ((extremes, supports), (supports, extremes)):
            for profile in some:
                assert min(profile.distance(other) for other in others) <= NEAR


@given(degenerate_games(most_types=2, most_actions=3))
@stress(500)
def test_degenerate_games_have_the_equilibria_that_gambit_finds(game: BayesianGame) -> None:
    check_lists(game)


@given(degenerate_games(most_types=3, most_actions=3))
@stress(400)
def test_degenerate_games_are_solved(game: BayesianGame) -> None:
    check_exact_solvers(game)


@given(badly_scaled_games())
@stress(300)
def test_scaling_payoffs_changes_no_equilibrium(games: tuple[BayesianGame, BayesianGame]) -> None:
    plain, scaled = games
    for solver in (ExtremeEnumeration(), PureEnumeration()):
        before, after = (enumerated(solver, game)[0] for game in games)
        assert distinct(plain, before) == distinct(scaled, after)
    check_exact_solvers(scaled)


@given(rugged_games())
@stress(300)
def test_payoffs_of_all_magnitudes(game: BayesianGame) -> None:
    check_exact_solvers(game)
    check_claims_of_completeness(game)


@given(nearly_singular_games())
@stress(300)
def test_nearly_singular_supports(game: BayesianGame) -> None:
    check_exact_solvers(game)
    check_claims_of_completeness(game)


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.integers(2, 4))
@stress(100)
def test_nondegenerate_games_have_the_equilibria_that_nashpy_finds(seed, rows, columns) -> None:
    rng = np.random.default_rng(seed)
    game = BayesianGame([[1.0]], [rng.standard_normal((1, 1, rows, columns)) for _ in range(2)])
    theirs = [
        StrategyProfile([np.maximum(row, 0.0)[None] for row in pair])
        for pair in to_nashpy(game).vertex_enumeration()
    ]
    for solver in (SupportEnumeration(), ExtremeEnumeration()):
        ours, complete = enumerated(solver, game)
        assert complete
        assert distinct(game, ours, 6) == distinct(game, theirs, 6)


@given(st.integers(1, 3).flatmap(lambda n: degenerate_games(n, most_types=2, most_actions=2)))
@stress(200)
def test_one_to_three_players(game: BayesianGame) -> None:
    """Pure equilibria are Gambit's; balls never promise less than what deviating gains."""
    pure, _ = enumerated(PureEnumeration(), game)
    assert distinct(game, pure) == distinct(game, gambit_equilibria(game, pure=True))
    check_exact_solvers(game)
    solution = solve(game, IndifferenceNewton(), rng=0, throw=False, max_steps=60)
    bounds = certify(game, solution.profile, arithmetic="interval")
    truth = certify(game, solution.profile, arithmetic="exact")
    for upper, gain in zip(bounds.gains, truth.gains, strict=True):
        assert (upper >= gain).all()
    if bounds.existence and bounds.existence.proved:
        assert bounds.relative <= 4 * game.n_players * bounds.existence.radius + 1e-12


@given(st.one_of(degenerate_games(most_types=2, most_actions=3), rugged_games()))
@stress(60)
def test_dynamics_neither_crash_nor_boast(game: BayesianGame) -> None:
    for solver in ITERATIVE:
        solution = solve(game, solver, rng=0, throw=False, max_steps=20)
        assert judge(game, solution.profile) == pytest.approx(
            float(solution.certificate.relative), abs=1e-12
        )


@given(degenerate_games(most_types=2, most_actions=3))
@stress(60)
def test_mediators_are_obeyed(game: BayesianGame) -> None:
    for kind in ("bayes", "communication", "agent", "strategic"):
        assert CorrelatedLp(kind).solve(game).relative <= TINY
