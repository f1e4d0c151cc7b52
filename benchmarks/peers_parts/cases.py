"""Which games each task is measured on, and who takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from econ_theory import BayesianGame
from econ_theory.catalog import (
    covariance_game,
    first_price_auction,
    global_game_on_grid,
    random_game,
)

from . import ours
from .gambit import gambit, gambit_normal_form
from .measure import Contender
from .others import (
    nashpy,
    openspiel_race,
    openspiel_step,
    quantecon_normal_form,
    quantecon_polymatrix,
)

__all__ = ["CASES", "Case"]

Draw = Callable[[int], BayesianGame]


@dataclass(frozen=True)
class Case:
    """One row of work: a game a seed, our contender, and its peers on the same games.

    An answer is a solution if its relative epsilon (`ex_ante`: averaged over own types) is at most
    `good`. `small` is a game of the same kind on which every contender is run once beforehand.
    `limit` is what ours gets at least, in CPU seconds, where a target allows more than others get.
    """

    task: str
    size: str
    draw: Draw
    small: BayesianGame
    ours: Contender
    peers: tuple[Contender, ...] = ()
    good: float = 1e-6
    ex_ante: bool = False
    limit: float = 0.0
    quick: bool = False


def _general(size: int) -> Draw:
    return lambda seed: random_game(size, size, rng=seed)


def _zero_sum(size: int) -> Draw:
    return lambda seed: random_game(size, size, rng=seed, zero_sum=True)


def _few_digits(size: int) -> Draw:
    """Return G1 in decimals of three digits: rational arithmetic is much cheaper on these."""

    def draw(seed: int) -> BayesianGame:
        game = random_game(size, size, rng=seed)
        weights = np.round(game.prior * 1000).astype(int)
        weights.flat[weights.argmax()] += 1000 - weights.sum()
        prior = np.array([[Fraction(int(w), 1000) for w in row] for row in weights])
        return BayesianGame(prior, [np.round(payoff, 3) for payoff in game.payoffs])

    return draw


def _several(n: int, n_types: int, n_actions: int) -> Draw:
    return lambda seed: random_game(n_types, n_actions, n_players=n, rng=seed, prior="independent")


def _global(seed: int) -> BayesianGame:
    return global_game_on_grid(12, state_weights=np.random.default_rng(seed).dirichlet(np.ones(12)))


def _auction(seed: int) -> BayesianGame:
    weights = np.random.default_rng(seed).dirichlet(np.full(8, 4.0))
    return first_price_auction(8, 8, affiliation=0.3, value_weights=weights)


TWO = random_game(2, 2, rng=0)
TWO_ZERO = random_game(2, 2, rng=0, zero_sum=True)
THREE = random_game(2, 2, n_players=3, rng=1, prior="independent")

LCP = gambit("lcp_solve", "lcp float", rational=False)
LCP_RATIONAL = gambit("lcp_solve", "lcp rational", rational=True)
HOWSON = quantecon_polymatrix()
LEMKE_HOWSON = quantecon_normal_form("lemke_howson", "Lemke-Howson, normal form")
NORMAL_FORM_ALL = (
    nashpy("support_enumeration", "supports, normal form"),
    nashpy("vertex_enumeration", "vertices, normal form"),
    quantecon_normal_form("support_enumeration", "supports, normal form"),
    quantecon_normal_form("vertex_enumeration", "vertices, normal form"),
)
PURE = (
    gambit("enumpure_solve", "enumpure"),
    gambit_normal_form("enumpure_solve", "enumpure"),
    quantecon_normal_form("pure_nash_brute", "pure_nash_brute, normal form"),
)
SEVERAL = (
    gambit("gnm_solve", "gnm"),
    gambit_normal_form("gnm_solve", "gnm"),
    gambit_normal_form("ipa_solve", "ipa"),
    gambit("simpdiv_solve", "simpdiv"),
    gambit("logit_solve", "logit", maxregret=1e-4),
)


def _one(
    size: str,
    draw: Draw,
    *peers: Contender,
    quick: bool = False,
    task: str = "one BNE",
    patience: float = 18.0,
) -> Case:
    ours_ = ours.one_equilibrium(patience)
    return Case(task, size, draw, TWO, ours_, peers, quick=quick, limit=patience * 1.5)


def _value(size: str, *peers: Contender, quick: bool = False) -> Case:
    draw = _zero_sum(int(size.split("x")[0]))
    # Of digits there are millions in a large zero-sum game, and no peer writes them out.
    ours_ = ours.one_equilibrium(60, digits=size == "5x5")
    return Case("zero-sum", size, draw, TWO_ZERO, ours_, peers, quick=quick, limit=60)


def _step(size: int, steps: int, *, quick: bool = False) -> Case:
    return Case(
        task="self-play step",
        size=f"{size}x{size}",
        draw=_zero_sum(size),
        small=TWO_ZERO,
        ours=ours.self_play_step(steps),
        peers=(openspiel_step(steps), ours.bare_products(steps)),
        good=np.inf,
        quick=quick,
    )


CASES: tuple[Case, ...] = (
    _one("2x2", _general(2), LCP, LCP_RATIONAL, HOWSON, LEMKE_HOWSON),
    _one("4x4", _general(4), LCP, LCP_RATIONAL, HOWSON, LEMKE_HOWSON, quick=True),
    _one("4x4, 3 digits", _few_digits(4), LCP_RATIONAL),
    _one("8x8", _general(8), LCP, LCP_RATIONAL, HOWSON, quick=True),
    _one("16x16", _general(16), LCP, HOWSON),
    _one("24x24", _general(24), HOWSON, patience=60),
    _one("32x32", _general(32), patience=60),
    _one(
        "covariance 8x8",
        lambda seed: covariance_game(8, 8, correlation=-0.5, rng=seed),
        LCP,
        HOWSON,
        task="structured",
    ),
    _one("global game 14x2", _global, LCP, HOWSON, quick=True, task="structured"),
    _one("auction 8x8", _auction, LCP, HOWSON, task="structured"),
    _value("5x5", gambit("lp_solve", "lp rational", rational=True)),
    _value("8x8", gambit("lp_solve", "lp float", rational=False), LCP, HOWSON, quick=True),
    _value("16x16", HOWSON, ours.highs()),
    _value("32x32", ours.highs()),
    *(
        Case("all pure BNE", f"{k}x{k}", _general(k), TWO, ours.pure_equilibria(), peers, quick=q)
        for k, peers, q in (
            (3, PURE, True),
            (4, PURE, False),
            (5, (), True),
            (6, (), False),
        )
    ),
    *(
        Case("all BNE", f"{k}x{k}", _general(k), TWO, ours.all_equilibria(), peers, quick=q)
        for k, peers, q in ((2, NORMAL_FORM_ALL, True), (3, NORMAL_FORM_ALL, False))
    ),
    *(
        Case(
            task="QRE branch",
            size=f"{k}x{k}",
            draw=_general(k),
            small=TWO,
            ours=ours.branch(1e-6),
            peers=(gambit("logit_solve", "logit", maxregret=1e-6),) if k <= 8 else (),
            good=1e-4,
            limit=60.0,
            quick=k == 3,
        )
        for k in (3, 5, 8, 16)
    ),
    _step(8, 2000, quick=True),
    _step(16, 1000, quick=True),
    _step(32, 200),
    Case(
        task="exploitability 1e-4",
        size="16x16",
        draw=_zero_sum(16),
        small=TWO_ZERO,
        ours=ours.exploitability(),
        peers=(openspiel_race(25),),
        good=ours.EXPLOITABLE,
        ex_ante=True,
    ),
    *(
        Case(
            task="n >= 3",
            size=f"{n}p {t}x{a}",
            draw=_several(n, t, a),
            small=THREE,
            ours=ours.one_equilibrium(),
            peers=SEVERAL,
            good=1e-3,
            quick=(n, t, a) == (3, 2, 4),
        )
        for n, t, a in ((3, 2, 4), (3, 4, 2), (3, 3, 3), (3, 4, 4), (4, 3, 3))
    ),
)
