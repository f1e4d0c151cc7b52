"""A public good that one contribution provides, with private costs."""

from __future__ import annotations

from fractions import Fraction

from econ_theory.catalog.base import Entry, Number, exact_profile, independent, root, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["public_good"]


def public_good(
    n_players: int = 3,
    low: Number = Fraction(1, 8),
    high: Number = Fraction(3, 4),
    share_low: Number = Fraction(1, 2),
) -> Entry:
    """Return a public good: one contribution gives everyone 1; contributing costs `low` or `high`.

    Costs are private and independent. In the symmetric equilibrium nobody else contributes with
    probability ``f ** (n - 1)``, where f is the share that does not: types of a lower cost than
    that contribute, types of a higher cost do not, and one of that very cost may mix. A low
    share of `share_low` gives one of three regimes: low types contribute and high ones do not,
    low types mix, or high types mix.

    >>> public_good(3, low=Fraction(4, 9)).equilibria[0].rows[0].tolist()
    [[Fraction(2, 3), Fraction(1, 3)], [Fraction(0, 1), Fraction(1, 1)]]
    """
    cheap, dear, p = Fraction(low), Fraction(high), Fraction(share_low)
    n = n_players
    if not (2 <= n <= 8 and 0 < cheap < dear < 1 and 0 < p < 1):
        raise SettingError(
            f"n_players is {n}, costs {low} and {high}, share_low {share_low}, want 2 to 8 "
            "players, 0 < low < high < 1 and 0 < share_low < 1."
        )
    costs = [cheap, dear]

    def payoff(i: int):
        def entry(*index: int) -> Fraction:
            t, a = index[i], index[n:]
            return Fraction(int(0 in a)) - costs[t] * (a[i] == 0)

        shape = tuple(2 if j == i else 1 for j in range(n)) + (2,) * n
        return tabulate(shape, entry)

    game = BayesianGame(
        independent(*[[p, 1 - p]] * n),
        [payoff(i) for i in range(n)],
        types=[["low cost", "high cost"]] * n,
        actions=[["contribute", "not"]] * n,
        title="Public good with private costs",
    )
    none = (1 - p) ** (n - 1)
    if cheap > none:
        rows = [(1 - root(cheap, n - 1)) / p, 0]
        regime = "Low types mix, high types do not contribute."
    elif dear < none:
        rows = [1, 1 - root(dear, n - 1) / (1 - p)]
        regime = "Low types contribute, high types mix."
    else:
        rows = [1, 0]
        regime = "Low types contribute, high types do not."
    profile = exact_profile(*[[[share, 1 - share] for share in rows]] * n)
    return Entry(
        "public_good",
        game,
        (profile,),
        "Palfrey and Rosenthal (1984), Participation and the provision of discrete public goods; "
        "(1988), Private incentives in social dilemmas",
        regime,
    )
