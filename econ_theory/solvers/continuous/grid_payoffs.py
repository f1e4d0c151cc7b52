"""Games of continuous types on a grid: what every action is worth to every type, given the play.

Players' types are independent, so all that counts of the others is how often each takes each
action: a sum over their types, never a tensor over everybody's. Whoever takes an action is taken
to mix evenly between the middles to its neighbours. So no two bids tie, and undercutting by a
hair, which bids on a grid invite, does not pay; the error is of second order in the spacing.

* Auctions: up a vertical line from the lowest bid at one type, D of the certificates
  (`econ_theory.certificates.continuous.envelope`) is the utility of every bid, for each rule and
  attitude at once.
* Games stated by their payoffs alone: the mean over draws of what the others do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.envelope.chords import Chord, straight
from econ_theory.certificates.continuous.envelope.curve import Curve, Rival
from econ_theory.certificates.continuous.envelope.reduction import reduce
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.payment_rules import AllPay, CustomPayoff, Effort
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.utilities import Crra
from econ_theory.solvers.base import family_wanted

__all__ = [
    "Cells",
    "GridPayoffs",
    "below_value",
    "classes",
    "grid_payoffs",
    "has_rules",
    "refusal",
    "reserve_of",
]

BELOW = 0.99
"""Bids of those who have no utility of losses, as a share of the value, at most."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The grid of one class of players.

    Attributes
    ----------
    members : players of the class, all alike
    types : (T,) array
        Middles of even intervals of the support; `weights` are their probabilities.
    actions : (A,) array
        Evenly spaced; NaN, the first, is to stay out.
    """

    members: tuple[int, ...]
    prior: Prior
    types: Array
    weights: Array
    actions: Array


class GridPayoffs(Protocol):
    """Cells of every class, and payoffs on them: ``values(c, rows)``, ``(T, A)``."""

    cells: list[Cells]

    def values(self, c: int, rows: Sequence[Array]) -> Array:
        """Return the payoff of every action to every type of class `c`; `rows` are the play."""
        ...


def refusal(game: Any) -> str | None:
    """Return why payoffs draw by draw are not enough to solve `game`, or None if they are."""
    if other := family_wanted(game, ContinuousGame):
        return other
    if not game.stated_by_payoffs:
        return (
            f"a {type(game).__name__} states no ex-post payoffs, want a game that does; certify "
            "strategies of your own."
        )
    if any(prior.low == prior.high for prior in game.priors):
        return "some type is known, want types drawn from intervals; certify actions of your own."
    if isinstance(game, AuctionGame) and game.unsold:
        return f"no type is worth the reserve {game.reserve:g}, want some; use ReserveBidding."
    return None


def has_rules(game: ContinuousGame) -> bool:
    """Whether the certificate has the game's rules in formulas."""
    return isinstance(game, AuctionGame) and not isinstance(game.payment, CustomPayoff)


def classes(game: ContinuousGame) -> list[tuple[int, ...]]:
    """Return the players who are alike, class by class: one prior, one attitude.

    Players of a game that is stated by its payoffs are alike only if it says it is `symmetric`.

    >>> from econ_theory.games import Uniform
    >>> weak, strong = Uniform(), Uniform(0, 2)
    >>> classes(AuctionGame("first_price", [weak, strong, strong]))
    [(0,), (1, 2)]
    """
    kinds: dict[Any, list[int]] = {}
    for i, prior in enumerate(game.priors):
        attitude = game.utilities[i] if isinstance(game, AuctionGame) else None
        alike = isinstance(game, AuctionGame) or getattr(game, "symmetric", False)
        kinds.setdefault((game.priors.index(prior), attitude, None if alike else i), []).append(i)
    return [tuple(members) for members in kinds.values()]


def reserve_of(game: AuctionGame) -> float | None:
    """Return the reserve among bids that win when high."""
    if game.reserve is None or not game.procurement:
        return game.reserve
    return -game.reserve


def below_value(game: ContinuousGame, i: int, types: Array, bids: Array) -> Array:
    """Return `bids`, lowered below the value where player `i` has no utility of losses.

    >>> from econ_theory.games import Crra, Uniform
    >>> game = AuctionGame("first_price", Uniform(), 2, utilities=Crra(0.5))
    >>> below_value(game, 0, np.array([0.0, 1.0]), np.array([0.1, 0.6]))
    array([0. , 0.6])
    """
    if isinstance(game, AuctionGame) and isinstance(game.utilities[i], Crra):
        return np.minimum(bids, types[0] + BELOW * (types - types[0]))
    return bids


def grid_payoffs(
    game: ContinuousGame, n_types: int, n_actions: int, draws: int, rng: np.random.Generator
) -> GridPayoffs:
    """Return `game` on a grid of `n_types` types and `n_actions` actions a player."""
    if has_rules(game):
        assert isinstance(game, AuctionGame)
        return _Rules(game, n_types, n_actions)
    return _Draws(game, n_types, n_actions, draws, rng)


def _middles(prior: Prior, n_types: int) -> tuple[Array, Array]:
    edges = np.linspace(prior.low, prior.high, n_types + 1)
    return (edges[1:] + edges[:-1]) / 2, np.diff(prior.cdf(edges))


class _Rules:
    """Auctions, in values and in bids that win when high."""

    def __init__(self, game: AuctionGame, n_types: int, n_actions: int) -> None:
        self.game, self.reserve = game, reserve_of(game)
        self.classes = classes(game)
        low, high = game.action_range(0)
        if game.procurement:
            low, high = -high, -low
        self.levels = np.linspace(low, high, n_actions)
        idle = [np.nan] if self.reserve is not None else []
        pays = isinstance(game.payment, (AllPay, Effort))
        self.floor = 0.0 if pays else low
        self.cells = [
            Cells(m, game.values[m[0]], *_middles(game.values[m[0]], n_types),
                  np.concatenate([idle, self.levels]))
            for m in self.classes
        ]  # fmt: skip
        self.idle = len(idle)

    def values(self, c: int, rows: Sequence[Array]) -> Array:
        own = self.cells[c]
        rivals = []
        for d, cells in enumerate(self.cells):
            count = len(cells.members) - (d == c)
            if count:
                below, types = self._spread(cells, rows[d])
                rivals.append(Rival(straight(below), straight(types), count))
        b = np.concatenate([[self.floor], self.levels[:1], self.levels])
        win = np.ones(len(b))
        for rival in rivals:
            below = rival.below.points
            win *= below**rival.count
        win[:2] = 0.0
        n_cells = len(b) - 1
        v = own.types[:, None]
        nowhere = np.zeros((len(v), n_cells))
        curve = Curve(
            type=Chord(v, v, np.zeros((1, 1))),
            bid=straight(b),
            win=straight(win),
            rivals=tuple(rivals),
            own=nowhere.astype(bool),
            weight=nowhere[0],
            levels=self.levels,
            level=np.full(n_cells, -1),
            jumps=False,
        )
        reduction = reduce(self.game, own.members[0], curve)
        steps = nowhere.copy()
        for x, y in reduction.terms:
            steps += x.middle * y.step
        worth = np.cumsum(steps, axis=1)[:, 1:]
        if self.idle:
            worth = np.concatenate([np.zeros((len(v), 1)), worth], axis=1)
        return worth + reduction.start

    def _spread(self, cells: Cells, rows: Array) -> tuple[Array, Array]:
        """Distribution of one player's bid at the points of the curve, and the types who bid it."""
        mass = cells.weights @ rows
        placed = mass[self.idle :]
        below = mass[: self.idle].sum() + np.cumsum(placed) - placed / 2
        below[0], below[-1] = mass[: self.idle].sum(), 1.0
        types = (cells.weights * cells.types) @ rows[:, self.idle :] / np.maximum(placed, 1e-12)
        types = np.maximum.accumulate(np.where(placed > 1e-9, types, cells.prior.low))
        return np.concatenate([below[[0, 0]], below]), np.concatenate([types[[0, 0]], types])


class _Draws:
    """Any game stated by its payoffs: the others' types and actions are drawn anew every time."""

    def __init__(
        self,
        game: ContinuousGame,
        n_types: int,
        n_actions: int,
        draws: int,
        rng: np.random.Generator,
    ) -> None:
        self.game, self.draws, self.rng = game, draws, rng
        self.classes = classes(game)
        self.cells = [
            Cells(m, game.priors[m[0]], *_middles(game.priors[m[0]], n_types),
                  np.linspace(*game.action_range(m[0]), n_actions))
            for m in self.classes
        ]  # fmt: skip

    def values(self, c: int, rows: Sequence[Array]) -> Array:
        own, i = self.cells[c], self.cells[c].members[0]
        n, size = self.game.n_players, self.draws
        types, actions = np.empty((n, size)), np.empty((n, size))
        for cells, row in zip(self.cells, rows, strict=True):
            for j in cells.members:
                # Even shares of types and of what each does: strata, not independent draws.
                t = np.searchsorted(np.cumsum(cells.weights), self._shares()).clip(0, len(row) - 1)
                total = np.cumsum(row, axis=1)[t]
                a = (total < self._shares()[:, None] * total[:, -1:]).sum(axis=1)
                a = np.minimum(a, len(cells.actions) - 1)
                half = (cells.actions[1] - cells.actions[0]) / 2
                spread = cells.actions[a] + half * self.rng.uniform(-1, 1, size)
                types[j] = cells.types[t]
                actions[j] = np.clip(spread, cells.actions[0], cells.actions[-1])
        shape = (len(own.types), len(own.actions), size)
        mine = np.broadcast_to(own.actions[None, :, None], shape)
        worth = np.empty(shape[:2])
        for t, v in enumerate(own.types):
            types[i] = v
            worth[t] = self.game.ex_post(i, types, actions, mine[t]).mean(axis=1)
        return worth

    def _shares(self) -> Array:
        return (self.rng.permutation(self.draws) + self.rng.random(self.draws)) / self.draws
