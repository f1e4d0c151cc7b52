"""Games of joining or staying out: gains are affine in the type, so their bounds are exact.

Let q(m) be the probability that m others join, the convolution of their probabilities. To type t
joining is worth ``D(t) = sum over m of q(m) (join(m, t) - stay(m, t))`` more than staying out, a
straight line. A type that joins with probability p gains ``(1 - p) max(D, 0) + p max(-D, 0)`` from
the better of the two, which is convex in t: between two cuts its largest value is at an end.
Intervals are also cut where D changes sign and at 256 even steps, for the sake of `ex_ante`.

Only the ex-ante utility needs an integral, of the prior's distribution function; 8 Gauss nodes an
interval.
"""

from __future__ import annotations

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.base import Judge, alike
from econ_theory.certificates.verdicts import PlayerGains
from econ_theory.games.continuous.participation_game import ParticipationGame
from econ_theory.games.continuous.priors import Prior
from econ_theory.quadrature import integrals
from econ_theory.strategies.steps import StepProfile, as_steps

__all__ = ["PARTICIPATION"]

CELLS = 256


def _gains(
    game: ParticipationGame, profile: StepProfile, rng: np.random.Generator
) -> list[PlayerGains]:
    pairs = list(zip(profile.functions, game.priors, strict=True))
    chances = [function.probability(prior) for function, prior in pairs]
    # Players who are alike face the same others.
    kinds = [
        (id(function), id(prior), game.joined[i].tobytes(), game.stayed[i].tobytes())
        for i, (function, prior) in enumerate(pairs)
    ]
    return alike(kinds, lambda i: _player(game, profile, i, chances))


def _player(
    game: ParticipationGame, profile: StepProfile, i: int, chances: list[float]
) -> PlayerGains:
    prior, function = game.priors[i], profile.functions[i]
    others = np.array([1.0])
    for chance in chances[:i] + chances[i + 1 :]:
        others = np.convolve(others, [1 - chance, chance])
    constant, slope = others @ game.gaps[i]
    cuts = [np.linspace(prior.low, prior.high, CELLS + 1), function.cuts, prior.turns]
    if slope != 0:
        cuts.append([-constant / slope])
    edges = np.unique(np.concatenate(cuts))
    edges = edges[(edges >= prior.low) & (edges <= prior.high)]
    shares = function((edges[1:] + edges[:-1]) / 2)
    worth = constant + slope * edges
    ends = np.stack([worth[:-1], worth[1:]])
    gains = (1 - shares) * np.maximum(ends, 0.0) + shares * np.maximum(-ends, 0.0)
    best = gains.argmax(axis=0)
    cells = np.arange(len(shares))
    weights, moments = _moments(prior, edges)
    base = others @ game.stayed[i]
    return PlayerGains(
        types=np.stack([edges[:-1], edges[1:]], axis=1),
        gains=gains[best, cells],
        estimates=gains[best, cells],
        actions=(ends[best, cells] > 0).astype(float),
        weights=weights,
        utility=float(
            base @ [weights.sum(), moments.sum()] + shares @ (constant * weights + slope * moments)
        ),
    )


def _moments(prior: Prior, edges: Array) -> tuple[Array, Array]:
    """Return each interval's probability and the integral of the type over it, by parts."""
    below = prior.cdf(edges)
    area = integrals(prior.cdf, edges[:-1], edges[1:])
    return np.diff(below), np.diff(edges * below) - area


PARTICIPATION = Judge(_gains, as_steps)
