"""ECON-B.9: whether the mixer's Q_tot is monotone in every local Q_i."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import share_interval

__all__ = [
    "MixerIsMonotone",
    "attention_mixer",
    "hypernetwork_mixer",
    "signed_hypernetwork_mixer",
    "slopes",
    "sum_mixer",
]

Weights = Callable[..., Array]
"""``weights(name, *shape)`` draws the weights of that name."""

Mixer = Callable[[Array, Array, Array, Weights], Array]
"""From Q (..., n), features F (n, d), group representation E (d,) and weights to Q_tot (...)."""

STEP = 1e-30
ROUNDING = 1e-12


def attention_mixer(values: Array, features: Array, group: Array, weights: Weights) -> Array:
    """Return Q_tot (...) of the mixer as drawn: attention over the agents, then a network.

    Tokens ``W [Q_i, F_i]`` attend to each other (one head, residual), are averaged, joined to E,
    and mapped to a number by one hidden layer. Attention moves with the values, and nothing keeps
    any weight from being negative.
    """
    width = len(group)
    given = np.broadcast_to(features, (*values.shape, width))
    tokens = np.concatenate([values[..., None], given], axis=-1) @ weights(
        "tokens", width + 1, width
    )
    query, key, value = (tokens @ weights(name, width, width) for name in ("query", "key", "value"))
    scores = query @ key.swapaxes(-1, -2) / width**0.5
    raised = np.exp(scores - np.real(scores).max(axis=-1, keepdims=True))
    attended = tokens + raised / raised.sum(axis=-1, keepdims=True) @ value
    pooled = attended.mean(axis=-2)
    joined = np.concatenate([pooled, np.broadcast_to(group, pooled.shape)], axis=-1)
    hidden = joined @ weights("hidden", 2 * width, width)
    return np.where(np.real(hidden) > 0, hidden, 0) @ weights("out", width)


def hypernetwork_mixer(values: Array, features: Array, group: Array, weights: Weights) -> Array:
    """Return Q_tot (...) of QMIX with weights from (E, F_i): ``|w2| . elu(sum_i |w1_i| Q_i + b)``.

    Source: Rashid et al. 2018, ICML, section 4.1.
    """
    return _hypernetwork(values, features, group, weights, np.abs)


def signed_hypernetwork_mixer(
    values: Array, features: Array, group: Array, weights: Weights
) -> Array:
    """Return Q_tot (...) of the same network with its weights' signs left on."""
    return _hypernetwork(values, features, group, weights, lambda array: array)


def sum_mixer(values: Array, features: Array, group: Array, weights: Weights) -> Array:
    """Return the sum of the local values (...): value decomposition (Sunehag et al. 2018)."""
    return values.sum(axis=-1)


def slopes(mixer: Mixer, values: Array, features: Array, group: Array, weights: Weights) -> Array:
    """Return dQ_tot / dQ_i, shape (n,), by the complex step: exact to rounding.

    ``Im f(Q + i h e_i) / h`` with h = 1e-30: nothing is subtracted, so nothing cancels.

    >>> slopes(sum_mixer, np.zeros(3), np.zeros((3, 2)), np.zeros(2), lambda name, *shape: 0)
    array([1., 1., 1.])

    Source: Squire & Trapp 1998, SIAM Review 40(1).
    """
    stepped = values + 1j * STEP * np.eye(len(values))
    return np.imag(mixer(stepped, features, group, weights)) / STEP


class Draw(NamedTuple):
    """One draw of inputs and weights: all slopes (n,), and the draw in words if one is negative."""

    slopes: Array
    in_full: str


@dataclass(frozen=True)
class MixerIsMonotone:
    """Draw inputs and weights of a mixer at random; look at the sign of every dQ_tot / dQ_i.

    Monotone means that no slope is negative anywhere: then a greedy step of every agent in its own
    Q_i is a greedy step of the team in Q_tot. All numbers are drawn on a grid of 1/100, so that a
    counterexample is written down exactly.

    Parameters
    ----------
    mixer : callable
        `attention_mixer` (as the paper draws it), `hypernetwork_mixer`, `sum_mixer` or another.
    n_agents, width : int
        Small, to be written down: what fails here fails in larger networks that contain it.
    """

    mixer: Mixer = attention_mixer
    n_agents: int = 2
    width: int = 2

    id = "ECON-B.9"
    statement = "the mixer's Q_tot is monotone in every local Q_i"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, appendix B.9"
    hypotheses = (
        "weights are unconstrained, except where the mixer itself makes them non-negative",
        "attention runs over tokens that contain the local values, as in the paper's drawing",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of draws."""
        return 400 if quick else 10_000

    def trial(self, rng: np.random.Generator, quick: bool) -> Draw:
        """Return the slopes of one draw."""
        drawn: dict[str, Array] = {}

        def weights(name: str, *shape: int) -> Array:
            drawn[name] = rng.normal(size=shape).round(2)
            return drawn[name]

        given = {
            "Q": rng.normal(size=self.n_agents).round(2),
            "F": rng.normal(size=(self.n_agents, self.width)).round(2),
            "E": rng.normal(size=self.width).round(2),
        }
        found = slopes(self.mixer, given["Q"], given["F"], given["E"], weights)
        return Draw(found, _in_words(given | drawn) if found.min() < -ROUNDING else "")

    def judge(self, results: Sequence[Draw]) -> Finding:
        """Return "fails" if some slope is negative."""
        smallest = np.array([draw.slopes.min() for draw in results])
        negative = int((smallest < -ROUNDING).sum())
        worst = results[int(smallest.argmin())]
        name = getattr(self.mixer, "__name__", repr(self.mixer))
        where = int(worst.slopes.argmin())
        shares = np.linspace(0.02, 0.98, 193)
        quantiles = np.quantile(np.concatenate([draw.slopes for draw in results]), shares)
        return Finding(
            verdict="fails" if negative else "holds",
            number=negative / len(results),
            quantity="share of draws in which a larger Q_i makes Q_tot smaller",
            interval=share_interval(negative, len(results)),
            explanation=(
                f"with {name} some dQ_tot/dQ_i is negative in {negative} of {len(results)} draws "
                f"of inputs and weights; the smallest is {smallest.min():.4g}"
                f"{'.' if negative else ': no counterexample among them.'}"
            ),
            counterexample=(
                f"dQ_tot/dQ_{where} = {worst.slopes[where]:.6g} at {worst.in_full}"
                if negative
                else ""
            ),
            picture=Picture(
                "dQ_tot / dQ_i",
                "share of slopes at most this (2 % cut off at either end)",
                (Curve(name, quantiles, shares),),
                marks={"monotone from here on": 0.0},
            ),
        )


def _hypernetwork(
    values: Array,
    features: Array,
    group: Array,
    weights: Weights,
    sign: Callable[[Array], Array],
) -> Array:
    n, width = features.shape
    private = np.concatenate([np.broadcast_to(group, (n, width)), features], axis=1)
    pooled = np.concatenate([group, features.mean(axis=0)])
    first = sign(private @ weights("first", 2 * width, width))
    mixed = values @ first + pooled @ weights("bias", 2 * width, width)
    real = np.real(mixed)
    below = np.exp(np.minimum(real, 0) + 1j * np.imag(mixed)) - 1
    hidden = np.where(real > 0, mixed, below)
    return hidden @ sign(pooled @ weights("second", 2 * width, width))


def _in_words(arrays: Mapping[str, Array]) -> str:
    return ", ".join(f"{name} = {array.tolist()}" for name, array in arrays.items())
