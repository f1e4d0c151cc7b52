"""Welfare, multiplicity, information, sensitivity and dominance, against brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.analysis import (
    efficiency,
    expected_payoffs,
    first_best,
    multiplicity,
    prior_sensitivity,
    team_optimum,
    undominated,
    value_of_information,
    welfare,
    without_types,
)
from econ_theory.catalog import entries, prisoners_dilemma, random_game, stag_hunt
from econ_theory.errors import RefusedError
from econ_theory.solvers import ExtremeEnumeration, SupportEnumeration

RNG = np.random.default_rng(0)


@st.composite
def games(draw, *, n_players=2, most_actions=3) -> BayesianGame:
    n_types = [draw(st.integers(1, 2)) for _ in range(n_players)]
    n_actions = [draw(st.integers(1, most_actions)) for _ in range(n_players)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    prior = rng.integers(0 if draw(st.booleans()) else 1, 5, n_types) + 0.0
    prior.ravel()[0] += prior.sum() == 0
    high = draw(st.sampled_from([1, 3, 50]))
    shape = (*n_types, *n_actions)
    return BayesianGame(
        prior / prior.sum(), [rng.integers(0, high + 1, shape) + 0.0 for _ in range(n_players)]
    )


def every_plan(game: BayesianGame):
    spaces = [
        product(range(a), repeat=t) for t, a in zip(game.n_types, game.n_actions, strict=True)
    ]
    return (StrategyProfile.pure(game, plans) for plans in product(*spaces))


def all_extremes(game: BayesianGame) -> list[StrategyProfile]:
    return list(filter(None, ExtremeEnumeration().propose(game, None, RNG)))


@given(games(most_actions=2) | games(n_players=3, most_actions=2))
@settings(max_examples=25)
def test_team_optimum_is_the_best_of_all_plans(game: BayesianGame) -> None:
    weights = [1.0, 2.0, 0.5][: game.n_players]
    value, profile = team_optimum(game, weights=weights)
    assert welfare(game, profile, weights=weights) == pytest.approx(value)
    assert value == pytest.approx(max(welfare(game, p, weights=weights) for p in every_plan(game)))
    assert value <= first_best(game, weights=weights) + 1e-9


def test_prices_of_the_stag_hunt_and_the_dilemma() -> None:
    game = stag_hunt().game
    prices = efficiency(game, all_extremes(game))
    assert prices.price_of_stability == 1
    assert prices.price_of_anarchy == pytest.approx(6 / 4)
    assert prices.losses == pytest.approx((0, 2))
    game = prisoners_dilemma().game
    assert efficiency(game, [solve(game)], benchmark="first best").price_of_anarchy == 3
    below = BayesianGame([[1]], [u - 10 for u in game.payoffs])
    assert np.isnan(efficiency(below, [solve(below)]).price_of_anarchy)
    assert efficiency(below, [solve(below)]).losses == (4, 4)


def test_multiplicity_reports_the_stag_hunt() -> None:
    game = stag_hunt().game
    found = list(solve_all(game, SupportEnumeration()))
    report = multiplicity(game, [*found, found[0]], complete=True)
    assert report.count == 3
    assert report.pure.sum() == 2
    assert report.efficient.sum() == 1
    assert report.welfare.max() == 6
    np.testing.assert_allclose(report.spread, [1, 1])
    assert report.epsilons.max() <= 1e-12
    assert (np.diag(report.distances) == 0).all()
    assert report.distances.max() == 1
    assert "3 equilibria (all of them), 2 pure, 1 undominated" in str(report)
    assert "equilibrium 3" in report._repr_html_()
    with pytest.raises(ValueError, match="list of solutions is empty"):
        multiplicity(game, [])


@given(games())
@settings(max_examples=25)
def test_one_player_never_loses_by_knowing(game: BayesianGame) -> None:
    """Against players whose actions change nothing for it, information is worth having."""
    own = game.payoffs[0][..., :1]
    alone = BayesianGame(game.prior, [own, np.zeros_like(own)])
    low, high = value_of_information(alone, 0).interval
    assert low == pytest.approx(high)
    assert low >= -1e-9


@given(games())
@settings(max_examples=25)
def test_not_observing_is_playing_alike_as_every_type(game: BayesianGame) -> None:
    blind = without_types(game, 0)
    assert blind.n_types == (1, *game.n_types[1:])
    profile = StrategyProfile.random(blind, rng=0)
    pooled = StrategyProfile([np.repeat(profile.rows[0], game.n_types[0], axis=0), profile.rows[1]])
    np.testing.assert_allclose(
        expected_payoffs(blind, profile), expected_payoffs(game, pooled), atol=1e-9
    )


def test_information_can_hurt_and_exact_games_stay_exact() -> None:
    """Hirshleifer: insurance against a risk is gone once one side knows; both then get less."""
    half = Fraction(1, 2)
    # Player 1 owns a risk worth 2 or 0; insured, by trade, 3/2 either way. Player 2, the insurer,
    # gains 1 in the good state and loses 1/2 in the bad one. Informed, only the bad state trades.
    payoffs = []
    for good, bad, apart in ((3 * half, 3 * half, (2, 0)), (1, -half, (0, 0))):
        u = np.full((2, 1, 2, 2), Fraction(0), dtype=object)
        for state, agreed in enumerate((good, bad)):
            u[state] = Fraction(apart[state])
            u[state, 0, 0, 0] = Fraction(agreed)
        payoffs.append(u)
    game = BayesianGame(np.array([[half], [half]], dtype=object), payoffs)
    blind = without_types(game, 0)
    assert blind.given[0].dtype == object
    assert blind.exact.payoffs[0][0, 0, 0, 0] == 3 * half

    def trading(version: BayesianGame) -> list[StrategyProfile]:
        found = all_extremes(version)
        return [max(found, key=lambda p: expected_payoffs(version, p).sum())]

    value = value_of_information(game, 0, find=trading)
    assert value.interval[0] == value.interval[1] == pytest.approx(-0.5)
    with pytest.raises(ValueError, match=r"i is 2, want a player index in 0..1"):
        without_types(game, 2)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_sensitivity_is_the_derivative(seed: int) -> None:
    game = random_game(2, 3, rng=seed)
    direction = np.array([[1.0, -0.5], [-0.8, 0.3]])
    for profile in filter(None, SupportEnumeration().propose(game, None, RNG)):
        sensitivity = prior_sensitivity(game, profile)
        step = 1e-6 / sensitivity.condition
        moved = []
        for sign in (1, -1):
            near = BayesianGame(game.prior + sign * step * direction, game.payoffs)
            others = filter(None, SupportEnumeration().propose(near, None, RNG))
            moved.append(min(others, key=profile.distance))
        for i, slope in enumerate(sensitivity.along(direction)):
            change = (moved[0].rows[i] - moved[1].rows[i]) / (2 * step)
            np.testing.assert_allclose(slope, change, atol=1e-3 * (1 + abs(slope).max()))
            np.testing.assert_allclose(slope.sum(axis=1), 0, atol=1e-9)
        for block in sensitivity.jacobian:
            # Only ratios of probabilities matter.
            still = np.tensordot(block, game.prior, axes=2)
            np.testing.assert_allclose(still, 0, atol=1e-7 * sensitivity.condition)


def test_sensitivity_of_three_players() -> None:
    chances = [
        entry
        for entry in entries()
        if entry.game.n_players == 3
        and any(((row > 0) & (row < 1)).any() for row in entry.equilibria[0].rows)
    ]
    assert chances
    for entry in chances:
        game, profile = entry.game, entry.equilibria[0].floating
        sensitivity = prior_sensitivity(game, profile)
        shift = np.zeros(game.n_types)
        shift[(0,) * 3], shift[(1,) * 3] = 1.0, -1.0
        step = 1e-5
        near = BayesianGame(game.prior + step * shift, game.payoffs)
        moved = StrategyProfile(
            [
                np.clip(row + step * slope, 0, 1)
                / np.clip(row + step * slope, 0, 1).sum(1, keepdims=True)
                for row, slope in zip(profile.rows, sensitivity.along(shift), strict=True)
            ]
        )
        # The error of the linear prediction is of second order.
        assert certify(near, moved).relative <= 1e-7
        assert certify(near, profile).relative > 1e-7


def test_sensitivity_refuses_what_has_no_derivative() -> None:
    game = random_game(2, 2, rng=0)
    with pytest.raises(RefusedError, match=r"relative epsilon .*, want an equilibrium within"):
        prior_sensitivity(game, StrategyProfile.uniform(game))
    flat = BayesianGame([[1.0]], [np.ones((1, 1, 2, 2)), np.eye(2).reshape(1, 1, 2, 2)])
    with pytest.raises(RefusedError, match="a2 of player 1 is unplayed but as"):
        prior_sensitivity(flat, StrategyProfile.pure(flat, [[0], [0]]))
    with pytest.raises(RefusedError, match="indifference system is singular"):
        prior_sensitivity(flat, StrategyProfile([[[0.5, 0.5]], [[0.5, 0.5]]]))
    profile = next(filter(None, SupportEnumeration().propose(game, None, RNG)))
    with pytest.raises(ValueError, match="probability is moved, not made"):
        prior_sensitivity(game, profile).along(np.ones((2, 2)))


@given(games())
@settings(max_examples=40)
def test_strict_elimination_keeps_every_equilibrium(game: BayesianGame) -> None:
    reduction = undominated(game)
    pure = undominated(game, mixed=False)
    for smaller, larger in zip(reduction.kept, pure.kept, strict=True):
        assert (smaller <= larger).all()
    before, after = all_extremes(game), all_extremes(reduction.game)
    lifted = [reduction.lift(profile) for profile in after]
    assert all(certify(game, p, arithmetic="exact").epsilon == 0 for p in lifted)
    live = [game.type_weights(i) > 0 for i in range(2)]
    for profile in before:
        for row, mask, alive in zip(profile.rows, reduction.kept, live, strict=True):
            assert (row[alive][~mask[alive]] == 0).all()
        gap = min(
            max(
                float(abs((a - b)[w]).max())
                for a, b, w in zip(profile.rows, q.rows, live, strict=True)
            )
            for q in lifted
        )
        assert gap == 0


@given(games(), st.booleans())
@settings(max_examples=40)
def test_weak_elimination_keeps_an_equilibrium(game: BayesianGame, mixed: bool) -> None:
    reduction = undominated(game, weak=True, mixed=mixed)
    strict = undominated(game, mixed=mixed)
    for smaller, larger in zip(reduction.kept, strict.kept, strict=True):
        assert (smaller <= larger).all()
    # In the game as it is left, with actions that only some types lost still there.
    assert any(
        certify(game, reduction.lift(p), arithmetic="exact").epsilon == 0
        for p in all_extremes(reduction.game)
    )


@given(games(n_players=3, most_actions=2))
@settings(max_examples=20)
def test_three_players_lose_no_pure_equilibrium(game: BayesianGame) -> None:
    reduction = undominated(game)
    for solution in solve_all(game):
        for i, (row, mask) in enumerate(zip(solution.profile.rows, reduction.kept, strict=True)):
            assert mask[row > 0][game.type_weights(i)[np.nonzero(row)[0]] > 0].all()


def test_dominance_solvable_games_are_solved_and_mapped_back() -> None:
    reduction = undominated(prisoners_dilemma().game)
    assert reduction.solved
    assert reduction.rounds == 1
    assert reduction.game.n_actions == (1, 1)
    assert reduction.game.actions == (("defect",), ("defect",))
    back = reduction.lift(StrategyProfile.uniform(reduction.game))
    assert certify(reduction.original, back).epsilon == 0
    assert reduction.restrict(back).rows[0].tolist() == [[1.0]]
    with pytest.raises(ValueError, match="strategy of player 1 plays an action that was struck"):
        reduction.restrict(StrategyProfile.uniform(reduction.original))


def test_types_lose_actions_apart() -> None:
    u = np.array([[[1.0], [0.0]], [[0.0], [1.0]]]).reshape(2, 1, 2, 1)
    reduction = undominated(BayesianGame([[0.5], [0.5]], [u, u]))
    assert reduction.kept[0].tolist() == [[True, False], [False, True]]
    assert reduction.game.n_actions == (2, 1), "each action is left to some type"
    assert reduction.solved


@given(games(), st.sampled_from([1e-9, 1e9]))
@settings(max_examples=20)
def test_elimination_does_not_mind_the_unit(game: BayesianGame, scale: float) -> None:
    assume(min(game.payoff_range(i) for i in range(2)) > 0)
    scaled = BayesianGame(game.prior, [u * scale for u in game.payoffs])
    for a, b in zip(undominated(game).kept, undominated(scaled).kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_refusals_and_bad_settings() -> None:
    game = random_game(2, 2, rng=0)
    with pytest.raises(ValueError, match=r"weights has shape \(3,\), want \(2,\)"):
        welfare(game, StrategyProfile.uniform(game), weights=[1, 1, 1])
    with pytest.raises(ValueError, match='benchmark is \'best\', want "team" or "first best"'):
        efficiency(game, [StrategyProfile.uniform(game)], benchmark="best")  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="joint plans, want at most 2,000,000; use first_best"):
        team_optimum(random_game(12, 4, rng=0))
    wide = BayesianGame([[1.0]], [np.zeros((1, 1, 5000, 1)), np.zeros((1, 1, 1, 5000))])
    with pytest.raises(RefusedError, match=r"2.5e\+07 entries, want at most 20,000,000"):
        undominated(wide)
