"""Games that need mixing: one-card poker, and the purification of matching pennies."""

from __future__ import annotations

from fractions import Fraction

from econ_theory.catalog.base import Entry, Number, exact_profile, independent, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["one_card_poker", "purified_pennies"]


def one_card_poker(bet: Number = 1) -> Entry:
    """Return one-card poker: ante 1, player 1 sees a strong or weak card and may bet `bet`.

    Player 2 says whether it would call. The strong card bets, the weak one bluffs with
    probability ``bet / (2 + bet)``, player 2 calls with probability ``2 / (2 + bet)``.

    >>> one_card_poker().equilibria[0].rows[0].tolist()[1]
    [Fraction(1, 3), Fraction(2, 3)]
    """
    b = Fraction(bet)
    if b <= 0:
        raise SettingError(f"bet is {bet}, want a positive bet.")

    def payoff(t: int, _s: int, a: int, reply: int) -> Fraction | int:
        sign = 1 if t == 0 else -1
        if a == 1:
            return sign
        return sign * (1 + b) if reply == 0 else 1

    table = tabulate((2, 1, 2, 2), payoff)
    half = Fraction(1, 2)
    game = BayesianGame(
        independent([half, half], [Fraction(1)]),
        [table, -table],
        types=[["strong", "weak"], ["one"]],
        actions=[["bet", "check"], ["call", "fold"]],
        title="One-card poker",
    )
    bluff, call = b / (2 + b), 2 / (2 + b)
    return Entry(
        "one_card_poker",
        game,
        (exact_profile([[1, 0], [bluff, 1 - bluff]], [[call, 1 - call]]),),
        "Myerson (1991), Game Theory: Analysis of Conflict, section 2.1",
        "Zero-sum and unique; player 1's value is bet / (2 + bet).",
    )


def purified_pennies(shock: Number = Fraction(1, 10)) -> Entry:
    """Return asymmetric matching pennies with private tastes: pure play that looks mixed.

    Each player has one of five equally likely tastes, -3, -2, -1, 1, 2 times `shock`, for heads.
    The two positive ones play heads, so that play is (2/5, 3/5) on average, as in the mixed
    equilibrium of the game without tastes, and every type strictly prefers its action.

    >>> purified_pennies().equilibria[0].rows[0].mean(axis=0).tolist()
    [Fraction(2, 5), Fraction(3, 5)]
    """
    size = Fraction(shock)
    if size <= 0:
        raise SettingError(f"shock is {shock}, want a positive payoff.")
    tastes = [size * k for k in (-3, -2, -1, 1, 2)]
    pennies = [[2, -1], [-1, 1]]
    fifth = [Fraction(1, 5)] * 5
    labels = [str(taste) for taste in tastes]
    game = BayesianGame(
        independent(fifth, fifth),
        [
            tabulate((5, 1, 2, 2), lambda t, _, a, b: pennies[a][b] + tastes[t] * (a == 0)),
            tabulate((1, 5, 2, 2), lambda _, t, a, b: -pennies[a][b] + tastes[t] * (b == 0)),
        ],
        types=[labels, labels],
        actions=[["heads", "tails"]] * 2,
        title="Purified matching pennies",
    )
    threshold = [[int(taste > 0), int(taste < 0)] for taste in tastes]
    return Entry(
        "purified_pennies",
        game,
        (exact_profile(threshold, threshold),),
        "Harsanyi (1973), Games with randomly disturbed payoffs",
        "Strict, whatever the size of the shock.",
    )
