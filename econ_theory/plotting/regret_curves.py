"""Cumulative regret against steps, beside what theory allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import INK, axes_for, curve_style, legend, option, thin
from econ_theory.regret.bounds import Bound
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.rates import pooled_rate, run_rate
from econ_theory.seeding import Seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from econ_theory.games.bayesian import BayesianGame

__all__ = ["plot_regret", "plot_regret_by_type"]

BAND = (0.05, 0.95)
FEWEST = 20
"""Steps below which no growth exponent is written."""

Runs = RegretTrace | Sequence[RegretTrace]


def plot_regret(
    traces: Runs | Mapping[str, Runs],
    *,
    bounds: Bound | Sequence[Bound] = (),
    player: int | None = None,
    scale: Literal["linear", "log"] = "linear",
    rng: Seed = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw cumulative regret against steps, its growth exponent and its bounds; return the axes.

    Several traces in a list are independent runs of one experiment: their mean, and a band from the
    5 % to the 95 % quantile of runs at each step. A bound is dashed where it says something and
    dotted where it is weaker than the trivial bound (thin, grey). Curves of fewer than 20 steps get
    no exponent.

    Parameters
    ----------
    traces : one `RegretTrace`, a list of runs, or a mapping from label to either
    bounds : bounds to draw beside them, each for the player drawn or summed over players
    player : whose regret; default all players' together
    scale : "linear", or "log" for both axes; regret that is not positive has no place on the latter
    rng : draws the exponent's bootstrap interval
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If there is no trace, traces differ in kind or a list's runs in shape, a bound speaks of
        another kind of regret, or `player` is not one of the players.

    Examples
    --------
    >>> steps = np.arange(1, 401)[:, None]
    >>> ax = plot_regret(RegretTrace(np.sqrt(steps), "external"), scale="log")
    >>> ax.get_legend().get_texts()[0].get_text()
    'external regret: exponent 0.50 [0.50, 0.50]'
    """
    option("scale", scale, ("linear", "log"))
    named = {label: _runs(runs) for label, runs in _labelled(traces).items()}
    bounds = [bounds] if isinstance(bounds, Bound) else list(bounds)
    kind, n = _common(named, bounds, player)
    log = scale == "log"
    # Room for the legend, which stands above.
    ax = axes_for(ax, (6.4, 3.8 + 0.18 * (len(named) + len(bounds))))
    top, bottom, least, longest = 0.0, 0.0, np.inf, 1
    for k, (label, runs) in enumerate(named.items()):
        curves = np.stack(
            [run.total if player is None else run.cumulative[:, player] for run in runs]
        )
        at = thin(curves.shape[1], log=log)
        style = curve_style(k)
        mean = curves.mean(axis=0)
        if len(runs) > 1:
            low, high = np.quantile(curves[:, at], BAND, axis=0)
            ax.fill_between(at + 1, low, high, color=style.colour, alpha=0.18, linewidth=0)
            top, bottom = max(top, float(high.max())), min(bottom, float(low.min()))
            label = f"{label} ({len(runs)} runs, 5–95 %)"
        ax.plot(
            at + 1,
            mean[at],
            color=style.colour,
            linestyle=style.line,
            linewidth=1.8,
            label=label + _exponent(curves, rng),
        )
        top, longest = max(top, float(mean.max())), max(longest, len(mean))
        bottom = min(bottom, float(mean.min()))
        least = min(least, float(mean[mean > 0].min(initial=np.inf)))
    top = max([top, *_draw_bounds(ax, bounds, player, n, thin(longest, log=log) + 1)])
    ax.set_xlabel("play (steps)")
    ax.set_ylabel(f"cumulative {kind} regret (payoff units)")
    if log:
        ax.set_xscale("log")
        ax.set_yscale("log", nonpositive="clip")
        if np.isfinite(least):
            ax.set_ylim(bottom=least / 2)
    else:
        ax.set_xlim(0, longest)
        # The trivial bound, a line as steep as the payoff range, would dwarf everything else.
        if top > bottom:
            ax.set_ylim(bottom - 0.02 * (top - bottom), top + 0.06 * (top - bottom))
    legend(ax)
    return ax


def plot_regret_by_type(
    trace: RegretTrace,
    i: int,
    *,
    game: BayesianGame | None = None,
    scale: Literal["linear", "log"] = "linear",
    ax: Axes | None = None,
) -> Axes:
    """Draw player `i`'s cumulative regret, one curve a type, weighted by its probability.

    The curves add up to the player's regret. Types are named as in `game`, if given.

    >>> from econ_theory.regret import PlayTrace, external_regret
    >>> play = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> plot_regret_by_type(external_regret(play), 0).get_xlabel()
    'play (steps)'
    """
    option("scale", scale, ("linear", "log"))
    if not 0 <= i < len(trace.by_type):
        raise SettingError(
            f"i is {i}, want one of the {len(trace.by_type)} players whose regret was recorded by "
            "type; the measures of econ_theory.regret record all."
        )
    curves = trace.by_type[i]
    at = thin(len(curves), log=scale == "log")
    ax = axes_for(ax)
    for t in range(curves.shape[1]):
        style = curve_style(t)
        ax.plot(
            at + 1,
            curves[at, t],
            color=style.colour,
            linestyle=style.line,
            linewidth=1.8,
            label=game.types[i][t] if game else f"t{t + 1}",
        )
    ax.set_xlabel("play (steps)")
    ax.set_ylabel(f"cumulative {trace.kind} regret (payoff units)")
    if scale == "log":
        ax.set_xscale("log")
        ax.set_yscale("log", nonpositive="mask")
    legend(ax, columns=4, title=game.players[i] if game else f"player {i + 1}")
    return ax


def _draw_bounds(
    ax: Axes, bounds: list[Bound], player: int | None, n: int, steps: Array
) -> list[float]:
    players = range(n) if player is None else [player]
    tops, trivials = [], []
    for k, bound in enumerate(bounds):
        value, trivial = (
            np.sum([np.broadcast_to(of(steps, i), steps.shape) for i in players], axis=0)
            for of in (bound.value, bound.trivial)
        )
        says = value < trivial
        # Both pieces hold the first step at which the bound says something, so that they meet.
        meets = says & ~np.append(False, says[:-1])
        every = max(1, len(steps) // 7)
        ink: dict[str, Any] = {"color": INK, "linewidth": 1.2}
        ax.plot(steps, np.where(says & ~meets, np.nan, value), **ink, linestyle=":")
        ax.plot(
            steps,
            np.where(says, value, np.nan),
            **ink,
            linestyle=(0, (4, 3)),
            marker=curve_style(k).marker,
            markersize=4.5,
            markevery=(every // 2, every),
            label=f"bound: {bound.name}",
        )
        tops.append(float(np.max(value)))
        if not any(np.allclose(trivial, other) for other in trivials):
            trivials.append(trivial)
    for k, trivial in enumerate(trivials):
        label = "" if k else "trivial bound"
        ax.plot(steps, trivial, color="#8b9099", linewidth=0.8, label=label, zorder=1.5)
    return tops


def _exponent(curves: Array, rng: Seed) -> str:
    """Return the growth exponent and its interval as words, or none where there is too little."""
    if curves.shape[1] < FEWEST:
        return ""
    rate = pooled_rate(curves) if len(curves) > 1 else run_rate(curves[0], rng=rng)
    if not np.isfinite(rate.exponent):
        return ""
    # Adding zero turns -0.0 into 0.0.
    exponent, low, high = (round(number, 2) + 0.0 for number in (rate.exponent, *rate.interval))
    text = f": exponent {exponent:.2f}"
    return f"{text} [{low:.2f}, {high:.2f}]" if np.isfinite([low, high]).all() else text


def _labelled(traces: Runs | Mapping[str, Runs]) -> Mapping[str, Runs]:
    if isinstance(traces, Mapping):
        return traces
    runs = _runs(traces)
    return {f"{runs[0].kind} regret": runs}


def _runs(runs: Runs) -> list[RegretTrace]:
    listed = [runs] if isinstance(runs, RegretTrace) else list(runs)
    shapes = {run.cumulative.shape for run in listed}
    if len(shapes) != 1:
        raise SettingError(
            f"runs have shapes {sorted(shapes)}, want at least one run, all of one shape (K, n); "
            "cut them to a common length, or give them labels of their own."
        )
    return listed


def _common(
    named: Mapping[str, list[RegretTrace]], bounds: list[Bound], player: int | None
) -> tuple[str, int]:
    """Return the one kind of regret and number of players of all traces."""
    every = [run for runs in named.values() for run in runs]
    found = {(run.kind, run.cumulative.shape[1]) for run in every}
    if len(found) != 1:
        raise SettingError(
            f"traces are of (kind, players) {sorted(found)}, want exactly one; draw others on "
            "axes of their own."
        )
    kind, n = found.pop()
    for bound in bounds:
        if kind not in bound.kinds:
            raise SettingError(
                f"regret is of kind {kind!r}, want one of {bound.kinds}; {bound.name} says "
                "nothing about it."
            )
    if player is not None and not 0 <= player < n:
        raise SettingError(f"player is {player}, want None or one of 0..{n - 1}.")
    return kind, n
