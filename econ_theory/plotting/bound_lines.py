"""What theory allows, drawn beside regret: where it says anything, and whether it was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from textwrap import fill
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.plotting.canvas import INK, curve_style
from econ_theory.regret.bounds import Bound
from econ_theory.regret.curves import RegretTrace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Bounds", "Line", "bound_lines", "draw_bounds"]

Bounds = Bound | Sequence[Bound] | Mapping[str, Bound | Sequence[Bound]]

POINTS = 400
WIDTH = 76
"""Characters that fit on a line of a legend."""

GREY = "#8b9099"


class Line(NamedTuple):
    """One bound as it is drawn: summed over the players drawn, and the words of its legend.

    ``start`` is the first step at which it is below the trivial bound, or None.
    """

    bound: Bound
    start: int | None
    words: str
    colour: str


def bound_lines(
    bounds: Bounds, traces: Mapping[str, RegretTrace], player: int | None
) -> list[Line]:
    """Return the lines to draw for `bounds`, each for the players drawn.

    Each has a verdict: of the trace that a mapping names, or of all `traces` of the regret that it
    speaks of.

    Raises
    ------
    SettingError
        If a bound speaks of none of the traces, or a label of the mapping is none of theirs.
    """
    if isinstance(bounds, Mapping):
        unknown = sorted(set(bounds) - set(traces))
        if unknown:
            raise SettingError(
                f"bounds are given for {unknown}, want labels among {sorted(traces)}."
            )
        places = {label: k for k, label in enumerate(traces)}
        return [
            _line(bound, {label: traces[label]}, player, curve_style(places[label]).colour)
            for label, given in bounds.items()
            for bound in _listed(given)
        ]
    return [_line(bound, traces, player, INK) for bound in _listed(bounds)]


def draw_bounds(ax: Axes, lines: Sequence[Line], last: int, *, log: bool) -> float:
    """Draw `lines` up to step `last`; return the largest value drawn, trivial bounds aside."""
    grid = np.geomspace(1, last, POINTS) if log else np.linspace(1, last, POINTS)
    grid = np.unique(grid.round().astype(int))
    trivials: list[Array] = []
    top = 0.0
    for k, line in enumerate(lines):
        start = line.start if line.start is not None and line.start <= last else None
        steps = grid if start is None else np.union1d(grid, [start])
        value = _at(line.bound.value, steps)
        says = steps >= (last + 1 if start is None else start)
        # Both pieces hold the first step at which the bound says something, so that they meet.
        silent = ~says | (steps == start)
        every = max(1, len(steps) // 7)
        ink: dict[str, Any] = {"color": line.colour, "linewidth": 1.2}
        ax.plot(steps, np.where(silent, value, np.nan), **ink, linestyle=":")
        ax.plot(
            steps,
            np.where(says, value, np.nan),
            **ink,
            linestyle=(0, (4, 3)),
            marker=curve_style(k).marker,
            markersize=4.5,
            markevery=(every // 2, every),
            label=fill(f"bound: {line.bound.name}{line.words}", WIDTH),
        )
        if start is not None:
            ring: dict[str, Any] = {"marker": "o", "markersize": 9, "markerfacecolor": "none"}
            ax.plot([start], value[steps == start], **ink, **ring, linestyle="")
        top = max(top, float(np.max(value)))
        trivial = _at(line.bound.trivial, grid)
        if not any(np.allclose(trivial, other) for other in trivials):
            trivials.append(trivial)
    for k, trivial in enumerate(trivials):
        label = "" if k else "trivial bound: holds of any play"
        ax.plot(grid, trivial, color=GREY, linewidth=0.8, label=label, zorder=1.5)
    return top


def _line(bound: Bound, traces: Mapping[str, RegretTrace], player: int | None, colour: str) -> Line:
    about = {k: t for k, t in traces.items() if t.kind in bound.kinds and t.basis in bound.bases}
    first, *_ = (about or traces).values()
    if not about:
        # It speaks of none of them, and says which it would speak of.
        bound.check(first)
    players = range(first.cumulative.shape[-1]) if player is None else [player]
    drawn = _summed(bound, players)
    start = drawn.informative_from()
    return Line(drawn, start, _words(bound, about, player, start), colour)


def _words(
    bound: Bound, about: Mapping[str, RegretTrace], player: int | None, start: int | None
) -> str:
    if player is not None:
        # What is drawn is what is judged.
        bound = _summed(bound, [player])
        about = {k: replace(t, cumulative=t.cumulative[..., [player]]) for k, t in about.items()}
    checks = {label: bound.check(trace) for label, trace in about.items()}
    broken = {label: check.violated_at for label, check in checks.items() if check.violated_at}
    if broken:
        steps = [
            f"at step {step:,}" if len(about) == 1 else f"by {label} at step {step:,}"
            for label, step in broken.items()
        ]
        return ": violated " + ", ".join(steps)
    if all(check.verdict == "vacuous" for check in checks.values()):
        return ": vacuous " + ("throughout" if start is None else f"before step {start:,}")
    holds = "holds" if len(about) == 1 else "kept by every curve"
    return f": {holds}" + ("" if start is None else f", informative from step {start:,}")


def _summed(bound: Bound, players: Sequence[int]) -> Bound:
    """Return `bound` on the regret of `players` together."""

    def summed(of: Callable[[Array, int], Array]) -> Callable[[Array, int], Array]:
        return lambda steps, _: sum(  # type: ignore[return-value]
            np.broadcast_to(of(steps, i), np.shape(steps)) for i in players
        )

    return replace(bound, value=summed(bound.value), trivial=summed(bound.trivial))


def _at(of: Callable[[Array, int], Array], steps: Array) -> Array:
    return np.broadcast_to(np.asarray(of(steps, 0), dtype=float), steps.shape)


def _listed(bounds: Bound | Sequence[Bound]) -> list[Bound]:
    return [bounds] if isinstance(bounds, Bound) else list(bounds)
