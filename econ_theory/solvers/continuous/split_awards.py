"""Split awards: suppliers who share at one price, or who compete for the whole contract.

Pooling: all ask h for a half, ``C * highest cost <= h <= (1 - C) * lowest cost``; a share is then
no loss to any, and the whole at 2 h no better than the share. What keeps a supplier from asking
more for its half are the singles of the other: asking s instead wins if the other's single is at
least h + s, so singles

    S(c) = h + C high + (h - C high) / (1 - F(c))

leave the highest cost indifferent and every other worse off: ``(s - C c) (h - C high) / (s - C
high)`` falls in s for ``c < high``. They rise without limit; from a cap on all ask the same.

Winner takes all: singles are those of a first-price procurement, and halves are so dear,
``S(c) - min(C, 1/2) * lowest cost``, that a share leaves the rival's partner at most the lowest
cost of a half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.split_award import SplitAward
from econ_theory.quadrature import cosine_shares, integrals, placed
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile, BidSchedule

__all__ = ["SplitAwards"]

CAP = 3.0
"""Singles that deter stop at this many times the highest cost."""


@dataclass(frozen=True)
class SplitAwards:
    """An equilibrium of a split award: pooling at a price, or winner-takes-all.

    Parameters
    ----------
    outcome : "share", "winner_takes_all" or None
        None: "share" where there is such an equilibrium, else the other.
    half : float, optional
        What all ask for a half, where they share; default the highest there is.
    knots : int

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import SplitAward, Uniform
    >>> game = SplitAward(Uniform(1.0, 1.4), split_cost=0.3)
    >>> [round(u, 6) for u in solve(game).certificate.utilities]
    [0.34, 0.34]
    >>> alone = solve(game, SplitAwards("winner_takes_all"))
    >>> [round(u, 6) for u in alone.certificate.utilities], alone.certificate.relative < 1e-6
    ([0.066667, 0.066667], True)
    """

    outcome: Literal["share", "winner_takes_all"] | None = None
    half: float | None = None
    knots: int = 4096
    source = "Anton and Yao 1992"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, knots=2)
        if self.outcome not in (None, "share", "winner_takes_all"):
            raise SettingError(
                f'outcome is {self.outcome!r}, want "share", "winner_takes_all" or None.'
            )

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, SplitAward):
            return other
        if self._shares(game):
            least, most = _halves(game)
            if least > most:
                return (
                    f"no half is worth sharing at: from {least:g} for the highest cost to {most:g} "
                    'for the lowest; use SplitAwards("winner_takes_all").'
                )
            if self.half is not None and not least <= self.half <= most:
                return f"half is {self.half}, want it in [{least:g}, {most:g}]; leave it out."
        elif not game.symmetric:
            return (
                "suppliers differ and compete for the whole, want two who are alike; certify asks "
                "of your own."
            )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield one profile; `start` and `rng` are not used."""
        if self._shares(game):
            half = _halves(game)[1] if self.half is None else self.half
            kinds = range(1 if game.symmetric else 2)
            schedules = [_pooled(game, i, half, self.knots) for i in kinds]
        else:
            schedules = [_winner_takes_all(game, self.knots)]
        yield BidProfile(schedules * (2 // len(schedules)))  # type: ignore[misc]
        return Ending("there is one such equilibrium")

    def _shares(self, game: SplitAward) -> bool:
        least, most = _halves(game)
        return self.outcome == "share" or (self.outcome is None and least <= most)


def _halves(game: SplitAward) -> tuple[float, float]:
    """Return the lowest and the highest price of a half in pooling."""
    least = game.split_cost * max(p.high for p in game.priors)
    return least, (1 - game.split_cost) * min(p.low for p in game.priors)


def _pooled(game: SplitAward, i: int, half: float, n_knots: int) -> BidSchedule:
    own, other = game.priors[i], game.priors[1 - i]
    lost = game.split_cost * other.high
    ends = np.array([own.low, own.high])
    flat = BidFunction(ends, [half, half])
    spare = half - lost
    cap = max(CAP * max(p.high for p in game.priors), 4 * half)
    last = spare / (cap - half - lost)
    if last <= 0:
        return BidSchedule([BidFunction(ends, [2 * half, 2 * half]), flat])
    # Even steps in the logarithm of what is left of F; straight lines between lie above.
    left = np.geomspace(1.0, last, n_knots)
    costs = np.append(own.ppf(1 - left), own.high)
    singles = np.append(half + lost + spare / left, cap)
    singles[0] = 2 * half
    costs[0] = own.low
    return BidSchedule([BidFunction(costs, singles), flat])


def _winner_takes_all(game: SplitAward, n_knots: int) -> BidSchedule:
    prior = game.priors[0]
    costs = placed(cosine_shares(n_knots - 1), prior.low, prior.high)
    single = costs + _margins(prior, costs)
    saved = min(game.split_cost, 0.5) * prior.low
    return BidSchedule([BidFunction(costs, single), BidFunction(costs, single - saved)])


def _margins(prior: Prior, costs: Array) -> Array:
    """Return the integral from c to the highest of ``(1 - F(s)) / (1 - F(c))``, from the top."""
    above = 1 - prior.cdf(costs)
    pieces = integrals(lambda s: 1 - prior.cdf(s), costs[:-1], costs[1:])
    margins = np.zeros(len(costs))
    for k in range(len(costs) - 2, -1, -1):
        margins[k] = (margins[k + 1] * above[k + 1] + pieces[k]) / max(above[k], 1e-300)
    return margins
