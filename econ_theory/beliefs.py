"""Bayes' rule: what a type believes of the others, before and after it sees something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array, simplex_fault
from econ_theory.errors import ProfileError, SettingError

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["entropy", "interim", "kl_divergence", "posterior"]


def interim(game: BayesianGame, i: int) -> Array:
    """Return player `i`'s beliefs ``p(t_-i | t_i)``: own type first, then the others'.

    Shape ``(T_i, T_1, .., T_n)`` with ``T_i`` left out after the first axis. A null type, about
    which Bayes' rule says nothing, gets the others' marginal prior.

    >>> from econ_theory import BayesianGame
    >>> game = BayesianGame([[0.4, 0.1], [0.1, 0.4]], [np.zeros((2, 2, 1, 1))] * 2)
    >>> interim(game, 0)
    array([[0.8, 0.2],
           [0.2, 0.8]])
    """
    if not 0 <= i < game.n_players:
        raise SettingError(f"i is {i}, want a player index in 0..{game.n_players - 1}.")
    joint = np.moveaxis(game.prior, i, 0)
    weights = joint.sum(axis=tuple(range(1, joint.ndim)), keepdims=True)
    marginal = np.broadcast_to(joint.sum(axis=0, keepdims=True), joint.shape)
    return np.where(weights > 0, joint / np.where(weights > 0, weights, 1.0), marginal)


def posterior(prior: Array, likelihood: Array) -> Array:
    """Return ``P(state | signal)``, ``(S, K)``, from a prior ``(K,)`` and likelihood ``(K, S)``.

    ``likelihood[k, s]`` is the probability of signal (or observed action) s in state k: a strategy
    ``(T, A)`` is one, so ``posterior(prior, rows)`` is what play reveals. A signal of probability
    zero leaves the prior unchanged.

    >>> posterior(np.array([0.5, 0.5]), np.array([[0.9, 0.1], [0.3, 0.7]])).round(3)
    array([[0.75 , 0.25 ],
           [0.125, 0.875]])

    Raises
    ------
    ProfileError
        If the prior or a row of the likelihood is no distribution.
    """
    prior, likelihood = np.asarray(prior, dtype=float), np.asarray(likelihood, dtype=float)
    if prior.ndim != 1 or likelihood.ndim != 2 or len(likelihood) != len(prior):
        raise ProfileError(
            f"prior has shape {prior.shape} and likelihood {likelihood.shape}, want (K,) and "
            "(K, S): one row a state."
        )
    for name, array, axes in (("prior", prior, None), ("likelihood", likelihood, (1,))):
        fault = simplex_fault(array, axes)
        if fault:
            raise ProfileError(f"{name} {fault}.")
    joint = (prior[:, None] * likelihood).T
    total = joint.sum(axis=1, keepdims=True)
    return np.where(total > 0, joint / np.where(total > 0, total, 1.0), prior)


def entropy(distribution: Array, axis: int = -1) -> Array:
    """Return the Shannon entropy along `axis`, in nats; ``0 log 0 = 0``.

    >>> float(entropy(np.array([0.5, 0.5])))
    0.6931471805599453
    """
    p = np.asarray(distribution, dtype=float)
    return -(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=axis)


def kl_divergence(p: Array, q: Array, axis: int = -1) -> Array:
    """Return ``sum p log(p / q)`` along `axis`, in nats; infinite where q is zero and p is not.

    >>> float(kl_divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])))
    0.6931471805599453
    """
    p, q = np.asarray(p, dtype=float), np.asarray(q, dtype=float)
    ratio = np.where(p > 0, p, 1.0) / np.where(q > 0, q, 1.0)
    terms = np.where(p > 0, p * np.log(ratio), 0.0)
    return np.where((p > 0) & (q == 0), np.inf, terms).sum(axis=axis)
