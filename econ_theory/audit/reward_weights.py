"""ECON-alpha: whether dynamic reward weights stay on the simplex."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.audit.base import Curve, Finding, Picture
from econ_theory.audit.intervals import mean_interval

__all__ = [
    "WeightsStayOnSimplex",
    "onto_simplex",
    "projected_descent",
    "raw_descent",
    "softmax_descent",
]

ROUNDING = 1e-9
Update = Callable[[Array, Array, float], Array]
"""From weights (3,), the slope of L_dr in them (3,) and the rate to new weights (3,)."""


def raw_descent(weights: Array, slope: Array, rate: float) -> Array:
    """Return ``a - eta dL_dr/da``: the update as published.

    >>> raw_descent(np.array([0.4, 0.4, 0.2]), np.array([1.0, 0.0, 0.0]), 0.1)
    array([0.3, 0.4, 0.2])
    """
    return weights - rate * slope


def projected_descent(weights: Array, slope: Array, rate: float) -> Array:
    """Return the point of the simplex that is nearest to the published update."""
    return onto_simplex(weights - rate * slope)


def softmax_descent(weights: Array, slope: Array, rate: float) -> Array:
    """Return softmax weights after the same step in their logits (chain rule of the softmax)."""
    logits = np.log(weights) - rate * weights * (slope - weights @ slope)
    raised = np.exp(logits - logits.max())
    return raised / raised.sum()


class Run(NamedTuple):
    """Weights along one run, (K + 1, 3), and its first transition: components (3,), r_expected."""

    weights: Array
    components: Array
    expected: float

    @property
    def distance(self) -> Array:
        """Euclidean distance of the weights from the simplex after every step, (K + 1,)."""
        nearest = np.array([onto_simplex(weights) for weights in self.weights])
        return np.linalg.norm(self.weights - nearest, axis=1)


@dataclass(frozen=True)
class WeightsStayOnSimplex:
    """Descend L_dr = (r_actual - r_expected)^2 in the weights; watch them leave the simplex.

    r_actual is the weighted sum of the three reward components, each uniform on [0, 1], and every
    step sees another transition. r_expected is what other weights, a random point of the simplex,
    would pay, times a scale. Scale 1 is kind to the claim: the loss has its minimum on the simplex.
    Values that are larger than rewards, as discounted sums of them are, have larger scales.

    Parameters
    ----------
    update : callable
        `raw_descent` (as published), `projected_descent`, `softmax_descent` or another.
    rate : float
        Step size eta.
    start : the published weights of (alignment, task, contribution)
    scales : expected over actual size of rewards, one run each, rising
    """

    update: Update = raw_descent
    rate: float = 0.05
    start: tuple[float, float, float] = (0.4, 0.4, 0.2)
    scales: tuple[float, ...] = (1.0, 2.0)

    id = "ECON-alpha"
    statement = "dynamic reward weights remain non-negative and sum to one"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292, dynamic reward weights (loss L_dr)"
    hypotheses = (
        "the update is gradient descent in the weights, as written, with no projection",
        "the weights start on the simplex; components lie in [0, 1]",
    )

    def n_trials(self, quick: bool) -> int:
        """Return the number of runs at every scale."""
        return 20 if quick else 200

    def trial(self, rng: np.random.Generator, quick: bool) -> list[Run]:
        """Return the weights along one run a scale, all on the same transitions."""
        n_steps = 200 if quick else 1_000
        components, target = rng.random((n_steps, 3)), rng.dirichlet(np.ones(3))
        runs = []
        for scale in self.scales:
            expected = scale * components @ target
            weights = np.empty((n_steps + 1, 3))
            weights[0] = self.start
            for k, (seen, wanted) in enumerate(zip(components, expected, strict=True)):
                slope = 2 * (weights[k] @ seen - wanted) * seen
                weights[k + 1] = self.update(weights[k], slope, self.rate)
            runs.append(Run(weights, components[0], float(expected[0])))
        return runs

    def judge(self, results: Sequence[list[Run]]) -> Finding:
        """Return "fails" if some run's weights leave the simplex by more than rounding."""
        furthest = np.array([[run.distance.max() for run in runs] for runs in results])
        sums = np.array([[run.weights.sum(axis=1) for run in runs] for runs in results])
        name = getattr(self.update, "__name__", repr(self.update))
        left = int((furthest > ROUNDING).sum())
        ends = ", ".join(
            f"{sums[:, k, -1].mean():.4g} where r_expected is {scale:g} times as large as r_actual"
            for k, scale in enumerate(self.scales)
        )
        low, high = np.quantile(sums, [0.025, 0.975], axis=0)
        return Finding(
            verdict="fails" if left else "holds",
            number=float(furthest[:, -1].mean()),
            quantity=f"largest distance from simplex at scale {self.scales[-1]:g} (mean of runs)",
            interval=mean_interval(furthest[:, -1].tolist()),
            explanation=(
                f"{left} of {furthest.size} runs of {name} leave the simplex"
                f"{'' if left else ', so there is no counterexample among them'}; the weights end "
                f"at a mean sum of {ends}."
            ),
            counterexample=self._counterexample(results) if left else "",
            picture=Picture(
                "step",
                "sum of the three weights (1 on the simplex)",
                tuple(
                    Curve(
                        f"{name}, expected {scale:g} x actual, mean and 95 % of runs",
                        np.arange(sums.shape[2]),
                        sums[:, k].mean(axis=0),
                        low[k],
                        high[k],
                    )
                    for k, scale in enumerate(self.scales)
                ),
            ),
        )

    def _counterexample(self, results: Sequence[list[Run]]) -> str:
        """Return the step that leaves the simplex soonest, at the smallest scale that does."""
        for k, scale in enumerate(self.scales):
            runs = [runs[k] for runs in results if runs[k].distance.max() > ROUNDING]
            if not runs:
                continue
            leaves = [int((run.distance > ROUNDING).argmax()) for run in runs]
            run, step = runs[int(np.argmin(leaves))], min(leaves)
            return (
                f"weights {list(self.start)}, eta {self.rate:g}, scale {scale:g}, first components "
                f"{run.components.tolist()} and r_expected {run.expected!r}: after {step} steps "
                f"the weights are {run.weights[step].tolist()}, sum {run.weights[step].sum():.6g}"
            )
        return ""


def onto_simplex(point: Array) -> Array:
    """Return the point of the simplex nearest to `point`, both of shape (A,).

    >>> onto_simplex(np.array([0.6, 0.6, -0.4]))
    array([0.5, 0.5, 0. ])

    Source: Held, Wolfe & Crowder 1974, Mathematical Programming 6.
    """
    falling = np.sort(point)[::-1]
    excess = (falling.cumsum() - 1) / np.arange(1, len(point) + 1)
    return np.maximum(point - excess[np.flatnonzero(falling > excess)[-1]], 0.0)
