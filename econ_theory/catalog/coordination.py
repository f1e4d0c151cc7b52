"""Coordination under incomplete information: Bach or Stravinsky with types, the global game."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from econ_theory.catalog.base import Entry, Number, exact_profile, independent, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["battle_of_the_sexes_one_sided", "battle_of_the_sexes_two_sided", "global_game"]

BACH, STRAVINSKY = [1, 0], [0, 1]
NAMES = ("Bach", "Stravinsky")


def _taste(player: int, meets: bool, a: int, b: int) -> int:
    """Return the player's payoff at actions (a, b): 2 at its favourite, 1 at the other's, or 0.

    One who meets gets it together with the other player, one who avoids gets it alone.
    """
    own = (a, b)[player]
    return (2 if own == player else 1) if (a == b) == meets else 0


def battle_of_the_sexes_one_sided(meets: Number = Fraction(1, 2)) -> Entry:
    """Return the battle of the sexes in which player 2 wants to meet with probability `meets`.

    Player 1 does not know whether player 2 wants to meet or to avoid her.

    >>> battle_of_the_sexes_one_sided().equilibria[0].rows[1].tolist()
    [[Fraction(1, 1), Fraction(0, 1)], [Fraction(0, 1), Fraction(1, 1)]]
    """
    p = Fraction(meets)
    if not 0 < p < 1:
        raise SettingError(f"meets is {meets}, want a probability strictly between 0 and 1.")
    third = Fraction(1, 3)
    game = BayesianGame(
        independent([Fraction(1)], [p, 1 - p]),
        [
            tabulate((1, 1, 2, 2), lambda _t, _s, a, b: _taste(0, True, a, b)),
            tabulate((1, 2, 2, 2), lambda _t, s, a, b: _taste(1, s == 0, a, b)),
        ],
        types=[["one"], ["meets", "avoids"]],
        actions=[NAMES, NAMES],
        title="Battle of the sexes, one-sided incomplete information",
    )
    found = []
    if p >= third:
        found.append(exact_profile([BACH], [BACH, STRAVINSKY]))
        found.append(exact_profile([[2 * third, third]], [[third / p, 1 - third / p], STRAVINSKY]))
    if 1 - p >= third:
        mix = third / (1 - p)
        found.append(exact_profile([[third, 2 * third]], [STRAVINSKY, [mix, 1 - mix]]))
    return Entry(
        "battle_of_the_sexes_one_sided",
        game,
        tuple(found),
        "Osborne (2004), An Introduction to Game Theory, section 9.1 (pure equilibrium)",
        "The mixed equilibria follow from player 1's indifference: 2's Bach has probability 1/3.",
    )


def battle_of_the_sexes_two_sided() -> Entry:
    """Return the battle of the sexes in which neither knows whether the other wants to meet.

    Player 1 meets with probability 2/3, player 2 with probability 1/2, independently.

    >>> battle_of_the_sexes_two_sided().game.n_types
    (2, 2)
    """
    half, third = Fraction(1, 2), Fraction(1, 3)
    game = BayesianGame(
        independent([2 * third, third], [half, half]),
        [
            tabulate((2, 1, 2, 2), lambda t, _s, a, b: _taste(0, t == 0, a, b)),
            tabulate((1, 2, 2, 2), lambda _t, s, a, b: _taste(1, s == 0, a, b)),
        ],
        types=[["meets", "avoids"]] * 2,
        actions=[NAMES, NAMES],
        title="Battle of the sexes, two-sided incomplete information",
    )
    return Entry(
        "battle_of_the_sexes_two_sided",
        game,
        (
            exact_profile([BACH, BACH], [BACH, STRAVINSKY]),
            exact_profile([STRAVINSKY, BACH], [STRAVINSKY, STRAVINSKY]),
        ),
        "Osborne (2004), An Introduction to Game Theory, section 9.1",
        "These are its pure equilibria.",
    )


def global_game(n_states: int = 6, step: Number = Fraction(1, 2)) -> Entry:
    """Return a global game of investment: invest pays ``state - 1 + (the other invests)``.

    States lie on a grid of `n_states` (even) points `step` apart around 1/2, equally likely; each
    player sees the state with an independent error of -1, 0 or 1 steps, equally likely. Signals
    more than two steps apart have probability zero. Investing from signal 1/2 on, where it is
    risk dominant, is an equilibrium.

    >>> [row[0] for row in global_game().equilibria[0].rows[0].tolist()].count(0)
    4
    """
    gap = Fraction(step)
    if n_states < 4 or n_states % 2 or gap <= 0:
        raise SettingError(
            f"n_states is {n_states} and step {step}, want an even number >= 4 and a step > 0."
        )
    n_signals = n_states + 2
    states = [Fraction(1, 2) + gap * (k - Fraction(n_states - 1, 2)) for k in range(n_states)]
    signals = [states[0] + gap * (s - 1) for s in range(n_signals)]
    # Signal s is state s - 1 without error, so it comes from states s - 2 .. s.
    weight = np.full((n_signals, n_signals), Fraction(0), dtype=object)
    total = weight.copy()
    for k, state in enumerate(states):
        for s in range(k, k + 3):
            for t in range(k, k + 3):
                weight[s, t] += Fraction(1, 9 * n_states)
                total[s, t] += state * Fraction(1, 9 * n_states)
    mean = tabulate(weight.shape, lambda s, t: total[s, t] / weight[s, t] if weight[s, t] else 0)
    shape = (n_signals, n_signals, 2, 2)
    labels = [str(signal) for signal in signals]
    game = BayesianGame(
        weight,
        [
            tabulate(shape, lambda s, t, a, b: a * (mean[s, t] - 1 + b)),
            tabulate(shape, lambda s, t, a, b: b * (mean[s, t] - 1 + a)),
        ],
        types=[labels, labels],
        actions=[["stay out", "invest"]] * 2,
        title="Global game",
    )
    threshold = [[0, 1] if signal >= Fraction(1, 2) else [1, 0] for signal in signals]
    return Entry(
        "global_game",
        game,
        (exact_profile(threshold, threshold),),
        "Carlsson and van Damme (1993), Global games and equilibrium selection; "
        "Morris and Shin (2003), Global games: theory and applications",
        "At the threshold the other invests with probability 2/3 above it and 1/3 below it.",
    )
