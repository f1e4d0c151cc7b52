"""All equilibria, by supports and by vertices, against Gambit's enumeration of the normal form."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.catalog import battle_of_the_sexes, market_for_lemons, random_game, stag_hunt
from econ_theory.errors import RefusedError
from econ_theory.forms import harsanyi_form
from econ_theory.solvers import ExtremeEnumeration, SupportEnumeration
from econ_theory.solvers.finite.algebra.vertices import best_response_vertices, drained
from econ_theory.solvers.finite.support_enumeration import _Search

RNG = np.random.default_rng(0)


def fractions(array) -> np.ndarray:
    result = np.empty(np.shape(array), dtype=object)
    result.ravel()[:] = [Fraction(int(value)) for value in np.ravel(array)]
    return result


@st.composite
def rational_games(draw, *, high=None, most_types=2, most_actions=3) -> BayesianGame:
    """Small games with integer payoffs; those in {0, 1} are degenerate almost always."""
    n_types = [draw(st.integers(1, most_types)) for _ in range(2)]
    n_actions = [draw(st.integers(1, most_actions if t == 1 else 2)) for t in n_types]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    weights = fractions(rng.integers(0 if draw(st.booleans()) else 1, 6, n_types))
    if weights.sum() == 0:
        weights = weights + 1
    top = high or draw(st.sampled_from([1, 2, 20]))
    payoffs = [fractions(rng.integers(0, top + 1, (*n_types, *n_actions))) for _ in range(2)]
    return BayesianGame(weights / weights.sum(), payoffs)


def enumerated(solver, game) -> tuple[list[StrategyProfile], str]:
    found, proposals = [], solver.propose(game, None, RNG)
    while True:
        try:
            found += filter(None, [next(proposals)])
        except StopIteration as stop:
            return found, stop.value


def claimed(why: str) -> bool:
    """Whether the solver says that every equilibrium was listed."""
    return getattr(why, "complete", False)


def live_rows(game: BayesianGame, profile: StrategyProfile) -> np.ndarray:
    """The strategies of types that occur, end to end: null types may do what they like."""
    return np.concatenate(
        [row[game.type_weights(i) > 0].astype(float).ravel() for i, row in enumerate(profile.rows)]
    )


def distinct(game: BayesianGame, profiles) -> set[tuple[float, ...]]:
    return {tuple(np.round(live_rows(game, p), 9) + 0.0) for p in profiles}


def gambit_equilibria(game: BayesianGame) -> list[StrategyProfile]:
    """Gambit's extreme equilibria of the Harsanyi form, in rationals, lifted to behaviour."""
    import pygambit

    form = harsanyi_form(game)
    shape = form.game.n_actions
    tables = [np.broadcast_to(u[0, 0], shape) for u in form.game.exact.payoffs]
    table = pygambit.Game.from_arrays(
        *(
            [[pygambit.Rational(v.numerator, v.denominator) for v in row] for row in t]
            for t in tables
        )
    )
    result = pygambit.nash.enummixed_solve(table, rational=True)
    profiles = []
    for equilibrium in result.equilibria:
        weights = [Fraction(str(equilibrium[s])) for s in table.strategies]
        plans = [weights[: shape[0]], weights[shape[0] :]]
        profiles.append(form.lift(StrategyProfile([[plan] for plan in plans])))
    return profiles


def inside(point: np.ndarray, corners) -> bool:
    """Whether `point` is a mixture of `corners`."""
    flat = np.array([np.asarray(corner, dtype=float).ravel() for corner in corners]).T
    flat = np.vstack([flat, np.ones(flat.shape[1])])
    return nnls(flat, np.append(np.asarray(point, dtype=float).ravel(), 1.0))[1] < 1e-9


@given(rational_games())
@settings(max_examples=60)
def test_extreme_equilibria_are_gambits(game: BayesianGame) -> None:
    components = ExtremeEnumeration().components(game)
    extremes = [e for component in components for e in component.extremes]
    assert all(certify(game, e, arithmetic="exact").epsilon == 0 for e in extremes)
    reference = gambit_equilibria(game)
    ours, theirs = distinct(game, extremes), distinct(game, reference)
    assert len(ours) == len(extremes), "each once"
    # A behavioural strategy that is extreme comes from an extreme mixture of plans, but not every
    # extreme mixture of plans has an extreme behaviour.
    assert ours <= theirs
    subsets = [subset for component in components for subset in component.subsets]
    for profile in reference:
        rows = [
            np.where((game.type_weights(i) > 0)[:, None], row, subsets[0].profiles[0].rows[i])
            for i, row in enumerate(profile.rows)
        ]
        assert any(inside(rows[0], s.first) and inside(rows[1], s.second) for s in subsets)


@given(rational_games())
@settings(max_examples=60)
def test_nash_subsets_and_components_hang_together(game: BayesianGame) -> None:
    components = ExtremeEnumeration().components(game)
    for component in components:
        for subset in component.subsets:
            assert certify(game, subset.centre, arithmetic="exact").epsilon == 0
        corners = {p for s in component.subsets for p in distinct(game, s.profiles)}
        assert corners == distinct(game, component.extremes)
        assert component.isolated == (len(corners) == 1)
    # Halfway between two components there is no equilibrium on either player's side alone.
    for a, b in pairwise(components):
        mixed = StrategyProfile([a.extremes[0].rows[0], b.extremes[0].rows[1]])
        assert certify(game, mixed, arithmetic="exact").epsilon > 0


@given(rational_games(most_types=3))
@settings(max_examples=80)
def test_supports_find_everything_unless_they_say_that_ties_were_met(game: BayesianGame) -> None:
    found, why = enumerated(SupportEnumeration(), game)
    assert found, "at least one, however degenerate the game"
    assert max(certify(game, profile).relative for profile in found) <= 1e-9
    every, _ = enumerated(ExtremeEnumeration(), game)
    if "the list is complete" in why:
        assert distinct(game, found) == distinct(game, every)
        assert len(found) % 2 == 1, "nondegenerate games have an odd number of equilibria"
    else:
        assert "ties were met" in why


@st.composite
def nearly_degenerate_games(draw) -> BayesianGame:
    """Integer payoffs moved by 1e-2 down to 1e-15: equilibria come that close to each other."""
    n_types = [draw(st.integers(1, 2)) for _ in range(2)]
    n_actions = [draw(st.integers(1, 3 if t == 1 else 2)) for t in n_types]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape, delta = (*n_types, *n_actions), 2.0 ** -draw(st.integers(8, 51))
    payoffs = [rng.integers(0, draw(st.integers(2, 5)), shape) + 0.0 for _ in range(2)]
    if draw(st.booleans()):
        payoffs = [u + delta * rng.standard_normal(shape) for u in payoffs]
    else:
        payoffs = [u * np.where(rng.random(shape) < 0.5, 1.0, delta) for u in payoffs]
    prior = rng.integers(1, 4, n_types)
    return BayesianGame(prior / prior.sum(), payoffs)


@given(nearly_degenerate_games())
@settings(max_examples=300)
def test_supports_claim_to_be_complete_only_where_vertices_agree(game: BayesianGame) -> None:
    found, why = enumerated(SupportEnumeration(), game)
    assert found
    every, _ = enumerated(ExtremeEnumeration(), game)
    if claimed(why):
        assert len(found) == len(every)
        assert len(found) % 2 == 1
    search = solve_all(game)
    assert len(list(search)) == len(every), "rational equilibria are told apart exactly"
    assert search.complete


def close_together(gap: Fraction) -> BayesianGame:
    """Stag hunt in which both prefer the hare unless the other hunts all but surely.

    Hunting pays 1 if the other hunts, the hare 1 - gap then and 1 otherwise: the mixed equilibrium
    gives the hare about `gap`, so it lies that far from the pure one of hunting.
    """
    one = Fraction(1)
    u = fractions(np.zeros((2, 2)))
    u[:] = [[one, 0 * one], [one - gap, one]]
    u = u.reshape(1, 1, 2, 2)
    return BayesianGame([[one]], [u, u.swapaxes(2, 3)])


@pytest.mark.parametrize("digits", [6, 8, 10, 14, 30])
def test_equilibria_closer_than_any_float_tolerance_are_listed_apart(digits: int) -> None:
    gap = Fraction(1, 10**digits)
    game = close_together(gap)
    exact = solve_all(game)
    hares = sorted(solution.profile.rows[0][0, 1] for solution in exact)
    assert hares == [0, gap / (1 + gap), 1]
    assert exact.complete
    floats = solve_all(game, SupportEnumeration())
    found = list(floats)
    assert (len(found), floats.complete) == ((3, True) if digits < 9 else (2, False))
    if digits > 9:
        assert "degenerate, or nearly so; see ExtremeEnumeration" in floats.reason


def test_an_even_list_is_not_called_complete(monkeypatch) -> None:
    search = SupportEnumeration()
    assert claimed(enumerated(search, stag_hunt().game)[1])
    original = _Search.equilibria

    def forgetful(self, nodes):
        return [rows for rows in original(self, nodes) if rows[0].max() == 1]

    monkeypatch.setattr(_Search, "equilibria", forgetful)
    found, why = enumerated(search, stag_hunt().game)
    assert len(found) == 2
    assert not claimed(why)
    assert "2 equilibria, an even number, though no tie was met" in why


def test_floats_that_mean_the_same_equilibrium_are_one() -> None:
    """Two proposals a rounding error apart, and one that stands for another equilibrium."""
    gap = Fraction(1, 10**8)
    game = close_together(gap)
    hare = float(gap / (1 + gap))

    class Three:
        source, exact, continuous = "three profiles by hand", True, False

        def refuses(self, game):
            return None

        def propose(self, game, start, rng):
            for share in (hare, hare * (1 + 1e-9), 0.0):
                yield StrategyProfile([[[1 - share, share]]] * 2)
            return "that was all"

    search = solve_all(game, Three())
    assert [float(s.profile.rows[0][0, 1]) for s in search] == [hare, 0.0]


def test_float_vertices_claim_nothing() -> None:
    found, why = enumerated(ExtremeEnumeration(arithmetic="float"), stag_hunt().game)
    assert (len(found), claimed(why)) == (3, False)
    assert why.endswith("complete up to rounding")


@pytest.mark.parametrize(("n_types", "n_actions"), [(2, 4), (3, 3), (4, 2), ((1, 4), (4, 2))])
@pytest.mark.parametrize("seed", range(2))
def test_both_enumerations_agree_on_random_games(n_types, n_actions, seed: int) -> None:
    game = random_game(n_types, n_actions, rng=seed)
    lists = [
        enumerated(solver, game)
        for solver in (
            SupportEnumeration(),
            ExtremeEnumeration(),
            ExtremeEnumeration(arithmetic="float"),
        )
    ]
    sizes = {len(found) for found, _ in lists}
    assert len(sizes) == 1
    assert all("the list is complete" in why or "is complete" in why for _, why in lists)
    for profile in lists[0][0]:
        assert certify(game, profile).relative <= 1e-12
        for others, _ in lists[1:]:
            assert min(profile.distance(other) for other in others) < 1e-9


def test_catalog_lists_that_claim_to_be_complete_are() -> None:
    for entry in (battle_of_the_sexes(), stag_hunt()):
        for solver in (SupportEnumeration(), ExtremeEnumeration()):
            found, _ = enumerated(solver, entry.game)
            assert distinct(entry.game, found) == distinct(entry.game, entry.equilibria)


def test_an_l_shaped_component_has_two_overlapping_nash_subsets() -> None:
    u1, u2 = fractions([[1, 1], [1, 0]]), fractions([[2, 2], [3, 0]])
    game = BayesianGame([[Fraction(1)]], [u1.reshape(1, 1, 2, 2), u2.reshape(1, 1, 2, 2)])
    (component,) = ExtremeEnumeration().components(game)
    assert len(component.extremes) == 3
    sizes = sorted((len(s.first), len(s.second)) for s in component.subsets)
    assert sizes == [(1, 2), (2, 1)]


def test_ten_thousand_ties_are_one_component() -> None:
    game = BayesianGame(np.full((2, 2), 0.25), [np.ones((2, 2, 2, 2))] * 2)
    (component,) = ExtremeEnumeration().components(game)
    assert len(component.extremes) == 16, "every pure plan against every other"
    assert len(component.subsets) == 1
    assert "ties were met" in enumerated(SupportEnumeration(), game)[1]


def test_splitting_a_type_in_two_changes_nothing_for_the_other_player() -> None:
    game = random_game(2, 2, rng=1)
    prior = np.concatenate([game.prior[:1] / 2, game.prior[:1] / 2, game.prior[1:]])
    payoffs = [np.concatenate([u[:1], u]) for u in game.payoffs]
    split = BayesianGame(prior, payoffs)
    whole, _ = enumerated(ExtremeEnumeration(), game)
    halves, _ = enumerated(ExtremeEnumeration(), split)
    for profile in halves:
        assert certify(split, profile, arithmetic="exact").epsilon == 0
    merged = [
        StrategyProfile(
            [np.stack([(p.rows[0][0] + p.rows[0][1]) / 2, p.rows[0][2]]), p.rows[1]]
        ).floating
        for p in halves
    ]
    assert all(min(p.floating.distance(m) for m in merged) < 1e-6 for p in whole)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_badly_scaled_payoffs(scale: float, shift: float) -> None:
    rng = np.random.default_rng(5)
    base = [rng.integers(0, 9, (2, 2, 3, 2)).astype(float) for _ in range(2)]
    prior = np.array([[0.25, 0.25], [0.375, 0.125]])
    plain = BayesianGame(prior, base)
    game = BayesianGame(prior, [scale * u + shift * scale for u in base])
    for solver in (SupportEnumeration(), ExtremeEnumeration(arithmetic="float")):
        found = enumerated(solver, game)[0]
        assert len(found) == len(enumerated(solver, plain)[0])
        assert max(certify(game, p).relative for p in found) <= 1e-9


def test_null_types_and_single_actions() -> None:
    prior = fractions([[0, 0], [1, 1]]) / 2
    payoffs = [fractions(RNG.integers(0, 5, (2, 2, a, 2))) for a in (1, 1)]
    game = BayesianGame(prior, payoffs)
    for solver in (SupportEnumeration(), ExtremeEnumeration()):
        found, _ = enumerated(solver, game)
        assert found
        assert all(certify(game, p, arithmetic="exact").epsilon == 0 for p in found)


def test_drivers_take_them() -> None:
    game = stag_hunt().game
    assert solve(game, ExtremeEnumeration()).certificate.epsilon == 0
    assert len(list(solve_all(game, SupportEnumeration()))) == 3


def test_the_lemons_market_has_one_component_of_many_corners() -> None:
    components = ExtremeEnumeration().components(market_for_lemons().game)
    assert sum(len(c.extremes) for c in components) > 1000
    assert all(
        certify(market_for_lemons().game, s.centre, arithmetic="exact").epsilon == 0
        for c in components
        for s in c.subsets[:3]
    )


def test_refusals_say_what_to_use_instead() -> None:
    three = BayesianGame([[[1.0]]], [np.zeros((1, 1, 1, 2, 2, 2))] * 3)
    for solver in (SupportEnumeration(), ExtremeEnumeration()):
        assert "has 3 players, want 2; use SelfPlay" in (solver.refuses(three) or "")
    wide = BayesianGame([[1.0]], [np.zeros((1, 1, 300, 300))] * 2)
    assert "want at most 20,000,000; use Lemke" in (SupportEnumeration().refuses(wide) or "")
    assert "600 actions in all, want at most" in (ExtremeEnumeration().refuses(wide) or "")
    plans = random_game(9, 4, rng=0)
    assert "plans, each a vertex, want at most 20000; use SupportEnumeration" in (
        ExtremeEnumeration().refuses(plans) or ""
    )
    with pytest.raises(RefusedError, match="ExtremeEnumeration refuses"):
        ExtremeEnumeration().components(plans)
    small = ExtremeEnumeration(most_vertices=20)
    with pytest.raises(RefusedError, match=r"at least \d+ vertices, want at most 20"):
        small.components(random_game(2, 4, rng=0))


def test_bad_settings_are_named() -> None:
    with pytest.raises(ValueError, match="most_mixing is -1, want a number >= 0"):
        SupportEnumeration(most_mixing=-1)
    with pytest.raises(ValueError, match='arithmetic is \'interval\', want "exact" or "float"'):
        ExtremeEnumeration(arithmetic="interval")  # type: ignore[arg-type]


def test_a_cap_on_mixing_is_stated() -> None:
    found, why = enumerated(SupportEnumeration(most_mixing=0), stag_hunt().game)
    assert len(found) == 2
    assert why.endswith("those with more than 0 indifferences were not searched")


def test_vertices_of_a_three_by_three_envelope() -> None:
    """Rock, paper, scissors: 3 corners, 3 edges' midpoints of indifference, and the centre."""
    worth = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], dtype=object)
    types = np.zeros(3, dtype=int)
    points, _ = drained(best_response_vertices(worth, types, types, 100))
    strategies = {tuple(Fraction(y, p[0]) for y in p[1:]) for p in points}
    third = Fraction(1, 3)
    assert (third, third, third) in strategies
    assert (1, 0, 0) in strategies
    assert len(strategies) == 7
    types33 = np.zeros(33, dtype=int)
    with pytest.raises(RefusedError, match="66 facets, want at most 64"):
        drained(best_response_vertices(np.zeros((33, 33), dtype=object), *[types33] * 2, 100))
