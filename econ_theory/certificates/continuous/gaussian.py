"""Gaussian games: the gain of every signal in closed form, since best responses are affine.

Fold the responses of those who see player i's actions x into its payoff: a quadratic function of x
with curvature C, whose slope in x at its own play, expected given its signals, is a normal vector
m, affine in the signals. The best deviation is to ``x + C^-1 m``, and gains ``m C^-1 m / 2``.

Signals have no bounds, and neither has that gain where m varies at all. A type is measured by the
standardized value t of the one function of its signals that m depends on; intervals cover |t| <= 6,
all but 2e-9 of the types. The gain is convex in t, so its largest value in an interval is at an
end. `epsilon` is the largest of these. The probability beyond belongs to the outermost intervals,
and what is left out there is less than what taking the ends of all intervals adds, so that
`ex_ante` is an upper bound over all types without exception, about 1 % above the exact number for
one action; for several, of which d dimensions move with the news, up to about d + 1 times it (2.85
times for two).

Of a player with several actions m is a vector ``m0 + L t``, t standard normal. Types are then the
length r of t, up to where 2e-9 of them are beyond. In units in which the gain is a square,
``|g0 + L t|^2 <= |g0|^2 + 2 r |L'g0| + r^2 |L|^2``, |L| the largest singular value: exact in one
dimension, within a factor 2 of a type that exists otherwise. The action reported is the length of
the move to it.

The state's part that a signal tells is found from a singular value decomposition; parts below
1e-12 of a signal are rounding, and count as unseen. A signal that cannot occur is not judged:
equilibria are Nash, not perfect. Where the curvature is not positive there is no best response,
and the gain is infinite.

Source: Radner 1962, "Team decision problems"; Vives 2008, Information and Learning in Markets,
chapter 1 and the technical appendix.
"""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.base import Judge
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.gaussian_game import GaussianGame
from econ_theory.strategies.affine import AffineProfile, Play, as_affine, root_of, told

__all__ = ["GAUSSIAN"]

REACH = 6.0
"""Standard deviations that the intervals cover."""

CELLS = 1200
FLAT = 1e-12
"""Share of the terms of a curvature below which it is rounding."""


def _gains(
    game: GaussianGame, profile: AffineProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    play = Play(game, [rule.slopes for rule in profile.rules])
    root = root_of(game.covariance)
    mean = play.mean(game, profile)
    load = play.load @ root
    return [_player(game, play, i, mean, load, play.heard[i] @ root) for i in range(game.n_players)]


def _player(
    game: GaussianGame, play: Play, i: int, mean: Array, load: Array, heard: Array
) -> PlayerGains:
    """Return the gains of player `i`, given the loadings of w, a and its signals on N(0, 1)."""
    form, respond = game.forms[i], play.responses[i]
    slope = 2 * respond.T @ form[1:]
    curvature = -2 * respond.T @ form[1:, 1:] @ respond
    known, _ = told(heard)
    news = slope[:, 1:] @ load @ known
    flat = slope @ mean
    utility = float(mean @ form @ mean + np.sum(load * (form[1:, 1:] @ load)))
    own = slice(game.n_states + game.block(i).start, game.n_states + game.block(i).stop)
    place, moves = mean[1:][own], load[own] @ known
    size = np.abs(respond.T) @ np.abs(form[1:, 1:]) @ np.abs(respond)
    positive = np.linalg.eigvalsh(curvature).min() > FLAT * size.max()
    if len(curvature) == 1:
        reach = np.linspace(-REACH, REACH, CELLS + 1)
        length = float(np.linalg.norm(news))
        # An action that the gain does not depend on is measured by itself.
        along = news[0] / length if length > 0 else _unit(moves[0])
        shares = _normal(reach)
        at = flat[0] + length * reach
        gains = at**2 / (2 * curvature[0, 0]) if positive else np.full(CELLS + 1, np.inf)
        best = place[0] + float(moves[0] @ along) * reach
        best = best + (at / curvature[0, 0] if positive else 0.0)
        end = np.where(gains[1:] >= gains[:-1], 1, 0) + np.arange(CELLS)
        bound = found = gains[end]
        actions = best[end]
    else:
        reach, shares = _radial(max(1, min(news.shape)))
        if positive:
            bound, found, actions = _vector_gains(curvature, flat, news, reach[1:])
        else:
            bound = found = np.full(CELLS // 2, np.inf)
            actions = np.zeros(CELLS // 2)
    return PlayerGains(
        types=np.stack([reach[:-1], reach[1:]], axis=1),
        gains=bound,
        estimates=found,
        actions=actions,
        weights=shares,
        utility=utility,
    )


def _unit(vector: Array) -> Array:
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def _vector_gains(
    curvature: Array, flat: Array, news: Array, reach: Array
) -> tuple[Array, Array, Array]:
    """Return for types at distances `reach`: bound, gain of some such type, length of its move."""
    factor = np.linalg.cholesky(curvature)
    start = np.linalg.solve(factor, flat) / np.sqrt(2)
    spread = np.linalg.solve(factor, news) / np.sqrt(2)
    if not spread.size:
        spread = np.zeros((len(start), 1))
    pull = spread.T @ start
    _, sizes, rows = np.linalg.svd(spread)
    bound = start @ start + 2 * reach * np.linalg.norm(pull) + (reach * sizes[0]) ** 2
    candidates = np.array([rows[0], -rows[0], _unit(pull), _unit(_unit(pull) + rows[0])])
    tried = start + reach[:, None, None] * (candidates @ spread.T)
    gains = np.sum(tried**2, axis=2)
    best = gains.argmax(axis=1)
    k = np.arange(len(reach))
    # start + spread t is factor^-1 m / sqrt 2, and the move is C^-1 m.
    moves = np.linalg.solve(factor.T, np.sqrt(2) * tried[k, best].T)
    return bound, gains[k, best], np.linalg.norm(moves, axis=0)


def _normal(edges: Array) -> Array:
    """Return the probability of each interval, the tails with the outermost."""
    from scipy.special import ndtr

    below = ndtr(edges)
    below[0], below[-1] = 0.0, 1.0
    return np.diff(below)


def _radial(dimension: int) -> tuple[Array, Array]:
    """Return intervals of the length of a standard normal vector, and their probabilities.

    The last ends where as little is beyond as beyond 6 deviations of one number, and counts it.
    """
    from scipy.special import gammainc, gammainccinv, ndtr

    last = np.sqrt(2 * gammainccinv(dimension / 2, 2 * ndtr(-REACH)))
    edges = np.linspace(0.0, last, CELLS // 2 + 1)
    below = gammainc(dimension / 2, edges**2 / 2)
    below[-1] = 1.0
    return edges, np.diff(below)


GAUSSIAN = Judge(_gains, as_affine)
