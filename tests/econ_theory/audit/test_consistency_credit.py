"""ECON-lambda: closed form against plain gradient descent on the losses, and both verdicts."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from econ_theory.audit import run_audit
from econ_theory.audit.consistency_credit import ConsistencyKeepsCredit, shapley, trained_credit
from econ_theory.errors import SettingError


def finding(claim):
    return run_audit([claim], quick=True)[claim.id].finding


def test_published_weight_moves_credit():
    found = finding(ConsistencyKeepsCredit())
    assert found.verdict == "fails"
    assert 0.01 < found.interval[0] < found.number < 0.2
    local = found.picture.curves[0]
    assert (np.diff(local.y) > 0).all()
    assert local.y[-1] > 0.99


@pytest.mark.parametrize(
    "claim", [ConsistencyKeepsCredit(lambda_m=0.0), ConsistencyKeepsCredit(gradients="local")]
)
def test_without_the_term_in_the_local_values_credit_stays(claim):
    found = finding(claim)
    assert found.verdict == "holds"
    assert found.number == pytest.approx(0, abs=1e-12)
    assert found.counterexample == ""


def test_tolerance_inside_the_interval_is_undecided():
    number = finding(ConsistencyKeepsCredit()).number
    assert finding(ConsistencyKeepsCredit(tolerance=number)).verdict == "undecided"


def test_closed_form_is_where_gradient_descent_on_the_losses_ends():
    rng = np.random.default_rng(3)
    n, lambda_m, lambda_e = 3, 0.7, 0.5
    credit, presence = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(2**n))
    members = np.indices((2,) * n).reshape(n, -1)
    # Parameters: Q_i(0), Q_i(1) of each agent, then the mixer's w_i and b.
    z = np.concatenate([rng.normal(0, 0.1, 2 * n), np.ones(n), [0.0]])

    def parts(z):
        tables, w, b = z[: 2 * n].reshape(n, 2), z[2 * n : -1], z[-1]
        values = np.take_along_axis(tables, members, axis=1)
        return tables, w, values, w @ values + b

    def gradient(z):
        _, w, values, total = parts(z)
        team = 2 * presence * (total - credit @ members)
        local = 2 * lambda_e * presence * (values - credit[:, None] * members)
        apart = 2 * lambda_m * presence * (values - total)
        on_total = team - apart.sum(axis=0)
        on_values = local + apart + w[:, None] * on_total
        tables = np.stack([(on_values * (members == a)).sum(axis=1) for a in (0, 1)], axis=1)
        return np.concatenate([tables.ravel(), (values * on_total).sum(axis=1), [on_total.sum()]])

    for _ in range(30_000):
        z -= 0.1 * gradient(z)
    tables, w, _, _ = parts(z)
    covariance = np.cov(members, aweights=presence, ddof=0)
    local, mixed = trained_credit(credit, covariance, lambda_m, lambda_e)
    learned = tables[:, 1] - tables[:, 0]
    assert learned == pytest.approx(local, abs=1e-6)
    assert w * learned == pytest.approx(mixed, abs=1e-6)


def test_shapley_is_the_mean_marginal_contribution_over_orders():
    worth = np.random.default_rng(0).random((2, 2, 2))
    expected = np.zeros(3)
    for order in permutations(range(3)):
        here = [0, 0, 0]
        for i in order:
            before = worth[tuple(here)]
            here[i] = 1
            expected[i] += (worth[tuple(here)] - before) / 6
    assert shapley(worth) == pytest.approx(expected)


@pytest.mark.parametrize("settings", [{"lambda_e": 0.0}, {"lambda_m": -1.0}, {"n_agents": 1}])
def test_settings_without_a_meaning_are_refused(settings):
    with pytest.raises(SettingError, match="want >= 0, > 0 and >= 2"):
        ConsistencyKeepsCredit(**settings)


def test_unknown_gradients_are_named():
    with pytest.raises(SettingError, match="gradients is 'none'"):
        ConsistencyKeepsCredit(gradients="none")
