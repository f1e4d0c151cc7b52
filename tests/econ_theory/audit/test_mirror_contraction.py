"""DICE-12r: the rate holds with the step that is proven, and long steps are caught."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.analysis import coupling_constant
from econ_theory.audit import run_audit
from econ_theory.audit.conventions import drawn_game, drawn_temperatures
from econ_theory.audit.mirror_contraction import MirrorContracts
from econ_theory.solvers import MirrorDescent, QuantalResponse
from econ_theory.strategies import StrategyProfile


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_rate_holds_with_the_proven_step_and_not_with_one_over_l():
    found = finding(MirrorContracts())
    assert found.verdict == "holds"
    assert found.number == 0
    assert "in matching pennies at temperature 0.05 they do:" in found.explanation
    measured, stated, circling = found.picture.curves
    assert (measured.y[1:] <= stated.y[1:] * (1 + 1e-6)).all()
    assert circling.y[-1] > 0.5


def test_steps_that_are_too_long_are_caught():
    found = finding(MirrorContracts(step=30.0, correlation=-1.0))
    assert found.verdict == "fails"
    assert found.interval[0] > 0
    assert "at temperatures" in found.counterexample


def test_short_steps_are_not_flagged():
    assert finding(MirrorContracts(step=0.2)).verdict == "holds"


@pytest.mark.parametrize("seed", range(6))
def test_every_step_divides_the_divergence_by_what_is_proven(seed):
    """The inequality derived in `coupling_constant`: at least ``1 + eta mu`` a step."""
    rng = np.random.default_rng(seed)
    game = drawn_game(rng)
    coupling = coupling_constant(game)
    heats = drawn_temperatures(game, 1.2 * coupling.upper + 0.02, rng)
    eta, mu = coupling.largest_step(game, heats), coupling.margin(game, heats)
    goal = QuantalResponse(temperature=heats).trace(game).end
    start = StrategyProfile.random(game, rng=rng)

    def divergence(profile) -> float:
        return sum(
            float(game.type_weights(i) @ (s * np.log(s / z)).sum(axis=1))
            for i, (s, z) in enumerate(zip(goal.rows, profile.rows, strict=True))
        )

    solver = MirrorDescent(
        temperature=heats, step=eta, alternating=False, every=1, steps=60, accuracy=0.0
    )
    before = divergence(start)
    for profile in solver.propose(game, start, rng):
        if profile is None or before < 1e-10:
            continue
        after = divergence(profile)
        assert after <= before / (1 + eta * mu) * (1 + 1e-9)
        before = after
