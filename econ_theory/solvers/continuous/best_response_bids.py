"""Equilibria of smooth games: everyone's best response at once, accelerated, at finer knots.

Strategies are actions at knots of types. One round asks, against the strategies of the round
before, for the step of Newton's method towards each knot's best response: with ``M = t w + r`` the
marginal payoff of type t, one step on ``M = 0``; in contests, where ``M = t w - 1``, on
``1 / w = t``, which is nearly quadratic in effort. Rounds are mixed by Anderson's method, which
solves linear games in a few and needs no damping where best responses overshoot. The types at which
a bound on actions begins to bind follow from M as well: ``t = -r / w`` there. They are knots too.

A straight line between best responses is off by second order in the distance of knots, what that
costs by fourth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates.continuous.aggregative_games.aggregates import aggregate
from econ_theory.certificates.continuous.aggregative_games.marginals import interim
from econ_theory.certificates.continuous.envelope import Bidder
from econ_theory.errors import SettingError
from econ_theory.games.continuous.aggregate_payoffs import Contest, SmoothPayoff
from econ_theory.games.continuous.aggregative_game import AggregativeGame
from econ_theory.games.continuous.quadratic_payoffs import LinearQuadratic
from econ_theory.solvers.base import Ending, Proposals, check_numbers, family_wanted
from econ_theory.strategies.bids import BidFunction, BidProfile, as_bids

__all__ = ["BidResponse"]

MEMORY = 6
DAMPED = 3
"""First rounds, in which strategies move half the way."""

SMALL = 1e-12
STILL = 1e-10
"""Largest step, as a share of the actions, at which rounds end: it costs its square."""


@dataclass(frozen=True)
class BidResponse:
    """Simultaneous best responses in an aggregative game, at more and more knots.

    Starts from `start` if there is one. Proposes the strategies reached at every number of knots;
    quadratic games need two, and one wherever a bound on actions begins to bind.

    Parameters
    ----------
    knots : numbers of knots, one proposal each
    max_rounds : int
        Rounds at each number of knots.

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AggregativeGame, Contest, Uniform
    >>> solution = solve(AggregativeGame(Contest(), Uniform(), 2))
    >>> solution.certificate.kind, solution.certificate.relative < 1e-8
    ('bound', True)
    """

    knots: tuple[int, ...] = (64, 192, 512)
    max_rounds: int = 60
    source = "Vives 1990, best responses; Anderson 1965, Walker and Ni 2011, acceleration"
    exact = True
    continuous = True

    def __post_init__(self) -> None:
        check_numbers(self, max_rounds=1)
        if not self.knots or min(self.knots) < 2:
            raise SettingError(f"knots is {self.knots}, want some numbers >= 2.")

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if other := family_wanted(game, AggregativeGame):
            return other
        if isinstance(game.payoff, SmoothPayoff) and game.payoff.bounds is None:
            return (
                "the payoff's marginal is not stated, want SmoothPayoff(function, marginal, "
                "bounds); certify strategies of your own."
            )
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield the strategies reached at every number of knots; `rng` is not used."""
        profile, total = start, 0
        counts = (2,) if isinstance(game.payoff, LinearQuadratic) else self.knots
        for n_knots in counts:
            rounds = _Rounds(game, profile, n_knots)
            total += rounds.run(self.max_rounds)
            profile = rounds.profile
            yield profile  # type: ignore[misc]
        return Ending(f"the most knots were used, after {total} rounds of best responses")


class _Rounds:
    """Strategies at knots, as one vector, and what a round makes of it."""

    def __init__(self, game: AggregativeGame, start: Any, n_knots: int) -> None:
        self.game, self.n_knots = game, n_knots
        straight = isinstance(game.payoff, LinearQuadratic)
        self.damped = 0 if straight or start is not None else DAMPED
        given = None if start is None else as_bids(start, game).functions
        keys = [
            (id(prior), actions, 0 if given is None else id(given[i]))
            for i, (prior, actions) in enumerate(zip(game.priors, game.actions, strict=True))
        ]
        self.member = [keys.index(key) for key in keys]
        self.players = sorted(set(self.member))
        self.types, first = {}, []
        for i in self.players:
            prior, (low, high) = game.priors[i], game.actions[i]
            known = prior.low == prior.high
            share = np.zeros(1) if known else np.linspace(0, 1, n_knots)
            if isinstance(game.payoff, Contest) and prior.low == 0:
                # Efforts of low values are quadratic in the value.
                share = share**2
            t = self.types[i] = prior.low + (prior.high - prior.low) * share
            if given is not None:
                actions = given[i](t)
            elif isinstance(game.payoff, Contest):
                actions = np.minimum(t**2 / (4 * prior.high), high)
            else:
                actions = np.full(len(t), (low + high) / 2)
            first.append(np.concatenate([actions, np.full(2, np.nan)]))
        self.ends = np.cumsum([0, *(len(x) for x in first)])
        self.state = np.concatenate(first)
        places = [self.game.actions[i] for i in self.players]
        sizes = np.diff(self.ends)
        self.low, self.high = (np.repeat(np.array(x), sizes) for x in zip(*places, strict=True))
        free = [np.concatenate([np.zeros(k - 2, bool), np.ones(2, bool)]) for k in sizes]
        self.free = np.concatenate(free)

    @property
    def profile(self) -> BidProfile:
        """The strategies as bid functions."""
        return BidProfile(self._functions(self.state))

    def run(self, most: int) -> int:
        """Play rounds until nothing moves, `most` at most; return how many."""
        scale = np.where(self.free, np.inf, self.high - self.low)
        states: list[Array] = []
        steps: list[Array] = []
        for count in range(most):
            reply = self._replies(self.state)
            unset = np.isnan(self.state)
            state = np.where(unset, reply, self.state)
            step = np.nan_to_num(reply - state)
            if (np.abs(step) / scale).max() <= STILL and count > 0:
                self.state = reply
                return count + 1
            states, steps = [*states[-MEMORY:], state], [*steps[-MEMORY:], step]
            if count < self.damped:
                self.state, states, steps = self._inside(state + step / 2, state), [], []
            else:
                self.state = self._inside(_mixed(states, steps), state)
        return most

    def _inside(self, state: Array, before: Array) -> Array:
        low = self.low
        if isinstance(self.game.payoff, Contest):
            # No effort at all is a trap where rivals exert none either.
            low = np.where(before > low + SMALL * (self.high - low), before / 8, low)
        return np.where(self.free, state, np.clip(state, low, self.high))

    def _replies(self, state: Array) -> Array:
        """Return the next step towards best responses, and where bounds on actions would bind."""
        game, contest = self.game, isinstance(self.game.payoff, Contest)
        functions = self._functions(state)
        replies = []
        for place, i in enumerate(self.players):
            others = aggregate(
                _rivals(game, functions, i),
                2 * self.n_knots + 128,
                game.payoff.exponent if isinstance(game.payoff, Contest) else 1.0,
                near_zero=contest,
            )
            (low, high), t = game.actions[i], self.types[i]
            a = state[self.ends[place] : self.ends[place + 1] - 2]
            near = low + SMALL * (high - low)
            b, where = np.unique(np.concatenate([a, [near, high, low]]), return_inverse=True)
            view = interim(game, i, others, b)
            (w, r), (dw, dr) = view.marginal, view.slopes
            k = where[: len(a)]
            slope, bend = t * w[k] + r[k], t * dw[k] + dr[k]
            with np.errstate(divide="ignore", invalid="ignore"):
                if contest:
                    step = (t - 1 / w[k]) * w[k] ** 2 / -dw[k]
                else:
                    step = np.where(bend < 0, -slope / bend, np.sign(slope) * (high - low) / 8)
                ends = -r[where[-3:-1]] / w[where[-3:-1]]
            step = np.where(np.isfinite(step), step, 0.0)
            actions = np.clip(a + step, np.maximum(low, a / 4) if contest else low, high)
            if contest:
                actions = np.where((slope < 0) & (a <= near), low, actions)
            replies.append(np.concatenate([actions, np.where(np.isfinite(ends), ends, np.nan)]))
        return np.concatenate(replies)

    def _functions(self, state: Array) -> list[BidFunction]:
        made = {}
        for place, i in enumerate(self.players):
            part = state[self.ends[place] : self.ends[place + 1]]
            made[i] = _function(self.types[i], part[:-2], part[-2:], self.game.actions[i])
        return [made[i] for i in self.member]


def _rivals(game: AggregativeGame, functions: Sequence[BidFunction], i: int) -> list[Bidder]:
    kinds: dict[tuple[int, int], list[int]] = {}
    for j, (function, prior) in enumerate(zip(functions, game.priors, strict=True)):
        if j != i:
            kinds.setdefault((id(function), id(prior)), []).append(j)
    return [Bidder(functions[js[0]], game.priors[js[0]], len(js)) for js in kinds.values()]


def _function(
    types: Array, actions: Array, ends: Array, bounds: tuple[float, float]
) -> BidFunction:
    """Return the strategy through the knots, bent where it reaches the `bounds` of actions."""
    inside = [
        (end, bound) for end, bound in zip(ends, bounds, strict=True) if types[0] < end < types[-1]
    ]
    if len(types) == 1:
        return BidFunction(types, actions)
    rising = actions[-1] >= actions[0]
    for end, bound in inside:
        beyond = types <= end if (bound == bounds[0]) == rising else types >= end
        actions = np.where(beyond, bound, actions)
    t = np.append(types, [end for end, _ in inside])
    a = np.append(actions, [bound for _, bound in inside])
    order = np.argsort(t, kind="stable")
    t, a = t[order], a[order]
    kept = np.append(True, np.diff(t) > 0)
    t, a = t[kept], a[kept]
    a = np.maximum.accumulate(a) if rising else np.minimum.accumulate(a)
    return BidFunction(t, a)


def _mixed(states: Sequence[Array], steps: Sequence[Array]) -> Array:
    """Return Anderson's mixture: where the least-squares combination of past steps vanishes."""
    state, step = states[-1], steps[-1]
    if len(states) == 1:
        return state + step
    moved = np.diff(np.array(states), axis=0).T
    turned = np.diff(np.array(steps), axis=0).T
    weights = np.linalg.lstsq(turned, step, rcond=1e-12)[0]
    return state + step - (moved + turned) @ weights
