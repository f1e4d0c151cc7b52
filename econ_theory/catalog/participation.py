"""Games of joining or staying out with equilibrium cutoffs in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt as root
from typing import Any

from econ_theory.catalog.auction_entry import AuctionEntry
from econ_theory.games.continuous.participation_game import ParticipationGame
from econ_theory.games.continuous.priors import Power, Uniform
from econ_theory.strategies.steps import StepFunction, StepProfile

__all__ = ["ParticipationEntry", "participation_games"]


@dataclass(frozen=True)
class ParticipationEntry(AuctionEntry):
    """A `ParticipationGame` with a known equilibrium: 1 on one side of a cutoff, 0 elsewhere."""

    def played(self, expressions: tuple[Any, ...]) -> StepProfile:
        """Return `expressions` as step functions, rounded only once."""
        functions = []
        for expression in expressions:
            condition: Any = expression.args[0][1]
            side = StepFunction.above if condition.rel_op == ">=" else StepFunction.below
            functions.append(side(float(condition.rhs)))
        return StepProfile(functions * (self.game.n_players // len(functions)))


def participation_games() -> list[AuctionEntry]:
    """Return public goods with values and with costs as types, and entry to a market."""
    return [*_volunteers(), *_public_goods(), *_entry()]


def _joins(cutoff: Any, *, above: bool = True) -> Any:
    from sympy import Piecewise, Symbol

    v = Symbol("v")
    return Piecewise((1, v >= cutoff if above else v <= cutoff), (0, True))


def _volunteers() -> list[AuctionEntry]:
    """One is enough."""
    from sympy import Rational, sqrt

    unit, good = Uniform(), ParticipationGame.public_good
    x, y = 0.2 ** (1 / 3), (3 - root(5)) / 2
    return [
        ParticipationEntry(
            "volunteers_dilemma",
            good(unit, 3, cost=0.2),
            (_joins(Rational(1, 5) ** Rational(1, 3)),),
            "Palfrey and Rosenthal 1984; Fudenberg and Tirole 1991, section 6.2",
            ((1 - x**2) / 2 + x**2 * (1 - x**2) / 2 - 0.2 * (1 - x),),
        ),
        ParticipationEntry(
            "volunteers_unequal",
            good([unit, Power(2.0)], cost=[0.2, 0.25]),
            (_joins(Rational(5, 16)), _joins(Rational(4, 5))),
            "each cutoff times the chance that the other stays out is the cost",
            # Each first as if it never paid, then what paying adds from the cutoff on.
            (
                0.36 / 2 + 0.64 * (1 - 0.3125**2) / 2 - 0.2 * 0.6875,
                0.6875 * 2 / 3 + 0.3125 * 2 / 3 * (1 - 0.8**3) - 0.25 * 0.36,
            ),
        ),
        ParticipationEntry(
            "volunteers_private_costs",
            good(unit, 3, value=1.0),
            (_joins((3 - sqrt(5)) / 2, above=False),),
            "Weesie 1994, costs uniform",
            (1 - y + y**2 / 2,),
        ),
    ]


def _public_goods() -> list[AuctionEntry]:
    """Two of three must pay; at a cutoff x one other pays with probability 2 x (1 - x)."""
    from sympy import Rational, sqrt

    x = (1 + root(41)) / 20
    one, both = 2 * x * (1 - x), (1 - x) ** 2
    return [
        ParticipationEntry(
            "public_good_two_of_three",
            ParticipationGame.public_good(Uniform(), 3, cost=0.25, threshold=2),
            (_joins(Rational(1, 2)),),
            "Palfrey and Rosenthal 1984; 2 x^2 (1 - x) = cost, one of two roots",
            (3 / 16,),
        ),
        ParticipationEntry(
            "public_good_refund",
            ParticipationGame.public_good(Uniform(), 3, cost=0.2, threshold=2, refund=True),
            (_joins((1 + sqrt(41)) / 20),),
            "Palfrey and Rosenthal 1984; 2 x^2 = cost (1 + x)",
            (both / 2 + one * (1 - x**2) / 2 - 0.2 * (one + both) * (1 - x),),
        ),
    ]


def _entry() -> list[AuctionEntry]:
    """A monopolist earns 0.9, a duopolist 0.3."""
    from sympy import Rational

    unit, entry = Uniform(), ParticipationGame.entry
    return [
        ParticipationEntry(
            "entry_duopoly",
            entry(unit, 2, profits=[0.9, 0.3]),
            (_joins(Rational(9, 16), above=False),),
            "the marginal entrant earns its cost; as in Seim 2006",
            ((9 / 16) ** 2 / 2,),
        ),
        ParticipationEntry(
            "entry_unequal",
            entry([unit, Uniform(0, 2)], profits=[0.9, 0.3]),
            (_joins(Rational(63, 82), above=False), _joins(Rational(18, 41), above=False)),
            "the marginal entrants earn their costs; as in Seim 2006",
            ((63 / 82) ** 2 / 2, (18 / 41) ** 2 / 4),
        ),
    ]
