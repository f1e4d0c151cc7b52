"""Payoffs that depend on the own type, the own action, and the sum of what the others do.

All are affine in the own type t: ``u = t w(a, y) + r(a, y)`` with own action a and y the sum of the
others' actions (in contests, of their powers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import GameError
from econ_theory.games.continuous.priors import Prior
from econ_theory.games.continuous.quadratic_payoffs import Interval, LinearQuadratic

__all__ = ["AggregatePayoff", "Contest", "MarginalBounds", "SmoothPayoff"]


@dataclass(frozen=True)
class Contest:
    """A Tullock contest: ``u = t a^r / (a^r + y) - a``, y the sum of the others' ``a^r``.

    The type is the value of the prize. If nobody exerts any effort all have equal chances. With
    ``exponent`` r <= 1 the payoff is concave in effort. Source: Tullock 1980; with private values
    Fey 2008, Ryvkin 2010; one-sided Hurley and Shogren 1998.

    >>> float(Contest().payoff(1.0, 0.25, 0.25))
    0.25
    """

    exponent: float = 1.0
    slope: Literal[-1, 0, 1] = 1

    def __post_init__(self) -> None:
        if not 0 < self.exponent <= 1:
            raise GameError(
                f"exponent is {self.exponent}, want 0 < exponent <= 1, where payoffs are concave."
            )

    @property
    def name(self) -> str:
        """Tullock contest, and its exponent if it is not a lottery."""
        return "Tullock contest" + ("" if self.exponent == 1 else f", exponent {self.exponent:g}")

    def payoff(self, t: Any, a: Any, y: Any) -> Array:
        """Return u, broadcast, where someone exerts effort."""
        impact = np.asarray(a, dtype=float) ** self.exponent
        return t * impact / (impact + y) - a

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Return efforts up to the highest value."""
        return 0.0, prior.high

    def check(self, actions: Sequence[Interval], priors: Sequence[Prior]) -> None:
        """Refuse values that are not positive and efforts below zero."""
        if min(prior.low for prior in priors) < 0 or min(prior.high for prior in priors) <= 0:
            raise GameError("values of the prize are negative, want them >= 0.")
        if min(low for low, _ in actions) < 0:
            raise GameError(f"actions is {list(actions)}, want efforts >= 0.")


class MarginalBounds(NamedTuple):
    """How much a marginal payoff bends, at all types and actions: what makes a bound of samples.

    Attributes
    ----------
    own : float
        Largest absolute second derivative by the own action.
    rivals : float
        Largest absolute first derivative by y.
    rivals_bend : float
        Largest absolute second derivative by y.
    """

    own: float
    rivals: float
    rivals_bend: float


@dataclass(frozen=True)
class SmoothPayoff:
    """Any payoff of type, own action and the sum of the others' actions, affine in the type.

    With the payoff alone, gains are sampled. With its derivative by the own action and bounds on
    how that bends, they are bounded. What is stated is checked on a grid: that the payoff is affine
    in the type, that the derivative is one, and that it does not bend more than said.

    Parameters
    ----------
    function : callable
        ``function(t, a, y)``, broadcasting arrays.
    marginal : callable, optional
        Derivative by ``a`` in the same form.
    bounds : MarginalBounds, optional
    name : str

    Examples
    --------
    >>> payoff = SmoothPayoff(lambda t, a, y: t * np.log1p(a + y) - a, name="log public good")
    >>> float(payoff.payoff(2.0, 0.0, 0.0))
    0.0
    """

    function: Callable[..., Any]
    marginal: Callable[..., Any] | None = None
    bounds: MarginalBounds | None = None
    name: str = "a payoff function"
    slope: Literal[-1, 0, 1] = 0

    def __post_init__(self) -> None:
        if (self.marginal is None) != (self.bounds is None):
            raise GameError("marginal and bounds come together, want both or neither.")
        if self.bounds is not None and not min(self.bounds) >= 0:
            raise GameError(f"bounds is {self.bounds}, want numbers >= 0.")

    def payoff(self, t: Any, a: Any, y: Any) -> Array:
        """Return u, broadcast."""
        return _broadcast(self.function(t, a, y), t, a, y)

    def slopes(self, t: Any, a: Any, y: Any) -> Array:
        """Return the derivative by the own action, broadcast."""
        assert self.marginal is not None
        return _broadcast(self.marginal(t, a, y), t, a, y)

    def actions(self, prior: Prior, n_players: int) -> Interval:
        """Raise: only the user knows."""
        raise GameError("actions is None, want an interval (low, high) with this payoff.")

    def check(self, actions: Sequence[Interval], priors: Sequence[Prior]) -> None:
        """Refuse what is not as stated, on a grid of 5 types, 33 actions and 33 sums."""
        lows, highs = (np.array(ends) for ends in zip(*actions, strict=True))
        for i, prior in enumerate(priors):
            t = np.linspace(prior.low, prior.high, 5)[:, None, None]
            a, da = np.linspace(lows[i], highs[i], 33, retstep=True)
            rest = (lows.sum() - lows[i], highs.sum() - highs[i])
            y, dy = np.linspace(*rest, 33, retstep=True)
            u = self.payoff(t, a[:, None], y)
            _check_affine(u)
            if self.bounds is None:
                continue
            m = self.slopes(t, a[:, None], y)
            bends = (np.abs(np.diff(m, 2, axis=1)), np.abs(np.diff(m, axis=2)))
            seen = (bends[0].max() / da**2, 0.0, 0.0)
            if dy > 0:
                bend = np.abs(np.diff(m, 2, axis=2)).max() / dy**2
                seen = (seen[0], bends[1].max() / dy, bend)
            for name, found, said in zip(MarginalBounds._fields, seen, self.bounds, strict=True):
                if found > said * (1 + 1e-6) + 1e-6:
                    raise GameError(
                        f"bounds.{name} is {said:g}, want at least {found:.6g}, which was found "
                        f"for player {i + 1}."
                    )
            # The trapezoidal rule is off by da^3 / 12 times the largest second derivative.
            off = np.abs(np.diff(u, axis=1) - (m[:, 1:] + m[:, :-1]) / 2 * da).max()
            if off > self.bounds.own * da**3 / 12 * (1 + 1e-6) + 1e-9 * np.abs(u).max():
                raise GameError(
                    f"marginal differs from the payoff's slope by {off / da:.3g} for player "
                    f"{i + 1}, want its derivative by the own action."
                )


AggregatePayoff = LinearQuadratic | Contest | SmoothPayoff


def _broadcast(values: Any, *arguments: Any) -> Array:
    shape, found = np.broadcast_shapes(*map(np.shape, arguments)), np.asarray(values, dtype=float)
    try:
        full = np.broadcast_to(found, shape)
    except ValueError:
        full = None
    if full is None or not np.isfinite(found).all():
        raise GameError(
            f"the payoff function returns shape {found.shape} (finite: "
            f"{bool(np.isfinite(found).all())}) for arguments that broadcast to {shape}, want "
            "one finite number each."
        )
    return full


def _check_affine(u: Array) -> None:
    off = np.abs(np.diff(u, 2, axis=0)).max()
    if off > 1e-9 * max(1.0, np.abs(u).max()):
        raise GameError(
            f"the payoff is not affine in the type (off by {off:.3g}), want t w(a, y) + r(a, y)."
        )
