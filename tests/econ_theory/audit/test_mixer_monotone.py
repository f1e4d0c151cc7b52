"""ECON-B.9: slopes are exact, and the verdict follows the mixer."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.mixer_monotone import (
    MixerIsMonotone,
    attention_mixer,
    hypernetwork_mixer,
    signed_hypernetwork_mixer,
    slopes,
    sum_mixer,
)


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def fixed_weights(seed):
    """The same weights for the same name, whenever asked."""
    drawn = {}

    def weights(name, *shape):
        if name not in drawn:
            drawn[name] = np.random.default_rng([seed, *name.encode()]).normal(size=shape)
        return drawn[name]

    return weights


@pytest.mark.parametrize(
    "mixer", [attention_mixer, hypernetwork_mixer, signed_hypernetwork_mixer, sum_mixer]
)
def test_complex_step_agrees_with_central_differences(mixer):
    rng = np.random.default_rng(5)
    values, features, group = rng.normal(size=3), rng.normal(size=(3, 4)), rng.normal(size=4)
    weights, h = fixed_weights(1), 1e-6
    exact = slopes(mixer, values, features, group, weights)
    for i, step in enumerate(h * np.eye(3)):
        up, down = (mixer(values + s, features, group, weights) for s in (step, -step))
        assert exact[i] == pytest.approx((up - down) / (2 * h), rel=1e-6, abs=1e-8)


def test_attention_as_drawn_is_not_monotone():
    found = finding(MixerIsMonotone())
    assert found.verdict == "fails"
    assert found.interval[0] > 0.3
    assert "tokens = " in found.counterexample


def test_counterexample_can_be_run_again():
    found = finding(MixerIsMonotone())
    claimed, rest = found.counterexample.split(" at ", 1)
    slope, where = float(claimed.split("= ")[1]), int(claimed.split("dQ_")[2][0])
    arrays = {}
    for part in rest.replace("], ", "]; ").replace("]; [", "], [").split("; "):
        name, numbers = part.split(" = ")
        arrays[name] = np.array(eval(numbers))
    again = slopes(
        attention_mixer,
        arrays["Q"],
        arrays["F"],
        arrays["E"],
        lambda name, *shape: arrays[name].reshape(shape),
    )
    assert again[where] == pytest.approx(slope, rel=1e-5)
    assert slope < 0


@pytest.mark.parametrize("mixer", [hypernetwork_mixer, sum_mixer])
@pytest.mark.parametrize(("n_agents", "width"), [(2, 2), (4, 5)])
def test_monotone_mixers_are_not_flagged(mixer, n_agents, width):
    found = finding(MixerIsMonotone(mixer, n_agents, width))
    assert (found.verdict, found.number, found.counterexample) == ("holds", 0, "")
    assert "no counterexample among them" in found.explanation


def test_a_hypernetwork_without_absolute_values_is_caught():
    assert finding(MixerIsMonotone(signed_hypernetwork_mixer)).verdict == "fails"
