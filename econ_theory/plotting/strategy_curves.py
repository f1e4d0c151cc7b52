"""Strategies of continuous games as curves: what types do and could gain, like players together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from econ_theory.arrays import Array
from econ_theory.certificates import ContinuousCertificate, certify
from econ_theory.certificates.continuous import judge_of
from econ_theory.driver import Solution
from econ_theory.errors import SettingError
from econ_theory.games import ContinuousGame, GaussianGame
from econ_theory.plotting.canvas import player_names
from econ_theory.strategies import AffineProfile, BidFunction, BidProfile, StepProfile

__all__ = ["FLOOR", "Case", "Curves", "judged_case", "paired"]

BINS = 400
"""Intervals of types by which gains are drawn."""

FLOOR = 1e-16
"""Share of the payoff range below which gains are all one."""

REACH = 3.0
"""Standard deviations of a normal signal that are drawn."""


class Curves(NamedTuple):
    """What one or several like players do: strategies by words, and gains by type."""

    players: list[int]
    lines: dict[str, tuple[Array, Array]]
    gains: tuple[Array, Array]


class Case(NamedTuple):
    """One profile of one game, its certificate if asked for, and its players in like groups."""

    label: str
    game: ContinuousGame
    certificate: ContinuousCertificate | None
    groups: list[Curves]

    def name(self, group: Curves, line: str = "") -> str:
        """Return the words for one line of one group of players."""
        names = player_names(self.game)
        alone = len(self.groups) == 1
        who = _together([names[i] for i in group.players])
        said = [self.label, "" if alone and self.label else who, line]
        return ", ".join(filter(None, said))


def paired(game: Any, profile: Any) -> dict[str, tuple[ContinuousGame, Any]]:
    """Return game and profile by label, one with an empty label where there is nothing to tell."""
    if not isinstance(profile, Mapping):
        if isinstance(game, Mapping):
            raise SettingError(
                f"profile is {type(profile).__name__} of several games, want a mapping with their "
                f"labels, {list(game)}."
            )
        return {"": (game, profile)}
    games = game if isinstance(game, Mapping) else dict.fromkeys(profile, game)
    if not profile or set(games) != set(profile):
        raise SettingError(
            f"profiles are labelled {list(profile)}, want at least one and the labels of the "
            f"games, {list(games)}."
        )
    return {label: (games[label], profile[label]) for label in profile}


def judged_case(
    label: str,
    game: ContinuousGame,
    profile: Any,
    players: Sequence[int] | None,
    rng: np.random.Generator | None,
) -> Case:
    """Return a profile of `game`, or a `Solution`, as curves; judged only if there is an `rng`.

    Raises
    ------
    SettingError
        If the game is finite, there is no such player, or a player's strategy is no function of one
        number.
    ProfileError
        If the profile does not fit the game.
    """
    if not isinstance(game, ContinuousGame):
        raise SettingError(
            f"game is {type(game).__name__}, want a ContinuousGame; draw strategies of finite "
            "games by plot_strategy."
        )
    if isinstance(profile, Solution):
        played, certificate = profile.profile, profile.certificate
    else:
        played = judge_of(game).as_profile(profile, game)
        certificate = None if rng is None else certify(game, played, rng=rng)
    if certificate is not None and not isinstance(certificate, ContinuousCertificate):
        raise SettingError(
            f"the solution has a {type(certificate).__name__}, want that of {type(game).__name__}."
        )
    curves: list[Curves] = []
    chosen = list(range(game.n_players) if players is None else players)
    if not chosen or not all(0 <= i < game.n_players for i in chosen):
        raise SettingError(f"players is {chosen}, want some of 0..{game.n_players - 1}.")
    for i in chosen:
        lines = _lines(game, played, i)
        gains = np.empty(0), np.empty(0)
        if certificate is not None and rng is not None:
            gains = _gains(certificate.types[i], certificate.gains[i])
        floor = FLOOR * game.payoff_range(i)
        like = [curve for curve in curves if _same(curve, lines, gains, floor)]
        if like:
            like[0].players.append(i)
        else:
            curves.append(Curves([i], lines, gains))
    return Case(label, game, certificate, curves)


def _lines(game: ContinuousGame, profile: Any, i: int) -> dict[str, tuple[Array, Array]]:
    """Return what player `i` does as a function of its type, a line for each of its actions."""
    if isinstance(profile, BidProfile):
        strategy = profile.functions[i]
        several = not isinstance(strategy, BidFunction)
        parts = strategy.functions if several else (strategy,)
        names = [f"bid {k}" if several else "" for k in range(1, len(parts) + 1)]
        return {name: (f.types, f.bids) for name, f in zip(names, parts, strict=True)}
    if isinstance(profile, StepProfile):
        step, prior = profile.functions[i], game.priors[i]
        inside = (step.cuts > prior.low) & (step.cuts < prior.high)
        ends = np.concatenate([[prior.low], np.repeat(step.cuts[inside], 2), [prior.high]])
        cuts = [prior.low, *step.cuts[inside], prior.high]
        middles = (np.array(cuts[1:]) + np.array(cuts[:-1])) / 2
        return {"": (ends, np.repeat(step(middles), 2))}
    if isinstance(profile, AffineProfile) and isinstance(game, GaussianGame):
        rule, heard = profile.rules[i], game.signals[i]
        if len(heard) != 1 or game.sees[i].any():
            seen = "what others do" if game.sees[i].any() else f"{len(heard)} signals"
            raise SettingError(
                f"{player_names(game)[i]} sees {seen}, want one signal of the state, to draw an "
                "action against; read the rule's slopes instead."
            )
        mean = float(heard[0] @ game.mean)
        spread = REACH * float(np.sqrt(heard[0] @ game.covariance @ heard[0]))
        signals = np.array([mean - spread, mean + spread])
        acts = rule(signals[:, None])
        several = acts.shape[1] > 1
        names = [f"action {k}" if several else "" for k in range(1, acts.shape[1] + 1)]
        return {name: (signals, acts[:, k]) for k, name in enumerate(names)}
    raise SettingError(
        f"profile is {type(profile).__name__}, want bid functions, steps or affine rules to draw."
    )


def _gains(types: Array, gains: Array) -> tuple[Array, Array]:
    """Return middles of bins of types, and the largest gain of any interval that reaches into each.

    Few intervals, and single types, keep their own.
    """
    low, high = types.min(axis=1), types.max(axis=1)
    if len(types) <= BINS or (low == high).all():
        order = np.argsort(low + high, kind="stable")
        return (low + high)[order] / 2, gains[order]
    edges = np.linspace(low.min(), high.max(), BINS + 1)
    first = np.searchsorted(edges, low, side="right").clip(1, BINS) - 1
    last = np.searchsorted(edges, high, side="left").clip(1, BINS) - 1
    reach = last - first + 1
    which = np.repeat(np.arange(len(types)), reach)
    place = np.arange(len(which)) - np.repeat(reach.cumsum() - reach, reach) + first[which]
    most = np.full(BINS, -np.inf)
    np.maximum.at(most, place, gains[which])
    seen = most > -np.inf
    return ((edges[1:] + edges[:-1]) / 2)[seen], most[seen]


def _same(
    curve: Curves,
    lines: dict[str, tuple[Array, Array]],
    gains: tuple[Array, Array],
    floor: float,
) -> bool:
    """Return whether strategies are equal, and gains as far as they are more than rounding."""
    if list(curve.lines) != list(lines):
        return False
    pairs = [(curve.lines[name][k], lines[name][k]) for name in lines for k in (0, 1)]
    pairs += [(curve.gains[0], gains[0])]
    pairs += [(np.maximum(curve.gains[1], floor), np.maximum(gains[1], floor))]
    return all(
        one.shape == other.shape and np.allclose(one, other, rtol=1e-9, atol=0.0)
        for one, other in pairs
    )


def _together(names: Sequence[str]) -> str:
    """Return a list of names in few words.

    >>> _together(["player 1", "player 2", "player 3"]), _together(["Ann", "Bob"])
    ('players 1 to 3', 'Ann, Bob')
    """
    numbers = [name.removeprefix("player ") for name in names]
    counted = all(f"player {number}" == name for number, name in zip(numbers, names, strict=True))
    if len(names) < 2 or not counted or not all(number.isdigit() for number in numbers):
        return ", ".join(names)
    run = [str(k) for k in range(int(numbers[0]), int(numbers[0]) + len(names))]
    if len(names) > 2 and numbers == run:
        return f"players {numbers[0]} to {numbers[-1]}"
    return f"players {', '.join(numbers[:-1])} and {numbers[-1]}"
