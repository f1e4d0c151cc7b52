"""The symmetric equilibrium of affiliated signals and interdependent values, by quadrature.

With v(x, y) the value given own signal x and highest rival signal y, and ``G(y | x)`` with density
g, the first-order condition of each rule is a linear differential equation along the diagonal. Let
r be the reserve and x0 the lowest signal that bids, the one to whom winning at r is worth nothing:
``integral up to x0 of v(x0, y) dG(y | x0) = r G(x0 | x0)``, or r where all pay.

* second price: ``b(x) = v(x, x)``
* own share o: ``o b' = (v(x, x) - b) g(x | x) / G(x | x)``, so that ``b(x) = integral of v dL(s|x)
  + r L(x0 | x)`` with ``L(s | x) = exp(-integral from s to x of g / (o G))``
* all pay: ``b(x) = r + integral of v(s, s) g(s | s) ds``
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.payment_rules import WinnerPays
from econ_theory.quadrature import cosine_shares, integrals, nodes_of, placed, running
from econ_theory.solvers.base import Ending, Proposals, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["MilgromWeber"]

HALVINGS = 29
INNER = 2001


@dataclass(frozen=True)
class MilgromWeber:
    """The symmetric equilibrium of an `InterdependentAuction`, at finer and finer knots.

    Proposes the piecewise-linear interpolation at 512 and 2,048 knots, crowded at both ends.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import FgmPair, InterdependentAuction
    >>> game = InterdependentAuction("second_price", FgmPair(0.5), "wallet")
    >>> solution = solve(game, MilgromWeber())
    >>> float(solution.profile.functions[0](0.5).round(6)), solution.certificate.relative < 1e-5
    (1.0, True)
    """

    knots: tuple[int, ...] = (512, 2048)
    source = "Milgrom and Weber 1982; Krishna and Morgan 1997 where all pay"
    exact = False
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, InterdependentAuction):
            return other
        if not game.joint.affiliated:
            return f"signals are not affiliated ({game.joint.words}), want them so; use FgmPair(0)."
        signal = game.priors[0]
        if game.reserve and _surplus(game, signal.high - 1e-9 * (signal.high - signal.low)) <= 0:
            return f"the reserve is {game.reserve:g}, want one that some signal is worth."
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the interpolations; `start` and `rng` are not used."""
        for n_knots in self.knots:
            try:
                function = _function(game, n_knots)
            except ProfileError as problem:
                return f"the first-order condition has no rising solution ({problem})"
            yield BidProfile([function] * game.n_players)  # type: ignore[misc]
        return Ending("the finest knots were proposed")


def _surplus(game: InterdependentAuction, x: float) -> float:
    """Return what winning against all lower signals at the reserve is worth to x."""
    low = game.priors[0].low
    y = low + (x - low) * np.linspace(0, 1, INNER)
    below = game.joint.below(x, y)
    value = game.worth(x, (y[1:] + y[:-1]) / 2)
    won = float(value @ np.diff(below))
    share = float(below[-1]) if isinstance(game.payment, WinnerPays) else 1.0
    return won - game.reserve * share


def _entry(game: InterdependentAuction) -> float:
    signal = game.priors[0]
    width = signal.high - signal.low
    low, high = signal.low + 1e-9 * width, signal.high - 1e-9 * width
    if not game.reserve or _surplus(game, low) >= 0:
        return signal.low
    from scipy.optimize import brentq

    return float(brentq(lambda x: _surplus(game, x), low, high, xtol=1e-14))  # type: ignore[arg-type]


def _function(game: InterdependentAuction, n_knots: int) -> BidFunction:
    signal = game.priors[0]
    first = _entry(game)
    x = placed(cosine_shares(n_knots, HALVINGS), first, signal.high, signal.turns)
    if not isinstance(game.payment, WinnerPays):
        bids = game.reserve + running(lambda s: game.worth(s, s) * game.joint.density(s, s), x)
    elif game.payment.own == 0:
        bids = game.worth(x, x)
    else:
        bids = _winner_pays(game, x, game.payment.own)
    # Rounding may turn flat pieces down.
    bids = np.maximum(bids, game.reserve)
    sweep = np.maximum.accumulate(bids)
    bids = np.where(sweep - bids <= 1e-12 * max(1.0, float(bids[-1])), sweep, bids)
    if (np.diff(bids) < 0).any():
        raise ProfileError("bids fall somewhere, want them to rise.")
    # Flat pieces would be atoms.
    bids, kept = np.unique(bids, return_index=True)
    types = x[kept]
    types[-1] = x[-1]
    return BidFunction(types, bids)


def _winner_pays(game: InterdependentAuction, x: Array, own: float) -> Array:
    """Return ``v(x, x)`` less the integral of dv weighted by L, from knot to knot."""
    low = game.priors[0].low
    bids = np.empty(len(x))
    s, weights = nodes_of(x[:-1], x[1:])
    value = game.worth(s, s)
    rate = _rate(game, s, own)
    at_start = float(game.worth(x[0], x[0]))
    bids[0] = game.reserve if x[0] > low else max(at_start, game.reserve)
    step = (rate * weights).sum(axis=1)
    # The integral of the rate from each node to the piece's end, by the same rule.
    beyond = integrals(lambda inner: _rate(game, inner, own), s, x[1:, None])
    gain = (value * rate * np.exp(-beyond) * weights).sum(axis=1)
    mass = (rate * np.exp(-beyond) * weights).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(mass > 0, gain / mass, value.mean(axis=1))
    kept = np.exp(-step)
    for k in range(len(step)):
        bids[k + 1] = kept[k] * bids[k] + (1 - kept[k]) * mean[k]
    return bids


def _rate(game: InterdependentAuction, s: Array, own: float) -> Array:
    return game.joint.density(s, s) / (own * game.joint.below(s, s))
