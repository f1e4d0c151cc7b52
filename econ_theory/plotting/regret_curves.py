"""Cumulative regret against steps, beside what theory allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np

from econ_theory.errors import SettingError
from econ_theory.plotting.bound_lines import Bounds, bound_lines, draw_bounds
from econ_theory.plotting.canvas import axes_for, legend, option
from econ_theory.plotting.runs import Band, Runs, as_batch, draw_curve, exponent, words
from econ_theory.regret.curves import RegretTrace
from econ_theory.seeding import Seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["plot_regret", "plot_regret_by_type"]

DEPTH = 1e-4
"""Share of the largest regret at which a logarithmic axis ends, however small regret once was."""


def plot_regret(
    traces: Runs | Mapping[str, Runs],
    *,
    bounds: Bounds = (),
    player: int | None = None,
    scale: Literal["linear", "log"] | None = None,
    band: Band = "quantiles",
    rng: Seed = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw cumulative regret against steps, its growth exponent and its bounds; return the axes.

    The runs of a batched trace, or of a list of traces, are one curve: their mean, and a band. The
    legend says how many runs there are, what the band is, and with which exponent (and its 95 %
    interval over runs; of a single run by block bootstrap) the mean grows past a tenth of the
    steps. Curves of fewer than 20 rows get no exponent.

    A bound is dashed where it says something, from the ring on, and dotted before, where it is
    weaker than the trivial bound (thin, grey), which holds of any play. The legend holds the
    verdict of `Bound.check`; of a bound on several curves, whether all keep it.

    Parameters
    ----------
    traces : one `RegretTrace`, single or batched, a list of runs, or a mapping from label to either
    bounds : bounds to draw beside them, each for the player drawn or summed over players; a mapping
        from label gives each curve its own, in its colour
    player : whose regret; default all players' together
    scale : "linear", or "log" for both axes, on which regret that is not positive has no place;
        default "log" where bounds are given (on a linear axis they would dwarf regret)
    band : "quantiles", from 5 % to 95 % of the runs at each step, or "interval", the 95 % interval
        of their mean
    rng : draws the exponent's bootstrap interval
    ax : axes to draw on; default new ones

    Raises
    ------
    SettingError
        If there is no trace, runs under one label differ in kind, steps or shape, a bound speaks of
        no regret drawn, or `player` is not one of the players.

    Examples
    --------
    >>> steps = np.arange(1, 401)[:, None]
    >>> ax = plot_regret(RegretTrace(np.sqrt(steps), "external"), scale="log")
    >>> ax.get_legend().get_texts()[0].get_text()
    'external regret: exponent 0.50 [0.50, 0.50]'
    """
    if scale is None:
        scale = "log" if bounds else "linear"
    option("scale", scale, ("linear", "log"))
    named = _named(traces)
    kinds = {trace.kind for trace in named.values()}
    n = min(trace.cumulative.shape[-1] for trace in named.values())
    if player is not None and not 0 <= player < n:
        raise SettingError(f"player is {player}, want None or one of 0..{n - 1}.")
    lines = bound_lines(bounds, named, player)
    log = scale == "log"
    # Room for the legend, which stands above.
    ax = axes_for(ax, (6.4, 3.9 + 0.18 * (len(named) + len(lines))))
    counts = {len(trace.cumulative) for trace in named.values()}
    title = words(counts.pop(), band) if len(counts) == 1 else ""
    top, bottom, least, largest, last = 0.0, 0.0, np.inf, 0.0, 1
    for k, (label, trace) in enumerate(named.items()):
        curves = trace.total if player is None else trace.cumulative[..., player]
        own = words(len(curves), band)
        text = label + (f" ({own})" if own and not title else "")
        text += exponent(curves, trace.steps, rng)
        low, high = draw_curve(ax, k, trace.steps, curves, text, band=band, log=log)
        mean = curves.mean(axis=0)
        top, bottom = max(top, float(high.max())), min(bottom, float(low.min()))
        least = min(least, float(mean[mean > 0].min(initial=np.inf)))
        largest, last = max(largest, float(mean.max())), max(last, int(trace.steps[-1]))
    top = max(top, draw_bounds(ax, lines, last, log=log))
    ax.set_xlabel("play (steps)")
    kind = f"{kinds.pop()} regret" if len(kinds) == 1 else "regret"
    whose = "all players together" if player is None else f"player {player + 1}"
    ax.set_ylabel(f"cumulative {kind}" + (f",\n{whose}" if n > 1 else "") + " (payoff units)")
    if log:
        ax.set_xscale("log")
        ax.set_yscale("log", nonpositive="clip")
        if largest > 0:
            ax.set_ylim(bottom=max(least / 2, DEPTH * largest))
    else:
        ax.set_xlim(0, last)
        # The trivial bound, a line as steep as the payoff range, would dwarf everything else.
        if top > bottom:
            ax.set_ylim(bottom - 0.02 * (top - bottom), top + 0.06 * (top - bottom))
    legend(ax, title=title)
    return ax


def plot_regret_by_type(
    trace: RegretTrace,
    i: int,
    *,
    game: BayesianGame | None = None,
    scale: Literal["linear", "log"] = "linear",
    band: Band = "quantiles",
    ax: Axes | None = None,
) -> Axes:
    """Draw player `i`'s cumulative regret, one curve a type, weighted by its probability.

    The curves add up to the player's regret. Types are named as in `game`, if given. Of a batch,
    each curve is the mean over runs, with the `band` of `plot_regret`.

    >>> from econ_theory.regret import PlayTrace, external_regret
    >>> play = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> plot_regret_by_type(external_regret(play), 0).get_xlabel()
    'play (steps)'

    Raises
    ------
    SettingError
        If there is no such player, or regret was not recorded by type.
    """
    option("scale", scale, ("linear", "log"))
    if not 0 <= i < len(trace.by_type):
        raise SettingError(
            f"i is {i}, want one of the {len(trace.by_type)} players whose regret was recorded by "
            "type; the measures of econ_theory.regret record all."
        )
    by_type = trace.by_type[i].astype(float)
    curves = by_type.reshape(-1, *by_type.shape[-2:])
    who = game.players[i] if game else f"player {i + 1}"
    own = words(len(curves), band)
    title = f"{who} ({own})" if own else who
    ax = axes_for(ax)
    for t in range(curves.shape[-1]):
        label = game.types[i][t] if game else f"type {t + 1}"
        draw_curve(ax, t, trace.steps, curves[..., t], label, band=band, log=scale == "log")
    ax.set_xlabel("play (steps)")
    ax.set_ylabel(f"cumulative {trace.kind} regret (payoff units)")
    if scale == "log":
        ax.set_xscale("log")
        ax.set_yscale("log", nonpositive="clip")
    legend(ax, columns=4, title=title)
    return ax


def _named(traces: Runs | Mapping[str, Runs]) -> dict[str, RegretTrace]:
    if isinstance(traces, Mapping):
        if not traces:
            raise SettingError("there are no traces, want at least one to draw.")
        return {label: as_batch(runs) for label, runs in traces.items()}
    batch = as_batch(traces)
    return {f"{batch.kind} regret": batch}
