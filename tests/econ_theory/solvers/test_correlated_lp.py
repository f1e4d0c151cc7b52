"""Correlated equilibria: obeyed, nested, of known value, and with every equilibrium inside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from econ_theory import BayesianGame, StrategyProfile, certify, solve
from econ_theory.catalog import jury_majority, random_game
from econ_theory.errors import RefusedError
from econ_theory.solvers import CorrelatedLp, ExtremeEnumeration, ZeroSumLp
from econ_theory.solvers.finite.algebra.obedience import disobedience, outcome

KINDS = ("strategic", "agent", "communication", "bayes")
CHICKEN = np.array([[6.0, 2.0], [7.0, 0.0]]).reshape(1, 1, 2, 2)
GAME = BayesianGame([[1]], [CHICKEN, CHICKEN.swapaxes(2, 3)])


@st.composite
def games(draw, *, most_types=2) -> BayesianGame:
    n_types = [draw(st.integers(1, most_types)) for _ in range(2)]
    n_actions = [draw(st.integers(1, 3)) for _ in range(2)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    prior = rng.integers(0 if draw(st.booleans()) else 1, 5, n_types) + 0.0
    prior.ravel()[0] += prior.sum() == 0
    high = draw(st.sampled_from([1, 3, 20]))
    scale = draw(st.sampled_from([1e-6, 1.0, 1e6]))
    payoffs = [scale * rng.integers(0, high + 1, (*n_types, *n_actions)) for _ in range(2)]
    return BayesianGame(prior / prior.sum(), payoffs)


def expected(game: BayesianGame, rule: np.ndarray) -> np.ndarray:
    weights = game.prior.reshape(game.n_types + (1,) * game.n_players) * rule
    return np.array([(weights * u).sum() for u in game.payoffs])


@given(games())
@settings(max_examples=30)
def test_every_kind_is_obeyed_and_nothing_beats_the_better_informed(game: BayesianGame) -> None:
    size = max(game.payoff_range(0), game.payoff_range(1), 1e-12)
    found = {kind: CorrelatedLp(kind=kind).solve(game) for kind in KINDS}
    for best in found.values():
        assert best.relative <= 1e-8
        np.testing.assert_allclose(best.rule.sum(axis=(2, 3)), 1.0, atol=1e-9)
        np.testing.assert_allclose(best.payoffs, expected(game, best.rule), atol=1e-12 * size)
        assert best.value == pytest.approx(best.payoffs.sum(), abs=1e-9 * size)
    for small, large in (
        ("strategic", "agent"),
        ("strategic", "communication"),
        ("agent", "bayes"),
        ("communication", "bayes"),
    ):
        assert found[small].value <= found[large].value + 1e-7 * size


@given(games())
@settings(max_examples=30)
def test_every_nash_equilibrium_is_inside_and_beaten_by_the_optimum(game: BayesianGame) -> None:
    size = max(game.payoff_range(0), game.payoff_range(1), 1e-12)
    search = ExtremeEnumeration().propose(game, None, np.random.default_rng(0))
    extremes = list(filter(None, search))[:20]
    optima = [CorrelatedLp(kind=kind).solve(game).value for kind in ("strategic", "communication")]
    for profile in extremes:
        rule = outcome(game, profile)
        for reports in (False, True):
            gains = disobedience(game, rule, reports=reports)
            assert max(gain.max() for gain in gains) <= 1e-9 * size
        assert min(optima) >= expected(game, rule).sum() - 1e-7 * size


@given(games(most_types=3), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_disobeying_independent_play_gains_what_the_certificate_says(game, seed: int) -> None:
    profile = StrategyProfile.random(game, rng=seed)
    certificate = certify(game, profile)
    gains = disobedience(game, outcome(game, profile))
    size = max(game.payoff_range(0), game.payoff_range(1), 1e-12)
    for ours, theirs in zip(gains, certificate.gains, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9 * size)
    lying = disobedience(game, outcome(game, profile), reports=True)
    for more, less in zip(lying, gains, strict=True):
        assert (more >= less - 1e-9 * size).all()


@pytest.mark.parametrize("kind", KINDS)
def test_chicken_pays_five_and_a_quarter(kind) -> None:
    best = CorrelatedLp(kind=kind).solve(GAME)
    assert best.epsilon <= 1e-9
    np.testing.assert_allclose(best.payoffs, [5.25, 5.25], atol=1e-9)
    np.testing.assert_allclose(best.rule[0, 0], [[0.5, 0.25], [0.25, 0]], atol=1e-9)


def test_objectives() -> None:
    assert CorrelatedLp(objective="egalitarian").solve(GAME).value == pytest.approx(5.25)
    assert CorrelatedLp(objective=0).solve(GAME).payoffs[0] == pytest.approx(7)
    assert CorrelatedLp(objective=(0.0, 1.0)).solve(GAME).payoffs[1] == pytest.approx(7)
    worst = CorrelatedLp(objective=(-1.0, -1.0)).solve(GAME)
    assert worst.epsilon <= 1e-9
    # Below the mixed Nash equilibrium, 14/3 each, there is (1/3, 1/3, 1/3) without "together".
    assert -worst.value < 28 / 3 - 1e-6
    assert "bayes correlated equilibrium of value" in str(worst)


def test_a_perturbed_rule_is_caught() -> None:
    rule = np.array([[0.6, 0.2], [0.2, 0.0]]).reshape(1, 1, 2, 2)
    # Told to swerve: 6 * 0.75 + 2 * 0.25 = 5 against 7 * 0.75; told so with probability 0.8.
    gains = disobedience(GAME, rule)
    assert gains[0][0] == pytest.approx(0.8 * (5.25 - 5.0))


def guess(sign: float) -> BayesianGame:
    """Player 1 guesses a fair coin that only player 2, who gets `sign` times as much, has seen."""
    hit = np.eye(2).reshape(1, 2, 2, 1)
    return BayesianGame([[0.5, 0.5]], [hit, sign * hit])


def test_what_a_mediator_knows_is_what_it_can_tell() -> None:
    friendly, hostile = guess(1.0), guess(-1.0)
    values = {kind: CorrelatedLp(kind=kind, objective=0).solve(friendly) for kind in KINDS}
    assert [round(values[kind].payoffs[0], 9) for kind in KINDS] == [0.5, 0.5, 1.0, 1.0]
    # A hostile informant will not report the truth, but a Bayes mediator does not ask.
    assert CorrelatedLp("communication", 0).solve(hostile).value == pytest.approx(0.5)
    assert CorrelatedLp("bayes", 0).solve(hostile).value == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(3))
def test_correlation_changes_nothing_in_zero_sum_games(seed: int) -> None:
    game = random_game(2, 3, rng=seed, zero_sum=True)
    profile = solve(game, ZeroSumLp()).profile
    value = expected(game, outcome(game, profile))[0]
    for kind in ("strategic", "agent", "communication"):
        for i, sign in ((0, 1.0), (1, -1.0)):
            best = CorrelatedLp(kind=kind, objective=i).solve(game)
            assert best.relative <= 1e-8
            assert sign * best.value == pytest.approx(value, abs=1e-7)


@given(games(), st.tuples(st.integers(-9, 9), st.integers(-9, 9)), st.sampled_from(KINDS))
@settings(max_examples=25)
def test_units_of_payoff_scale_the_objective_and_nothing_else(game, powers, kind) -> None:
    units = [10.0**power for power in powers]
    other = BayesianGame(
        game.prior, [u * unit for u, unit in zip(game.payoffs, units, strict=True)]
    )
    for i, unit in enumerate(units):
        size = game.payoff_range(i) or 1.0
        plain, scaled = (CorrelatedLp(kind, i).solve(each) for each in (game, other))
        assert scaled.relative <= 1e-8
        assert scaled.value / unit == pytest.approx(plain.value, abs=1e-7 * size)
    # Weights that undo the units give the same welfare.
    size = sum(game.payoff_range(i) for i in range(2)) or 1.0
    plain = CorrelatedLp(kind).solve(game)
    scaled = CorrelatedLp(kind, (1 / units[0], 1 / units[1])).solve(other)
    assert scaled.value == pytest.approx(plain.value, abs=1e-7 * size)


@given(games(), st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
@settings(max_examples=40)
def test_a_windfall_that_depends_on_types_alone_changes_no_rule(game, seed: int, kind) -> None:
    rng = np.random.default_rng(seed)
    size = max(game.payoff_range(0), game.payoff_range(1)) or 1.0
    gifts = [rng.integers(-9, 10, game.prior.shape) * size for _ in range(2)]
    richer = [u + gift[..., None, None] for u, gift in zip(game.payoffs, gifts, strict=True)]
    plain, rich = (CorrelatedLp(kind).solve(g) for g in (game, BayesianGame(game.prior, richer)))
    gift = sum((game.prior * gift).sum() for gift in gifts)
    assert rich.relative <= 1e-8
    assert rich.value - gift == pytest.approx(plain.value, abs=1e-6 * size)


@pytest.mark.parametrize("objective", ["welfare", "egalitarian", 0])
@pytest.mark.parametrize("kind", KINDS)
def test_payoffs_of_eighteen_magnitudes_side_by_side(kind, objective) -> None:
    """On seed 7 the program for communication and welfare once ended in an unknown state."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        n_types, n_actions = rng.integers(1, 3, 2), rng.integers(1, 4, 2)
        weights, shape = rng.integers(0, 4, n_types), (*n_types, *n_actions)
        weights.flat[0] += not weights.any()
        payoffs = [rng.integers(0, 10, shape) * 10.0 ** rng.integers(-9, 10, shape) for _ in "12"]
        game = BayesianGame(weights / weights.sum(), payoffs)
        best = CorrelatedLp(kind, objective).solve(game)
        assert best.relative <= 1e-8
        np.testing.assert_allclose(best.payoffs, expected(game, best.rule), rtol=1e-9)


def test_the_smallest_payoff_is_found_among_units_far_apart() -> None:
    small, large = CHICKEN * 1e-9, CHICKEN.swapaxes(2, 3) * 1e9
    best = CorrelatedLp(objective="egalitarian").solve(BayesianGame([[1]], [small, large]))
    # Player 2 earns billions in any case, so player 1 decides: its own optimum.
    assert best.value == pytest.approx(7e-9, rel=1e-6)


def test_three_players() -> None:
    game = jury_majority().game
    best = CorrelatedLp().solve(game)
    assert best.relative <= 1e-9
    assert best.value >= CorrelatedLp(kind="communication").solve(game).value - 1e-9
    assert CorrelatedLp(kind="agent").solve(game).relative <= 1e-9


def test_shapleys_cycle_has_a_correlated_equilibrium_off_the_diagonal() -> None:
    first = np.eye(3).reshape(1, 1, 3, 3)
    second = np.roll(np.eye(3), 1, axis=1).reshape(1, 1, 3, 3)
    best = CorrelatedLp().solve(BayesianGame([[1]], [first, second]))
    assert best.value == pytest.approx(1.0), "the six cells that pay one of the two"


def test_refusals_and_settings_say_what_to_do() -> None:
    large = random_game(8, 8, rng=0)
    for kind in ("strategic", "agent"):
        refusal = CorrelatedLp(kind=kind).refuses(large) or ""
        assert "coefficients, want at most 20,000,000" in refusal
        assert 'use kind="bayes"' in refusal
        with pytest.raises(RefusedError, match="CorrelatedLp refuses"):
            CorrelatedLp(kind=kind).solve(large)
    with pytest.raises(ValueError, match="kind is 'nash', want one of bayes, communication"):
        CorrelatedLp(kind="nash")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r'objective is 2, want "welfare", .* a player 0..1'):
        CorrelatedLp(objective=2).solve(GAME)
    with pytest.raises(ValueError, match=r"rule has shape \(2, 2\), want \(1, 1, 2, 2\)"):
        disobedience(GAME, np.zeros((2, 2)))
