from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.errors import ConfigError
from llm_bridge.models.embeddings import Embedder, ExactEmbedder, WordLlamaEmbedder

TEXTS = ["7", "seven apples", "", "a question of colour", "\ud800 lone surrogate", "7"]


@pytest.mark.parametrize("embedder", [ExactEmbedder(), ExactEmbedder(8)])
def test_exact_rows_are_identity(embedder: ExactEmbedder) -> None:
    assert isinstance(embedder, Embedder)
    rows = embedder.embed(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dimension)
    assert rows.dtype == np.float64
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(rows[0], rows[-1])
    np.testing.assert_array_equal(rows, type(embedder)(embedder.dimension).embed(TEXTS))
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_different_texts_are_nearly_orthogonal() -> None:
    rows = ExactEmbedder(64).embed([str(k) for k in range(60)])
    cosines = (rows @ rows.T)[np.triu_indices(60, 1)]
    assert abs(cosines.mean()) < 0.02
    assert cosines.std() == pytest.approx(1 / 8, rel=0.1)


def test_one_dimension_is_refused() -> None:
    with pytest.raises(ConfigError, match="dimension is 1, want at least 2"):
        ExactEmbedder(1)


def test_word_vectors_are_unit_rows_with_meaning() -> None:
    embedder = WordLlamaEmbedder()
    assert isinstance(embedder, Embedder)
    texts = [*TEXTS[:4], "a cat on the sofa", "a kitten on the couch", "quarterly tax return"]
    rows = embedder.embed(texts)
    assert rows.shape == (7, embedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-9)
    assert rows[4] @ rows[5] > rows[4] @ rows[6] + 0.2
    np.testing.assert_allclose(rows[1:2], embedder.embed(["seven apples"]), atol=1e-6)
    assert embedder.embed([]).shape == (0, 256)
