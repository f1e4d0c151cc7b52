"""Beer or quiche: a signalling game as a game of three agents."""

from __future__ import annotations

from fractions import Fraction

from econ_theory.catalog.base import Entry, Number, exact_profile, independent, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["beer_quiche"]


def beer_quiche(strong: Number = Fraction(9, 10)) -> Entry:
    """Return the beer-quiche game in agent form; the sender is strong with probability `strong`.

    The sender has beer or quiche for breakfast; one agent of the receiver replies to beer,
    another to quiche, both with the receiver's payoff. The sender gets 1 for its favourite
    breakfast (beer if strong) and 2 for no duel; the receiver 1 for a duel with a weak sender or
    none with a strong one. Both pooling outcomes are equilibria, held up by a duel, with
    probability at least 1/2, after the breakfast that nobody has.

    >>> len(beer_quiche().equilibria)
    4
    """
    p = Fraction(strong)
    half = Fraction(1, 2)
    if not half <= p < 1:
        raise SettingError(f"strong is {strong}, want a probability of at least 1/2, below 1.")

    def duel(a: int, b: int, c: int) -> bool:
        return (b if a == 0 else c) == 0

    def sender(t: int, _b: int, _c: int, *actions: int) -> int:
        return (actions[0] == t) + 2 * (not duel(*actions))

    def receiver(t: int, _b: int, _c: int, *actions: int) -> int:
        return int(duel(*actions) == (t == 1))

    shape = (2, 1, 1, 2, 2, 2)
    reply = ("duel", "no duel")
    game = BayesianGame(
        independent([p, 1 - p], [Fraction(1)], [Fraction(1)]),
        [tabulate(shape, sender), tabulate(shape, receiver), tabulate(shape, receiver)],
        players=["sender", "receiver after beer", "receiver after quiche"],
        types=[["strong", "weak"], ["one"], ["one"]],
        actions=[("beer", "quiche"), reply, reply],
        title="Beer-quiche",
    )
    threats = ([1, 0], [half, half])
    beer = [exact_profile([[1, 0]] * 2, [[0, 1]], [threat]) for threat in threats]
    quiche = [exact_profile([[0, 1]] * 2, [threat], [[0, 1]]) for threat in threats]
    return Entry(
        "beer_quiche",
        game,
        (*beer, *quiche),
        "Cho and Kreps (1987), Signaling games and stable equilibria, section II",
        "Both poolings are sequential equilibria; only beer passes the intuitive criterion.",
    )
