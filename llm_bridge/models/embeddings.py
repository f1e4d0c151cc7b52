"""Texts to unit vectors: what the similarity terms of the rewards compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from llm_bridge.errors import ConfigError

__all__ = ["Embedder", "ExactEmbedder", "WordLlamaEmbedder"]


@runtime_checkable
class Embedder(Protocol):
    """A map from texts to unit rows; equal texts get equal rows.

    A complete plug-in:

    >>> class FirstLetter:
    ...     name, dimension = "first-letter", 26
    ...     def embed(self, texts):
    ...         return np.eye(26)[[(ord(text[:1].lower() or "a") - 97) % 26 for text in texts]]
    >>> isinstance(FirstLetter(), Embedder)
    True
    >>> FirstLetter().embed(["no", "never"]).shape
    (2, 26)
    """

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return the rows of `texts`, float64 of shape (N, dimension), each of length one."""
        ...


class ExactEmbedder:
    """Equal texts get equal rows, different texts near-orthogonal ones: identity, not meaning.

    A row is a standard normal vector seeded by the text's SHA-256 and scaled to length one; the
    cosine of two different texts has mean 0 and standard deviation 1 / sqrt(dimension).

    >>> rows = ExactEmbedder().embed(["7", "7", "8"])
    >>> float((rows[0] @ rows[1]).round(12)), bool(abs(rows[0] @ rows[2]) < 0.5)
    (1.0, True)
    """

    def __init__(self, dimension: int = 64) -> None:
        if dimension < 2:
            raise ConfigError(f"dimension is {dimension}, want at least 2; pass e.g. 64.")
        self.dimension = dimension
        self.name = f"exact-{dimension}"

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return the rows of `texts`, float64 of shape (N, dimension), each of length one."""
        rows = [_exact_row(text, self.dimension) for text in texts]
        return np.array(rows, dtype=np.float64).reshape(len(rows), self.dimension)


@lru_cache(maxsize=65536)
def _exact_row(text: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")
    row = np.random.default_rng(seed).standard_normal(dimension)
    row /= np.linalg.norm(row)
    row.setflags(write=False)
    return row


class WordLlamaEmbedder:
    """Static word vectors, averaged: 256 dimensions, weights inside the package, no network.

    A text of which no token is known (the empty text) gets the first unit vector, so that every
    row has length one. The weights are read at the first call.

    Source: the WordLlama package's `l2_supercat` configuration (mean of trimmed Llama-family
    token embeddings).
    """

    name = "wordllama-256"
    dimension = 256

    def __init__(self) -> None:
        self._model: Any = None

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return the rows of `texts`, float64 of shape (N, 256), each of length one."""
        if not texts:
            return np.zeros((0, self.dimension))
        if self._model is None:
            self._model = _load_wordllama()
        rows = np.asarray(self._model.embed(list(texts)), dtype=np.float64)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        known = norms > 0
        rows = np.divide(rows, norms, out=np.zeros_like(rows), where=known)
        rows[~known[:, 0], 0] = 1.0
        return rows


def _load_wordllama() -> Any:
    from econ_theory.errors import require

    package = require("wordllama", "llm")
    # Its plain load() looks in the home folder; the weights are in the package's own.
    folder = Path(str(package.__file__)).parent
    return package.WordLlama.load(dim=256, cache_dir=folder, disable_download=True)
