"""Regret of training in the true game: its yardsticks, the measured constant, the verdict."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from econ_theory import certify
from econ_theory.analysis import expected_payoffs
from econ_theory.audit import run_audit
from econ_theory.strategies import StrategyProfile
from llm_bridge.errors import ConfigError
from llm_bridge.settings.config import preset
from llm_bridge.studies.claims import TRAINING_CLAIMS, TrainingRegretBound
from llm_bridge.studies.regret import training_regret, true_game
from llm_bridge.studies.sweep import TrainedRun, train_seeds

SHORT = preset("simulated", training__episodes=40, task__n_train=40, task__n_probe=1)


@pytest.fixture(scope="module")
def runs() -> tuple[TrainedRun, ...]:
    return train_seeds(SHORT, range(3))


@pytest.mark.slow
def test_yardsticks_are_ordered(runs):
    found = training_regret(runs)
    regret = {kind: trace.cumulative for kind, trace in found.traces.items()}
    assert regret["external"].shape == (3, 40, 3)
    assert (regret["dynamic"] >= regret["external"] - 1e-12).all()
    assert (regret["dynamic"] >= 0).all()
    total = {kind: trace.total for kind, trace in found.traces.items()}
    assert (total["equilibrium (best)"] >= total["equilibrium (worst)"] - 1e-12).all()
    # No profile has more welfare than the optimum, so no equilibrium has less regret than it.
    assert (total["welfare"] >= total["equilibrium (best)"] - 1e-9).all()
    assert (total["welfare"] >= 0).all()


def test_first_step_is_the_certificate_of_the_first_policy(runs):
    found = training_regret(runs)
    for b, run in enumerate(runs):
        certificate = certify(found.game, StrategyProfile(run.curve[0]["profile"]))
        assert found.traces["dynamic"].cumulative[b, 0].max() <= certificate.epsilon + 1e-12
        gained = [
            float(gains @ found.game.type_weights(i)) for i, gains in enumerate(certificate.gains)
        ]
        np.testing.assert_allclose(found.traces["dynamic"].cumulative[b, 0], gained, atol=1e-12)


def test_text_names_every_yardstick_and_the_constant(runs):
    found = training_regret(runs)
    text = str(found)
    assert all(kind in text for kind in found.traces)
    assert f"measured C = {found.constant:.3g}" in text


def test_true_game_is_the_trained_one(runs):
    game = true_game(SHORT)
    assert game.players == ("sharp", "broad", "steady")
    profile = StrategyProfile(runs[0].curve[-1]["profile"])
    assert expected_payoffs(game, profile).shape == (3,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rewards__random": True}, "rewards"),
        ({"rewards__dynamic_rate": 0.1}, "rewards"),
        ({"signals__bins": 1}, "signals.bins is 1"),
    ],
)
def test_a_game_that_is_not_known_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        true_game(SHORT.replace(**change))


def test_real_models_are_refused():
    with pytest.raises(ConfigError, match=r"task\.kind is 'reasoning_gym'"):
        true_game(preset("demo"))


def test_runs_that_do_not_belong_together_are_refused(runs):
    with pytest.raises(ConfigError, match="at least 2"):
        training_regret(runs[:1])
    other = replace(runs[1], config=runs[1].config.replace(training__tau=0.5))
    with pytest.raises(ConfigError, match="equal but for the seed"):
        training_regret([runs[0], other])
    shorter = replace(runs[1], curve=runs[1].curve[:-1])
    with pytest.raises(ConfigError, match="equal numbers"):
        training_regret([runs[0], shorter])


# The claim: planted violations and non-violations ------------------------------------------------


def with_errors(runs, error):
    """Return the runs with values that are off the truth by ``error(k)`` after k episodes."""
    found = training_regret(runs)
    game, nearest = found.game, found.nearest
    truth = [
        game.action_values(nearest, i) / game.type_weights(i)[:, None]
        for i in range(game.n_players)
    ]
    return [
        replace(
            run,
            curve=tuple(
                {**record, "values": [true + error(record["episodes"]) for true in truth]}
                for record in run.curve
            ),
        )
        for run in runs
    ]


def test_errors_that_are_too_small_for_such_play_violate_the_bound(runs):
    found = TrainingRegretBound(SHORT).judge(with_errors(runs, lambda k: 1e-6 / k**0.6))
    assert found.verdict == "fails"
    assert "exceeds the bound at episode" in found.counterexample


def test_errors_as_assumed_are_not_flagged(runs):
    found = TrainingRegretBound(SHORT).judge(with_errors(runs, lambda k: 0.5 / k**0.6))
    assert found.verdict == "holds"


def test_errors_that_do_not_fall_leave_no_constant(runs):
    found = TrainingRegretBound(SHORT).judge(with_errors(runs, lambda k: 0.3))
    assert found.verdict == "undefined"
    assert "C is no constant" in found.explanation


def test_large_errors_make_the_bound_vacuous(runs):
    found = TrainingRegretBound(SHORT).judge(with_errors(runs, lambda k: 40 / k**0.6))
    assert found.verdict == "vacuous"


@pytest.mark.parametrize(
    ("power", "verdict", "words"),
    [
        (0.3, "holds", "or slower is seen"),
        (0.9, "undecided", "is not seen, only faster growth"),
    ],
)
def test_growth_is_a_claim_of_its_own(runs, monkeypatch, power, verdict, words):
    found = training_regret(runs)
    trace = found.traces["equilibrium (best)"]
    drawn = np.random.default_rng(0).uniform(0.9, 1.1, len(runs))[:, None, None]
    grown = np.broadcast_to(trace.steps[:, None] ** power * drawn, trace.cumulative.shape)
    traces = {**found.traces, "equilibrium (best)": replace(trace, cumulative=grown)}
    monkeypatch.setattr(
        "llm_bridge.studies.regret.training_regret", lambda _: replace(found, traces=traces)
    )
    claim = TrainingRegretBound(SHORT, part="growth")
    assert claim.id == "ECON-R-growth"
    finding = claim.judge(runs)
    assert finding.number == pytest.approx(power, abs=0.01)
    assert finding.verdict == verdict
    assert words in finding.explanation


@pytest.mark.slow
def test_claim_is_measured_end_to_end():
    row = run_audit(TRAINING_CLAIMS[:1], quick=True)["ECON-R-training"]
    assert row.finding.number > 0
    assert row.finding.verdict in ("holds", "vacuous", "undefined")
    assert len(row.finding.picture.curves) == 3
