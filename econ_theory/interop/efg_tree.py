"""From the nodes of an extensive form, in file order, to the Bayesian game they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NoReturn

import numpy as np

from econ_theory.errors import FormatError, GameError
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.interop.text import MOST_CELLS, MOST_DIGITS, distinct, too_fine, too_long

__all__ = ["InformationSet", "Tree"]

IN_TURNS = (
    "is a game in turns, in which a move is seen; want its strategic form, where a strategy is a "
    "plan for all moves of a player (a .nfg file or BayesianGame.normal_form)"
)
"""What to say and to do of a tree whose players react to each other."""


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
    movers: set[int] | None = None
    leaves: list[tuple[tuple[int, ...], list[Fraction]]] = field(default_factory=list)


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
        self._n_leaves = 0
        self.complete = False
        self._nothing = [Fraction(0)] * len(players)

    def _refuse(self, line: int, complaint: str) -> NoReturn:
        raise FormatError(f"{self.source}, line {line}: {complaint}.")

    def _bounded(self, line: int, number: Fraction, what: str) -> Fraction:
        if too_long(number):
            self._refuse(
                line,
                f"{what} comes to a fraction of over {MOST_DIGITS:,} digits, want at most that; "
                "write the numbers as decimals",
            )
        return number

    def _arrive(self, line: int, payoffs: list[Fraction] | None) -> _Frame:
        """Step down to the next child; return a frame with the path's probability and payoffs."""
        if not self._open:
            here = _Frame(-1, [], 0, None, Fraction(1), {})
        else:
            above = self._open[-1]
            k, above.n_read = above.n_read, above.n_read + 1
            here = _Frame(-1, [], 0, above.payoffs, above.probability, above.moves)
            if above.weights:
                chance = above.probability * above.weights[k]
                here.probability = self._bounded(line, chance, "the probability of this path")
            else:
                here.moves = {**above.moves, above.player: k}
        if payoffs:
            so_far = here.payoffs
            if so_far:
                payoffs = [
                    self._bounded(line, path + now, "a payoff of this path")
                    for path, now in zip(so_far, payoffs, strict=True)
                ]
            here.payoffs = payoffs
        return here

    def chance(self, line: int, weights: list[Fraction], payoffs: list[Fraction] | None) -> None:
        """Add a chance node."""
        here = self._arrive(line, payoffs)
        if here.moves or (self._open and not self._open[-1].weights):
            self._refuse(
                line,
                "a chance move follows a player's move, want all of chance before the first "
                "player, as types are drawn once, at the start; chance that depends on a move, or "
                f"shows it with noise, {IN_TURNS}",
            )
        here.weights, here.n_children = weights, len(weights)
        self._open.append(here)

    def move(self, line: int, i: int, label: int, payoffs: list[Fraction] | None) -> None:
        """Add a node of player `i` in its information set number `label`."""
        here = self._arrive(line, payoffs)
        if i in here.moves:
            twice = f"player {self.players[i]!r} moves a second time on this path"
            if self._branches[-1].types[i] == label:
                self._refuse(
                    line,
                    f"{twice}, in the information set it has been in: it forgets its own move "
                    "(imperfect recall, an absent-minded player), for which behaviour and mixed "
                    "strategies differ; want an information set of its own for each move, and "
                    "then the strategic form (a .nfg file)",
                )
            self._refuse(line, f"{twice}, want every player to move once; this {IN_TURNS}")
        if not here.moves:
            self._branches.append(_Branch(here.probability))
        known = self._branches[-1].types.setdefault(i, label)
        if known != label:
            self._refuse(
                line,
                f"player {self.players[i]!r} is in information set {label} here and in {known} "
                "after other actions but the same chance move, want one set, as in a Bayesian "
                f"game nobody sees another's action; this {IN_TURNS}",
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
        here = self._arrive(line, payoffs)
        if not here.moves:
            self._branches.append(_Branch(here.probability))
        branch, first = self._branches[-1], self._branches[0]
        for known in (branch, first):
            known.movers = known.movers if known.movers is not None else set(here.moves)
            if here.moves.keys() == known.movers:
                continue
            i = min(known.movers ^ here.moves.keys())
            why = (
                f"after the same move of chance, another's action decides whether it moves: this "
                f"{IN_TURNS}"
                if known is branch
                else "give it an information set also after those moves of chance where its "
                "choice changes nothing"
            )
            self._refuse(
                line,
                f"player {self.players[i]!r} does not move on every path, want every player to "
                f"move once on each path; {why}",
            )
        self._n_leaves += 1
        if self._n_leaves * len(self.players) > MOST_CELLS:
            self._refuse(
                line, f"the tree has more than {MOST_CELLS:,} payoffs, want at most that many"
            )
        cell = tuple(here.moves.get(i, 0) for i in range(len(self.players)))
        branch.leaves.append((cell, here.payoffs or self._nothing))
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
        if too_fine(branch.probability for branch in self._branches):
            self._refuse(
                line,
                f"the prior has a common denominator of over {MOST_DIGITS:,} digits, want at most "
                "that; write probabilities as decimals",
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
            for actions, payoffs in branch.leaves:
                cell = (*t, *actions)
                for table, payoff in zip(tables, payoffs, strict=True):
                    if share == 1:
                        table[cell] = payoff
                    elif share:
                        mean = table[cell] + share * payoff
                        table[cell] = self._bounded(line, mean, "an average over chance")
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
