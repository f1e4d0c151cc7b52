"""What a certificate is: the gain of every type's best deviation, finite or continuous."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from econ_theory.arrays import Array, frozen
from econ_theory.games.finite.labels import Labels
from econ_theory.records import Record
from econ_theory.tables import folded, shown, table_html, visible

if TYPE_CHECKING:
    from econ_theory.certificates.finite.existence import Existence

__all__ = [
    "Arithmetic",
    "BidDeviation",
    "Certificate",
    "ContinuousCertificate",
    "Deviation",
    "Kind",
    "PlayerGains",
    "plain",
]

Arithmetic = Literal["float", "exact", "interval"]
Kind = Literal["bound", "sampled"]


MOST_ROWS = 24

NOBODY = "nobody gains by deviating"


@dataclass(frozen=True)
class Deviation(Record):
    """A best deviation: player `i` as type `t` plays `a` instead and gains `gain` payoff units.

    Unpacks into these four; its text says who by the game's labels.

    >>> labels = Labels(["Incumbent"], [["high cost", "low cost"]], [["cut", "hold"]])
    >>> print(Deviation(0, 0, 1, 0.5, labels))
    Incumbent as high cost gains 0.5 by hold
    """

    i: int
    t: int
    a: int
    gain: Any
    labels: Labels

    def __iter__(self) -> Iterator[Any]:
        return iter((self.i, self.t, self.a, self.gain))

    @property
    def who(self) -> str:
        """The player, and its type if it has more than one."""
        return self.labels.who(self.i, self.t)

    @property
    def action(self) -> str:
        """What the action is called."""
        return self.labels.actions[self.i][self.a]

    def __str__(self) -> str:
        gain = f"{self.who} gains {shown(self.gain)} by {visible(self.action)}"
        return gain if self.gain > 0 else NOBODY


@dataclass(frozen=True, eq=False, repr=False)
class Certificate(Record):
    """What deviating would gain, at most, at a profile.

    Attributes
    ----------
    gains : n arrays (T_i,)
        Interim gain of each type's best deviation, payoff units; zero for null types.
    actions : n arrays (T_i,)
        The action that gains it.
    weights : n arrays (T_i,)
        Prior probability of each type.
    ranges : (n,) payoff range of each player
    arithmetic : "float", "exact" or "interval"
        In exact arithmetic every number here is a `Fraction`; in interval arithmetic gains are
        upper bounds, rounded upward.
    existence : Existence or None
        In interval arithmetic: the proof that a true equilibrium is near, or why there is none.
    labels : Labels or None
        Of players, types and actions; those of the game, or counted from 1 where it has none.
    """

    gains: tuple[Array, ...]
    actions: tuple[Array, ...]
    weights: tuple[Array, ...]
    ranges: tuple[Any, ...]
    arithmetic: Arithmetic = field(default="float")
    existence: Existence | None = None
    labels: Labels | None = None

    @property
    def epsilon(self) -> Any:
        """The largest interim gain of any type of any player, in payoff units."""
        return self.worst.gain

    @property
    def relative(self) -> Any:
        """The largest interim gain as a share of its player's payoff range, in [0, 1]."""
        return max(
            plain(max(gain) / size if size > 0 else max(gain) * 0)
            for gain, size in zip(self.gains, self.ranges, strict=True)
        )

    @property
    def ex_ante(self) -> Any:
        """The largest prior-averaged gain of any player, in payoff units."""
        return max(self.ex_ante_gains)

    @property
    def ex_ante_gains(self) -> tuple[Any, ...]:
        """Each player's gain averaged over its own types, payoff units."""
        return tuple(
            plain((weight * gain).sum())
            for weight, gain in zip(self.weights, self.gains, strict=True)
        )

    @property
    def worst(self) -> Deviation:
        """The deviation that gains most."""
        i = max(range(len(self.gains)), key=lambda i: self.gains[i].max())
        t = int(self.gains[i].argmax())
        return Deviation(i, t, int(self.actions[i][t]), plain(self.gains[i][t]), self._names)

    @property
    def _names(self) -> Labels:
        if self.labels is not None:
            return self.labels
        played = [int(max(actions)) + 1 for actions in self.actions]
        return Labels.counted([(len(g), a) for g, a in zip(self.gains, played, strict=True)])

    def __str__(self) -> str:
        worst = self.worst
        at = f"worst: {worst.who} by {worst.action}" if worst.gain > 0 else NOBODY
        proof = f"; {self.existence}" if self.existence else ""
        return (
            f"epsilon = {float(worst.gain):.3g} ({float(self.relative):.2g} of the payoff range, "
            f"{self.arithmetic}); {at}{proof}"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    def _repr_html_(self) -> str:
        names = self._names
        header = ["", "type", "probability", "gain", "by playing"]
        rows = [
            [names.players[i], *cells]
            for i, gains in enumerate(self.gains)
            for cells in folded(
                lambda t, i=i: [
                    names.types[i][t],
                    shown(self.weights[i][t]),
                    shown(self.gains[i][t]),
                    names.actions[i][int(self.actions[i][t])] if self.gains[i][t] > 0 else "",
                ],
                len(gains),
                MOST_ROWS,
                "types",
                lambda words: [words],
            )
        ]
        return table_html(str(self), header, rows)


@dataclass(frozen=True, eq=False)
class PlayerGains(Record):
    """What the types of one player could gain, interval by interval of a continuum.

    Attributes
    ----------
    types : (C, 2) array
        Intervals of types; of a sample, single types twice.
    gains : (C,) array
        Upper bound on the gain of every type in the interval, payoff units; of a sample, upper
        ends of intervals of confidence.
    estimates : (C,) array
        What a type of the interval was found to gain.
    actions : (C,) array
        The action that gains it.
    weights : (C,) array
        Prior probability of the interval.
    utility : float
        Ex-ante utility of the profile.
    kind : "bound" or "sampled"
    """

    types: Array
    gains: Array
    estimates: Array
    actions: Array
    weights: Array
    utility: float
    kind: Kind = "bound"


@dataclass(frozen=True)
class BidDeviation(Record):
    """A best deviation: player `i` of type `type` bids `bid` instead and gains at most `gain`.

    Unpacks into these four.

    >>> print(BidDeviation(0, 0.5, 0.25, 0.01))
    player 1 of type 0.5 gains at most 0.01 by bidding 0.25
    """

    i: int
    type: float
    bid: float
    gain: float

    def __iter__(self) -> Iterator[Any]:
        return iter((self.i, self.type, self.bid, self.gain))

    @property
    def who(self) -> str:
        """The player and its type."""
        return f"player {self.i + 1} of type {self.type:.4g}"

    def __str__(self) -> str:
        if not self.gain > 0:
            return NOBODY
        return f"{self.who} gains at most {self.gain:.4g} by bidding {self.bid:.4g}"


@dataclass(frozen=True, eq=False, repr=False)
class ContinuousCertificate(Certificate):
    """A `Certificate` over a continuum of types and bids: an entry for every interval of types.

    ``gains[i][c]`` is an upper bound on what any type in the interval ``types[i][c]`` gains from
    any bid at all, so `epsilon`, `relative` and `ex_ante` are upper bounds too. ``actions[i][c]``
    is the best bid of the type at one end, which gains ``estimates[i][c]``. Where `kind` is
    "sampled", intervals are single types, gains are upper ends of confidence intervals that hold
    for these types and the actions tried, and nothing is said of types and actions in between.

    Attributes
    ----------
    kind : "bound" or "sampled"
    types : n arrays (C_i, 2)
    estimates : n arrays (C_i,)
    utilities : (n,) ex-ante utilities of the profile
    """

    kind: Kind = "bound"
    types: tuple[Array, ...] = ()
    estimates: tuple[Array, ...] = ()
    utilities: tuple[float, ...] = ()

    @classmethod
    def of(cls, players: Sequence[PlayerGains], ranges: Sequence[float]) -> ContinuousCertificate:
        """Return the certificate that `players` make together; a bound if all of them are."""
        return cls(
            gains=tuple(frozen(p.gains) for p in players),
            actions=tuple(frozen(p.actions) for p in players),
            weights=tuple(frozen(p.weights) for p in players),
            ranges=tuple(ranges),
            kind="bound" if all(p.kind == "bound" for p in players) else "sampled",
            types=tuple(frozen(p.types) for p in players),
            estimates=tuple(frozen(p.estimates) for p in players),
            utilities=tuple(p.utility for p in players),
        )

    @property
    def estimate(self) -> float:
        """The largest gain found, payoff units: what `epsilon` is an upper bound on."""
        return max(float(estimates.max()) for estimates in self.estimates)

    @property
    def worst(self) -> BidDeviation:
        """The deviation that may gain most."""
        i = max(range(len(self.gains)), key=lambda i: self.gains[i].max())
        c = int(self.gains[i].argmax())
        middle, bid = float(self.types[i][c].mean()), float(self.actions[i][c])
        return BidDeviation(i, middle, bid, float(self.gains[i][c]))

    def __str__(self) -> str:
        worst = self.worst
        word = "<=" if self.kind == "bound" else "about"
        at = f"worst: {worst.who} by bidding {worst.bid:.4g}" if worst.gain > 0 else NOBODY
        return (
            f"epsilon {word} {worst.gain:.3g} ({self.relative:.2g} of the payoff range, "
            f"{self.kind}; found {self.estimate:.2g}); {at}"
        )

    def _repr_html_(self) -> str:
        rows = [
            [
                f"player {i + 1}",
                f"{gains.max():.3g}",
                f"{estimates.max():.3g}",
                f"{ex_ante:.3g}",
                f"{utility:.6g}",
            ]
            for i, (gains, estimates, ex_ante, utility) in enumerate(
                zip(self.gains, self.estimates, self.ex_ante_gains, self.utilities, strict=True)
            )
        ]
        header = ["", "gain at most", "found", "ex ante at most", "utility"]
        return table_html(str(self), header, rows)


def plain(number: Any) -> Any:
    """Return a `Fraction` as it is and any other number as a float.

    >>> plain(Fraction(1, 2)), plain(2)
    (Fraction(1, 2), 2.0)
    """
    return number if isinstance(number, Fraction) else float(number)
