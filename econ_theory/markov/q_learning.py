"""Tabular Q-learning by independent players, many runs as one array program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from econ_theory.arrays import Array, frozen
from econ_theory.errors import RefusedError, SettingError
from econ_theory.markov.best_response import best_response
from econ_theory.markov.profiles import MarkovProfile, check_markov_profile
from econ_theory.markov.schedules import EpsilonGreedy, Exploration, StepSize
from econ_theory.records import Record
from econ_theory.regret.rates import power_law
from econ_theory.seeding import Seed, as_rng

if TYPE_CHECKING:
    from econ_theory.games.finite.markov import MarkovBayesianGame

__all__ = ["ErrorExponent", "QLearningTrace", "optimal_action_values", "q_learning"]

CHECKPOINTS = 60


class ErrorExponent(NamedTuple):
    """How fast an error falls: the slope of its logarithm on that of the step."""

    slope: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class QLearningTrace(Record):
    """What was learned, at checkpoints.

    Attributes
    ----------
    game : MarkovBayesianGame
    learners : the players that learn
    steps : (C,) stages played by each checkpoint
    values : one array a learner, ``(C, runs, S, T_i, A_i)``: its table of action values, interim
        (not weighted by the type's probability)
    exploration : how actions were picked
    fixed : what the other players play, or None where all learn
    optimal : (S, T_i, A_i), the values a single learner ought to find; None for several
    """

    game: MarkovBayesianGame
    learners: tuple[int, ...]
    steps: Array
    values: tuple[Array, ...]
    exploration: Exploration
    fixed: MarkovProfile | None
    optimal: Array | None

    @property
    def n_runs(self) -> int:
        """Number of independent runs."""
        return self.values[0].shape[1]

    @property
    def errors(self) -> Array:
        """Largest ``abs(Q - Q*)`` over states, live types and actions, ``(C, runs)``.

        Raises
        ------
        RefusedError
            If several players learn: no table of values is right independently of the others.
        """
        if self.optimal is None:
            raise RefusedError(
                f"{len(self.learners)} players learn, want one for errors against Q*; pass "
                "learners=[i] and fixed=, or certify the profiles."
            )
        alive = self.game.type_weights(self.learners[0]) > 0
        return np.abs(self.values[0] - self.optimal)[:, :, alive].max(axis=(2, 3))

    @property
    def rms(self) -> Array:
        """Root mean square over runs of `errors`, ``(C,)``."""
        return np.sqrt((self.errors**2).mean(axis=1))

    def exponent(self, *, burn_in: int, rng: Seed = None) -> ErrorExponent:
        """Return how fast `rms` falls from step `burn_in` on, with a 95 % interval.

        Least squares on the checkpoints, which are evenly spaced in log; the interval is the
        bootstrap's over runs.
        """
        kept = self.steps >= burn_in
        if kept.sum() < 3:
            raise SettingError(
                f"burn_in is {burn_in} with {int(kept.sum())} checkpoints after it, want at least "
                "3; lower burn_in or raise n_steps."
            )
        steps, squares = self.steps[kept], self.errors[kept] ** 2

        def slope(mean: Array) -> float:
            return power_law(steps, np.sqrt(mean))[0]

        picks = as_rng(rng).integers(self.n_runs, size=(400, self.n_runs))
        low, high = np.quantile(
            [slope(squares[:, pick].mean(axis=1)) for pick in picks], [0.025, 0.975]
        )
        return ErrorExponent(slope(squares.mean(axis=1)), float(low), float(high))

    def profile(self, c: int = -1, run: int = 0, *, greedy: bool = False) -> MarkovProfile:
        """Return what is played at checkpoint c of a run; `greedy` leaves exploration out."""
        explore = EpsilonGreedy(0.0) if greedy else self.exploration
        step = int(self.steps[c])
        rows = list(self.fixed.rows) if self.fixed else [np.empty(0)] * self.game.n_players
        for i, values in zip(self.learners, self.values, strict=True):
            rows[i] = explore.rows(values[c, run], step)
        return MarkovProfile(rows)

    def __repr__(self) -> str:
        return (
            f"QLearningTrace(players {self.learners}, {self.n_runs} runs, {self.steps[-1]} steps, "
            f"{len(self.steps)} checkpoints)"
        )


def optimal_action_values(
    game: MarkovBayesianGame, i: int = 0, against: MarkovProfile | None = None
) -> Array:
    """Return Q* of player `i` against fixed others, interim, ``(S, T_i, A_i)``; 0 for null types.

    `against` may be left out in a game of one player.

    >>> from econ_theory.games import MarkovBayesianGame
    >>> game = MarkovBayesianGame(np.ones((1, 1, 1, 1)), [[[[1.0, 0.0]]]], discount=0.5)
    >>> optimal_action_values(game)
    array([[[2., 1.]]])
    """
    if against is None:
        if game.n_players != 1:
            raise SettingError(
                f"against is None in a game of {game.n_players} players, want the others' profile."
            )
        against = MarkovProfile.uniform(game)
    response = best_response(game, against, i)
    chance = game.type_weights(i)[..., None]
    q = response.decision.lookahead(response.values, game.discount)
    return np.where(chance > 0, q / np.where(chance > 0, chance, 1.0), 0.0)


def q_learning(
    game: MarkovBayesianGame,
    *,
    n_steps: int,
    schedule: StepSize | None = None,
    count: Literal["visits", "steps"] = "visits",
    exploration: Exploration | None = None,
    learners: Sequence[int] | None = None,
    fixed: MarkovProfile | None = None,
    n_runs: int = 1,
    start: float = 0.0,
    noise: float = 0.0,
    restart: float = 0.0,
    n_checkpoints: int = CHECKPOINTS,
    rng: Seed = None,
) -> QLearningTrace:
    """Return the `QLearningTrace` of players that each learn from their own payoffs alone.

    At each stage a learner in state s with type t plays a, gets r, sees s' and its type t' there::

        Q_i[s, t, a] += step_size * (r + discount * max_b Q_i[s', t', b] - Q_i[s, t, a])

    One learner against fixed others converges to Q* under Robbins-Monro steps if it keeps visiting
    everything. Several learners change each other's problem and nothing is promised: certify
    `QLearningTrace.profile`.

    Parameters
    ----------
    game : MarkovBayesianGame
    n_steps : stages played in each run
    schedule : step sizes; default ``1 / k``
    count : what k counts: updates of that very entry, or stages of the run
    exploration : default `EpsilonGreedy` (0.1)
    learners : players that learn; default all
    fixed : what all play who do not learn
    n_runs : independent runs, together one array program
    start : first entry of all tables
    noise : standard deviation of the normal noise added to observed payoffs, payoff units
    restart : chance that a stage is followed by one drawn from the initial distribution; tables
        are updated with the state that would have come
    n_checkpoints : recorded steps at most, evenly spaced in log
    rng : int, Generator or None

    Examples
    --------
    >>> from econ_theory.games import MarkovBayesianGame
    >>> game = MarkovBayesianGame(np.ones((1, 1, 1, 1)), [[[[1.0, 0.0]]]], discount=0.5)
    >>> trace = q_learning(game, n_steps=2000, schedule=StepSize(power=0.6), rng=0)
    >>> trace.values[0][-1].round(2), trace.optimal
    (array([[[[2., 1.]]]]), array([[[2., 1.]]]))

    Source: Watkins & Dayan 1992; step sizes: Even-Dar & Mansour 2003.
    """
    schedule, exploration = schedule or StepSize(), exploration or EpsilonGreedy()
    players = tuple(range(game.n_players)) if learners is None else tuple(learners)
    _check(game, players, fixed, n_steps, n_runs, noise, restart, count)
    rng = as_rng(rng)
    world, runs = _World(game, n_runs, rng), np.arange(n_runs)
    steps = np.unique(np.geomspace(1, n_steps, n_checkpoints).round().astype(int))
    shapes = [(n_runs, game.n_states, game.n_types[i], game.n_actions[i]) for i in players]
    tables = [np.full(shape, float(start)) for shape in shapes]
    visits = [np.zeros(shape, dtype=np.int64) for shape in shapes]
    kept = [np.empty((len(steps), *shape)) for shape in shapes]
    state = world.first()
    types = world.types(state)
    due = 0
    for k in range(1, n_steps + 1):
        actions = []
        for i in range(game.n_players):
            if i in players:
                rows = exploration.rows(tables[players.index(i)][runs, state, types[i]], k)
            else:
                assert fixed is not None
                rows = fixed.rows[i][state, types[i]]
            actions.append(world.draw(np.cumsum(rows, axis=1)))
        nxt = world.step(state, types, actions)
        next_types = world.types(nxt)
        for i, table, seen in zip(players, tables, visits, strict=True):
            reward = world.payoff(i, state, types, actions)
            if noise:
                reward = reward + noise * rng.standard_normal(n_runs)
            entry = runs, state, types[i], actions[i]
            seen[entry] += 1
            size = schedule.at(seen[entry] if count == "visits" else np.array(k))
            target = reward + game.discount * table[runs, nxt, next_types[i]].max(axis=1)
            table[entry] += size * (target - table[entry])
        if restart:
            again = rng.random(n_runs) < restart
            nxt = np.where(again, world.first(), nxt)
            fresh = world.types(nxt)
            next_types = [np.where(again, f, t) for f, t in zip(fresh, next_types, strict=True)]
        state, types = nxt, next_types
        if k == steps[due]:
            for table, store in zip(tables, kept, strict=True):
                store[due] = table
            due += 1
    optimal = optimal_action_values(game, players[0], fixed) if len(players) == 1 else None
    return QLearningTrace(
        game=game,
        learners=players,
        steps=frozen(steps),
        values=tuple(frozen(store) for store in kept),
        exploration=exploration,
        fixed=fixed,
        optimal=optimal,
    )


class _World:
    """Draws of states, types and moves for many runs at once, by inverting cumulative sums."""

    def __init__(self, game: MarkovBayesianGame, n_runs: int, rng: np.random.Generator) -> None:
        self.game, self.n_runs, self.rng = game, n_runs, rng
        self._initial = np.cumsum(game.initial)[None]
        self._prior = np.cumsum(game.prior.reshape(game.n_states, -1), axis=1)
        self._moves = np.cumsum(game.transition, axis=-1)

    def draw(self, cumulative: Array) -> Array:
        """Return one index a run from cumulative probabilities ``(runs or 1, K)``."""
        if cumulative.shape[1] == 1:
            return np.zeros(self.n_runs, dtype=np.int64)
        # Scaled to the sum, so that rounding cannot pick what has no chance.
        u = self.rng.random((self.n_runs, 1)) * cumulative[:, -1:]
        return (cumulative <= u).sum(axis=1)

    def first(self) -> Array:
        return self.draw(self._initial)

    def types(self, state: Array) -> list[Array]:
        joint = self.draw(self._prior[state])
        return list(np.unravel_index(joint, self.game.n_types))

    def step(self, state: Array, types: Sequence[Array], actions: Sequence[Array]) -> Array:
        return self.draw(_at(self._moves, [state, *types, *actions]))

    def payoff(
        self, i: int, state: Array, types: Sequence[Array], actions: Sequence[Array]
    ) -> Array:
        return _at(self.game.payoffs[i], [state, *types, *actions])


def _at(array: Array, index: Sequence[Array]) -> Array:
    """Return entries of an array whose axes of length 1 stand for any index."""
    return array[
        tuple(k if n > 1 else np.zeros_like(k) for k, n in zip(index, array.shape, strict=False))
    ]


def _check(
    game: MarkovBayesianGame,
    players: tuple[int, ...],
    fixed: MarkovProfile | None,
    n_steps: int,
    n_runs: int,
    noise: float,
    restart: float,
    count: str,
) -> None:
    if not players or sorted(set(players)) != sorted(players):
        raise SettingError(f"learners is {players}, want distinct players, at least one.")
    if not all(0 <= i < game.n_players for i in players):
        raise SettingError(f"learners is {players}, want indices in 0..{game.n_players - 1}.")
    if n_steps < 1 or n_runs < 1:
        raise SettingError(f"n_steps is {n_steps} and n_runs {n_runs}, want at least 1 of each.")
    if not noise >= 0 or not 0 <= restart <= 1:
        raise SettingError(
            f"noise is {noise} and restart {restart}, want noise >= 0 and restart in [0, 1]."
        )
    if count not in ("visits", "steps"):
        raise SettingError(f'count is {count!r}, want "visits" or "steps".')
    if fixed is not None:
        check_markov_profile(fixed, game)
    elif len(players) < game.n_players:
        raise SettingError(
            f"learners is {players} of {game.n_players} players and fixed is None, want what the "
            "others play; pass fixed=."
        )
