"""Types by the log of their rank: as the prior says, down to tiny ranks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from econ_theory.games import Power, Uniform, truncated
from econ_theory.games.continuous.priors import as_prior
from econ_theory.solvers.continuous.quantile_table import QuantileTable


@pytest.mark.parametrize(
    "prior",
    [
        Uniform(1, 3),
        Power(0.3),
        Power(3.0, 2.0),
        as_prior(stats.beta(2, 3)),
        as_prior(stats.beta(0.5, 0.5)),
        truncated(stats.norm(0.5, 0.1), 0, 1),
    ],
)
def test_types_are_the_quantiles(prior):
    table = QuantileTable(prior, zero=0.5)
    span = prior.high - prior.low
    types = prior.low + span * np.concatenate(
        [np.geomspace(1e-9, 0.5), 1 - np.geomspace(1e-5, 0.5)]
    )
    ranks = np.log(prior.cdf(types))
    found = np.array([table(float(rank)) for rank in ranks]) + 0.5
    assert np.abs(found - types).max() <= 1e-7 * span
    assert table(0.0) == prior.high - 0.5
    assert table(-1e6) == pytest.approx(prior.low - 0.5, abs=1e-12)


def test_tiny_ranks_follow_the_power_at_the_low_end():
    assert QuantileTable(Power(0.5))(-40.0) == pytest.approx(math.exp(-80.0), rel=1e-6)
