"""Strategies of games with continuous types: bid functions, and what each type could gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array
from econ_theory.games import (
    AuctionGame,
    ContinuousGame,
    CustomPayoff,
    DoubleAuction,
    GaussianGame,
    InterdependentAuction,
    LocalGlobalAuction,
    MultiUnitAuction,
    ParticipationGame,
    SplitAward,
)
from econ_theory.plotting.canvas import (
    INK,
    axes_for,
    curve_style,
    legend,
    option,
    panels_for,
)
from econ_theory.plotting.strategy_curves import FLOOR, Case, judged_case, paired
from econ_theory.seeding import Seed, as_rng

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_bids"]

Panel = Literal["bids", "gains"]

BIDDING = (
    AuctionGame,
    DoubleAuction,
    InterdependentAuction,
    LocalGlobalAuction,
    MultiUnitAuction,
    SplitAward,
)
"""Families in which the action is a price, so that a bid can be compared with its type."""


def plot_bids(
    game: ContinuousGame | Mapping[str, ContinuousGame],
    profile: Any,
    *,
    players: Sequence[int] | None = None,
    panels: Sequence[Panel] = ("bids", "gains"),
    rng: Seed = 0,
    axes: Any = None,
) -> Array:
    """Draw every player's bid function, and what each type gains by deviating; return the axes.

    Players who play alike and gain alike share a curve. A dotted line is where a bid equals the
    type, where actions are prices. The second panel is the certificate, type by type: an upper
    bound on what any action gains, on a logarithmic scale (of a sampled certificate, only at the
    types that were tried); a mark is the worst. Gains below 1e-16 of the payoff range are drawn
    there; gains without bound leave a gap.

    Parameters
    ----------
    game : one `ContinuousGame`, or a mapping from label to one
    profile : what `certify` takes, or a `Solution` of the game, whose certificate is then used; to
        compare several, a mapping from label to either, with the labels of the games if these are
        several
    players : the ones to draw; default all
    panels : "bids", "gains" or both
    rng : draws the sampled certificates
    axes : axes to draw on, one a panel; default those of a new figure

    Raises
    ------
    SettingError
        If labels disagree, there is no such player, or a player's strategy is no function of one
        number.
    ProfileError
        If a profile does not fit its game.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import Uniform
    >>> pair = AuctionGame("first_price", [Uniform(0, 1), Uniform(0, 2)])
    >>> bids, gains = plot_bids(pair, solve(pair))
    >>> [text.get_text() for text in bids.get_legend().get_texts()]
    ['player 1', 'player 2', 'bid = type']
    """
    for panel in panels:
        option("panel", panel, ("bids", "gains"))
    cases = paired(game, profile)
    axes = panels_for(axes, (1, len(panels)), (5.6, 4.4))[0]
    # Nothing is certified where no gain is drawn.
    draws = as_rng(rng) if "gains" in panels else None
    judged = [judged_case(label, *case, players, draws) for label, case in cases.items()]
    for panel, ax in zip(panels, axes, strict=True):
        axes_for(ax)
        if panel == "bids":
            _draw_bids(ax, judged)
        else:
            _draw_gains(ax, judged)
        legend(ax, columns=2, title=_verdict(judged) if panel == "gains" else "")
    return axes


def _draw_bids(ax: Axes, cases: Sequence[Case]) -> None:
    k = 0
    reach = [np.inf, -np.inf]
    for case in cases:
        for group in case.groups:
            for line, (x, y) in group.lines.items():
                if not len(x):
                    ax.plot([], [], " ", label=f"{case.name(group, line)}: no bids")
                    continue
                style = curve_style(k)
                point = style.marker if len(x) == 1 else ""
                look: dict[str, Any] = {"color": style.colour, "linestyle": style.line}
                label = case.name(group, line)
                ax.plot(x, y, **look, marker=point, linewidth=1.8, label=label, zorder=3)
                reach = [min(reach[0], float(x.min())), max(reach[1], float(x.max()))]
                k += 1
    if all(_is_price(case.game) for case in cases):
        reach = reach if reach[0] <= reach[1] else [0.0, 1.0]
        ax.plot(reach, reach, ":", color=INK, linewidth=1.0, label="bid = type", zorder=2)
        ax.set_xlabel("type (payoff units)")
        ax.set_ylabel("bid (payoff units)")
        return
    ax.set_xlabel("signal" if isinstance(cases[0].game, GaussianGame) else "type")
    joins = all(isinstance(case.game, ParticipationGame) for case in cases)
    ax.set_ylabel("probability of joining" if joins else "action")
    if joins:
        ax.set_ylim(-0.03, 1.03)


def _draw_gains(ax: Axes, cases: Sequence[Case]) -> None:
    k, drawn = 0, []
    certified = [(case, case.certificate) for case in cases if case.certificate is not None]
    for case, found in certified:
        floor, worst = FLOOR * max(found.ranges), found.worst
        for group in case.groups:
            style = curve_style(k)
            x, y = group.gains
            # A gain without bound has no place on the axis; the legend says that epsilon is inf.
            y = np.maximum(np.where(np.isfinite(y), y, np.nan), floor)
            look: dict[str, Any] = {"color": style.colour, "linestyle": style.line}
            ax.plot(x, y, **look, linewidth=1.6, label=case.name(group))
            if worst.i in group.players and np.isfinite(worst.gain):
                top = max(worst.gain, floor)
                ax.plot([worst.type], [top], marker=style.marker, color=style.colour, linestyle="")
            drawn += [floor] if np.isnan(y).all() else y[np.isfinite(y)].tolist()
            k += len(group.lines)
    ax.set_yscale("log")
    ax.set_ylim(min(min(drawn) / 3, max(drawn) / 100), max(drawn) * 3)
    normal = isinstance(cases[0].game, GaussianGame)
    price = all(_is_price(case.game) for case in cases)
    unit = " (standard deviations of what it sees)" if normal else " (payoff units)" * price
    ax.set_xlabel(f"type{unit}")
    kinds = {found.kind for _, found in certified}
    word = {"bound": ", at most", "sampled": ", sampled"}[kinds.pop()] if len(kinds) == 1 else ""
    ax.set_ylabel(f"gain by deviating{word} (payoff units)")


def _verdict(cases: Sequence[Case]) -> str:
    """Return the certificate in a few words; nothing of several."""
    found = cases[0].certificate
    if len(cases) > 1 or found is None:
        return ""
    sign = "≤" if found.kind == "bound" else "about"
    return f"epsilon {sign} {found.epsilon:.2g}, {found.relative:.2g} of the payoff range"


def _is_price(game: ContinuousGame) -> bool:
    if isinstance(game, AuctionGame) and isinstance(game.payment, CustomPayoff):
        return False
    return isinstance(game, BIDDING) and all(game.slope(i) > 0 for i in range(game.n_players))
