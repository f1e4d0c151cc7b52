"""The one door for randomness: seeds in, numpy generators out."""

from __future__ import annotations

import numpy as np

from econ_theory.errors import SettingError

__all__ = ["Seed", "as_rng", "draw_indices", "entropy_of", "spawn"]

Seed = int | np.random.Generator | None


def as_rng(rng: Seed = None) -> np.random.Generator:
    """Return the generator that `rng` stands for: itself, seeded by an int, or fresh entropy.

    >>> as_rng(0).integers(10) == as_rng(0).integers(10)
    np.True_
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool)):
        if rng is not None and rng < 0:
            raise SettingError(f"rng is {rng}, want a seed >= 0; pass a non-negative int.")
        return np.random.default_rng(rng)
    raise SettingError(f"rng is {rng!r}, want an int, a numpy Generator or None; pass e.g. rng=0.")


def draw_indices(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return one index drawn from each distribution ``(..., M)``; rows need not sum to one.

    >>> draw_indices(np.array([[0.0, 1.0], [1.0, 0.0]]), as_rng(0))
    array([1, 0])
    """
    edges = probabilities.cumsum(axis=-1)
    draw = rng.random(edges.shape[:-1])[..., None] * edges[..., -1:]
    return np.minimum((draw >= edges).sum(axis=-1), edges.shape[-1] - 1)


def spawn(rng: np.random.Generator, n: int) -> list[np.random.Generator]:
    """Return `n` independent children of `rng`, one for each player, agent or episode.

    >>> a, b = spawn(as_rng(0), 2)
    >>> bool(a.random() == b.random())
    False
    """
    return rng.spawn(n)


def entropy_of(rng: np.random.Generator) -> int | None:
    """Return the seed entropy `rng` grew from, so that a result can be drawn again.

    >>> entropy_of(as_rng(7))
    7
    """
    sequence = rng.bit_generator.seed_seq
    entropy = getattr(sequence, "entropy", None)
    return entropy if isinstance(entropy, int) else None
