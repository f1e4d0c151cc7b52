"""Which solver for which game, and why."""

from __future__ import annotations

from dataclasses import dataclass

from econ_theory.errors import RefusedError
from econ_theory.games import (
    AggregativeGame,
    AuctionGame,
    DoubleAuction,
    GaussianGame,
    InterdependentAuction,
    LocalGlobalAuction,
    MultiUnitAuction,
    ParticipationGame,
    SplitAward,
)
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.solvers import (
    AsymmetricAllPay,
    AsymmetricFirstPrice,
    BidResponse,
    BilateralTrade,
    Chain,
    CoreBidding,
    Cutoffs,
    DualAveraging,
    GlobalNewton,
    IndifferenceNewton,
    Lemke,
    LinearGaussian,
    MilgromWeber,
    MultiUnit,
    PureEnumeration,
    QuantalResponse,
    ReserveBidding,
    SelfPlay,
    Solver,
    SplitAwards,
    SymmetricAuction,
    TruthfulBidding,
    ZeroSumLp,
)

__all__ = ["Choice", "choices", "choose", "solver_name"]

SMALL = 150
"""Rows of a linear complementarity problem up to which pivoting from uniform play just works."""

MEDIUM = 600
"""Rows up to which self-play comes close enough for pivoting to finish."""

_POLISH = ((IndifferenceNewton(scales=(1.0,), restarts=0, max_iterations=10), 3),)
_BRISK = (
    (QuantalResponse(limit=2e-8, brisk=True, max_points=5000), 5000),
    *_POLISH,
)
_GLANCE = ((SelfPlay(), 8), (Lemke(max_pivots=200), 200))
_PLAY = ((SelfPlay(), 60), (Lemke(max_pivots=1500), 1500))
_CAREFUL = ((QuantalResponse(limit=2e-8), 50_000), (IndifferenceNewton(restarts=2), 40))


@dataclass(frozen=True)
class Choice:
    """A solver for a game, and why it."""

    solver: Solver
    why: str


_LEARNED = Choice(
    DualAveraging(), "nothing special: learning on a grid, then first-order conditions"
)

_CONTINUOUS: dict[type[ContinuousGame], tuple[Choice, ...]] = {
    AuctionGame: (
        Choice(ReserveBidding(), "one bidder at most is worth the reserve: it bids just that"),
        Choice(SymmetricAuction(), "bidders who are alike: quadrature"),
        Choice(TruthfulBidding(), "the second price: truthful bids"),
        Choice(AsymmetricAllPay(), "two unequal bidders who all pay: one integral matches types"),
        Choice(AsymmetricFirstPrice(), "the winner pays its bid: shooting from the highest bid"),
        _LEARNED,
    ),
    AggregativeGame: (
        Choice(BidResponse(), "smooth payoffs of a sum: simultaneous best responses"),
        _LEARNED,
    ),
    DoubleAuction: (
        Choice(BilateralTrade(), "bilateral trade: a path of prices by first-order conditions"),
    ),
    GaussianGame: (
        Choice(LinearGaussian(), "normal signals, quadratic payoffs: affine best responses"),
    ),
    InterdependentAuction: (
        Choice(MilgromWeber(), "affiliated signals, related values: quadrature on the diagonal"),
    ),
    LocalGlobalAuction: (
        Choice(CoreBidding(), "locals against a global bidder: the first-order condition of bids"),
    ),
    MultiUnitAuction: (Choice(MultiUnit(), "several units: the first-order condition of each"),),
    ParticipationGame: (Choice(Cutoffs(), "two actions: cutoffs"),),
    SplitAward: (Choice(SplitAwards(), "half a contract each or all to one: asks in closed form"),),
}
"""Solvers of each family with continuous types, the first that does not refuse before the next."""


def choose(game: BayesianGame | ContinuousGame, *, started: bool = False) -> Choice:
    """Return the default solver for `game`, and why.

    With `started`, one that makes use of a start, if there is any.

    >>> import numpy as np
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> choose(BayesianGame([[1]], [pennies, -pennies])).why
    'two players, zero-sum: one linear program'
    """
    return choices(game, started=started)[0]


def choices(game: BayesianGame | ContinuousGame, *, started: bool = False) -> tuple[Choice, ...]:
    """Return the solvers for `game` in the order to try them, if one does not get there.

    For finite games that is one, a chain of solvers if need be.

    Raises
    ------
    RefusedError
        If all refuse; says why each.

    >>> from econ_theory.games import Uniform
    >>> [solver_name(c.solver) for c in choices(AuctionGame("second_price", Uniform(), 2))]
    ['SymmetricAuction', 'TruthfulBidding', 'DualAveraging']
    """
    if isinstance(game, ContinuousGame):
        return _that_apply(game)
    return (_finite(game, started),)


def _finite(game: BayesianGame, started: bool) -> Choice:
    if game.n_players == 1:
        return Choice(PureEnumeration(), "one player: best actions")
    if game.n_players == 2:
        if ZeroSumLp().refuses(game) is None:
            return Choice(
                _chain((ZeroSumLp(), 1), *_POLISH), "two players, zero-sum: one linear program"
            )
        size = sum(t * (a + 1) for t, a in zip(game.n_types, game.n_actions, strict=True))
        if size <= SMALL:
            return Choice(Lemke(), "two players, small: complementary pivoting")
        branch = "Newton's method from the quantal response branch"
        play = "self-play comes close, complementary pivoting finishes"
        if size > MEDIUM:
            return Choice(_chain(*_BRISK, *_CAREFUL), f"two players, large: {branch}")
        if started:
            return Choice(
                _chain(*_PLAY, *_PLAY, *_BRISK, *_CAREFUL), f"two players: {play}; else {branch}"
            )
        return Choice(
            _chain(*_GLANCE, *_BRISK, *_PLAY, *_CAREFUL), f"two players: {play}; else {branch}"
        )
    players = f"{game.n_players} players: self-play comes close"
    branch = ((QuantalResponse(limit=1e-5), 10_000), (IndifferenceNewton(), 400))
    if GlobalNewton().refuses(game) is None:
        return Choice(
            _chain((SelfPlay(), 2), (GlobalNewton(), 1000), *branch),
            f"{players}, the global Newton method finishes; else the quantal response branch",
        )
    return Choice(
        _chain((SelfPlay(), 4), (IndifferenceNewton(restarts=5), 18), *branch),
        f"{players}, Newton's method on the support finishes; else the quantal response branch",
    )


def _that_apply(game: ContinuousGame) -> tuple[Choice, ...]:
    families = [family for family in type(game).__mro__ if family in _CONTINUOUS]
    # A family of the user's own may still say what its actions are worth, draw by draw.
    known = _CONTINUOUS[families[0]] if families else (_LEARNED,)
    refusals = [choice.solver.refuses(game) for choice in known]  # type: ignore[arg-type]
    applicable = tuple(c for c, refusal in zip(known, refusals, strict=True) if refusal is None)
    if applicable:
        return applicable
    words = zip(known, refusals, strict=True)
    raise RefusedError(" ".join(f"{solver_name(c.solver)} refuses: {why}" for c, why in words))


def _chain(*parts: tuple[Solver, int]) -> Chain:
    solvers, steps = zip(*parts, strict=True)
    return Chain(solvers, steps)


def solver_name(solver: Solver) -> str:
    """Return the name of a solver; of a chain, those of its parts."""
    if isinstance(solver, Chain):
        return " then ".join(solver_name(part) for part in solver.solvers)
    return type(solver).__name__
