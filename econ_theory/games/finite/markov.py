"""The Markov Bayesian game: states that play moves, and a Bayesian game in each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from inspect import signature
from typing import Any

import numpy as np

from econ_theory.arrays import Array, as_numbers, frozen, simplex_fault
from econ_theory.errors import GameError
from econ_theory.games.finite.bayesian import BayesianGame, Lists
from econ_theory.games.finite.labels import Labels, check_labels, default_labels
from econ_theory.games.finite.markov_kernel import MarkovKernel
from econ_theory.records import Record

__all__ = ["MarkovBayesianGame"]

MOST_PLAYERS = 25
"""Two axes a player, one of states and one of next states; numpy names 52 axes at most."""


class MarkovBayesianGame(Record):
    """A discounted game over finitely many states, each of which is a finite Bayesian game.

    At every stage the state s is public and each player draws a private type, ``t ~ p(. | s)``,
    anew. Knowing s and its own type a player picks an action, gets ``u_i(s, t, a)``, and the next
    state is drawn from ``P(. | s, t, a)``. Types tell nothing about the future once the next state
    is known, so given what every state is worth a stage is a `BayesianGame`: see `stage_game`.

    Parameters
    ----------
    transition : array broadcastable to (S, T_1, ..., T_n, A_1, ..., A_n, S)
        The last axis is the next state's distribution. An axis of length 1 (any but the last)
        means "does not depend on this" and is never expanded.
    payoffs : n arrays broadcastable to (S, T_1, ..., T_n, A_1, ..., A_n)
        What each player gets in one stage.
    prior : (S, T_1, ..., T_n) array, optional
        Joint distribution of types in each state; first axis of length 1 for the same in all. Left
        out, every player has one type.
    discount : float in [0, 1)
        What the next stage counts, as a share of this one.
    initial : (S,) array, optional
        Distribution of the first state; uniform if left out.
    states, players, types, actions : labels, optional
        As in `BayesianGame`; `actions` also fixes the number of actions.
    title : str

    Arithmetic is float64. Everything is copied and read-only.

    Raises
    ------
    GameError
        Naming the array and axis that is wrong, what was found and what is wanted.

    Examples
    --------
    A machine that one player may repair at cost 1 (it works from then on) or let decay:

    >>> payoff = np.array([[1.0, 0.0], [0.0, -1.0]]).reshape(2, 1, 2)
    >>> transition = np.array([[[0.5, 0.5], [1, 0]], [[0, 1], [1, 0]]]).reshape(2, 1, 2, 2)
    >>> game = MarkovBayesianGame(transition, [payoff], discount=0.9, states=["works", "broken"])
    >>> game
    MarkovBayesianGame(1 player, 2 states, types (1,), actions (2,), discount 0.9)
    >>> game.stage_game(1, [[10.0], [5.0]]).payoffs[0].ravel()
    array([4.5, 8. ])

    Source: Shapley 1953, "Stochastic games"; with types drawn anew at each stage, Maskin and
    Tirole 2001, "Markov perfect equilibrium".
    """

    def __init__(
        self,
        transition: Any,
        payoffs: Sequence[Any],
        *,
        prior: Any = None,
        discount: float,
        initial: Any = None,
        states: Sequence[str] | None = None,
        players: Sequence[str] | None = None,
        types: Lists | None = None,
        actions: Lists | None = None,
        title: str = "",
    ) -> None:
        n = len(payoffs)
        if not 1 <= n <= MOST_PLAYERS:
            raise GameError(
                f"payoffs has {n} tensors, want 1 to {MOST_PLAYERS}: one for each player."
            )
        if not 0 <= discount < 1:
            raise GameError(
                f"discount is {discount}, want a number in [0, 1); a game without discounting "
                "needs another model."
            )
        move = _numbers(transition, "transition")
        if move.ndim != 2 * n + 2 or move.size == 0:
            raise GameError(
                f"transition has shape {move.shape}, want {2 * n + 2} axes, none of them empty: "
                f"state, {n} of types, {n} of actions, next state; use length 1 where it does not "
                "depend on one."
            )
        fault = simplex_fault(move, axes=(move.ndim - 1,))
        if fault:
            raise GameError(f"transition {fault}; its last axis is the next state's distribution.")
        n_states = move.shape[-1]
        joint = _numbers(np.ones((1,) * (n + 1)) if prior is None else prior, "prior")
        if joint.ndim != n + 1:
            raise GameError(
                f"prior has {joint.ndim} axes, want {n + 1}: the state, then one of types for each "
                "player."
            )
        fault = simplex_fault(joint, axes=tuple(range(1, n + 1)))
        if fault:
            raise GameError(f"prior {fault}; it is one distribution over joint types a state.")
        names = check_labels(players, n, "players") or default_labels("player", n)
        tensors = [_numbers(u, f"payoff of {names[i]}") for i, u in enumerate(payoffs)]
        for name, array, ndim in (
            ("prior", joint, n + 1),
            ("transition", move, 2 * n + 2),
            *((f"payoff of {names[i]}", u, 2 * n + 1) for i, u in enumerate(tensors)),
        ):
            if array.ndim != ndim or array.shape[0] not in (1, n_states):
                raise GameError(
                    f"{name} has shape {array.shape}, want {ndim} axes, the first of length "
                    f"{n_states} (the states, as the transition's last axis) or 1."
                )
        # One Bayesian game whose payoffs have every tensor's shape checks all the rest.
        shaped = [np.zeros(u.shape[1:]) for u in tensors]
        shaped[0] = shaped[0] + np.zeros(_checked_shape(move, joint, shaped, names))
        template = BayesianGame(joint[0], shaped, players=players, types=types, actions=actions)
        start = _numbers(
            np.full(n_states, 1.0 / n_states) if initial is None else initial, "initial"
        )
        fault = simplex_fault(start)
        if start.shape != (n_states,) or fault:
            raise GameError(
                f"initial {fault or f'has shape {start.shape}'}, want a distribution over "
                f"{n_states} states."
            )
        self.n_states = n_states
        self.n_players = n
        self.n_types, self.n_actions = template.n_types, template.n_actions
        self.players, self.types, self.actions = template.players, template.types, template.actions
        self.states = check_labels(states, n_states, "states") or default_labels("s", n_states)
        self.title = title
        self.discount = float(discount)
        self.initial = frozen(start)
        self.prior = frozen(np.broadcast_to(joint, (n_states, *self.n_types)))
        self.payoffs = tuple(frozen(u) for u in tensors)
        self.transition = frozen(move)

    def _record_fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in signature(type(self)).parameters}

    @cached_property
    def labels(self) -> Labels:
        """What players, types, actions and states are called, all in one value."""
        return Labels(self.players, self.types, self.actions, self.states)

    @cached_property
    def kernel(self) -> MarkovKernel:
        """Expectations over types and play, in all states at once."""
        return MarkovKernel(self.prior, self.n_actions)

    def type_weights(self, i: int) -> Array:
        """Return the probability of each of player `i`'s types in each state, ``(S, T_i)``."""
        others = tuple(1 + j for j in range(self.n_players) if j != i)
        return self.prior.sum(axis=others)

    def payoff_range(self, i: int) -> float:
        """Return player `i`'s largest minus smallest discounted payoff: stage range/(1 - discount).

        Over states and joint types that can occur in them; what a relative gain is a share of.
        """
        low, high = self.payoff_bounds(i)
        return (high - low) / (1 - self.discount)

    def payoff_bounds(self, i: int) -> tuple[float, float]:
        """Return player `i`'s smallest and largest payoff of one stage."""
        actions = tuple(range(self.n_players + 1, 2 * self.n_players + 1))
        possible = self.prior > 0
        low, high = (
            np.broadcast_to(extreme, self.prior.shape)[possible]
            for extreme in (self.payoffs[i].min(axis=actions), self.payoffs[i].max(axis=actions))
        )
        return float(low.min()), float(high.max())

    def lookahead(self, values: Any, i: int) -> Array:
        """Return ``u_i(s, t, a) + discount * sum_s' P(s' | s, t, a) values[s']``.

        `values` is ``(S,)``; the result has the axes of a payoff, of length 1 where neither
        payoff nor transition depends on them.
        """
        return self.payoffs[i] + self.discount * (self.transition @ np.asarray(values, dtype=float))

    def stage_game(self, state: int, continuation: Any) -> BayesianGame:
        """Return the Bayesian game played in `state` if the future is worth `continuation`, (S, n).

        Payoffs are `lookahead`'s. An equilibrium of every stage game under the values that it
        itself brings about is a Markov perfect equilibrium.

        Raises
        ------
        GameError
            If the continuation values have another shape or the state is none.
        """
        values = np.asarray(continuation, dtype=float)
        if values.shape != (self.n_states, self.n_players):
            raise GameError(
                f"continuation has shape {values.shape}, want {(self.n_states, self.n_players)}: "
                "what each state is worth to each player."
            )
        if not 0 <= state < self.n_states:
            raise GameError(f"state is {state}, want an index in 0..{self.n_states - 1}.")
        move = _in_state(self.transition, state)
        return BayesianGame(
            self.prior[state],
            [
                _in_state(u, state) + self.discount * (move @ values[:, i])
                for i, u in enumerate(self.payoffs)
            ],
            players=self.players,
            types=self.types,
            actions=self.actions,
            title=f"{self.title} in {self.states[state]}".strip(),
        )

    def __repr__(self) -> str:
        title = f"{self.title!r}, " if self.title else ""
        s = "" if self.n_players == 1 else "s"
        return (
            f"MarkovBayesianGame({title}{self.n_players} player{s}, {self.n_states} states, "
            f"types {self.n_types}, actions {self.n_actions}, discount {self.discount:g})"
        )


def _numbers(data: Any, what: str) -> Array:
    return as_numbers(data, GameError, what).astype(float)


def _in_state(array: Array, state: int) -> Array:
    return array[state if array.shape[0] > 1 else 0]


def _checked_shape(
    move: Array, joint: Array, shaped: list[Array], names: Sequence[str]
) -> tuple[int, ...]:
    """Return the types and actions of the transition, once they are seen to fit the others'."""
    shape, n = move.shape[1:-1], len(names)
    for j in range(n):
        there = joint.shape[1 + j]
        if shape[j] not in (1, there):
            raise GameError(
                f"transition has length {shape[j]} on the type axis of {names[j]}, want {there} "
                "(as the prior) or 1."
            )
        there = max(u.shape[n + j] for u in shaped)
        if 1 not in (shape[n + j], there) and shape[n + j] != there:
            raise GameError(
                f"transition has length {shape[n + j]} on the action axis of {names[j]}, want "
                f"{there} (as the payoffs) or 1."
            )
    return shape
