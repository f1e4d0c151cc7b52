"""Regret against something named: the payoffs of one equilibrium, or the welfare of one profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import ProfileError, SettingError
from econ_theory.records import Record
from econ_theory.regret.curves import RegretTrace
from econ_theory.regret.plays import Play
from econ_theory.strategies import StrategyProfile, as_profile

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["Comparator", "comparator_regret", "comparator_values", "welfare_regret"]


@dataclass(frozen=True, eq=False)
class Comparator(Record):
    """What a named profile pays: ``values`` (n,) ex-ante payoffs, and its ``name``."""

    values: Array
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", frozen(np.asarray(self.values, dtype=float)))


def comparator_values(
    game: BayesianGame,
    equilibria: Sequence[Any],
    which: Literal["best", "worst", "nearest"] = "best",
    *,
    player: int | None = None,
    to: StrategyProfile | Sequence[Any] | None = None,
) -> Comparator:
    """Return the ex-ante payoffs of one of several equilibria, with a name that says which.

    Parameters
    ----------
    equilibria : profiles of `game`, or solutions that hold a ``profile``; not checked to be
        equilibria, which is what `certify` is for
    which : ``"best"`` or ``"worst"`` by welfare (the sum of payoffs) or, if given, by the payoff of
        `player`; ``"nearest"`` in total variation to the profile `to`

    Examples
    --------
    >>> from econ_theory import BayesianGame
    >>> meet = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [meet, meet])
    >>> both = [StrategyProfile.pure(game, [[a], [a]]) for a in (0, 1)]
    >>> comparator_values(game, both, "worst")
    Comparator(values=array([1., 1.]), name='the worst of 2 equilibria by welfare (number 2)')

    Raises
    ------
    SettingError
        If there is no equilibrium, `which` or `player` is unknown, or `to` is missing.
    ProfileError
        If a profile is not of that game.
    """
    profiles = [as_profile(getattr(found, "profile", found), game) for found in equilibria]
    n, count = game.n_players, len(profiles)
    if (
        not profiles
        or which not in ("best", "worst", "nearest")
        or (which == "nearest") != (to is not None)
    ):
        raise SettingError(
            f"which is {which!r} of {count} equilibria with "
            f"to={None if to is None else 'a profile'}, want "
            "'best' or 'worst', or 'nearest' with to=, of at least one."
        )
    if player is not None and not 0 <= player < n:
        raise SettingError(f"player is {player}, want None or one of 0..{n - 1}.")
    payoffs = np.array([_payoffs(game, profile) for profile in profiles])
    if to is not None:
        to = as_profile(to, game)
        scores = np.array([-profile.distance(to) for profile in profiles])
        by = "to the given profile"
    else:
        scores = payoffs.sum(axis=1) if player is None else payoffs[:, player]
        by = "by welfare" if player is None else f"for {game.players[player]}"
    chosen = int(scores.argmin() if which == "worst" else scores.argmax())
    many = "equilibria" if count > 1 else "equilibrium"
    name = f"the {which} of {count} {many} {by} (number {chosen + 1})"
    return Comparator(payoffs[chosen], name)


def comparator_regret(play: Play, values: Comparator | Sequence[float] | Array) -> RegretTrace:
    """Return what a named equilibrium would have paid more than play did, (*batch, K, n).

    ``R_k = sum_{l <= k} (V*_i - sum_t <s_l[t], v_l[t]>)``, where V*_i is player i's ex-ante payoff
    in the equilibrium. It is not a distance from equilibrium: play that pays everyone more than the
    equilibrium has negative regret.

    Parameters
    ----------
    values : a `Comparator`, whose name the trace keeps, or V*: one number a player, after any
        leading axes that broadcast against the batch

    Examples
    --------
    >>> from econ_theory.regret import PlayTrace
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> comparator_regret(trace, [0.4]).cumulative.ravel()
    array([-0.1,  0.3])

    Raises
    ------
    ProfileError
        If there is not one value a player.

    Source: Yi et al. 2025, arXiv 2506.08292, whose R(T) this is; name the equilibrium with it.
    """
    named, name = _named(values)
    if named.shape[-1:] != (play.n_players,):
        raise ProfileError(
            f"values has {named.shape[-1] if named.ndim else 1} entries, want {play.n_players}: "
            "one ex-ante payoff a player."
        )
    gaps = named[..., None, :] * play.steps[:, None] - _paid(play)
    return RegretTrace(gaps, "equilibrium-comparator", (), play.steps, play.basis, name)


def welfare_regret(play: Play, values: Comparator | Sequence[float] | Array) -> RegretTrace:
    """Return how much more welfare a named profile has than play had, cumulative (*batch, K, 1).

    ``R_k = sum_{l <= k} (W* - W_l)``, the sum over players of `comparator_regret`; one column,
    society's. `values` are the profile's payoffs, one a player; their sum is W*.

    >>> from econ_theory.regret import PlayTrace
    >>> trace = PlayTrace([[[[0.5, 0.5]]], [[[1.0, 0.0]]]], [[[[1.0, 0.0]]], [[[0.0, 1.0]]]])
    >>> welfare_regret(trace, Comparator([2.0], "the optimum")).cumulative.ravel()
    array([1.5, 3.5])
    """
    regret = comparator_regret(play, values)
    total = regret.total[..., None]
    return RegretTrace(total, "welfare", (), regret.steps, regret.basis, regret.comparator)


def _named(values: Comparator | Sequence[float] | Array) -> tuple[Array, str]:
    if isinstance(values, Comparator):
        return values.values, values.name
    return np.asarray(values, dtype=float), ""


def _paid(play: Play) -> Array:
    return np.stack([play.paid(i).sum(axis=-1) for i in range(play.n_players)], axis=-1)


def _payoffs(game: BayesianGame, profile: StrategyProfile) -> Array:
    rows = profile.floating.rows
    return np.array([np.vdot(game.kernel.values(rows, i), row) for i, row in enumerate(rows)])
