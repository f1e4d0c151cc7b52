"""Mediators that know no types, as mediators of a larger game without types, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.forms import agent_form, harsanyi_form
from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["Mediation", "agent_mediation", "plain_mediation", "strategic_mediation"]


@dataclass(frozen=True, eq=False)
class Mediation:
    """The game the mediator's draw is a Bayes correlated equilibrium of, and the ways back.

    ``shares[k]`` is how much of which original player's payoff the form's player k gets.
    """

    game: BayesianGame
    shares: tuple[tuple[int, float], ...]
    induce: Callable[[Array], Array]
    regroup: Callable[[Sequence[Array]], tuple[Array, ...]]


def plain_mediation(game: BayesianGame) -> Mediation:
    """Return the game as it is: the mediator knows, or is told, the types."""
    shares = tuple((i, 1.0) for i in range(game.n_players))
    return Mediation(game, shares, lambda rule: rule, tuple)


def strategic_mediation(game: BayesianGame) -> Mediation:
    """Return the Harsanyi form: the mediator draws plans."""
    form = harsanyi_form(game).game
    plans = [
        np.array(list(product(range(a), repeat=t)))
        for t, a in zip(game.n_types, game.n_actions, strict=True)
    ]

    def induce(rule: Array) -> Array:
        result = np.zeros((*game.n_types, *game.n_actions))
        for t in np.ndindex(game.n_types):
            drawn = rule.reshape(form.n_actions)
            # Sum the plans that lead to the same action, one player after the other.
            for i, plan in enumerate(plans):
                merge = np.eye(game.n_actions[i])[plan[:, t[i]]]
                drawn = np.moveaxis(np.tensordot(drawn, merge, axes=(i, 0)), -1, i)
            result[t] = drawn
        return result

    return Mediation(form, tuple((i, 1.0) for i in range(game.n_players)), induce, tuple)


def agent_mediation(game: BayesianGame) -> Mediation:
    """Return the agent form: the mediator draws an action for each type."""
    form = agent_form(game).game
    firsts = np.concatenate([[0], np.cumsum(game.n_types)])
    shares = tuple(
        (i, float(weight)) for i in range(game.n_players) for weight in game.type_weights(i)
    )

    def induce(rule: Array) -> Array:
        drawn = rule.reshape(form.n_actions)
        result = np.zeros((*game.n_types, *game.n_actions))
        for t in np.ndindex(game.n_types):
            active = {int(first) + k for first, k in zip(firsts, t, strict=False)}
            idle = tuple(k for k in range(form.n_players) if k not in active)
            result[t] = drawn.sum(axis=idle)
        return result

    def regroup(gains: Sequence[Array]) -> tuple[Array, ...]:
        flat = np.concatenate(gains)
        return tuple(frozen(part) for part in np.split(flat, firsts[1:-1]))

    return Mediation(form, shares, induce, regroup)
