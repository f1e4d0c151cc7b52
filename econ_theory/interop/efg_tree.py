"""From the nodes of an extensive form, in file order, to the Bayesian game they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

import numpy as np

from econ_theory.errors import FormatError, GameError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.interop.text import MOST_CELLS, distinct

__all__ = ["InformationSet", "Tree"]


@dataclass
class InformationSet:
    """One own type: its label and the labels of its actions."""

    label: str
    actions: list[str]


@dataclass
class _Branch:
    """What follows one course of chance: its probability and each player's information set."""

    probability: Fraction
    types: dict[int, int] = field(default_factory=dict)
    leaves: list[tuple[dict[int, int], list[Fraction]]] = field(default_factory=list)


@dataclass
class _Frame:
    """A node whose children are still being read; `weights` are chance's, `player` a player's."""

    player: int
    weights: list[Fraction]
    n_children: int
    payoffs: list[Fraction] | None
    probability: Fraction
    moves: dict[int, int]
    n_read: int = 0


class Tree:
    """Collects nodes in preorder and refuses, at its line, whatever makes it no Bayesian game."""

    def __init__(self, players: list[str], source: str) -> None:
        self.players = players
        self.source = source
        self.sets: list[dict[int, InformationSet]] = [{} for _ in players]
        self._branches: list[_Branch] = []
        self._open: list[_Frame] = []
        self.complete = False
        self._nothing = [Fraction(0)] * len(players)

    def _refuse(self, line: int, complaint: str) -> NoReturn:
        raise FormatError(f"{self.source}, line {line}: {complaint}.")

    def _arrive(self, payoffs: list[Fraction] | None) -> _Frame:
        """Step down to the next child; return a frame with the path's probability and payoffs."""
        if not self._open:
            here = _Frame(-1, [], 0, None, Fraction(1), {})
        else:
            above = self._open[-1]
            k, above.n_read = above.n_read, above.n_read + 1
            here = _Frame(-1, [], 0, above.payoffs, above.probability, above.moves)
            if above.weights:
                here.probability = above.probability * above.weights[k]
            else:
                here.moves = {**above.moves, above.player: k}
        if payoffs:
            so_far = here.payoffs
            if so_far:
                payoffs = [path + now for path, now in zip(so_far, payoffs, strict=True)]
            here.payoffs = payoffs
        return here

    def chance(self, line: int, weights: list[Fraction], payoffs: list[Fraction] | None) -> None:
        """Add a chance node."""
        here = self._arrive(payoffs)
        if here.moves or (self._open and not self._open[-1].weights):
            self._refuse(
                line,
                "a chance move follows a player's move, want all of chance before the first "
                "player: in a Bayesian game types are drawn once, at the start",
            )
        here.weights, here.n_children = weights, len(weights)
        self._open.append(here)

    def move(self, line: int, i: int, label: int, payoffs: list[Fraction] | None) -> None:
        """Add a node of player `i` in its information set number `label`."""
        here = self._arrive(payoffs)
        if i in here.moves:
            self._refuse(
                line,
                f"player {self.players[i]!r} moves a second time on this path, want every player "
                "to move once: this game is no Bayesian game in strategic form",
            )
        if not here.moves:
            self._branches.append(_Branch(here.probability))
        known = self._branches[-1].types.setdefault(i, label)
        if known != label:
            self._refuse(
                line,
                f"player {self.players[i]!r} is in information set {label} here and in {known} "
                "after other actions but the same chance move, want one set: in a Bayesian game "
                "nobody sees another's action",
            )
        n_actions = len(self.sets[i][label].actions)
        other, first = next(iter(self.sets[i].items()))
        if len(first.actions) != n_actions:
            self._refuse(
                line,
                f"player {self.players[i]!r} has {n_actions} actions in information set {label} "
                f"and {len(first.actions)} in {other}, want the same number for every type",
            )
        here.player, here.n_children = i, n_actions
        self._open.append(here)

    def leaf(self, line: int, payoffs: list[Fraction] | None) -> None:
        """Add a terminal node and close what it completes."""
        here = self._arrive(payoffs)
        if not here.moves:
            self._branches.append(_Branch(here.probability))
        first = self._branches[0].leaves
        movers = first[0][0].keys() if first else here.moves.keys()
        if here.moves.keys() != movers:
            i = min(movers ^ here.moves.keys())
            self._refuse(
                line,
                f"player {self.players[i]!r} does not move on every path, want every player to "
                "move once on each path",
            )
        self._branches[-1].leaves.append((here.moves, here.payoffs or self._nothing))
        while self._open and self._open[-1].n_read == self._open[-1].n_children:
            self._open.pop()
        self.complete = not self._open

    def game(self, line: int, title: str) -> BayesianGame:
        """Return the tree as a Bayesian game; each information set is a type.

        Courses of chance that no player can tell apart are one joint type, with the average of
        their payoffs.
        """
        n = len(self.players)
        order = [sorted(sets) or [0] for sets in self.sets]
        rank = [{label: t for t, label in enumerate(labels)} for labels in order]
        n_types = [len(labels) for labels in order]
        first = [next(iter(sets.values()), None) for sets in self.sets]
        n_actions = [len(one.actions) if one else 1 for one in first]
        cells = math.prod(n_types) * math.prod(n_actions) * n
        if cells > MOST_CELLS:
            self._refuse(
                line,
                f"the game has {n_types} types and {n_actions} actions, so {cells:,} payoffs, "
                f"want at most {MOST_CELLS:,}",
            )
        prior = np.full(n_types, Fraction(0), dtype=object)
        joint = [
            tuple(rank[i].get(branch.types.get(i, 0), 0) for i in range(n))
            for branch in self._branches
        ]
        for t, branch in zip(joint, self._branches, strict=True):
            prior[t] += branch.probability
        tables = [np.full((*n_types, *n_actions), Fraction(0), dtype=object) for _ in range(n)]
        for t, branch in zip(joint, self._branches, strict=True):
            share = branch.probability / prior[t] if prior[t] else Fraction(1)
            for moves, payoffs in branch.leaves:
                cell = (*t, *(moves.get(i, 0) for i in range(n)))
                for table, payoff in zip(tables, payoffs, strict=True):
                    if share == 1:
                        table[cell] = payoff
                    elif share:
                        table[cell] += share * payoff
        try:
            return BayesianGame(
                prior,
                tables,
                players=distinct(self.players, "player "),
                types=[
                    distinct([sets[label].label if sets else "" for label in labels], "t")
                    for sets, labels in zip(self.sets, order, strict=True)
                ],
                actions=[self._actions(i, n_actions[i]) for i in range(n)],
                title=title,
            )
        except GameError as error:
            raise FormatError(f"{self.source}: {error}") from error

    def _actions(self, i: int, n_actions: int) -> tuple[str, ...]:
        """Return player i's action labels: every name that a type has for the action."""
        names = [information.actions for information in self.sets[i].values()]
        if not names:
            return ("a1",)
        return distinct(
            [" / ".join(dict.fromkeys(n[a] for n in names)) for a in range(n_actions)], "a"
        )
