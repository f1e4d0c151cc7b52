"""Soft equilibria of Markov games: everybody plays the logit reply to action values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.beliefs import entropy
from econ_theory.errors import NotConverged, SettingError
from econ_theory.games.finite.payoffs import logit_rows
from econ_theory.markov.certificates import MarkovCertificate, certify_markov
from econ_theory.markov.newton import cooled, softened
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile
from econ_theory.markov.system import MarkovSystem
from econ_theory.markov.values import induced_chain, state_values
from econ_theory.records import Record
from econ_theory.trial import Status

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["SoftEquilibrium", "soft_equilibrium", "soft_reply"]

PATIENCE = 100
"""Logit replies before soft equilibria are followed down from high temperatures instead."""

SLOWEST = 1 / 1024
"""Smallest share of the way to the logit reply that one step goes."""


@dataclass(frozen=True, eq=False)
class SoftEquilibrium(Record):
    """A profile close to the logit reply to itself, and how close.

    Attributes
    ----------
    profile : MarkovProfile
    temperature : (n,), payoff units
    residual : largest total-variation distance of a row from the logit reply to the profile: what
        certifies the fixed point
    values : (S, n), what the profile is worth, without any bonus
    certificate : MarkovCertificate, what best deviations gain: small if temperatures are
    status : Status
    residuals : (steps,), the residual of every profile that was judged, in order
    """

    profile: MarkovProfile
    temperature: Array
    residual: float
    values: Array
    certificate: MarkovCertificate
    status: Status
    residuals: Array

    @property
    def steps(self) -> int:
        """Number of replies computed."""
        return len(self.residuals)

    def __str__(self) -> str:
        return (
            f"soft equilibrium at temperature {', '.join(f'{t:g}' for t in self.temperature)}: "
            f"residual {self.residual:.2g} after {self.steps} steps; {self.certificate} "
            f"[{self.status.name.lower()}]"
        )


def soft_reply(
    game: MarkovBayesianGame,
    profile: MarkovProfile,
    temperature: float | Sequence[float] | Array,
    *,
    entropy_bonus: bool = False,
) -> MarkovProfile:
    """Return everybody's logit reply ``exp(Q_i[s, t, a] / temperature_i)`` to `profile`.

    Q is interim, the value of an action now and `profile` from then on. With `entropy_bonus` a
    player also values ``temperature_i`` times the entropy of its own play at every later stage, as
    in entropy-regularized learning. Types of probability zero play uniformly.
    """
    heat = _heats(game, temperature)
    check_markov_profile(profile, game)
    chain = induced_chain(game, profile)
    rewards = chain.rewards
    if entropy_bonus:
        bonus = [
            heat[i] * (game.type_weights(i) * entropy(row)).sum(axis=1)
            for i, row in enumerate(profile.rows)
        ]
        rewards = rewards + np.stack(bonus, axis=1)
    values = np.linalg.solve(np.eye(game.n_states) - game.discount * chain.transition, rewards)
    replies = []
    for i in range(game.n_players):
        chance = game.type_weights(i)[..., None]
        q = game.kernel.expect(game.lookahead(values[:, i], i)[..., None], profile.rows, i)[..., 0]
        q = np.where(chance > 0, q / np.where(chance > 0, chance, 1.0), 0.0)
        replies.append(logit_rows(q, np.full(q.shape[:2], heat[i])))
    return MarkovProfile(replies)


def soft_equilibrium(
    game: MarkovBayesianGame,
    temperature: float | Sequence[float],
    *,
    entropy_bonus: bool = False,
    start: MarkovProfile | None = None,
    tol: float = 1e-9,
    max_steps: int = 5_000,
    throw: bool = True,
) -> SoftEquilibrium:
    """Return a `SoftEquilibrium`: a Markov logit quantal response equilibrium.

    Each step values the profile exactly and moves it towards the logit reply: all the way while
    the residual falls, half as far whenever it rises. High temperatures make the reply a
    contraction, and the equilibrium unique. At low ones the steps may go in circles; then Newton's
    method tries from the best profile and, without a `start`, the equilibria are followed down
    from where they are unique. There may be several (`start` picks one); `residual` says how
    nearly the profile is one of them.

    Parameters
    ----------
    game : MarkovBayesianGame
    temperature : positive, discounted payoff units, one number or one a player
    entropy_bonus : players value the entropy of their own later play; see `soft_reply`
    start : MarkovProfile, default uniform play
    tol : residual to reach, in probability
    max_steps : logit replies computed at most
    throw : raise if `tol` is not reached; otherwise return what there is

    Raises
    ------
    NotConverged
        If `tol` was not reached and `throw` is true; its `solution` is the profile of the
        smallest residual.

    Examples
    --------
    >>> from econ_theory.games import MarkovBayesianGame
    >>> meet = np.array([[2.0, 0.0], [0.0, 1.0]]).reshape(1, 1, 1, 2, 2)
    >>> game = MarkovBayesianGame(np.ones((1,) * 6), [meet, meet], discount=0.9)
    >>> soft_equilibrium(game, 0.5).profile.rows[0].round(4)
    array([[[0.9797, 0.0203]]])
    >>> soft_equilibrium(game, (0.5, 100.0)).profile.rows[1].round(2)
    array([[[0.5, 0.5]]])

    Source: McKelvey & Palfrey 1998 for one stage; Breitmoser, Tan & Zizzo 2010 and Eibelshaeuser
    & Poensgen 2019 for Markov games; one temperature a player as in Yi et al., arXiv 2606.08068.
    """
    heat = _heats(game, temperature)
    if not tol > 0 or max_steps < 1:
        raise SettingError(
            f"tol is {tol} and max_steps {max_steps}, want a distance > 0 and at least one step."
        )
    profile = MarkovProfile.uniform(game) if start is None else start
    search = _Search(game, heat, entropy_bonus, tol)
    search.reply(profile, max_steps if start is not None else min(max_steps, PATIENCE))
    if search.least > tol:
        search.newton(search.best)
    if search.least > tol and start is None:
        coldest = profile
        for soft in cooled(game, heat, entropy_bonus=entropy_bonus):
            coldest = soft
        search.newton(coldest)
        search.reply(coldest, max_steps - len(search.residuals))
    best, least, residuals = search.best, search.least, search.residuals
    result = SoftEquilibrium(
        profile=best,
        temperature=frozen(heat),
        residual=least,
        values=frozen(state_values(game, best)),
        certificate=certify_markov(game, best),
        status=Status.CONVERGED if least <= tol else Status.STEPS,
        residuals=frozen(np.array(residuals)),
    )
    if throw and least > tol:
        raise NotConverged(
            f"residual is {least:.3g} after {len(residuals)} logit replies, want {tol:g}; raise "
            "max_steps or the temperature, or start elsewhere.",
            result,
        )
    return result


class _Search:
    """The profile of the smallest residual so far, and the ways to a smaller one."""

    def __init__(
        self, game: MarkovBayesianGame, heat: Array, entropy_bonus: bool, tol: float
    ) -> None:
        self.game, self.heat, self.entropy_bonus, self.tol = game, heat, entropy_bonus, tol
        self.residuals: list[float] = []
        self.best, self.least = MarkovProfile.uniform(game), np.inf

    def judge(self, profile: MarkovProfile) -> MarkovProfile:
        """Return the logit reply to `profile`; note how far it is."""
        reply = soft_reply(self.game, profile, self.heat, entropy_bonus=self.entropy_bonus)
        self.residuals.append(profile.distance(reply))
        if self.residuals[-1] < self.least:
            self.best, self.least = profile, self.residuals[-1]
        return reply

    def reply(self, profile: MarkovProfile, most: int) -> None:
        """Move towards the logit reply, less far whenever the residual rises."""
        share, last = 1.0, np.inf
        for _ in range(most):
            reply = self.judge(profile)
            if self.least <= self.tol:
                return
            share = max(share / 2, SLOWEST) if self.residuals[-1] > last else share
            last, share = self.residuals[-1], min(1.0, 1.05 * share)
            profile = profile.mixed_with(reply, share)

    def newton(self, profile: MarkovProfile) -> None:
        """Try Newton's method from `profile`."""
        system = MarkovSystem(self.game, self.heat if self.entropy_bonus else None)
        floor = np.log(np.maximum(system.flat(profile), 1e-300))
        found = softened(system, floor, self.heat)
        if found is not None:
            self.judge(system.profile(np.exp(found)))


def _heats(game: MarkovBayesianGame, temperature: float | Sequence[float] | Array) -> Array:
    heat = np.asarray(temperature, dtype=float)
    if heat.shape not in ((), (game.n_players,)) or not ((heat > 0) & np.isfinite(heat)).all():
        raise SettingError(
            f"temperature is {temperature}, want a positive number, or one for each of "
            f"{game.n_players} players."
        )
    return np.array(np.broadcast_to(heat, game.n_players))
