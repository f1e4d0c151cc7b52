from __future__ import annotations

import numpy as np
import pytest

from llm_bridge.bank.signals import SignalBins
from llm_bridge.errors import ConfigError


def test_two_levels_are_recovered_however_unequal() -> None:
    signals = np.where(np.arange(100) < 7, -0.5, -2.0)[:, None]
    bins = SignalBins.fit(signals, 2)
    assert bins.labels == (("unsure", "sure"),)
    np.testing.assert_array_equal(bins.types(signals)[:, 0], (np.arange(100) < 7).astype(int))


def test_fewer_levels_than_bins_give_one_bin_a_level() -> None:
    bins = SignalBins.fit(np.array([[-3.0], [-2.0], [-2.0], [-2.0], [-1.0]]), 5)
    assert bins.n_types == (3,)
    assert "3 bins instead of 5" in bins.notes[0]


def test_quantiles_of_continuous_signals_are_even() -> None:
    signals = np.random.default_rng(0).normal(size=(400, 2))
    bins = SignalBins.fit(signals, 4)
    assert bins.n_types == (4, 4)
    assert bins.notes == ()
    for i in range(2):
        counts = np.bincount(bins.types(signals)[:, i])
        np.testing.assert_array_equal(counts, [100, 100, 100, 100])


def test_ties_are_never_split() -> None:
    signals = np.array([0.0] * 90 + list(range(1, 11)))[:, None]
    types = SignalBins.fit(signals, 3).types(signals)[:, 0]
    assert len(set(types[:90])) == 1


def test_a_constant_signal_has_one_type_and_says_so() -> None:
    bins = SignalBins.fit(np.full((10, 1), -1.0), 3)
    assert bins.n_types == (1,)
    assert bins.notes == ("the signal of executor 1 is constant: it has one type.",)


def test_bad_signals_are_named() -> None:
    with pytest.raises(ConfigError, match="n_bins is 0"):
        SignalBins.fit(np.zeros((3, 1)), 0)
    with pytest.raises(ConfigError, match="want finite numbers"):
        SignalBins.fit(np.array([[np.nan]]), 2)
    with pytest.raises(ConfigError, match=r"want \(questions, 2\)"):
        SignalBins.fit(np.zeros((3, 2)), 2).types(np.zeros((3, 3)))
