"""Jury voting: a common wish to be right, private evidence, and what being pivotal reveals."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from econ_theory.catalog.base import Entry, Number, exact_profile, root, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["jury_majority", "jury_unanimity"]

SOURCE = (
    "Feddersen and Pesendorfer (1998), Convicting the innocent: the inferiority of unanimous "
    "jury verdicts under strategic voting"
)
CONVICT, ACQUIT = [0, 1], [1, 0]


def _game(n: int, q: Fraction, votes_needed: int, title: str) -> BayesianGame:
    """Return the game: 0 for the right verdict, -1/2 for either mistake, states equally likely."""
    half = Fraction(1, 2)

    def likelihood(signals: tuple[int, ...], guilty: int) -> Fraction:
        return half * prod(q if signal == guilty else 1 - q for signal in signals)

    prior = tabulate((2,) * n, lambda *s: likelihood(s, 0) + likelihood(s, 1))

    def payoff(*index: int) -> Fraction:
        signals, votes = index[:n], index[n:]
        convicted = sum(votes) >= votes_needed
        return -half * likelihood(signals, 1 - convicted) / prior[signals]

    table = tabulate((2,) * (2 * n), payoff)
    return BayesianGame(
        prior,
        [table] * n,
        players=[f"juror {i}" for i in range(1, n + 1)],
        types=[["innocent", "guilty"]] * n,
        actions=[["acquit", "convict"]] * n,
        title=title,
    )


def _settings(n: int, accuracy: Number) -> Fraction:
    q = Fraction(accuracy)
    if not Fraction(1, 2) < q < 1:
        raise SettingError(f"accuracy is {accuracy}, want a probability between 1/2 and 1.")
    if not 3 <= n <= 8:
        raise SettingError(f"n_jurors is {n}, want 3 to 8: the payoffs grow as 4 ** n_jurors.")
    return q


def jury_majority(n_jurors: int = 3, accuracy: Number = Fraction(7, 10)) -> Entry:
    """Return jury voting by simple majority; voting one's signal is an equilibrium.

    The number of jurors is odd. States and mistakes weigh the same; each signal is right with
    probability `accuracy`.

    >>> jury_majority().equilibria[0].rows[2].tolist()
    [[Fraction(1, 1), Fraction(0, 1)], [Fraction(0, 1), Fraction(1, 1)]]
    """
    q = _settings(n_jurors, accuracy)
    if n_jurors % 2 == 0:
        raise SettingError(f"n_jurors is {n_jurors}, want an odd number for a majority.")
    game = _game(n_jurors, q, (n_jurors + 1) // 2, "Jury, majority rule")
    informative = exact_profile(*[[ACQUIT, CONVICT]] * n_jurors)
    return Entry(
        "jury_majority",
        game,
        (informative,),
        SOURCE,
        "Pivotal means that the others' signals are split, so one's own signal decides.",
    )


def jury_unanimity(n_jurors: int = 3, accuracy: Number = Fraction(4, 5)) -> Entry:
    """Return jury voting that needs all votes to convict: voting one's signal is no equilibrium.

    In the responsive symmetric equilibrium the guilty signal convicts and the innocent one
    convicts with probability ``(q - x (1 - q)) / (x q - (1 - q))``, where q is the accuracy and
    ``x ** (n - 1) = q / (1 - q)``: 2/7 by default. That all acquit is one too.

    >>> jury_unanimity().equilibria[0].rows[0].tolist()[0]
    [Fraction(5, 7), Fraction(2, 7)]
    """
    q = _settings(n_jurors, accuracy)
    game = _game(n_jurors, q, n_jurors, "Jury, unanimity rule")
    x = root(q / (1 - q), n_jurors - 1)
    quality = float(q) if isinstance(x, float) else q
    convict = (quality - x * (1 - quality)) / (x * quality - (1 - quality))
    responsive = exact_profile(*[[[1 - convict, convict], CONVICT]] * n_jurors)
    return Entry(
        "jury_unanimity",
        game,
        (responsive, exact_profile(*[[ACQUIT, ACQUIT]] * n_jurors)),
        SOURCE,
        "Pivotal means that all others convict, which outweighs an innocent signal.",
    )
