"""What aggregative games come to: total output, effort or contributions, and a market's welfare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from econ_theory.certificates import certify
from econ_theory.certificates.continuous.aggregative_games.aggregates import Aggregate, aggregate
from econ_theory.certificates.continuous.envelope import Bidder
from econ_theory.errors import RefusedError
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.games.continuous.quadratic_payoffs import Cournot
from econ_theory.records import Record
from econ_theory.strategies.bids import as_bids

__all__ = ["CournotOutcome", "cournot_outcome", "expected_total"]

CELLS = 1024


def expected_total(game: AggregativeGame, profile: Any) -> float:
    """Return the expected sum of all actions: output, effort spent, or contributions.

    In a contest, as a share of the prize, it is how much of the rent is dissipated.

    Examples
    --------
    >>> from econ_theory.games import Contest, Known
    >>> contest = AggregativeGame(Contest(), Known(1.0), 4)
    >>> expected_total(contest, [([1.0], [3 / 16])] * 4)
    0.75
    """
    low, high = _total(game, profile).mean
    return (low + high) / 2


@dataclass(frozen=True)
class CournotOutcome(Record):
    """What a Cournot market is expected to come to.

    Attributes
    ----------
    price, quantity : float
    consumer_surplus : float
        ``decline E[Q^2] / 2``.
    profits : tuple of float
        One a firm.
    """

    price: float
    quantity: float
    consumer_surplus: float
    profits: tuple[float, ...]

    @property
    def welfare(self) -> float:
        """Consumer surplus and profits together."""
        return self.consumer_surplus + sum(self.profits)


def cournot_outcome(game: AggregativeGame, profile: Any) -> CournotOutcome:
    """Return the expected price, quantity, surplus and profits of a Cournot market.

    `profile` is whatever `certify` takes.

    Raises
    ------
    RefusedError
        If the game is no Cournot market.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import Uniform
    >>> market = AggregativeGame(Cournot(), Uniform(0, 0.4), 2)
    >>> outcome = cournot_outcome(market, solve(market).profile)
    >>> round(outcome.price, 6), round(outcome.welfare, 6)
    (0.466667, 0.294444)
    """
    payoff = game.payoff
    if not isinstance(payoff, Cournot):
        raise RefusedError(f"the payoff is {payoff.name}, want Cournot; see expected_total.")
    total = _total(game, profile)
    quantity = sum(total.mean) / 2
    return CournotOutcome(
        price=payoff.intercept - payoff.decline * quantity,
        quantity=quantity,
        consumer_surplus=payoff.decline * (quantity**2 + total.variance) / 2,
        profits=tuple(certify(game, profile).utilities),
    )


def _total(game: AggregativeGame, profile: Any) -> Aggregate:
    functions = as_bids(profile, game).functions
    players = [Bidder(f, prior) for f, prior in zip(functions, game.priors, strict=True)]
    return aggregate(players, CELLS)
