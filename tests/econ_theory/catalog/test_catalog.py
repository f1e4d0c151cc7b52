"""Catalog parameters: closed forms hold beyond the defaults, lists said complete are complete."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from econ_theory import catalog
from econ_theory.certificates import certify
from econ_theory.errors import SettingError
from econ_theory.interop import to_nashpy
from econ_theory.strategies import StrategyProfile


def exact_epsilons(entry):
    return [certify(entry.game, p, arithmetic="exact").epsilon for p in entry.equilibria]


VARIANTS = [
    lambda: catalog.prisoners_dilemma("0.3", "0.2", "0.1", 0),
    lambda: catalog.matching_pennies(Fraction(7, 3)),
    lambda: catalog.battle_of_the_sexes(7, 3),
    lambda: catalog.chicken(3, -2, -11),
    lambda: catalog.hawk_dove(5, 7),
    lambda: catalog.stag_hunt(10, 1),
    lambda: catalog.battle_of_the_sexes_one_sided("0.9"),
    lambda: catalog.battle_of_the_sexes_one_sided(Fraction(1, 5)),
    lambda: catalog.global_game(4, Fraction(3, 4)),
    lambda: catalog.global_game(10, Fraction(1, 10)),
    lambda: catalog.market_for_lemons((1, 2, 5, 9), 4),
    lambda: catalog.market_for_lemons((1, 2, 3, 4), "1.5"),
    lambda: catalog.cournot(20, 3, 1, 4, Fraction(1, 3), 8),
    lambda: catalog.jury_majority(5, Fraction(3, 5)),
    lambda: catalog.jury_unanimity(3, Fraction(9, 10)),
    lambda: catalog.jury_unanimity(4, Fraction(8, 9)),
    lambda: catalog.one_card_poker(Fraction(5, 2)),
    lambda: catalog.purified_pennies(3),
    lambda: catalog.public_good(4, Fraction(1, 20), Fraction(1, 2), Fraction(1, 2)),
    lambda: catalog.public_good(3, Fraction(1, 10), Fraction(1, 4), Fraction(1, 10)),
    lambda: catalog.beer_quiche(Fraction(1, 2)),
]


@pytest.mark.parametrize("make", VARIANTS)
def test_closed_forms_hold_away_from_the_defaults(make):
    assert all(epsilon == 0 for epsilon in exact_epsilons(make()))


@pytest.mark.parametrize(
    "make",
    [
        lambda: catalog.jury_unanimity(3, Fraction(7, 10)),
        lambda: catalog.jury_unanimity(6, Fraction(3, 5)),
        lambda: catalog.public_good(3, Fraction(1, 3), Fraction(3, 4)),
        lambda: catalog.public_good(5, Fraction(1, 10), Fraction(1, 4), Fraction(1, 10)),
    ],
)
def test_irrational_equilibria_are_floats_within_1e_9(make):
    entry = make()
    assert entry.equilibria[0].rows[0].dtype == float
    assert all(epsilon <= 1e-9 for epsilon in exact_epsilons(entry))


@pytest.mark.parametrize(
    "make",
    [
        catalog.prisoners_dilemma,
        catalog.matching_pennies,
        catalog.battle_of_the_sexes,
        catalog.chicken,
        catalog.hawk_dove,
        catalog.stag_hunt,
        catalog.battle_of_the_sexes_one_sided,
        catalog.one_card_poker,
    ],
)
def test_lists_said_to_be_complete_have_as_many_equilibria_as_nashpy_finds(make):
    entry = make()
    found = list(to_nashpy(entry.game).support_enumeration())
    assert len(found) == len(entry.equilibria)


def test_two_sided_battle_lists_every_pure_equilibrium():
    entry = catalog.battle_of_the_sexes_two_sided()
    plans = list(product(range(2), repeat=2))
    pure = [
        StrategyProfile.pure(entry.game, pair)
        for pair in product(plans, plans)
        if certify(entry.game, StrategyProfile.pure(entry.game, pair)).epsilon == 0
    ]
    assert len(pure) == 2
    for profile in entry.equilibria:
        assert min(profile.distance(other) for other in pure) == 0


def test_textbook_numbers():
    assert catalog.matching_pennies().equilibria[0].rows[0].tolist() == [
        [Fraction(2, 5), Fraction(3, 5)]
    ]
    poker = catalog.one_card_poker()
    profile = poker.equilibria[0]
    value = (profile.rows[0] * poker.game.exact.action_values(profile, 0)).sum()
    assert value == Fraction(1, 3)
    jury = catalog.jury_unanimity()
    assert jury.equilibria[0].rows[2][0, 1] == Fraction(2, 7)
    assert [jury.game.actions[0][int(a)] for a in jury.equilibria[0].rows[0].argmax(axis=1)] == [
        "acquit",
        "convict",
    ]
    firm = catalog.cournot()
    assert [firm.game.actions[1][int(a)] for a in firm.equilibria[0].rows[1].argmax(axis=1)] == [
        "7/2",
        "5/2",
    ]


def test_sincere_voting_is_no_equilibrium_under_unanimity():
    game = catalog.jury_unanimity().game
    sincere = StrategyProfile.pure(game, [[0, 1]] * 3)
    assert certify(game, sincere, arithmetic="exact").epsilon > 0


def test_purified_equilibrium_is_strict():
    entry = catalog.purified_pennies()
    profile = entry.equilibria[0]
    for i in range(2):
        values = entry.game.exact.action_values(profile, i)
        assert (values[:, 0] != values[:, 1]).all()


def test_global_game_has_null_joint_types_and_private_values_stay_compact():
    assert (catalog.global_game().game.prior == 0).any()
    assert catalog.public_good().game.payoffs[1].shape == (1, 2, 1, 2, 2, 2)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: catalog.prisoners_dilemma(3, 5), "temptation > reward > punishment > sucker"),
        (lambda: catalog.matching_pennies(-1), "want heads > losing"),
        (lambda: catalog.hawk_dove(3, 2), "cost=2, value=3"),
        (lambda: catalog.battle_of_the_sexes_one_sided(1), "meets is 1, want"),
        (lambda: catalog.global_game(5), "n_states is 5"),
        (lambda: catalog.market_for_lemons((1, 1)), "at least two distinct values"),
        (lambda: catalog.cournot(high=0), "want 0 < share_high < 1, low < high"),
        (lambda: catalog.jury_majority(4), "n_jurors is 4, want an odd number"),
        (lambda: catalog.jury_majority(99), "n_jurors is 99, want 3 to 8"),
        (lambda: catalog.jury_unanimity(3, 1), "accuracy is 1, want"),
        (lambda: catalog.one_card_poker(0), "bet is 0"),
        (lambda: catalog.purified_pennies(0), "shock is 0"),
        (lambda: catalog.public_good(1), "n_players is 1"),
        (lambda: catalog.beer_quiche(Fraction(1, 3)), "strong is 1/3"),
        (lambda: catalog.random_game(0, 2), "n_types is 0, want a number >= 1"),
        (lambda: catalog.random_game((2, 2, 2), 2), "one for each of 2 players"),
        (lambda: catalog.random_game(2, 2, n_players=3, zero_sum=True), "want 2 for a zero-sum"),
        (lambda: catalog.random_game(2, 2, prior="flat"), "prior is 'flat', want \"dirichlet\""),  # type: ignore[arg-type]
        (lambda: catalog.random_game(2, 2, n_players=0), "n_players is 0"),
        (
            lambda: catalog.covariance_game(1, 2, correlation=-0.9, n_players=3),
            "correlation is -0.9, want -0.5 to 1",
        ),
    ],
)
def test_parameters_that_make_no_sense_are_refused(make, complaint):
    with pytest.raises(SettingError, match=complaint):
        make()


def test_random_games_are_reproducible_and_as_described():
    a, b = (catalog.random_game(3, (2, 4), rng=7) for _ in range(2))
    assert (a.payoffs[0] == b.payoffs[0]).all()
    assert (a.prior > 0).all()
    assert a.payoffs[0].shape == (3, 3, 2, 4)
    assert 0 <= a.payoffs[0].min() <= a.payoffs[0].max() <= 1
    marginal = catalog.random_game((2, 3), 2, rng=0, prior="independent")
    rank = np.linalg.matrix_rank(marginal.prior, tol=1e-12)
    assert rank == 1
    zero = catalog.random_game(2, 3, rng=np.random.default_rng(1), zero_sum=True)
    assert (zero.payoffs[0] == -zero.payoffs[1]).all()
    assert catalog.random_game(2, 3, n_players=4, rng=0).n_players == 4


@pytest.mark.parametrize(("n", "correlation"), [(2, -1.0), (2, 0.3), (3, -0.5), (3, 0.8), (3, 1)])
def test_covariance_games_have_their_correlation(n, correlation):
    game = catalog.covariance_game(2, 30, correlation=correlation, n_players=n, rng=0)
    sample = np.corrcoef([u.ravel() for u in game.payoffs])
    off = sample[~np.eye(n, dtype=bool)]
    np.testing.assert_allclose(off, correlation, atol=0.06)
    if correlation == -1 / (n - 1):
        np.testing.assert_allclose(sum(game.payoffs), 0, atol=1e-12)
