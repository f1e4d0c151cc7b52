"""The charts of a report, each an inline SVG that says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from econ_theory.plotting.canvas import INK, curve_style, legend
from llm_bridge.report.data import (
    ComparisonView,
    LearningCurve,
    RegretCurve,
    VerificationView,
)
from llm_bridge.report.panels import (
    apart,
    forest,
    forest_height,
    key,
    log_axis,
    panel,
    row_labels,
    smoothed,
)
from llm_bridge.report.svg import GREY, PAPER, inline_svg
from llm_bridge.report.wording import amount, interval, method_name, signed

__all__ = [
    "bound_chart",
    "difference_chart",
    "frontier_chart",
    "gain_chart",
    "learning_chart",
    "loss_chart",
    "regret_chart",
    "sensitivity_chart",
]


def frontier_chart(view: ComparisonView) -> str:
    """Draw accuracy, with intervals, against tokens a question; the best ones are joined."""
    name, points = "frontier", sorted(view.points, key=lambda point: point.tokens)
    entries = key([method_name(point.name) for point in points])
    with panel(name, 3.0 + entries.height) as (figure, ax):
        tokens = np.array([point.tokens for point in points])
        if tokens.min() > 0 and tokens.max() > 8 * tokens.min():
            log_axis(ax.xaxis)
            ax.set_xlim(tokens.min() / 1.3, tokens.max() * 1.3)
        else:
            ax.set_xlim(0, 1.15 * max(tokens.max(), 1.0))
        places = apart(ax, tokens)
        best = [k for k, point in enumerate(points) if point.best]
        if len(best) > 1:
            ax.step(
                places[best],
                [points[k].accuracy for k in best],
                where="post",
                color=GREY,
                linewidth=0.9,
                linestyle=(0, (4, 3)),
                zorder=1.5,
            )
        for k, (point, x) in enumerate(zip(points, places, strict=True)):
            style, ours = curve_style(k), point.name == view.ours
            ax.errorbar(
                [x],
                [point.accuracy],
                yerr=[[point.accuracy - point.lower], [point.upper - point.accuracy]],
                color=style.colour,
                marker=style.marker,
                markersize=8 if ours else 6.5,
                markerfacecolor=style.colour if ours else PAPER,
                markeredgewidth=1.4,
                elinewidth=1.2,
                linestyle="none",
                label=entries.labels[k],
                zorder=3,
            )
        ax.set_xlabel("tokens a question (prompt + generated)")
        ax.set_ylabel("accuracy (mean score)")
        entries.draw(ax)
        words = "; ".join(
            f"{method_name(p.name)} {interval(p.accuracy, p.lower, p.upper)} at "
            f"{amount(p.tokens)} tokens"
            for p in points
        )
        return inline_svg(figure, name=name, title="Accuracy against tokens", description=words)


def difference_chart(view: ComparisonView) -> str:
    """Draw the paired accuracy differences to each baseline with their intervals about zero."""
    name = "differences"
    labels = [f"− {method_name(found.reference)}" for found in view.ranked]
    rows = [(found.difference, found.lower, found.upper) for found in view.ranked]
    filled = [found.equal_tokens for found in view.ranked]
    with panel(name, forest_height(labels)) as (figure, ax):
        forest(ax, labels, rows, filled)
        ax.set_xlabel("difference in accuracy")
        words = "; ".join(
            f"{method_name(view.ours)} {label} {interval(*row)}"
            for label, row in zip(labels, rows, strict=True)
        )
        return inline_svg(figure, name=name, title="Paired differences", description=words)


def learning_chart(curve: LearningCurve) -> str:
    """Draw mean reward, its three parts and the commitment's accuracy over episodes, smoothed."""
    name = "learning"
    parts = {
        "reward": curve.reward,
        "alignment": curve.alignment,
        "task score": curve.task,
        "contribution": curve.contribution,
        "accuracy of the commitment": curve.accuracy,
    }
    with panel(name, 3.4) as (figure, ax):
        for k, (label, values) in enumerate(parts.items()):
            smoothed(ax, curve.episodes, values, k, label, raw=label == "reward")
        ax.set_ylim(-0.02, 1.02)
        ax.set_xlabel("training (episodes)")
        ax.set_ylabel("mean of an update")
        legend(ax, columns=2)
        words = _from_to(parts, curve.episodes)
        return inline_svg(figure, name=name, title="Learning curve", description=words)


def loss_chart(curve: LearningCurve) -> str:
    """Draw the total loss and the exploration temperature over episodes, one above the other."""
    name = "loss"
    with panel(name, 3.4, rows=2) as (figure, axes):
        loss, alpha = axes
        smoothed(loss, curve.episodes, curve.loss, 0, "", raw=True)
        if min(curve.loss) > 0 and max(curve.loss) > 20 * min(curve.loss):
            log_axis(loss.yaxis)
        else:
            loss.set_ylim(bottom=0)
        loss.set_ylabel("loss")
        loss.tick_params(labelbottom=False)
        alpha.plot(curve.episodes, curve.alpha, color=curve_style(1).colour, linewidth=1.6)
        alpha.set_ylim(bottom=0)
        alpha.set_ylabel("exploration α")
        alpha.set_xlabel("training (episodes)")
        words = _from_to({"loss": curve.loss, "exploration alpha": curve.alpha}, curve.episodes)
        return inline_svg(figure, name=name, title="Loss and exploration", description=words)


def regret_chart(curves: Sequence[RegretCurve]) -> str:
    """Draw cumulative regret of each kind, summed over executors, on linear axes."""
    name = "regret"
    with panel(name, 3.2) as (figure, ax):
        for k, curve in enumerate(curves):
            style = curve_style(k)
            ax.plot(
                curve.steps,
                _totals(curve),
                color=style.colour,
                linestyle=style.line,
                linewidth=1.8,
                label=curve.kind,
            )
        ax.set_xlim(left=0)
        ax.set_xlabel(f"training ({curves[0].unit}s)")
        ax.set_ylabel("cumulative regret (reward units)")
        legend(ax, columns=2)
        words = "; ".join(
            f"{curve.kind} regret reaches {_totals(curve)[-1]:.3g} after {curve.steps[-1]} "
            f"{curve.unit}s"
            for curve in curves
        )
        return inline_svg(figure, name=name, title="Cumulative regret", description=words)


def bound_chart(curves: Sequence[RegretCurve]) -> str:
    """Draw regret against its bounds on logarithmic axes, where slopes are exponents."""
    name = "bounds"
    bounds = [(curve, bound) for curve in curves for bound in curve.bounds]
    entries = key(
        [curve.kind for curve in curves]
        + [f"bound on {curve.kind}: {bound.name} ({bound.verdict})" for curve, bound in bounds]
        + ["trivial bound"]
    )
    with panel(name, 2.9 + entries.height) as (figure, ax):
        lowest, trivial = np.inf, []
        for k, curve in enumerate(curves):
            style, total = curve_style(k), np.array(_totals(curve))
            lowest = min(lowest, float(total[total > 0].min(initial=np.inf)))
            ax.plot(
                curve.steps,
                np.where(total > 0, total, np.nan),
                color=style.colour,
                linestyle=style.line,
                linewidth=1.8,
                label=curve.kind,
            )
        for k, (curve, bound) in enumerate(bounds):
            every = max(1, len(curve.steps) // 6)
            ax.plot(
                curve.steps,
                bound.values,
                color=INK,
                linewidth=1.1,
                linestyle=(0, (4, 3)) if bound.verdict != "vacuous" else ":",
                marker=curve_style(k).marker,
                markersize=4.5,
                markevery=(every // 2, every),
                label=entries.labels[len(curves) + k],
            )
            if not any(np.allclose(bound.trivial, other) for other in trivial):
                trivial.append(bound.trivial)
                label = "" if len(trivial) > 1 else "trivial bound"
                ax.plot(curve.steps, bound.trivial, color=GREY, linewidth=0.9, label=label)
        log_axis(ax.xaxis)
        log_axis(ax.yaxis)
        if np.isfinite(lowest):
            ax.set_ylim(bottom=lowest / 2)
        ax.set_xlabel(f"training ({curves[0].unit}s, logarithmic)")
        ax.set_ylabel("cumulative regret (reward units)")
        entries.draw(ax)
        words = "; ".join(f"{bound.name}: {bound.verdict}" for _, bound in bounds)
        return inline_svg(figure, name=name, title="Regret against bounds", description=words)


def gain_chart(view: VerificationView) -> str:
    """Draw what the best deviation of each type gains, with its interval, largest first."""
    name = "gains"
    labels = [
        item.executor if item.type == "any" else f"{item.executor}, {item.type}"
        for item in view.deviations
    ]
    rows = [(item.gain, item.lower, item.upper) for item in view.deviations]
    with panel(name, forest_height(labels)) as (figure, ax):
        forest(ax, labels, rows, [item.lower > 0 for item in view.deviations])
        ax.set_xlabel("gain by the best other control (reward units)")
        words = "; ".join(
            f"{label} {interval(*row)}" for label, row in zip(labels, rows, strict=True)
        )
        return inline_svg(figure, name=name, title="Best deviations", description=words)


def sensitivity_chart(view: VerificationView) -> str:
    """Draw each executor's expected reward under each of its controls, one row a control."""
    name = "sensitivity"
    labels = view.executors[0].controls
    entries = key([item.executor for item in view.sensitivity])
    room = 0.7 / max(len(view.sensitivity), 3)
    with panel(name, forest_height(labels) + 0.12 * len(labels) + entries.height) as (figure, ax):
        for k, item in enumerate(view.sensitivity):
            style, aside = curve_style(k), k - (len(view.sensitivity) - 1) / 2
            ax.plot(
                item.means,
                np.arange(len(item.means)) + room * aside,
                color=style.colour,
                linestyle="none",
                marker=style.marker,
                markersize=6,
                markerfacecolor=PAPER,
                markeredgewidth=1.4,
                label=entries.labels[k],
            )
        row_labels(ax, labels)
        ax.set_xlabel("expected reward of always using the control")
        entries.draw(ax)
        words = "; ".join(
            f"{item.executor} from {min(item.means):.3g} to {max(item.means):.3g}"
            for item in view.sensitivity
        )
        return inline_svg(figure, name=name, title="Reward by control", description=words)


def _totals(curve: RegretCurve) -> list[float]:
    return [sum(row) for row in curve.cumulative]


def _from_to(parts: dict[str, Any], episodes: Sequence[int]) -> str:
    changes = "; ".join(
        f"{label} from {signed(values[0])} to {signed(values[-1])}"
        for label, values in parts.items()
    )
    return f"{changes}, over {episodes[-1]} episodes"
