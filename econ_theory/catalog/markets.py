"""Markets with private information: lemons, and Cournot with a rival of unknown cost."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from econ_theory.catalog.base import Entry, Number, exact_profile, independent, tabulate
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["cournot", "market_for_lemons"]


def market_for_lemons(
    values: Sequence[Number] = (0, 1, 2, 3, 4), premium: Number = Fraction(3, 2)
) -> Entry:
    """Return a discrete market for lemons: a buyer names a price, the seller a reserve.

    The car is worth v to the seller, who alone knows it, and ``premium * v`` to the buyer; each
    of the distinct `values` is equally likely, and prices are those values. They trade at the
    price if it is at least the reserve. The seller's own value is a weakly dominant reserve; by
    default the buyer then offers 0, so that only the worthless car is traded although every
    trade would gain.

    >>> market_for_lemons().equilibria[0].supports[0]
    array([[ True, False, False, False, False]])
    """
    worth = sorted({Fraction(value) for value in values})
    m = Fraction(premium)
    k = len(worth)
    if k < 2 or worth[0] < 0 or m <= 0:
        raise SettingError(
            f"values is {list(values)} and premium {premium}, want at least two distinct values "
            ">= 0 and a premium > 0."
        )

    def gain(t: int, price: int) -> Fraction:
        return m * worth[t] - worth[price]

    labels = [str(value) for value in worth]
    game = BayesianGame(
        independent([Fraction(1)], [Fraction(1, k)] * k),
        [
            tabulate((1, k, k, k), lambda _, t, p, r: gain(t, p) if p >= r else 0),
            tabulate((1, k, k, k), lambda _, t, p, r: worth[p] - worth[t] if p >= r else 0),
        ],
        players=["buyer", "seller"],
        types=[["buyer"], labels],
        actions=[labels, labels],
        title="Market for lemons",
    )
    # Sellers with a value of at most the price sell.
    profits = [sum(gain(t, price) for t in range(price + 1)) for price in range(k)]
    best = [price for price in range(k) if profits[price] == max(profits)]
    identity = [[int(t == r) for r in range(k)] for t in range(k)]
    return Entry(
        "market_for_lemons",
        game,
        tuple(exact_profile([[int(p == price) for p in range(k)]], identity) for price in best),
        "Akerlof (1970), The market for 'lemons'; as a single offer, Samuelson (1984), Bargaining "
        "under asymmetric information",
        "The seller's indifference between reserves that no price tells apart gives many more.",
    )


def cournot(
    demand: Number = 10,
    cost: Number = 1,
    low: Number = 0,
    high: Number = 2,
    share_high: Number = Fraction(1, 2),
    n_quantities: int = 5,
) -> Entry:
    """Return a Cournot duopoly, price ``demand - q1 - q2``, where only firm 2 knows its own cost.

    Firm 2's cost is `high` with probability `share_high`, else `low`. Quantities are evenly
    spaced from 0 to half the demand, and hold the equilibrium quantities of the continuous game,
    which therefore remain an equilibrium.

    >>> entry = cournot()
    >>> entry.game.actions[0][int(entry.equilibria[0].rows[0].argmax())]
    '3'
    """
    a, c, cheap, dear, p = (Fraction(x) for x in (demand, cost, low, high, share_high))
    mean = p * dear + (1 - p) * cheap
    one = (a - 2 * c + mean) / 3
    two_low = (a - 2 * cheap + c) / 3 - p * (dear - cheap) / 6
    two_high = (a - 2 * dear + c) / 3 + (1 - p) * (dear - cheap) / 6
    if not 0 < p < 1 or cheap >= dear or min(one, two_low, two_high) < 0 or n_quantities < 2:
        raise SettingError(
            f"share_high is {share_high}, costs {low} and {high}, n_quantities {n_quantities}, "
            "want 0 < share_high < 1, low < high < demand with all firms active, at least 2 "
            "quantities."
        )
    grid = [a / 2 * k / (n_quantities - 1) for k in range(n_quantities)]
    first = sorted({*grid, one})
    second = sorted({*grid, two_low, two_high})
    costs = [cheap, dear]
    shape = (1, 2, len(first), len(second))
    game = BayesianGame(
        independent([Fraction(1)], [1 - p, p]),
        [
            tabulate(
                (1, 1, *shape[2:]), lambda _, t, x, y: (a - first[x] - second[y] - c) * first[x]
            ),
            tabulate(shape, lambda _, t, x, y: (a - first[x] - second[y] - costs[t]) * second[y]),
        ],
        players=["firm 1", "firm 2"],
        types=[["firm 1"], ["low cost", "high cost"]],
        actions=[[str(q) for q in first], [str(q) for q in second]],
        title="Cournot with unknown cost",
    )
    return Entry(
        "cournot",
        game,
        (
            exact_profile(
                [[int(q == one) for q in first]],
                [[int(q == best) for q in second] for best in (two_low, two_high)],
            ),
        ),
        "Gibbons (1992), Game Theory for Applied Economists, section 3.1.A",
        "The price may be negative off the equilibrium path, as in the source's derivation.",
    )
