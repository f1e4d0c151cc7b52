"""Markets, public goods and Tullock contests of private types, with equilibria in closed form."""

from __future__ import annotations

from typing import Any

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.aggregate_payoffs import Contest
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.games.continuous.priors import Known, Power, Uniform
from econ_theory.games.continuous.quadratic_payoffs import Bertrand, Cournot, PublicGood

__all__ = ["markets_of_private_costs", "public_goods", "tullock_contests"]


def markets_of_private_costs() -> list[AuctionEntry]:
    """Return Cournot and Bertrand markets with linear demand and private costs.

    Cournot, price ``1 - Q``: with M the sum of mean costs, firm i makes ``q_i = (1 + M) / (n + 1) -
    mu_i`` on average, ``q_i + (mu_i - c) / 2`` at cost c, and earns ``q_i^2 + sigma_i^2 / 4``.

    Bertrand, demand ``1 - p + d y``: the mean price is ``p = (1 + mu) / (2 - d (n - 1))``, that of
    cost c ``p + (c - mu) / 2``, and firms earn ``(p - mu)^2 + sigma^2 / 4``.
    """
    from sympy import Rational, Symbol

    v = Symbol("v")
    found = []
    for n, top in ((2, Rational(2, 5)), (3, Rational(2, 5)), (5, Rational(1, 20))):
        mean, variance = top / 2, top**2 / 12
        quantity = (1 - mean) / (n + 1)
        game = AggregativeGame(Cournot(), Uniform(0, float(top)), n)
        found.append(_market(f"cournot_{n}", game, [(quantity, mean, variance)], v))
    costs = ((Rational(1, 5), Rational(1, 75)), (Rational(3, 10), Rational(9, 800)))
    unequal = [Uniform(0, 0.4), Power(2.0, 0.45)]
    total = sum(mean for mean, _ in costs)
    plans = [((1 + total) / 3 - mean, mean, variance) for mean, variance in costs]
    found.append(_market("cournot_unequal", AggregativeGame(Cournot(), unequal), plans, v))
    for n, cross in ((2, Rational(1, 2)), (3, Rational(1, 4))):
        mean, variance = Rational(1, 5), Rational(1, 75)
        price = (1 + mean) / (2 - cross * (n - 1))
        game = AggregativeGame(Bertrand(1.0, 1.0, float(cross)), Uniform(0, 0.4), n)
        found.append(
            AuctionEntry(
                f"bertrand_differentiated_{n}",
                game,
                (price + (v - mean) / 2,),
                "Vives 1984",
                (float((price - mean) ** 2 + variance / 4),),
            )
        )
    return found


def _market(name: str, game: AggregativeGame, plans: list[Any], v: Any) -> AuctionEntry:
    return AuctionEntry(
        name,
        game,
        tuple(quantity + (mean - v) / 2 for quantity, mean, _ in plans),
        "Vives 2008, Information and Learning in Markets, chapter 1",
        tuple(float(quantity**2 + variance / 4) for quantity, _, variance in plans),
    )


def public_goods() -> list[AuctionEntry]:
    """Return public goods: everyone gives; or low types ride free.

    With saturation b, cost c and all giving, ``g = (v - b (n - 1) m) / (b + c)`` with ``m = mu / (c
    + n b)`` the mean. For two with b = 1, c = 0 and types U[0, 1], those above k give ``v - k``,
    with k the mean of what is given: ``k = (1 - k)^2 / 2``.
    """
    from sympy import Max, Rational, Symbol, integrate, sqrt

    v, n, b, c = Symbol("v"), 3, Rational(1, 4), Rational(1, 2)
    mean, variance = Rational(3, 2), Rational(1, 12)
    given = mean / (c + n * b)
    rate = 1 / (b + c)
    gift = (v - b * (n - 1) * given) * rate
    spread = variance * rate**2
    # E[t G] - b E[G^2] / 2 - c E[g^2] / 2, the own type with the own gift.
    worth = mean * n * given + variance * rate - b / 2 * ((n * given) ** 2 + n * spread)
    worth -= c / 2 * (given**2 + spread)
    k = 2 - sqrt(3)
    moments = [integrate((v - k) ** m, (v, k, 1)) for m in (1, 2)]
    own = integrate(v * (v - k), (v, k, 1))
    ride = own + moments[0] / 2 - (2 * moments[1] + 2 * moments[0] ** 2) / 2
    source = "Bergstrom, Blume and Varian 1986, with private values; from first-order conditions"
    return [
        AuctionEntry(
            "public_good_all_give",
            AggregativeGame(PublicGood(float(b), float(c)), Uniform(1, 2), n),
            (gift,),
            source,
            (float(worth),),
        ),
        AuctionEntry(
            "public_good_free_riders",
            AggregativeGame(PublicGood(1.0, 0.0), Uniform(), 2),
            (Max(v - k, 0),),
            source,
            (float(ride),),
        ),
    ]


def tullock_contests() -> list[AuctionEntry]:
    """Return Tullock contests: values known to all, or to their owner alone.

    Known and equal values V: effort ``r (n - 1) / n^2 V``, worth ``V (n - r (n - 1)) / n^2``. Known
    V_1, V_2, r = 1: effort ``V_i^2 V_j / (V_1 + V_2)^2``, worth ``V_i^3 / (V_1 + V_2)^2``. One
    value known to be 1, the other private: ``sqrt(v x) - x`` against x, whose first-order condition
    gives ``sqrt(x) = E[v^(-1/2)] / (1 + E[1 / v])``.
    """
    from sympy import Integer, Rational, Symbol, integrate, log, sqrt

    v, found = Symbol("v", positive=True), []
    plain = Symbol("v")
    for n, r in ((2, Integer(1)), (4, Integer(1)), (3, Rational(1, 2))):
        game = AggregativeGame(Contest(float(r)), Known(1.0), n)
        effort, worth = r * (n - 1) / Integer(n) ** 2, (n - r * (n - 1)) / Integer(n) ** 2
        name = f"tullock_known_{n}" + ("" if r == 1 else f"_{float(r):g}")
        found.append(AuctionEntry(name, game, (effort,), "Tullock 1980", (float(worth),)))
    values = Integer(1), Integer(2)
    total = sum(values) ** 2
    found.append(
        AuctionEntry(
            "tullock_known_unequal",
            AggregativeGame(Contest(), [Known(float(value)) for value in values]),
            (values[0] ** 2 * values[1] / total, values[1] ** 2 * values[0] / total),
            "Nti 1999",
            tuple(float(value**3 / total) for value in values),
        )
    )
    low, high = Rational(1, 2), Rational(3, 2)
    root = integrate(1 / sqrt(v), (v, low, high))
    x = (root / (1 + log(high / low))) ** 2
    mean_root = integrate(sqrt(v), (v, low, high))
    found.append(
        AuctionEntry(
            "tullock_one_sided",
            AggregativeGame(Contest(), [Known(1.0), Uniform(0.5, 1.5)]),
            (x, sqrt(plain * x) - x),
            "Hurley and Shogren 1998",
            (float(sqrt(x) * root - x), float(1 - 2 * sqrt(x) * mean_root + x)),
        )
    )
    return found
