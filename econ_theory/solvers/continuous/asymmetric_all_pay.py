"""All-pay auctions of two unequal bidders: types that bid alike are matched by one integral.

With ``psi = -log(1 - returned F) / returned`` (F itself in the all-pay auction), the first-order
conditions of types v_1(b), v_2(b) that bid b are ``v_1 d psi_2(v_2) = db`` and
``v_2 d psi_1(v_1) = db``, so that ``d psi_1 / v_1 = d psi_2 / v_2``: variables separate. Both
highest types bid the same, so types bid alike who have the same

    m_i(v) = integral of psi_i'(s) / s from v to the highest type,

and the bid is the integral of ``v_1 v_2 dm``, from zero for the largest m they share. Where m_1 and
m_2 differ at the lowest types, the bidder with more left over bids zero with positive probability.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.payment_rules import AllPay
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import RiskNeutral
from econ_theory.quadrature import cosine_shares, nodes_of, placed, running
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["AsymmetricAllPay"]

HALVINGS = 39
GRID = 4096


@dataclass(frozen=True)
class AsymmetricAllPay:
    """The equilibrium of an all-pay auction of two bidders with any priors of values >= 0.

    A share of what the winner overbid may come back to it; with all of it (the war of attrition)
    there is a continuum of equilibria, and the solver refuses.

    Parameters
    ----------
    knots : tuple of int
        Knots of the piecewise-linear bids, about, one proposal each.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> solution = solve(AuctionGame("all_pay", [Uniform(0, 1), Uniform(0, 2)]))
    >>> float(solution.profile.functions[0](1.0).round(6)), solution.certificate.relative < 1e-6
    (0.666667, True)
    """

    knots: tuple[int, ...] = (256, 1024, 4096)
    source = "Amann and Leininger 1996"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AuctionGame):
            return other
        payment = game.payment
        if not isinstance(payment, AllPay) or payment.prizes != (1.0,):
            return "the rule is another, want AllPay with one prize; certify bids of your own."
        if payment.returned == 1.0:
            return (
                "the rule is the war of attrition, want returned < 1: unequal bidders have a "
                "continuum of equilibria; certify bids of your own."
            )
        if game.n_players != 2 or game.reserve is not None:
            return (
                f"there are {game.n_players} bidders and the reserve is {game.reserve}, want two "
                "and None; certify bids of your own."
            )
        if not all(isinstance(utility, RiskNeutral) for utility in game.utilities):
            return "bidders are risk averse, want RiskNeutral(); certify bids of your own."
        if min(prior.low for prior in game.priors) < 0:
            return "some values are negative, want them >= 0; raise the lowest."
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the interpolations; `start` and `rng` are not used."""
        share = game.payment.returned
        sides = [_Side(prior, share) for prior in game.priors]
        for n_knots in self.knots:
            yield BidProfile(_functions(sides, n_knots))  # type: ignore[misc]
        return Ending("the finest knots were proposed")


class _Side:
    """One bidder: its m at the points of a fine grid, and the type of any m."""

    def __init__(self, prior: Prior, share: float) -> None:
        from scipy.interpolate import PchipInterpolator

        self.prior, self.share = prior, share
        types = placed(cosine_shares(GRID, HALVINGS), prior.low, prior.high)
        # m may be infinite where values reach zero: the last, tiny piece is left out.
        types = types[types > 0]
        s, weights = nodes_of(types[:-1], types[1:])
        psi, left = self.psi(s), self.psi(types)
        # By parts, from each knot on: no density, which may be infinite, is asked for.
        pieces = np.diff(left) / types[1:] + ((psi - left[:-1, None]) / s**2 * weights).sum(axis=1)
        m = np.concatenate([[0.0], np.cumsum(pieces[::-1])])
        self.m, kept = np.unique(m, return_index=True)
        self._log_type = PchipInterpolator(self.m, np.log(types[::-1][kept]))

    def psi(self, v: Array) -> Array:
        """Return psi at types `v`."""
        rank = self.prior.cdf(v)
        return -np.log1p(-self.share * rank) / self.share if self.share > 1e-12 else rank

    def type(self, m: Array) -> Array:
        """Return the type whose integral is `m`."""
        return np.exp(self._log_type(m))


def _functions(sides: list[_Side], n_knots: int) -> list[BidFunction]:
    least = min(side.m[-1] for side in sides)
    parts = []
    for side in sides:
        shares = np.linspace(0, len(side.m) - 1, n_knots // 2)
        parts.append(np.interp(shares, np.arange(len(side.m)), side.m))
    m = np.unique(np.concatenate([*parts, [least]]))
    m = m[m <= least][::-1]
    first, second = sides
    bids = -running(lambda at: first.type(at) * second.type(at), m)
    return [_function(side.prior, side.type(m), bids) for side in sides]


def _function(prior: Prior, types: Array, bids: Array) -> BidFunction:
    types = np.clip(np.maximum.accumulate(types), prior.low, prior.high)
    types[-1] = prior.high
    if types[0] > prior.low:
        types, bids = np.append(prior.low, types), np.append(0.0, bids)
    return BidFunction(types, bids)
