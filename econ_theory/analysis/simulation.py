"""Auctions played out draw by draw: types drawn, bids made, ties drawn, winners, prices, payoffs.

A tie is drawn by telling equal bids apart at random by a few units in the last place, so that the
payoffs of single draws (`ex_post`) say the rest; the table shows the bids as they were made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from econ_theory.analysis.auction_draws import AuctionDraws
from econ_theory.analysis.signal_draws import draw_signals
from econ_theory.arrays import Array
from econ_theory.certificates.continuous.all import judge_of
from econ_theory.errors import RefusedError, SettingError
from econ_theory.games.continuous.auction import AuctionGame
from econ_theory.games.continuous.base import ContinuousGame, ex_post_payoffs
from econ_theory.games.continuous.double_auction import DoubleAuction
from econ_theory.games.continuous.interdependent_auction import InterdependentAuction
from econ_theory.games.continuous.local_global_auction import LocalGlobalAuction
from econ_theory.games.continuous.multi_unit_auction import MultiUnitAuction
from econ_theory.games.continuous.payment_rules import (
    AllPay,
    CustomPayoff,
    Effort,
    KthPrice,
    PaymentRule,
    WinnerPays,
)
from econ_theory.games.continuous.split_award import SplitAward
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies.bids import BidProfile

__all__ = ["simulate"]


class Played(NamedTuple):
    """Draws with players first: ``(n, B)``, or ``(n, M, B)`` of types and bids on M things."""

    types: Array
    bids: Array
    won: Array
    payments: Array
    payoffs: Array


def simulate(
    game: ContinuousGame, profile: Any, n: int = 10_000, *, rng: Seed = None
) -> AuctionDraws:
    """Return `n` draws of types and what becomes of them when everyone bids as in `profile`.

    Means are, up to sampling error, what `certificate.utilities` and `revenue` say.

    Parameters
    ----------
    game : AuctionGame, InterdependentAuction, MultiUnitAuction, SplitAward, DoubleAuction or
        LocalGlobalAuction
    profile : whatever `certify` takes
    n : int
        Number of draws.

    Raises
    ------
    RefusedError
        If nobody wins anything in games of that family, or the payoff is custom and does not say
        who wins.

    Examples
    --------
    >>> from econ_theory.games import Uniform
    >>> game = AuctionGame("first_price", Uniform(), 2, reserve=0.5)
    >>> draws = simulate(game, [([0.5, 1], [0.5, 0.625])] * 2, 40_000, rng=2)
    >>> draws.winner[:6], draws.price[:3].round(3)
    (array([ 1,  1,  0, -1,  1,  0]), array([0.565, 0.514, 0.579]))
    >>> print(*str(draws).splitlines()[:4], sep=chr(10))
    40,000 draws of AuctionGame(first price, reserve 0.5, 2 of U[0, 1])
    sold in 74.9% of them, mean price 0.56957 +- 0.00020, revenue 0.4269 +- 0.0012
              wins              pays              payoff
    player 1  0.3735 +- 0.0024  0.2128 +- 0.0014  0.07833 +- 0.00060
    """
    if not isinstance(n, (int, np.integer)) or n < 1:
        raise SettingError(f"n is {n!r}, want a number of draws >= 1.")
    families = [family for family in type(game).__mro__ if family in _PLAYED]
    custom = isinstance(game, AuctionGame) and isinstance(game.payment, CustomPayoff)
    if not families or custom:
        what = "a custom payoff" if custom else type(game).__name__
        raise RefusedError(
            f"{what} does not say who wins, want one of "
            f"{', '.join(family.__name__ for family in _PLAYED)} with rules; average "
            "`ex_post_payoffs` over draws of types."
        )
    profile = judge_of(game).as_profile(profile, game)
    played = _PLAYED[families[0]](game, profile, int(n), as_rng(rng))
    names = _NAMES.get(families[0]) or tuple(f"player {i + 1}" for i in range(game.n_players))
    return AuctionDraws(repr(game), names, *(np.moveaxis(table, -1, 0) for table in played))


_NAMES: dict[type[ContinuousGame], tuple[str, ...]] = {
    DoubleAuction: ("buyer", "seller"),
    LocalGlobalAuction: ("local 1", "local 2", "global"),
}


def _auction(game: AuctionGame, profile: BidProfile, n: int, rng: np.random.Generator) -> Played:
    types = _independent(game, n, rng)
    bids = _bids(profile, types)
    turn = -1.0 if game.procurement else 1.0
    reserve = None if game.reserve is None else turn * game.reserve
    apart = _told_apart(_admitted(turn * bids, reserve), rng.random(bids.shape))
    payoffs = ex_post_payoffs(game, types, np.where(apart > -np.inf, turn * apart, np.nan))
    won, payments = _single(game.payment, apart, reserve, asking=game.procurement)
    if game.demand is not None:
        # Payments are negated prices, and a lower price sells more.
        won = won * np.maximum(game.demand[0] + game.demand[1] * payments, 0.0)
        payments = payments * won
    return Played(types, bids, won, payments, payoffs)


def _interdependent(
    game: InterdependentAuction, profile: BidProfile, n: int, rng: np.random.Generator
) -> Played:
    signals, common = draw_signals(game.joint, n, rng)
    bids = _bids(profile, signals)
    apart = _told_apart(_admitted(bids, game.reserve), rng.random(bids.shape))
    won, payments = _single(game.payment, apart, game.reserve)
    if isinstance(game.value, str):
        worth = np.broadcast_to(common, signals.shape)
    else:
        worth = game.value.own * signals + game.value.others * (signals.sum(axis=0) - signals)
    return Played(signals, bids, won, payments, worth * won - payments)


def _single(
    payment: PaymentRule, bids: Array, reserve: float | None, *, asking: bool = False
) -> tuple[Array, Array]:
    """Return shares of the prizes and payments, ``(n, B)``, of distinct bids that win when high."""
    placed, falling = bids > -np.inf, -np.sort(-bids, axis=0)
    place = (bids[:, None] < bids[None]).sum(axis=1)
    prizes = payment.prizes if isinstance(payment, (AllPay, Effort)) else (1.0,)
    share = np.append(prizes, np.zeros(len(bids)))[place] * placed
    top = falling[0]
    # Where too few bid to set a price, it is the reserve; without one nothing, or what one asks.
    spare = reserve if reserve is not None else top if asking else 0.0

    def ranked(k: int) -> Array:
        bid = falling[k - 1] if k <= len(bids) else np.full(top.shape, -np.inf)
        return np.where(bid > -np.inf, bid, spare)

    first = placed & (place == 0)
    own = np.where(placed, bids, 0.0)
    if isinstance(payment, WinnerPays):
        price = payment.own * ranked(1) + (1 - payment.own) * ranked(2)
        return share, np.where(first, price, 0.0)
    if isinstance(payment, KthPrice):
        return share, np.where(first, ranked(payment.k), 0.0)
    back = getattr(payment, "returned", 0.0)
    return share, own - np.where(first, back * (own - ranked(2)), 0.0)


def _multi_unit(
    game: MultiUnitAuction, profile: BidProfile, n: int, rng: np.random.Generator
) -> Played:
    m, units, players = game.demand, game.n_units, game.n_players
    ranks = rng.random((players, m, n))
    if game.marginals == "constant":
        ranks[:] = ranks[:, :1]
    types = np.stack([p.ppf(-np.sort(-r, axis=0)) for p, r in zip(game.priors, ranks, strict=True)])
    bids = np.stack([f(t.T).T for f, t in zip(profile.functions, types, strict=True)])
    lots = -np.sort(-rng.random(bids.shape), axis=1)
    shape = (players * m, n)
    admitted = _admitted(bids, game.reserve).reshape(shape)
    apart = _told_apart(admitted, lots.reshape(shape))
    falling = -np.sort(-apart, axis=0)
    # Enough of "no bid" that every rank asked for is there.
    falling = np.concatenate([falling, np.full((units + 1, n), -np.inf)])
    winning = (apart >= falling[units - 1]) & (apart > -np.inf)
    winning = winning.reshape(bids.shape)
    won = winning.sum(axis=1).astype(float)
    if game.pricing == "discriminatory":
        payments = np.where(winning, bids, 0.0).sum(axis=1)
    elif game.pricing == "vickrey":
        payments = np.stack(
            [_displaced(game, apart.reshape(bids.shape), i) for i in range(players)]
        )
        # The j-th unit won displaces the rivals' bid number units - j + 1.
        payments = (payments * (np.arange(m)[:, None] < won[:, None])).sum(axis=1)
    else:
        price = falling[units if game.pricing == "uniform_price" else units - 1]
        payments = won * np.maximum(price, game.reserve)
    values = np.where(np.arange(m)[:, None] < won[:, None], types, 0.0).sum(axis=1)
    return Played(types, bids, won, payments, values - payments)


def _displaced(game: MultiUnitAuction, bids: Array, i: int) -> Array:
    """The rivals' bids that player `i`'s first, second, ... unit takes the place of, ``(m, B)``."""
    rivals = np.delete(bids, i, axis=0).reshape(-1, bids.shape[-1])
    falling = -np.sort(-rivals, axis=0)
    falling = np.concatenate([falling, np.full((game.n_units, bids.shape[-1]), -np.inf)])
    return np.maximum(falling[game.n_units - 1 - np.arange(game.demand)], game.reserve)


def _split_award(game: SplitAward, profile: BidProfile, n: int, rng: np.random.Generator) -> Played:
    types = _independent(game, n, rng)
    asks = np.stack(
        [f(np.stack([t, t], axis=-1)).T for f, t in zip(profile.functions, types, strict=True)]
    )
    single, split = asks[:, 0], asks[:, 1]
    shared = split.sum(axis=0) <= single.min(axis=0) + game.tie
    coin = rng.random(n) < 0.5
    first = (single[0] < single[1]) | ((single[0] == single[1]) & coin)
    whole = np.stack([first, ~first]) & ~shared
    won = whole + 0.5 * shared
    received = np.where(shared, split, np.where(whole, single, 0.0))
    cost = types * (whole + game.split_cost * shared)
    both = np.stack([types, types], axis=1)
    return Played(both, asks, won, -received, received - cost)


def _double_auction(
    game: DoubleAuction, profile: BidProfile, n: int, rng: np.random.Generator
) -> Played:
    types = _independent(game, n, rng)
    bids = _bids(profile, types)
    trade = bids[0] >= bids[1]
    price = np.where(trade, game.k * bids[0] + (1 - game.k) * bids[1], 0.0)
    sides = np.array([[1.0], [-1.0]])
    surplus = sides * (types - price)
    payoffs = np.stack([u.of(x) for u, x in zip(game.utilities, surplus, strict=True)])
    return Played(types, bids, sides * trade, sides * price, payoffs * trade)


def _local_global(
    game: LocalGlobalAuction, profile: BidProfile, n: int, rng: np.random.Generator
) -> Played:
    types = _independent(game, n, rng)
    equal = rng.random(n) < game.correlation
    types[1] = np.where(equal, types[0], types[1])
    bids = _bids(profile, types)
    locals_win = bids[0] + bids[1] > bids[2]
    won = np.stack([locals_win, locals_win, 2 * ~locals_win]).astype(float)
    return Played(types, bids, won, game.payments(bids), game.payoffs(types, bids))


_PLAYED: dict[type[ContinuousGame], Callable[..., Played]] = {
    AuctionGame: _auction,
    InterdependentAuction: _interdependent,
    MultiUnitAuction: _multi_unit,
    SplitAward: _split_award,
    DoubleAuction: _double_auction,
    LocalGlobalAuction: _local_global,
}


def _independent(game: ContinuousGame, n: int, rng: np.random.Generator) -> Array:
    return np.stack([prior.ppf(rng.random(n)) for prior in game.priors])


def _bids(profile: BidProfile, types: Array) -> Array:
    return np.stack([f(t) for f, t in zip(profile.functions, types, strict=True)])


def _admitted(bids: Array, reserve: float | None) -> Array:
    """Bids that win when high, minus infinity where none is placed or it is below the reserve."""
    out = np.isnan(bids)
    if reserve is not None:
        out |= bids < reserve
    return np.where(out, -np.inf, bids)


def _told_apart(bids: Array, lots: Array) -> Array:
    """Return `bids`, ``(N, B)``, equal ones raised a little, those with higher lots more."""
    order = np.lexsort((lots, bids), axis=0)
    rising = np.take_along_axis(bids, order, axis=0)
    for k in range(1, len(rising)):
        tied = (rising[k] <= rising[k - 1]) & (rising[k] > -np.inf)
        rising[k] = np.where(tied, np.nextafter(rising[k - 1], np.inf), rising[k])
    apart = np.empty_like(rising)
    np.put_along_axis(apart, order, rising, axis=0)
    return apart
