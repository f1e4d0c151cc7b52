"""Aggregative games: the bound for smooth payoffs, or samples of a payoff that nothing bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.aggregative_games.aggregates import (
    Aggregate,
    Cells,
    aggregate,
    cells_of,
    edges_of,
)
from econ_theory.certificates.continuous.aggregative_games.marginals import interim
from econ_theory.certificates.continuous.aggregative_games.smooth import smooth_gains
from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.continuous.envelope import Bidder, sampled_gains
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.errors import ProfileError
from econ_theory.games.continuous.aggregate_payoffs import Contest, SmoothPayoff
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.quadrature import unit_rule
from econ_theory.strategies.bids import BidFunction, BidProfile, as_bids

__all__ = ["AGGREGATIVE_GAMES"]

FIRST_CELLS = 96
MOST_CELLS = 4096
"""Of rivals."""

MOST_OWN = 2048
SHARPNESS = 1e-9
"""Gap between bound and estimate, as a share of the payoff range, that is fine enough."""

CONTEST_CELLS = 128
EVEN = 64
NODES, WEIGHTS = unit_rule(2)


def _gains(
    game: AggregativeGame, profile: BidProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    payoff = game.payoff
    if isinstance(payoff, SmoothPayoff) and payoff.bounds is None:
        return sampled_gains(game, profile, rng)
    kinds = [
        (id(function), id(prior), actions)
        for function, prior, actions in zip(
            profile.functions, game.priors, game.actions, strict=True
        )
    ]
    return alike(kinds, lambda i: _bounded(game, profile, i))


def _bounded(game: AggregativeGame, profile: BidProfile, i: int) -> PlayerGains:
    """Return the gains of player `i`, with finer cells until bound and estimate agree.

    They agree if they differ by at most 1e-9 of the payoff range, or half the estimate, or rivals
    have 4,096 cells.
    """
    kinds: dict[tuple[int, int], int] = {}
    for j, (function, prior) in enumerate(zip(profile.functions, game.priors, strict=True)):
        if j != i:
            key = (id(function), id(prior))
            kinds[key] = kinds.get(key, 0) + 1
    known = {id(f): f for f in profile.functions}, {id(p): p for p in game.priors}
    rivals = [Bidder(known[0][f], known[1][p], count) for (f, p), count in kinds.items()]
    contest = isinstance(game.payoff, Contest)
    exponent = game.payoff.exponent if isinstance(game.payoff, Contest) else 1.0
    own, prior, size = profile.functions[i], game.priors[i], game.payoff_range(i)
    n_cells = CONTEST_CELLS if contest else FIRST_CELLS
    edges = edges_of(own, prior, n_cells, near_zero=contest)
    coarse = None
    while True:
        cells = cells_of(own, edges)
        others = aggregate(rivals, 4 * n_cells, exponent, near_zero=contest)
        coarse = others if coarse is None or not contest else coarse
        view = interim(game, i, others, _actions(game, i, cells))
        gains = smooth_gains(view, cells)
        goal = max(SHARPNESS * size, gains.estimates.max() / 2)
        wide = gains.bounds > gains.estimates.max() + goal / 2
        agree = gains.bounds.max() <= gains.estimates.max() + goal
        if agree or 4 * n_cells > MOST_CELLS or len(edges) > MOST_OWN:
            break
        n_cells *= 2
        edges = np.unique(np.concatenate([edges, (cells.low + cells.high)[wide] / 2]))
    weight = np.ones(1)
    if len(cells.low) > 1 or cells.low[0] < cells.high[0]:
        weight = np.diff(prior.cdf(np.append(cells.low, cells.high[-1])))
    return PlayerGains(
        types=np.stack([cells.low, cells.high], axis=1),
        gains=gains.bounds,
        estimates=np.minimum(gains.estimates, gains.bounds),
        actions=gains.actions,
        weights=weight,
        utility=_utility(game, i, own, cells, coarse),
    )


def _actions(game: AggregativeGame, i: int, cells: Cells) -> Array:
    """Return own actions and, outside their range and across jumps, even and crowded others."""
    low, high = game.actions[i]
    own = np.unique(np.concatenate([cells.first, cells.last]))
    more = [np.linspace(low, high, EVEN + 1)]
    if isinstance(game.payoff, Contest) and low == 0:
        more.append(high * 0.5 ** np.arange(1.0, 41.0))
    extra = np.concatenate(more)
    bottom, top = np.minimum(cells.first, cells.last), np.maximum(cells.first, cells.last)
    order = np.argsort(bottom, kind="stable")
    place = np.searchsorted(bottom[order], extra, side="right") - 1
    covered = np.maximum.accumulate(top[order])[np.maximum(place, 0)]
    return np.unique(np.concatenate([own, extra[(place < 0) | (extra >= covered)]]))


def _utility(
    game: AggregativeGame, i: int, own: BidFunction, cells: Cells, others: Aggregate
) -> float:
    """Return the mean payoff of own play, by Gauss's rule on the probabilities of every cell."""
    prior = game.priors[i]
    if prior.low == prior.high:
        types, weights = cells.low, np.ones(1)
    else:
        edges = prior.cdf(np.append(cells.low, cells.high[-1]))
        width = np.diff(edges)[:, None]
        shares = edges[:-1, None] + width * NODES
        types, weights = prior.ppf(shares.ravel()), (width * WEIGHTS).ravel()
    played, where = np.unique(own(types), return_inverse=True)
    view = interim(game, i, others, played)
    worth = types * view.worth[0][where] + view.worth[1][where]
    return float(weights @ (worth - np.where(played[where] == 0, types * view.jump, 0.0)))


def _as_profile(given: Any, game: AggregativeGame) -> BidProfile:
    profile = as_bids(given, game)
    for i, (function, (low, high)) in enumerate(zip(profile.functions, game.actions, strict=True)):
        least, most = function.bids.min(), function.bids.max()
        slack = 1e-12 * (high - low)
        if least < low - slack or most > high + slack:
            raise ProfileError(
                f"strategy of player {i + 1} has actions [{least:g}, {most:g}], want them within "
                f"[{low:g}, {high:g}]."
            )
    return profile


AGGREGATIVE_GAMES = Judge(_gains, _as_profile)
