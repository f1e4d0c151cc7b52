"""Structured families of any size: global games and first-price auctions on a grid."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from econ_theory.arrays import Array, simplex_fault
from econ_theory.errors import SettingError
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["first_price_auction", "global_game_on_grid"]


def global_game_on_grid(
    n_states: int,
    *,
    n_players: int = 2,
    noise: int = 1,
    lowest: float = -0.5,
    highest: float = 1.5,
    state_weights: Sequence[float] | Array | None = None,
) -> BayesianGame:
    """Return an investment game in which players see the state with independent noise.

    Staying out (action 0) pays 0; investing pays ``state - 1 + share of the others who invest``.
    States are evenly spaced from `lowest` to `highest`. Each player's signal is the state plus an
    error of ``-noise .. noise`` grid steps, all equally likely, so there are ``n_states + 2 *
    noise`` types and the prior is zero where signals are more than ``2 * noise`` steps apart.
    Payoffs are expectations given all signals. The game is supermodular: its smallest and largest
    equilibria are pure and increasing in the signal. With `lowest` < 0 and `highest` > 1 both
    actions are dominant for some signals (if the noise is small), and these settle play far from
    them too.

    Parameters
    ----------
    state_weights : (n_states,) probabilities of the states; equal if left out

    Examples
    --------
    >>> global_game_on_grid(10)
    BayesianGame('global game on 10 states', 2 players, types (12, 12), actions (2, 2))

    Raises
    ------
    SettingError
        If a parameter makes no sense.

    Source: Carlsson and van Damme (1993); many players: Morris and Shin (2003), Global games:
    theory and applications, section 2.
    """
    if n_states < 2 or n_players < 1 or noise < 0:
        raise SettingError(
            f"n_states is {n_states}, n_players {n_players} and noise {noise}, want at least 2, "
            "1 and 0."
        )
    if not lowest < highest:
        raise SettingError(f"lowest is {lowest} and highest {highest}, want lowest < highest.")
    weights = _weights(state_weights, n_states, "state_weights")
    states = np.linspace(lowest, highest, n_states)
    n_signals = n_states + 2 * noise
    prior, total = np.zeros((2, *(n_signals,) * n_players))
    for k, state in enumerate(states):
        # Signal s is state s - noise without error.
        seen = (slice(k, k + 2 * noise + 1),) * n_players
        chance = weights[k] / (2 * noise + 1) ** n_players
        prior[seen] += chance
        total[seen] += chance * state
    mean = np.divide(total, prior, out=np.zeros_like(total), where=prior > 0)
    shape = (2,) * n_players
    payoffs = []
    for i in range(n_players):
        bonus = np.zeros(shape)
        for actions in product(range(2), repeat=n_players):
            if actions[i]:
                bonus[actions] = (sum(actions) - 1) / max(n_players - 1, 1) - 1
        invests = np.indices(shape)[i]
        payoffs.append(mean[(...,) + (None,) * n_players] * invests + bonus)
    step = (highest - lowest) / (n_states - 1)
    labels = [f"{lowest + step * (s - noise):.6g}" for s in range(n_signals)]
    return BayesianGame(
        prior / prior.sum(),
        payoffs,
        types=[labels] * n_players,
        actions=[["stay out", "invest"]] * n_players,
        title=f"global game on {n_states} states",
    )


def first_price_auction(
    n_values: int,
    n_bids: int,
    *,
    n_bidders: int = 2,
    affiliation: float = 0.0,
    highest_bid: float | None = None,
    value_weights: Sequence[float] | Array | None = None,
) -> BayesianGame:
    """Return a sealed-bid first-price auction of one item with values and bids on a grid.

    Values are ``k / n_values`` for k = 1 .. n_values; bids are evenly spaced from 0 to
    `highest_bid`. The highest bid wins and is paid; ties are broken at random. With probability
    `affiliation` all bidders have the same value (drawn from `value_weights`), else values are
    drawn independently. Payoffs depend on one's own value alone and are stored so. As both
    grids grow, independent uniform values bring equilibria close to bidding ``(n - 1) / n`` of
    one's value.

    Parameters
    ----------
    highest_bid : payoff units; by default (n - 1) / n, which is all that the highest value bids
        in the continuous game with independent uniform values
    value_weights : (n_values,) probabilities of the values; equal if left out

    Examples
    --------
    >>> first_price_auction(4, 5).payoffs[1].shape
    (1, 4, 5, 5)

    Raises
    ------
    SettingError
        If a parameter makes no sense.

    Source: Vickrey (1961); Krishna (2010), Auction Theory, chapters 2 and 6.
    """
    if n_values < 1 or n_bids < 1 or n_bidders < 1:
        raise SettingError(
            f"n_values is {n_values}, n_bids {n_bids} and n_bidders {n_bidders}, want at least 1."
        )
    if not 0 <= affiliation <= 1:
        raise SettingError(f"affiliation is {affiliation}, want a probability.")
    if highest_bid is None:
        highest_bid = max(n_bidders - 1, 1) / n_bidders
    if not highest_bid > 0:
        raise SettingError(f"highest_bid is {highest_bid}, want a number > 0.")
    weights = _weights(value_weights, n_values, "value_weights")
    values = np.arange(1, n_values + 1) / n_values
    bids = np.linspace(0.0, highest_bid, n_bids)
    independent = np.ones(())
    for _ in range(n_bidders):
        independent = np.multiply.outer(independent, weights)
    prior = (1 - affiliation) * independent
    same = np.arange(n_values)
    prior[(same,) * n_bidders] += affiliation * weights
    # One cell an action profile: who is among the highest, and how many share the item.
    chosen = np.indices((n_bids,) * n_bidders)
    top = chosen == chosen.max(axis=0)
    share = top / top.sum(axis=0)
    payoffs = []
    for i in range(n_bidders):
        own = [n_values if j == i else 1 for j in range(n_bidders)]
        value = values.reshape(*own, *(1,) * n_bidders)
        payoffs.append((value - bids[chosen[i]]) * share[i])
    return BayesianGame(
        prior / prior.sum(),
        payoffs,
        types=[[f"{value:.4g}" for value in values]] * n_bidders,
        actions=[[f"{bid:.4g}" for bid in bids]] * n_bidders,
        title=f"first-price auction, {n_values} values and {n_bids} bids",
    )


def _weights(given: Sequence[float] | Array | None, count: int, what: str) -> Array:
    if given is None:
        return np.full(count, 1.0 / count)
    weights = np.asarray(given, dtype=float)
    fault = simplex_fault(weights) if weights.shape == (count,) else None
    if weights.shape != (count,) or fault:
        words = fault or f"has shape {weights.shape}"
        raise SettingError(f"{what} {words}, want {count} probabilities that sum to 1.")
    return weights
