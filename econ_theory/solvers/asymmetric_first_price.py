"""First-price auctions of unequal bidders, as a boundary-value problem with a free highest bid.

With ``v_i(b)`` the type of class i that bids b and ``gap_i = (v_i - b) / power_i``, the first-order
conditions of all bidders together are::

    v_i' = F_i / f_i * ((sum over all bidders j of 1 / gap_j) / (n - 1) - 1 / gap_i)

All reach their highest type at the same highest bid, which is unknown; at the lowest, where the
equations are singular, ``F_i ~ (v - low) ** a_i`` and v_i is a straight line of slope
``1 + power_i / (sum of a_j, j not i)``. Collocation needs no shooting, which is unstable for many
bidders. It starts from equal bidders, whose bids are straight lines, and moves step by step.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.bid_functions import BidFunction, BidProfile
from econ_theory.games.auction import AuctionGame
from econ_theory.games.payment_rules import WinnerPays
from econ_theory.games.priors import Prior
from econ_theory.games.utilities import Crra, RiskNeutral
from econ_theory.solvers.base import Ending, Proposals

__all__ = ["AsymmetricFirstPrice"]

FIRST_BID = 1e-3
"""Where the straight lines end, as a share of the bids' range."""

SMALLEST_STEP = 1 / 16


@dataclass(frozen=True)
class AsymmetricFirstPrice:
    """The equilibrium of a first-price auction whose bidders come in classes.

    Values are drawn from different distributions with one lowest value, bidders are risk neutral
    or have CRRA, there is no reserve. Where strong bidders are many, weak ones stop short of the
    highest bid; then what is proposed is no equilibrium, and the certificate says by how much.

    Parameters
    ----------
    tols : residuals asked of collocation, one proposal each
    max_nodes : int

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> solution = solve(AuctionGame("first_price", [Uniform(), Uniform(0, 2)]))
    >>> float(solution.profile.functions[0].bids[-1].round(6)), solution.certificate.relative < 1e-6
    (0.666667, True)
    """

    tols: tuple[float, ...] = (1e-5, 1e-7)
    max_nodes: int = 4000
    source = "Lebrun 1999; Fibich and Gavish 2011; collocation: Kierzenka and Shampine 2001"
    exact = True
    continuous = True

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if not isinstance(game, AuctionGame):
            return f"the game is a {type(game).__name__}, want an AuctionGame; use QuantalResponse."
        plain = game.payment == WinnerPays(1.0) and game.reserve is None and game.demand is None
        if not plain or not all(isinstance(u, (RiskNeutral, Crra)) for u in game.utilities):
            return (
                "the rule is another, want the first price without reserve, and risk neutral or "
                "CRRA bidders; certify bids of your own."
            )
        tops = [float(p.pdf(p.high - 1e-9 * (p.high - p.low))) for p in game.values]
        if min(tops) * min(p.high - p.low for p in game.values) < 1e-6:
            return (
                "the density vanishes at a highest value, want it positive there; certify bids of "
                "your own."
            )
        lows = {prior.low for prior in game.values}
        if len(lows) > 1 or game.n_players < 2:
            return (
                f"the weakest types are {sorted(lows)}, want one for two or more bidders; certify "
                "bids of your own."
            )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield profiles of rising accuracy; `start` and `rng` are not used."""
        problem = _Problem(game)
        share, step, guess = 0.0, 1.0, problem.equal()
        while share < 1:
            target = min(1.0, share + step)
            found = problem.solved(guess, target, 1e-3, self.max_nodes)
            if found is None:
                step /= 2
                if step < SMALLEST_STEP:
                    return Ending(f"collocation failed {share:.0%} of the way from equal bidders")
                continue
            share, guess, step = target, found, 2 * step
        for tol in self.tols:
            found = problem.solved(guess, 1.0, tol, self.max_nodes)
            if found is None:
                return Ending(f"collocation failed at a residual of {tol:g}")
            guess = found
            yield problem.profile(guess)  # type: ignore[misc]
        if problem.short:
            return Ending("some class stops short of the highest bid, want all to reach it")
        return Ending("the smallest residual was proposed")


class _Problem:
    """The equations, for shares of the way from equal bidders with a power prior to the true ones.

    Unknowns are the inverse bids as shares x of each class's span of values; on the way, spans and
    the ratios F / f (in spans) are mixtures of the true ones and of those of a power prior.
    """

    def __init__(self, game: AuctionGame) -> None:
        self.game, values = game, game.values
        keys = [
            (values.index(values[i]), getattr(game.utilities[i], "power", 1.0))
            for i in range(game.n_players)
        ]
        self.classes = sorted(set(keys))
        self.member = [self.classes.index(key) for key in keys]
        self.n = game.n_players
        self.counts = np.array([self.member.count(c) for c in range(len(self.classes))], float)
        self.priors: list[Prior] = [values[i] for i, _ in self.classes]
        self.powers = np.array([power for _, power in self.classes])
        self.low = self.priors[0].low
        self.spans = np.array([prior.high - self.low for prior in self.priors])
        self.exponents = 1e-6 / self._ratios(np.full((len(self.priors), 1), 1e-6))[:, 0]
        self.mean_exponent = float(self.counts @ self.exponents / self.n)
        self.mean_power = float(self.counts @ self.powers / self.n)
        self.mean_span = float(self.counts @ self.spans / self.n)

    def _ratios(self, x: Array) -> Array:
        """F / f of each class in spans, at shares x; above one, as at one."""
        rows = []
        for prior, span, row in zip(self.priors, self.spans, x, strict=True):
            v = self.low + span * np.clip(row, 1e-12, 1.0 - 1e-12)
            rows.append(prior.cdf(v) / np.maximum(prior.pdf(v), 1e-300) / span)
        return np.array(rows)

    def equal(self) -> tuple[Array, Array, float]:
        """Return the solution for equal bidders with a power prior: straight lines."""
        a = self.mean_exponent * (self.n - 1)
        t = np.linspace(FIRST_BID, 1.0, 200)
        top = self.low + self.mean_span * a / (a + self.mean_power)
        return t, np.tile(t, (len(self.priors), 1)), top

    def solved(
        self, guess: tuple[Array, Array, float], share: float, tol: float, max_nodes: int
    ) -> tuple[Array, Array, float] | None:
        """Return the solution at `share` of the way, or None if collocation fails."""
        from scipy.integrate import solve_bvp

        spans = (share * self.spans + (1 - share) * self.mean_span)[:, None]
        powers = (share * self.powers + (1 - share) * self.mean_power)[:, None]
        a = 1 / (share / self.exponents + (1 - share) / self.mean_exponent)
        slopes = 1 + powers[:, 0] / (self.counts @ a - a)
        slope = float(self.counts @ slopes / self.n)

        def rates(t: Array, x: Array, unknown: Array) -> Array:
            width = unknown[0] - self.low
            gap = spans * x - width * t
            pull = powers / np.maximum(gap, 1e-12)
            total = (self.counts[:, None] * pull).sum(axis=0) / (self.n - 1)
            ratios = share * self._ratios(x) + (1 - share) * x / self.mean_exponent
            return width * ratios * (total - pull)

        def ends(first: Array, last: Array, unknown: Array) -> Array:
            line = slope * FIRST_BID * (unknown[0] - self.low)
            off = self.counts @ (spans[:, 0] * first) / self.n - line
            return np.append(last - 1.0, off)

        t, x, top = guess
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                found = solve_bvp(rates, ends, t, x, p=[top], tol=tol, max_nodes=max_nodes)
            except (ValueError, np.linalg.LinAlgError):
                return None
        if not found.success or not self.low < found.p[0] or not (found.y > 0).all():
            return None
        self.path = found.sol
        self.short = bool((np.diff(found.y, axis=1) < -1e-9).any())
        return found.x, found.y, float(found.p[0])

    def profile(self, solution: tuple[Array, Array, float]) -> BidProfile:
        """Return the solution as bid functions, straight between 3,000 points and more."""
        t, _, top = solution
        fine = np.unique(np.concatenate([t, np.linspace(t[0], 1.0, 3000)]))
        types = self.low + self.spans[:, None] * np.minimum(self.path(fine), 1.0)
        bids = self.low + (top - self.low) * np.concatenate([[0.0], fine])
        functions = []
        for prior, row in zip(self.priors, types, strict=True):
            rising = np.maximum.accumulate(np.concatenate([[self.low], row]))
            rising, kept = np.unique(rising, return_index=True)
            rising[-1] = prior.high
            function = BidFunction(rising, bids[kept])
            functions.append(function.turned(negate=True) if self.game.procurement else function)
        return BidProfile([functions[c] for c in self.member])
