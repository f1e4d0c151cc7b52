"""The judge of Markov profiles: what the best deviation gains, from every state and type on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.certificates import Certificate, Deviation
from econ_theory.certificates.verdicts import MOST_ROWS
from econ_theory.games.finite.labels import Labels
from econ_theory.games.finite.markov import MarkovBayesianGame
from econ_theory.games.finite.payoffs import best_actions
from econ_theory.markov.best_response import best_response
from econ_theory.markov.profiles import MarkovProfile
from econ_theory.tables import folded, shown, table_html

__all__ = ["MarkovCertificate", "MarkovDeviation", "certify_markov", "markov_exploitability"]


@dataclass(frozen=True)
class MarkovDeviation(Deviation):
    """A best deviation: from state `s` on, player `i` as type `t` begins with `a`, gains `gain`.

    Unpacks into ``i, s, t, a, gain``.
    """

    s: int

    def __iter__(self) -> Iterator[Any]:
        return iter((self.i, self.s, self.t, self.a, self.gain))

    @property
    def who(self) -> str:
        """The player, the state, and the type if the player has more than one."""
        return self.labels.who(self.i, self.t, self.s)


@dataclass(frozen=True, eq=False, repr=False)
class MarkovCertificate(Certificate):
    """A `Certificate` of a Markov profile: an entry for every state and type, in that order.

    ``gains[i][s * T_i + t]`` is the interim gain, in discounted payoff units, of the best
    deviation by player i that begins in state s as type t and goes on for ever: a full deviation,
    not one stage of it. `epsilon` is the largest over all states, on the path or off it, so zero
    means Markov perfect. `weights` are the chance of state and type at the first stage, so
    `ex_ante` is the largest exploitability before play begins. `relative` is a share of the range
    of discounted payoffs, ``stage range / (1 - discount)``.

    Attributes
    ----------
    n_states : int
    one_shot : n arrays (S T_i,)
        What deviating at one stage only gains; positive somewhere if and only if `gains` is.
        ``one_shot <= gains``, and ``epsilon <= max(one_shot) / (1 - discount)``.
    """

    n_states: int = 1
    one_shot: tuple[Array, ...] = ()

    def of(self, i: int) -> Array:
        """Return player `i`'s gains as ``(S, T_i)``."""
        return self.gains[i].reshape(self.n_states, -1)

    @property
    def worst(self) -> MarkovDeviation:
        """The deviation that gains most, with its state."""
        i = max(range(len(self.gains)), key=lambda i: self.gains[i].max())
        k = int(self.gains[i].argmax())
        s, t = divmod(k, len(self.gains[i]) // self.n_states)
        a, gain = int(self.actions[i][k]), float(self.gains[i][k])
        return MarkovDeviation(i, t, a, gain, self._names, s)

    @property
    def _names(self) -> Labels:
        if self.labels is not None:
            return self.labels
        played = [int(max(actions)) + 1 for actions in self.actions]
        types = [len(gains) // self.n_states for gains in self.gains]
        return Labels.counted(list(zip(types, played, strict=True)), self.n_states)

    def __str__(self) -> str:
        return super().__str__().replace("of the payoff range", "of the discounted payoff range", 1)

    def _repr_html_(self) -> str:
        names = self._names
        header = ["", "state", "type", "gain", "in one stage"]
        rows = [
            [names.players[i], *cells]
            for i, (gains, now) in enumerate(zip(self.gains, self.one_shot, strict=True))
            for cells in folded(
                lambda k, i=i, gains=gains, now=now: [
                    names.states[k // len(names.types[i])],
                    names.types[i][k % len(names.types[i])],
                    shown(gains[k]),
                    shown(now[k]),
                ],
                len(gains),
                MOST_ROWS,
                "states and types",
                lambda words: [words],
            )
        ]
        return table_html(str(self), header, rows)


def certify_markov(game: MarkovBayesianGame, profile: MarkovProfile) -> MarkovCertificate:
    """Return the `MarkovCertificate` of `profile`: the gain of the best deviation from anywhere.

    With V* the value of the best response to the others and Q* its action values (weighted by the
    prior), ``gains = (max_a Q*[s, t, a] - sum_a s_i(a | s, t) Q_i[s, t, a]) / p(t | s)``; averaged
    over types that is ``V*(s) - V(s)``. With one state and discount zero this is `certify`.

    >>> move = np.array([[[0.0, 1.0], [1.0, 0.0]]]).reshape(1, 1, 2, 2)
    >>> game = MarkovBayesianGame(move, [np.arange(4.0).reshape(2, 1, 2)], discount=0.75)
    >>> certificate = certify_markov(game, MarkovProfile.pure(game, [[[1], [1]]]))
    >>> certificate.of(0).round(9).ravel(), certificate.one_shot[0].round(9)
    (array([2., 2.]), array([0.5, 0.5]))
    """
    parts = [_player(game, profile, i) for i in range(game.n_players)]
    gains, one_shot, actions, weights = zip(*parts, strict=True)
    return MarkovCertificate(
        gains=gains,
        actions=actions,
        weights=weights,
        ranges=tuple(game.payoff_range(i) for i in range(game.n_players)),
        n_states=game.n_states,
        one_shot=one_shot,
        labels=game.labels,
    )


def markov_exploitability(game: MarkovBayesianGame, profile: MarkovProfile) -> Array:
    """Return what each player could gain before the first state is drawn, ``(n,)``.

    ``initial . (V* - V)`` with V* the value of the best response: payoff units, never negative.
    """
    return np.array(
        [game.initial @ best_response(game, profile, i).gains for i in range(game.n_players)]
    )


def _player(
    game: MarkovBayesianGame, profile: MarkovProfile, i: int
) -> tuple[Array, Array, Array, Array]:
    """Return gains, one-shot gains, best actions and weights of player i, each (S T_i,)."""
    response = best_response(game, profile, i)
    decision, row, chance = response.decision, profile.rows[i], game.type_weights(i)
    alive, safe = chance > 0, np.where(chance > 0, chance, 1.0)
    best_q = decision.lookahead(response.values, game.discount)
    best = best_actions(best_q)
    later = game.discount * (decision.transition @ response.gains)
    gains = _regret(row, best_q) + (row * later).sum(axis=2)
    now = _regret(row, decision.lookahead(response.current, game.discount))
    gains, now = (np.where(alive, gain / safe, 0.0) for gain in (gains, now))
    weights = game.initial[:, None] * chance
    gain, now, action, weight = (frozen(x.ravel()) for x in (gains, now, best, weights))
    return gain, now, action, weight


def _regret(row: Array, q: Array) -> Array:
    # Differences first: a constant added to every payoff then costs no digits.
    return (row * (q.max(axis=2, keepdims=True) - q)).sum(axis=2)
