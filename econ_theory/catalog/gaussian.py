"""Games of normal signals and quadratic payoffs with equilibria in closed form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.gaussian_game import GaussianGame
from econ_theory.strategies.affine import AffineProfile

__all__ = ["GaussianEntry", "gaussian_games"]


@dataclass(frozen=True)
class GaussianEntry(AuctionEntry):
    """A `GaussianGame` with a known equilibrium, affine in the signal s, or in s1, s2, ...."""

    def played(self, expressions: tuple[Any, ...]) -> AffineProfile:
        """Return `expressions` as affine rules, rounded only once."""
        import sympy

        game: Any = self.game
        rules_of = expressions * (game.n_players // len(expressions))
        rules = []
        for expression, told in zip(rules_of, game.signals, strict=True):
            count = len(told)
            symbols = sympy.symbols("s" if count == 1 else f"s1:{count + 1}", seq=True)
            slopes = [float(sympy.diff(expression, symbol)) for symbol in symbols]
            rules.append((slopes, float(expression.subs(dict.fromkeys(symbols, 0)))))
        return AffineProfile(rules)


def gaussian_games() -> list[AuctionEntry]:
    """Return guessing, trading, oligopoly and team games with normal signals."""
    return [*_beauty_contests(), *_markets_with_insiders(), *_oligopolies(), _team()]


def _beauty_contests() -> list[AuctionEntry]:
    """Three players guess a state of precision 1 and each other; own signals of precision 2."""
    from sympy import Rational, symbols

    s, s1, s2 = symbols("s s1 s2")
    weight = 0.4

    def payoff(i: int) -> Callable[..., float]:
        others = [j for j in range(3) if j != i]

        def value(w: Any, a: Any) -> float:
            apart = sum((a[i] - a[j]) ** 2 for j in others) / 2
            return -(1 - weight) * (a[i] - w[0]) ** 2 - weight * apart

        return value

    payoffs = [payoff(i) for i in range(3)]
    own = np.insert(np.eye(3), 0, 1.0, axis=1)
    public = np.array([1.0, 0, 0, 0, 1])
    return [
        GaussianEntry(
            "beauty_contest",
            GaussianGame(payoffs, list(own), np.diag([1, 0.5, 0.5, 0.5])),
            (Rational(6, 11) * s,),
            "Morris and Shin 2002, the public signal being the prior",
            (-40.2 / 121,),
        ),
        GaussianEntry(
            "beauty_contest_public_signal",
            GaussianGame(
                payoffs,
                [np.stack([np.append(row, 0), public]) for row in own],
                np.diag([1, 0.5, 0.5, 0.5, 1 / 3]),
            ),
            (Rational(3, 13) * s1 + Rational(15, 26) * s2,),
            "Morris and Shin 2002",
            (-21.3 / 169,),
        ),
    ]


def _markets_with_insiders() -> list[AuctionEntry]:
    """Insiders who know the value, noise traders of variance 0.49, a price that is fair."""
    from sympy import Rational, Symbol, sqrt

    s, noise = Symbol("s"), Rational(7, 10)
    found: list[AuctionEntry] = []
    for n, name, source in (
        (1, "kyle_insider", "Kyle 1985, section 2"),
        (3, "kyle_insiders_3", "Admati and Pfleiderer 1988; Holden and Subrahmanyam 1992"),
    ):
        insiders = [lambda w, a, i=i: (w[0] - a[-1]) * a[i] for i in range(n)]
        game = GaussianGame(
            [*insiders, lambda w, a: -((a[-1] - w[0]) ** 2)],
            [[1, 0]] * n + [[0, 1]],
            np.diag([1, 0.49]),
            sees=[None] * n + [[1] * n + [0]],
            stakes=[0.7] * n + [1.0],
        )
        found.append(
            GaussianEntry(
                name,
                game,
                (noise / sqrt(n) * s,) * n + (sqrt(n) / ((n + 1) * noise) * s,),
                source,
                (0.7 / (n**0.5 * (n + 1)),) * n + (-1 / (n + 1),),
            )
        )
    return found


def _oligopolies() -> list[AuctionEntry]:
    """Quantities under a demand of N(3, 1) that firms see with noise of variance 1/2, or not."""
    from sympy import Rational, symbols

    s, s1, s2 = symbols("s s1 s2")
    return [
        GaussianEntry(
            "cournot_uncertain_demand",
            GaussianGame(
                [lambda w, a, i=i: (w[0] - a[i] - a[1 - i] / 2) * a[i] for i in (0, 1)],
                [[1, 1, 0], [1, 0, 1]],
                np.diag([1, 0.5, 0.5]),
                [3, 0, 0],
            ),
            (Rational(12, 35) + Rational(2, 7) * s,),
            "Vives 1984",
            (1.44 + 6 / 49,),
        ),
        GaussianEntry(
            "stackelberg_uncertain_demand",
            GaussianGame(
                [lambda w, a, i=i: (w[0] - a[0] - a[1]) * a[i] for i in (0, 1)],
                [[1, 1], [[1, 0], [0, 0]]],
                np.diag([1, 0.5]),
                [3, 0],
                sees=[None, [[0, 0], [1, 0]]],
            ),
            (Rational(1, 2) + s / 3, (s1 - s2) / 2),
            "von Stackelberg 1934; the follower knows demand, so there is nothing to signal",
            (29 / 24, 11 / 16),
        ),
    ]


def _team() -> AuctionEntry:
    """Two members meet a demand together; one sees it better than the other."""
    from sympy import Rational, Symbol

    def payoff(w: Any, a: Any) -> float:
        return -((a[0] + a[1] - w[0]) ** 2) - a[0] ** 2 - a[1] ** 2

    s = Symbol("s")
    game = GaussianGame([payoff] * 2, [[1, 1, 0], [1, 0, 1]], np.diag([1, 0.5, 2]))
    return GaussianEntry(
        "team_of_two",
        game,
        (Rational(5, 17) * s, Rational(2, 17) * s),
        "Radner 1962",
        (-10 / 17,),
    )
