"""Two players, two actions, no types: the games every textbook opens with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from econ_theory.catalog.base import Entry, Number, exact_profile, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = [
    "battle_of_the_sexes",
    "chicken",
    "hawk_dove",
    "matching_pennies",
    "prisoners_dilemma",
    "stag_hunt",
]


def _game(
    row: Sequence[Sequence[Number]],
    column: Sequence[Sequence[Number]],
    actions: Sequence[Sequence[str]],
    title: str,
) -> BayesianGame:
    shape = (1, 1, len(row), len(row[0]))
    return BayesianGame(
        [[Fraction(1)]],
        [tabulate(shape, lambda _t, _s, a, b, table=table: table[a][b]) for table in (row, column)],
        actions=actions,
        title=title,
    )


def _pair(first: Fraction, second: Fraction):
    """Return the profile in which each player plays its first action with these probabilities."""
    return exact_profile([[first, 1 - first]], [[second, 1 - second]])


def _ordered(title: str, **numbers: Number) -> list[Fraction]:
    """Return the numbers as Fractions, or complain unless they fall strictly."""
    values = [Fraction(number) for number in numbers.values()]
    if any(high <= low for high, low in pairwise(values)):
        given = ", ".join(f"{name}={number}" for name, number in numbers.items())
        raise SettingError(f"{title} has {given}, want {' > '.join(numbers)}.")
    return values


def prisoners_dilemma(
    temptation: Number = 5, reward: Number = 3, punishment: Number = 1, sucker: Number = 0
) -> Entry:
    """Return the prisoner's dilemma; both defecting is the only equilibrium.

    >>> prisoners_dilemma().equilibria[0].rows[0].tolist()
    [[Fraction(0, 1), Fraction(1, 1)]]
    """
    t, r, p, s = _ordered(
        "prisoner's dilemma",
        temptation=temptation,
        reward=reward,
        punishment=punishment,
        sucker=sucker,
    )
    names = ("cooperate", "defect")
    game = _game([[r, s], [t, p]], [[r, t], [s, p]], [names] * 2, "Prisoner's dilemma")
    return Entry(
        "prisoners_dilemma",
        game,
        (_pair(Fraction(0), Fraction(0)),),
        "Luce and Raiffa (1957), Games and Decisions, section 5.4",
        "Defecting is strictly dominant, so the equilibrium is unique.",
    )


def matching_pennies(heads: Number = 2) -> Entry:
    """Return zero-sum matching pennies in which matching on heads wins `heads`, on tails 1.

    Each plays heads with probability ``2 / (heads + 3)``, the only equilibrium; the default,
    [[2, -1], [-1, 1]], is asymmetric: (2/5, 3/5).

    >>> matching_pennies().equilibria[0].rows[0].tolist()
    [[Fraction(2, 5), Fraction(3, 5)]]
    """
    (x, _) = _ordered("matching pennies", heads=heads, losing=-1)
    names = ("heads", "tails")
    game = _game([[x, -1], [-1, 1]], [[-x, 1], [1, -1]], [names] * 2, "Matching pennies")
    return Entry(
        "matching_pennies" if x == 1 else "matching_pennies_asymmetric",
        game,
        (_pair(2 / (x + 3), 2 / (x + 3)),),
        "von Neumann (1928), Zur Theorie der Gesellschaftsspiele",
        "Unique and fully mixed; the row player's value is (heads - 1) / (heads + 3).",
    )


def battle_of_the_sexes(better: Number = 2, worse: Number = 1) -> Entry:
    """Return the battle of the sexes (Bach or Stravinsky): two pure and one mixed equilibrium.

    >>> len(battle_of_the_sexes().equilibria)
    3
    """
    high, low, _ = _ordered("battle of the sexes", better=better, worse=worse, apart=0)
    names = ("Bach", "Stravinsky")
    game = _game([[high, 0], [0, low]], [[low, 0], [0, high]], [names] * 2, "Battle of the sexes")
    share = high / (high + low)
    return Entry(
        "battle_of_the_sexes",
        game,
        (
            _pair(Fraction(1), Fraction(1)),
            _pair(Fraction(0), Fraction(0)),
            _pair(share, 1 - share),
        ),
        "Osborne (2004), An Introduction to Game Theory, section 2.3",
        "These are all its equilibria.",
    )


def chicken(win: Number = 1, lose: Number = -1, crash: Number = -10) -> Entry:
    """Return chicken: swerving together pays 0; each would rather the other swerved.

    >>> chicken().equilibria[2].rows[0].tolist()
    [[Fraction(9, 10), Fraction(1, 10)]]
    """
    w, _, l, c = _ordered("chicken", win=win, together=0, lose=lose, crash=crash)
    names = ("swerve", "straight")
    game = _game([[0, l], [w, c]], [[0, w], [l, c]], [names] * 2, "Chicken")
    swerve = (l - c) / (w + l - c)
    return Entry(
        "chicken",
        game,
        (
            _pair(Fraction(1), Fraction(0)),
            _pair(Fraction(0), Fraction(1)),
            _pair(swerve, swerve),
        ),
        "Rapoport and Chammah (1966), The game of chicken",
        "These are all its equilibria.",
    )


def hawk_dove(value: Number = 2, cost: Number = 3) -> Entry:
    """Return hawk-dove with ``0 < value < cost``; the mixed equilibrium is hawk at value / cost.

    >>> hawk_dove().equilibria[2].rows[1].tolist()
    [[Fraction(2, 3), Fraction(1, 3)]]
    """
    c, v, _ = _ordered("hawk-dove", cost=cost, value=value, zero=0)
    both, share = (v - c) / 2, v / 2
    names = ("hawk", "dove")
    game = _game([[both, v], [0, share]], [[both, 0], [v, share]], [names] * 2, "Hawk-dove")
    return Entry(
        "hawk_dove",
        game,
        (
            _pair(Fraction(1), Fraction(0)),
            _pair(Fraction(0), Fraction(1)),
            _pair(v / c, v / c),
        ),
        "Maynard Smith and Price (1973), The logic of animal conflict",
        "These are all its equilibria; only the mixed one is evolutionarily stable.",
    )


def stag_hunt(stag: Number = 3, hare: Number = 2) -> Entry:
    """Return the stag hunt: a stag takes two, a hare is certain.

    >>> stag_hunt().equilibria[2].rows[0].tolist()
    [[Fraction(2, 3), Fraction(1, 3)]]
    """
    s, h, _ = _ordered("stag hunt", stag=stag, hare=hare, nothing=0)
    names = ("stag", "hare")
    game = _game([[s, 0], [h, h]], [[s, h], [0, h]], [names] * 2, "Stag hunt")
    return Entry(
        "stag_hunt",
        game,
        (
            _pair(Fraction(1), Fraction(1)),
            _pair(Fraction(0), Fraction(0)),
            _pair(h / s, h / s),
        ),
        "Osborne (2004), An Introduction to Game Theory, section 2.5",
        "These are all its equilibria; hunting the stag is better, the hare safer.",
    )
