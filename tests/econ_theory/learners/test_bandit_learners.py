"""Bandit bounds, put to the test on many seeds at once."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory.errors import SettingError
from econ_theory.learners import BanditMinimizer, Exp3, Exp3IX

SEEDS, STEPS = 400, 1200
CHECKS = (50, 200, 600, STEPS)


def stochastic(n_actions, n_steps=STEPS):
    means = np.linspace(0.3, 0.6, n_actions)
    return (np.random.default_rng(9).random((n_steps, n_actions)) < means).astype(float)


def switching(n_actions, n_steps=STEPS):
    """One action pays at first; another from a third of the way on, and for longer."""
    payoffs = np.zeros((n_steps, n_actions))
    payoffs[: n_steps // 3, 0] = 1.0
    payoffs[n_steps // 3 :, -1] = 1.0
    return payoffs


def alternating(n_actions, n_steps=STEPS):
    payoffs = np.zeros((n_steps, n_actions))
    payoffs[np.arange(n_steps), np.arange(n_steps) % n_actions] = 0.9
    payoffs[::3, 0] = 1.0
    return payoffs


def constant(n_actions, n_steps=STEPS):
    return np.tile(np.linspace(0, 1, n_actions), (n_steps, 1))


SEQUENCES = [stochastic, switching, alternating, constant]


def payments(learner, payoffs, n_runs=SEEDS, seed=0):
    """Return what each of `n_runs` runs was paid (K, runs), and what the actions paid (K, ...).

    ``payoffs`` (K, A) is fixed beforehand, or a function of the strategies (runs, A) of the step.
    """
    rng = np.random.default_rng(seed)
    n_steps, n_actions = (STEPS, 3) if callable(payoffs) else payoffs.shape
    state, paid, offered = learner.init(1, n_actions), [], []
    for k in range(n_steps):
        strategy = np.broadcast_to(learner.strategy(state), (n_runs, 1, n_actions))
        chosen = (strategy.cumsum(-1) < rng.random((n_runs, 1, 1))).sum(-1).clip(max=n_actions - 1)
        played = np.eye(n_actions)[chosen]
        payoff = payoffs(strategy[:, 0]) if callable(payoffs) else payoffs[k]
        earned = (played * np.atleast_2d(payoff)[:, None]).sum(-1)
        state = learner.observe(state, played, earned)
        paid.append(earned[:, 0])
        offered.append(payoff)
    return np.array(paid), np.array(offered)


def assert_mean_bounded(learner, payoffs):
    """Expected regret, three standard errors on the safe side of doubt, is within the bound."""
    paid, offered = payments(learner, payoffs)
    for k in CHECKS:
        totals = paid[:k].sum(0)
        error = totals.std(ddof=1) / np.sqrt(totals.size)
        regret = offered[:k].sum(0).max() - totals.mean()
        assert regret + 3 * error <= learner.bound(k, payoffs.shape[1])


@pytest.mark.parametrize("learner", [Exp3(), Exp3(0.05), Exp3IX(), Exp3IX(0.1)], ids=str)
def test_is_a_bandit_minimizer(learner):
    assert isinstance(learner, BanditMinimizer)


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("n_actions", [2, 5])
@pytest.mark.parametrize("step", ["sqrt", 0.04])
def test_expected_regret_is_bounded(step, n_actions, sequence):
    assert_mean_bounded(Exp3(step), sequence(n_actions))


def test_bound_is_no_idle_one():
    paid, offered = payments(Exp3(), alternating(5))
    assert offered.sum(0).max() - paid.sum(0).mean() > 0.3 * Exp3().bound(STEPS, 5)


def test_a_learner_that_claims_too_much_is_caught():
    class Rash(Exp3):
        def bound(self, n_steps, n_actions):
            return Exp3().bound(n_steps, n_actions)

    with pytest.raises(AssertionError):
        assert_mean_bounded(Rash(step=5.0), alternating(2))


@pytest.mark.parametrize("sequence", [*SEQUENCES, "adaptive"])
@pytest.mark.parametrize("delta", [0.05, 0.5])
def test_realized_regret_of_ix_is_bounded_in_almost_every_run(sequence, delta):
    if sequence == "adaptive":
        # Whatever a run is likeliest to play pays nothing: payoffs react to past play.
        payoffs = lambda s: 1.0 - (s == s.max(-1, keepdims=True))  # noqa: E731
    else:
        payoffs = sequence(3)
    learner = Exp3IX()
    paid, offered = payments(learner, payoffs)
    best = offered.cumsum(0).max(-1).reshape(STEPS, -1)
    regret = best - paid.cumsum(0)
    for k in CHECKS:
        share = (regret[k - 1] > learner.bound(k, 3, delta)).mean()
        assert share <= delta + 3 * np.sqrt(delta * (1 - delta) / SEEDS)


def test_implicit_exploration_thins_the_tail():
    """The worst runs of plain EXP3 are far worse than its mean; those of EXP3-IX are not."""
    step, spreads = 0.3, []
    for learner in (Exp3(step), Exp3IX(step)):
        paid, offered = payments(learner, switching(3), n_runs=500)
        regret = offered.sum(0).max() - paid.sum(0)
        spreads.append(np.quantile(regret, 0.99) - np.median(regret))
    assert spreads[1] < 0.8 * spreads[0]


def test_estimates_are_unbiased_without_caution_and_low_with_it():
    strategy, loss = np.array([0.1, 0.3, 0.6]), np.array([0.9, 0.5, 0.2])
    for learner, exact in ((Exp3(0.2), True), (Exp3IX(0.2), False)):
        state = learner.init(1, 3)._replace(strategy=strategy[None])
        estimates = [
            learner.observe(state, np.eye(3)[[a]], np.array([1 - loss[a]])).loss[0]
            for a in range(3)
        ]
        mean = strategy @ np.array(estimates)
        np.testing.assert_allclose(mean, loss * strategy / (strategy + (0.0 if exact else 0.1)))


def test_bounds_by_hand():
    assert Exp3().bound(10_000, 4) == pytest.approx(2 * np.sqrt(40_000 * np.log(4)))
    assert Exp3(0.1).bound(1000, 4) == pytest.approx(np.log(4) / 0.1 + 200)
    assert Exp3().bound(3, 4) == 3
    most = 4 * np.sqrt(2e6 * np.log(2)) + np.log(40) * (1 + np.sqrt(2e6 / np.log(2)))
    assert Exp3IX().bound(10**6, 2) == pytest.approx(most)
    fixed = (2 * np.log(2) + np.log(4)) / 0.01 + 0.01 * 2000 + np.log(4)
    assert Exp3IX(0.01).bound(1000, 2, delta=0.5) == pytest.approx(fixed)
    assert Exp3IX().bound(1000, 2, delta=0.01) > Exp3IX().bound(1000, 2, delta=0.1)


def test_an_action_reported_although_it_has_no_chance_breaks_nothing():
    learner = Exp3(5.0)
    state = learner.init(1, 2)._replace(strategy=np.array([[1.0, 0.0]]))
    state = learner.observe(state, np.array([[0.0, 1.0]]), np.array([0.0]))
    np.testing.assert_array_equal(learner.strategy(state), [[1.0, 0.0]])


@pytest.mark.parametrize("kind", [Exp3, Exp3IX])
@pytest.mark.parametrize("step", [0.0, -1.0, float("nan"), float("inf"), "adaptive"])
def test_bad_step_is_refused(kind, step):
    with pytest.raises(SettingError, match=r"step is .*, want 'sqrt' or a number > 0"):
        kind(step)


@pytest.mark.parametrize("delta", [0.0, 1.0, float("nan")])
def test_bad_delta_is_refused(delta):
    with pytest.raises(SettingError, match=r"delta is .*, want a probability in \(0, 1\)"):
        Exp3IX().bound(10, 2, delta)
