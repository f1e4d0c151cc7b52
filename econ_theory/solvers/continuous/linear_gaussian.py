"""Equilibria in affine strategies of games with normal states and quadratic payoffs.

At an equilibrium the slope of each player's payoff in its own actions, the responses of those who
see them folded in, is zero given its signals; for normal signals: zero on average, and
uncorrelated with each of them,

    responses_i' Q_i cov((w, a), s_i) = 0.

Where nobody sees actions this is one linear system in all slopes together (Radner 1962). Where
some are seen it is polynomial, and Newton's method (Levenberg and Marquardt's) starts at several
places. Given the slopes, the constants solve a linear system.

Where a signal has a direction without variance (a quantity that the rule of an earlier mover
implies), play after deviations is free in a Nash equilibrium. Here it is chosen as if every action
trembled a little, by equal independent amounts: a follower then believes what it sees, as in
Stackelberg's game.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games.continuous.gaussian_game import GaussianGame
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.affine import AffineProfile, Play, as_affine, root_of, told

__all__ = ["LinearGaussian"]

UNSEEN = 1e-10
"""Share of a signal's variance below which a direction has none."""

SAME = 1e-6
"""Relative difference of what happens within which two equilibria are one."""


@dataclass(frozen=True)
class LinearGaussian:
    """Affine equilibria of a `GaussianGame`: the one, or all that Newton's method meets.

    Where nobody sees actions there is one proposal, the equilibrium if the linear system has one
    solution, else the solution of least slopes. Otherwise a proposal for each equilibrium met
    from `starts` starts: the given one, unit slopes, then slopes drawn over three orders of
    magnitude. It need not meet all.

    Examples
    --------
    Kyle's market: an insider who knows v, order flow with noise u, a price that is fair.

    >>> from econ_theory import solve
    >>> insider = lambda w, a: (w[0] - a[1]) * a[0]
    >>> fair = lambda w, a: -((a[1] - w[0]) ** 2)
    >>> market = GaussianGame(
    ...     [insider, fair], [[1, 0], [0, 1]], np.diag([1.0, 0.49]), sees=[None, [1, 0]],
    ...     stakes=[0.7, 1.0],
    ... )
    >>> solution = solve(market, rng=0)
    >>> [rule.slopes.round(6).item() for rule in solution.profile.rules]
    [0.7, 0.714286]
    >>> solution.certificate.relative < 1e-12
    True

    Raises
    ------
    SettingError
        If there is no start.
    """

    starts: int = 30
    source = "Radner 1962; Kyle 1985; Vives 2008, Information and Learning in Markets, chapter 1"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, starts=1)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        return family_wanted(game, GaussianGame)

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the equilibria met; `start` is where Newton's method begins first."""
        if not any(g.any() for g in game.sees):
            slopes = _radner(game)
            yield AffineProfile(_rules(game, slopes))  # type: ignore[misc]
            return Ending("the linear system was solved")
        found: list[Array] = []
        for guess in self._guesses(game, start, rng):
            slopes = _newton(game, guess)
            if slopes is None or not _concave(game, slopes):
                yield None
                continue
            play = Play(game, slopes)
            path = np.concatenate([play.load.ravel(), play.through.ravel()])
            if any(np.allclose(path, f, SAME, SAME * np.abs(f).max()) for f in found):
                yield None
                continue
            found.append(path)
            yield AffineProfile(_rules(game, slopes))  # type: ignore[misc]
        return Ending(f"{len(found)} equilibria were met from {self.starts} starts")

    def _guesses(
        self, game: GaussianGame, start: Any, rng: np.random.Generator
    ) -> Iterator[list[Array]]:
        shapes = [(k, len(h)) for k, h in zip(game.n_actions, game.signals, strict=True)]
        made = 0
        if start is not None:
            made += 1
            yield [rule.slopes for rule in as_affine(start, game).rules]
        # A signal that is always the same needs no slope.
        varied = [
            (np.abs(h) @ game.covariance.diagonal() > 0) | g.any(axis=1)
            for h, g in zip(game.signals, game.sees, strict=True)
        ]
        if made < self.starts:
            made += 1
            yield [np.ones(shape) * used for shape, used in zip(shapes, varied, strict=True)]
        for _ in range(self.starts - made):
            signs = [rng.choice([-1.0, 1.0, 1.0], shape) for shape in shapes]
            yield [
                sign * 10 ** rng.uniform(-1.5, 1.5, shape) * used
                for sign, shape, used in zip(signs, shapes, varied, strict=True)
            ]


def _radner(game: GaussianGame) -> list[Array]:
    """Return the slopes of the equilibrium where nobody sees actions, the least ones if many."""
    d, n = game.n_states, game.n_players
    blocks = [game.block(i) for i in range(n)]
    root = root_of(game.covariance)
    beliefs = [root @ basis @ reader for basis, reader in (told(h @ root) for h in game.signals)]
    parts, sides = [], []
    for i, form in enumerate(game.forms):
        rows = form[1 + d :][blocks[i]]
        own = np.eye(len(game.signals[i]))
        parts.append(
            [
                np.kron(rows[:, 1 + d :][:, b], own if j == i else (game.signals[j] @ beliefs[i]).T)
                for j, b in enumerate(blocks)
            ]
        )
        sides.append(-(rows[:, 1 : 1 + d] @ beliefs[i]).ravel())
    flat = np.linalg.lstsq(np.block(parts), np.concatenate(sides), rcond=None)[0]
    return _shaped(game, flat)


def _conditions(game: GaussianGame, slopes: Sequence[Array]) -> tuple[Array, Array]:
    """Return ``responses' Q cov((w, a), s)`` of all players, and the sizes of their terms.

    Where a player's signals have no variance, their covariance with trembles stands in.
    """
    play = Play(game, slopes)
    found, sizes = [], []
    for i, form in enumerate(game.forms):
        heard = play.heard[i]
        deviation = np.sqrt(np.sum(heard @ game.covariance * heard, axis=1))
        scale = np.where(deviation > 0, deviation, 1.0)
        heard, seen = heard / scale[:, None], game.sees[i] / scale[:, None]
        cross = play.load @ game.covariance @ heard.T
        if seen.any():
            values, vectors = np.linalg.eigh(heard @ game.covariance @ heard.T)
            blank = vectors[:, values <= UNSEEN]
            trembled = np.zeros_like(cross)
            trembled[game.n_states :] = play.through @ (seen @ play.through).T
            cross = cross + (trembled - cross) @ blank @ blank.T
        turn = play.responses[i].T @ form[1:, 1:]
        scale = max(float(np.abs(form[1:, 1:]).max()), 1e-300)
        found.append((turn @ cross).ravel() / scale)
        sizes.append((np.abs(turn) @ np.abs(cross)).ravel() / scale)
    return np.concatenate(found), np.concatenate(sizes)


def _newton(game: GaussianGame, guess: Sequence[Array]) -> list[Array] | None:
    """Return slopes that satisfy the conditions up to rounding, or None."""
    from scipy.optimize import root

    def missed(flat: Array) -> Array:
        return _conditions(game, _shaped(game, flat))[0]

    flat = np.concatenate([k.ravel() for k in guess])
    with np.errstate(all="ignore"):
        flat = root(missed, flat, method="lm", options={"xtol": 1e-14, "ftol": 1e-14}).x
    for _ in range(3):
        if not np.isfinite(flat).all():
            return None
        steps = 1e-6 * np.maximum(np.abs(flat), 1e-3)
        turn = [
            (missed(flat + step * e) - missed(flat - step * e)) / (2 * step)
            for step, e in zip(steps, np.eye(len(flat)), strict=True)
        ]
        flat = flat - np.linalg.lstsq(np.stack(turn, axis=1), missed(flat), rcond=1e-10)[0]
    slopes = _shaped(game, flat)
    off, sizes = _conditions(game, slopes)
    return slopes if (np.abs(off) <= 1e-9 * sizes.max()).all() else None


def _concave(game: GaussianGame, slopes: Sequence[Array]) -> bool:
    play = Play(game, slopes)
    pairs = zip(play.responses, game.forms, strict=True)
    return all(np.linalg.eigvalsh(r.T @ form[1:, 1:] @ r).max() < 0 for r, form in pairs)


def _rules(game: GaussianGame, slopes: Sequence[Array]) -> list[tuple[Array, Array]]:
    """Return the rules with these slopes whose constants leave no player a slope on average."""
    play, d = Play(game, slopes), game.n_states
    turns = [r.T @ form[1:] for r, form in zip(play.responses, game.forms, strict=True)]
    rows = np.concatenate(turns)
    known = rows[:, : 1 + d] @ np.concatenate([[1.0], game.mean])
    means = np.linalg.lstsq(rows[:, 1 + d :], -known, rcond=None)[0]
    heard = [h @ game.mean + g @ means for h, g in zip(game.signals, game.sees, strict=True)]
    return [(k, means[game.block(i)] - k @ heard[i]) for i, k in enumerate(slopes)]


def _shaped(game: GaussianGame, flat: Array) -> list[Array]:
    """Return the slopes of each player, cut from one vector."""
    shapes = [(k, len(h)) for k, h in zip(game.n_actions, game.signals, strict=True)]
    ends = np.cumsum([0] + [k * m for k, m in shapes])
    return [
        flat[a:b].reshape(shape) for a, b, shape in zip(ends[:-1], ends[1:], shapes, strict=True)
    ]
