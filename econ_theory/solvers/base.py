"""What a solver is: it proposes profiles and never judges them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from econ_theory.errors import check_number
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.strategies import StrategyProfile

__all__ = ["Ending", "Proposals", "Solver", "check_numbers", "family_wanted", "two_players_wanted"]


class Ending(str):
    """Why a solver has no more to propose; `complete` if it has listed every equilibrium by then.

    >>> Ending("all vertices were matched", complete=True).complete
    True
    """

    complete: bool

    def __new__(cls, words: str, *, complete: bool = False) -> Ending:
        ending = super().__new__(cls, words)
        ending.complete = complete
        return ending


Proposals = Generator[StrategyProfile | None, None, str]
"""Profiles worth judging, in order, and None where a long search has nothing new to show.

The generator returns, in words, why there are no more; ``filter(None, proposals)`` are profiles.
"""


@runtime_checkable
class Solver(Protocol):
    """A frozen dataclass of settings with one algorithm; its state lives in `propose`.

    `propose` hands control back about once a second or more, so that a driver can stop it at a time
    limit: with a profile, or with None while it has none to show, which is neither judged nor
    counted. It returns why it stopped: ``"all pure profiles were searched"``. `exact` says that it
    aims at an equilibrium up to rounding: a driver then does not settle for a proposal that is
    merely within tolerance. `continuous` says which games it is made for: those with continuous
    types, or finite ones.

    A complete plug-in:

    >>> import numpy as np
    >>> from dataclasses import dataclass
    >>> from econ_theory import BayesianGame, StrategyProfile, solve
    >>> @dataclass(frozen=True)
    ... class Uniform:
    ...     source = "folklore"
    ...     exact = False
    ...     continuous = False
    ...     def refuses(self, game):
    ...         return None
    ...     def propose(self, game, start, rng):
    ...         yield StrategyProfile.uniform(game)
    ...         return "there is one uniform profile"
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> solve(BayesianGame([[1]], [pennies, -pennies]), Uniform()).certificate.epsilon
    0.0
    """

    @property
    def source(self) -> str:
        """Author, year and number of the algorithm."""
        ...

    @property
    def exact(self) -> bool:
        """Whether the last proposal is an equilibrium up to rounding."""
        ...

    @property
    def continuous(self) -> bool:
        """Whether it is made for games with continuous types."""
        ...

    def refuses(self, game: BayesianGame) -> str | None:
        """Return why this solver does not apply to `game` and what does, or None if it applies."""
        ...

    def propose(
        self, game: BayesianGame, start: StrategyProfile | None, rng: np.random.Generator
    ) -> Proposals:
        """Yield profiles from `start` (or the solver's own choice) on, or None to be timed."""
        ...


def two_players_wanted(game: BayesianGame) -> str | None:
    """Return the refusal of a game that has not two players, or None.

    >>> two_players_wanted(BayesianGame([1.0], [[[1.0, 0.5]]]))
    'the game has 1 player, want 2; use PureEnumeration.'
    """
    if game.n_players == 2:
        return None
    if game.n_players == 1:
        return "the game has 1 player, want 2; use PureEnumeration."
    return f"the game has {game.n_players} players, want 2; use SelfPlay."


def family_wanted(game: Any, family: type) -> str | None:
    """Return the refusal of a game that is not of a `family` of continuous games, or None.

    >>> from econ_theory.games import AuctionGame
    >>> family_wanted(BayesianGame([1.0], [[[1.0, 0.5]]]), AuctionGame)
    'the game is of type BayesianGame, want AuctionGame; use QuantalResponse.'
    """
    if isinstance(game, family):
        return None
    other = "QuantalResponse" if isinstance(game, BayesianGame) else "the default solver"
    return f"the game is of type {type(game).__name__}, want {family.__name__}; use {other}."


def check_numbers(settings: object, *, above: bool = False, **least: float) -> None:
    """Raise `SettingError` unless each named setting is a number >= its `least`.

    ``above=True`` wants it larger than that. None passes where the annotation of the field allows
    it; NaN and what is no number are refused.

    >>> from econ_theory.solvers import FictitiousPlay
    >>> FictitiousPlay(every=0)
    Traceback (most recent call last):
    econ_theory.errors.SettingError: every is 0, want a number >= 1; leave it out for the default.
    """
    kinds = type(settings).__annotations__
    for name, bound in least.items():
        value = getattr(settings, name)
        if value is None and "None" in str(kinds[name]):
            continue
        check_number(name, value, least=bound, above=above)
