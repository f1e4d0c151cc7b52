from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.bands import mean_band, range_width
from llm_bridge.errors import ConfigError


def all_of(values: np.ndarray) -> np.ndarray:
    return np.ones(values.shape, dtype=bool)


def test_cells_are_means_over_their_members() -> None:
    values = np.arange(60.0).reshape(30, 2) / 60
    members = np.zeros((30, 2), dtype=bool)
    members[:25, 0] = members[5:, 1] = True
    band = mean_band(values, members, 0.0, 1.0, rng=0)
    np.testing.assert_allclose(band.estimate, [values[:25, 0].mean(), values[5:, 1].mean()])
    np.testing.assert_array_equal(band.counts, [25, 25])
    assert not band.conservative.any()
    assert (band.lower < band.estimate).all()
    assert (band.estimate < band.upper).all()


def test_known_cells_have_no_width_and_cost_nothing() -> None:
    values = np.random.default_rng(0).random((50, 1))
    alone = mean_band(values, all_of(values), 0.0, 1.0, rng=1)
    both = np.hstack([values, np.zeros((50, 1))])
    band = mean_band(both, all_of(both), [0.0, 0.0], [1.0, 0.0], rng=1)
    assert band.lower[1] == band.upper[1] == 0.0
    assert band.upper[0] == pytest.approx(alone.upper[0])


def test_constant_and_rare_cells_keep_an_honest_width() -> None:
    values = np.zeros((40, 3))
    values[:, 1] = np.random.default_rng(0).random(40)
    members = all_of(values)
    members[1:, 2] = False
    band = mean_band(values, members, -1.0, 1.0, rng=0)
    np.testing.assert_array_equal(band.conservative, [True, False, True])
    assert band.upper[0] > 0.1
    assert (band.lower[2], band.upper[2]) == (-1.0, 1.0)


def test_a_cell_without_members_spans_its_bounds() -> None:
    values = np.random.default_rng(0).random((40, 2))
    members = all_of(values)
    members[:, 1] = False
    for method in ("bootstrap", "bernstein"):
        band = mean_band(values, members, -0.5, 1.0, method=method, rng=0)
        assert (band.lower[1], band.upper[1]) == (-0.5, 1.0)


def test_entries_off_the_members_are_never_read() -> None:
    values = np.random.default_rng(0).random((40, 2))
    members = np.random.default_rng(1).random((40, 2)) < 0.7
    spoilt = np.where(members, values, 1e9)
    one, other = (mean_band(v, members, 0.0, 1.0, rng=0) for v in (values, spoilt))
    np.testing.assert_array_equal(one.upper, other.upper)


def test_the_distribution_free_width_shrinks_with_count_and_variance() -> None:
    counts = np.array([0, 1, 2, 50, 500, 500])
    variance = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.001])
    width = range_width(counts, variance, counts < 0, np.ones(6), 0.05)
    assert width[0] == width[1] == 1.0
    assert (np.diff(width[2:]) < 0).all()
    constant = range_width(np.array([200]), np.zeros(1), np.array([True]), np.ones(1), 0.05)
    assert constant[0] < width[4]


@pytest.mark.parametrize("method", ["bootstrap", "bernstein"])
def test_bands_cover_all_means_at_once(method) -> None:
    """Skewed cells of very different size: 300 seeded samples, 90 % asked for."""
    rate = np.array([0.02, 0.1, 0.5, 0.9])
    share = np.array([1.0, 0.6, 0.3, 0.08])
    covered = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        common = rng.random((120, 1))
        values = (0.5 * common + 0.5 * rng.random((120, 4)) < rate).astype(float)
        truth = np.array([_mixed_cdf(r) for r in rate])
        members = rng.random((120, 4)) < share
        band = mean_band(
            values, members, 0.0, 1.0, confidence=0.9, method=method, n_resamples=299, rng=rng
        )
        covered += bool(((band.lower <= truth) & (truth <= band.upper)).all())
    # Binomial: three standard errors below 0.9.
    assert covered / 300 >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 300)


def _mixed_cdf(x: float) -> float:
    """P(U + V < 2x) of two independent uniforms."""
    return 2 * x**2 if x < 0.5 else 1 - 2 * (1 - x) ** 2


def test_bad_options_are_named() -> None:
    values = np.zeros((3, 1))
    with pytest.raises(ConfigError, match=r"confidence is 1\.5, want in"):
        mean_band(values, all_of(values), 0, 1, confidence=1.5)
    with pytest.raises(ConfigError, match="method is 'jackknife'"):
        mean_band(values, all_of(values), 0, 1, method="jackknife")  # type: ignore[arg-type]
