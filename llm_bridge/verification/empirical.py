"""From a bank of completions to the Bayesian game that it estimates, with widths.

The prior is the share of questions with each joint type; ``u_i(t, e)`` is the mean, over those
questions, of executor i's reward averaged over joint draws of completions.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from econ_theory.arrays import simplex_fault
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.seeding import Seed, as_rng
from econ_theory.strategies import StrategyProfile, check_profile
from llm_bridge.bands import BandMethod, check_confidence, mean_band
from llm_bridge.bank.rewards import Aggregator, RewardWeights, rewards
from llm_bridge.bank.signals import SignalBins
from llm_bridge.bank.table import MISSING, BankTable
from llm_bridge.errors import ConfigError

__all__ = ["ControlValues", "EmpiricalGame", "control_values", "empirical_game", "question_payoffs"]

CHUNK = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class EmpiricalGame:
    """An estimated game and what it was estimated from.

    Attributes
    ----------
    game : the estimate; joint types that no question has get probability 0
    payoffs : (Q, n, K, ..., K) mean reward of executor i on question q under joint controls e
    types : (Q, n) type of each executor on each question
    counts : (T_1, ..., T_n) questions of each joint type
    widths : (n, T_1, ..., T_n, K, ..., K) half-widths of u, simultaneous at `confidence`; 1 where
        a joint type was not seen
    interim_widths : n arrays (T_i,)
        Half-widths of what any control is worth to a type, simultaneous at `confidence` over all
        strategies of the others; they cover the error of the estimated prior too.
    confidence : of `widths` and of `interim_widths`, each
    notes : what a reader should know, in words
    """

    game: BayesianGame
    payoffs: np.ndarray
    types: np.ndarray
    counts: np.ndarray
    widths: np.ndarray
    interim_widths: tuple[np.ndarray, ...]
    confidence: float
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        """w: a gamma-equilibrium here is a (gamma + 2w)-equilibrium of the true game.

        With probability `confidence`, for every profile at once. It is the largest interim width,
        at most 1, the range of rewards.
        """
        return float(max(width.max() for width in self.interim_widths))

    @property
    def n_questions(self) -> int:
        """Q, the number of questions."""
        return self.payoffs.shape[0]

    def type_counts(self, i: int) -> np.ndarray:
        """Return how many questions each type of executor `i` has, (T_i,)."""
        return np.bincount(self.types[:, i], minlength=self.game.n_types[i])


class ControlValues(NamedTuple):
    """What a profile leaves each executor to choose from on each question: n arrays (Q, K) each.

    `values` are the mean rewards of the executor's controls while the others play on, `own` its
    probabilities of using them.
    """

    values: tuple[np.ndarray, ...]
    own: tuple[np.ndarray, ...]

    @property
    def earned(self) -> np.ndarray:
        """The sum of all executors' expected rewards on each question, (Q,)."""
        return np.sum([(v * s).sum(axis=1) for v, s in zip(*self, strict=True)], axis=0)


def empirical_game(
    table: BankTable,
    bins: SignalBins,
    *,
    weights: RewardWeights | None = None,
    aggregator: Aggregator = "vote",
    votes: np.ndarray | None = None,
    confidence: float = 0.95,
    method: BandMethod = "bernstein",
    max_draws: int = 64,
    rng: Seed = None,
) -> EmpiricalGame:
    """Return the `EmpiricalGame` of a bank under signal bins fitted on other questions.

    Parameters
    ----------
    table : every cell filled (`Bank.ensure`), every signal known (`Bank.ensure_signals`)
    bins : from signals to types
    weights, aggregator, votes : as of `llm_bridge.bank.rewards.rewards`
    method : of `widths`; "bernstein" is distribution-free, "bootstrap" narrower
    max_draws : joint draws a question and joint control, where all would be more
    rng : for the draws and the bootstrap

    Raises `ConfigError` for an empty bank, a cell with too few completions, or a missing signal.

    >>> from llm_bridge.models.controls import ControlMenu
    >>> from llm_bridge.verification.ground_truth import draw_table, exact_bins
    >>> from llm_bridge.models.simulated import SimulatedWorld, Skill
    >>> skills = [Skill((0.9,), (0.4,), (0.2,)), Skill((0.8,), (0.2,), (1.0,))]
    >>> menu = ControlMenu.grid([0.2, 1.0])
    >>> table = draw_table(SimulatedWorld((1.0,)), skills, menu, 100, 2, rng=0)
    >>> empirical_game(table, exact_bins(skills)).game
    BayesianGame('empirical game', 2 players, types (2, 2), actions (2, 2))
    """
    check_confidence(confidence)
    rng = as_rng(rng)
    # An executor of one type needs no signal.
    needed = np.array([t > 1 for t in bins.n_types])
    unknown = ~np.isfinite(table.signals) & needed
    if unknown.any():
        where = np.argwhere(unknown)[0]
        raise ConfigError(
            f"the signal of executor {table.executors[where[1]]!r} on question {where[0]} is not "
            f"known, want one for every question; call ensure_signals first."
        )
    payoffs = question_payoffs(
        table, weights=weights, aggregator=aggregator, votes=votes, max_draws=max_draws, rng=rng
    )
    types = bins.types(table.signals)
    n, k = table.n_executors, len(table.menu)
    counts = np.zeros(bins.n_types, dtype=int)
    np.add.at(counts, tuple(types.T), 1)
    mean = np.zeros((n, *bins.n_types, *(k,) * n))
    widths = np.ones_like(mean)
    seen = [tuple(cell) for cell in np.argwhere(counts > 0)]
    for cell in seen:
        own = payoffs[(types == cell).all(axis=1)]
        # Joint types have no question in common: each gets an equal share of what may fail.
        band = mean_band(
            own.reshape(len(own), -1),
            np.ones((len(own), own[0].size), dtype=bool),
            0.0,
            1.0,
            confidence=1.0 - (1.0 - confidence) / len(seen),
            method=method,
            rng=rng,
        )
        half = np.maximum(band.upper - band.estimate, band.estimate - band.lower)
        mean[(slice(None), *cell)] = band.estimate.reshape(own.shape[1:])
        widths[(slice(None), *cell)] = half.reshape(own.shape[1:])
    game = BayesianGame(
        counts / counts.sum(),
        list(np.clip(mean, 0.0, 1.0)),
        players=table.executors,
        types=bins.labels,
        actions=[table.menu.labels] * n,
        title="empirical game",
    )
    interim = _interim_widths(game, types, confidence)
    return EmpiricalGame(
        game, payoffs, types, counts, widths, interim, confidence, _notes(table, bins, counts)
    )


def question_payoffs(
    table: BankTable,
    *,
    weights: RewardWeights | None = None,
    aggregator: Aggregator = "vote",
    votes: np.ndarray | None = None,
    max_draws: int = 64,
    rng: Seed = None,
) -> np.ndarray:
    """Return each executor's mean reward on each question and joint control, (Q, n, K, ..., K).

    The mean is over all joint draws of completions that give no completion to two executors, or
    over at least `max_draws` balanced random ones where there are more; either way it is unbiased.
    """
    m = _depth(table)
    n, k = table.n_executors, len(table.menu)
    joint = np.array(list(product(range(k), repeat=n)), dtype=int)
    exhaustive = m**n <= max_draws
    if exhaustive:
        places = np.array(list(product(range(m), repeat=n)), dtype=int)
        share = _no_reuse(table.pools, joint, places)
    else:
        rounds = -(-max_draws // m)
        share = np.full((1, rounds * m), 1.0 / (rounds * m))
    rng = as_rng(rng)
    n_draws = share.shape[1]
    step = max(1, CHUNK // (len(joint) * n_draws * n))
    result = np.empty((table.n_questions, n, len(joint)))
    for start in range(0, table.n_questions, step):
        rows = np.arange(start, min(start + step, table.n_questions))
        if exhaustive:
            at = places[None, None]
        else:
            at = _balanced_places(table, rows, joint, m, n_draws, rng)
        answers = table.answers[rows[:, None, None, None], table.pools, joint[None, :, None, :], at]
        earned = rewards(
            answers,
            table.scores[rows],
            table.similarity[rows],
            weights=weights,
            aggregator=aggregator,
            votes=votes,
        ).reward
        result[rows] = np.einsum(
            "qeds,ed->qse", earned, np.broadcast_to(share, (len(joint), n_draws))
        )
    return result.reshape(table.n_questions, n, *(k,) * n)


def control_values(
    empirical: EmpiricalGame, profile: StrategyProfile, played: np.ndarray | None = None
) -> ControlValues:
    """Return the `ControlValues` of `profile`, by the executors' types on each question.

    Where `played` (Q, n, K) is given, all play that instead.

    Raises `ProfileError` or `ConfigError` where the shape of either is wrong.
    """
    check_profile(profile, empirical.game)
    q, n = empirical.payoffs.shape[:2]
    if played is None:
        own = tuple(profile.floating.rows[i][empirical.types[:, i]] for i in range(n))
    else:
        played, shape = np.asarray(played, dtype=float), (q, n, empirical.payoffs.shape[-1])
        if played.shape != shape or simplex_fault(played, axes=(2,)):
            raise ConfigError(
                f"played has shape {played.shape}, want {shape} with every row a distribution over "
                "controls; pass what the policy plays on the bank's own questions."
            )
        own = tuple(played[:, i] for i in range(n))
    values = []
    for i in range(n):
        operands: list = [empirical.payoffs[:, i], [n, *range(n)]]
        for j in range(n):
            if j != i:
                operands += [own[j], [n, j]]
        values.append(np.einsum(*operands, [n, i], optimize="greedy"))
    return ControlValues(tuple(values), own)


def _depth(table: BankTable) -> int:
    """Return the completions that every cell has, or raise where that is too few."""
    if not table.n_questions:
        raise ConfigError("the bank has 0 questions, want at least 1; draw some from the task.")
    m = int((table.answers != MISSING).sum(axis=-1).min())
    if m < table.sharing:
        raise ConfigError(
            f"a cell of the bank has {m} completions, want at least {table.sharing}: one for each "
            f"executor of a pool; call ensure first."
        )
    return m


def _no_reuse(pools: np.ndarray, joint: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return equal weights, (K^n, draws), of the draws that hand no completion out twice."""
    keep = np.ones((len(joint), len(places)), dtype=bool)
    for i in range(len(pools)):
        for j in range(i):
            if pools[i] == pools[j]:
                one_cell = joint[:, i] == joint[:, j]
                keep &= ~(one_cell[:, None] & (places[:, i] == places[:, j])[None, :])
    return keep / keep.sum(axis=1, keepdims=True)


def _balanced_places(
    table: BankTable,
    rows: np.ndarray,
    joint: np.ndarray,
    m: int,
    n_draws: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return completion indices (rows, K^n, draws, n): in every m draws each one is used once."""
    shape = (len(rows), table.answers.shape[1], len(table.menu), n_draws // m, m)
    orders = rng.permuted(np.broadcast_to(np.arange(m), shape), axis=-1)
    # Shifting by the rank keeps executors of one cell apart, draw by draw.
    turns = [np.roll(orders, rank, axis=-1) for rank in range(table.sharing)]
    stacked = np.stack(turns, axis=-1).reshape(*shape[:3], n_draws, table.sharing)
    picked = [
        stacked[:, pool, joint[:, i], :, rank]
        for i, (pool, rank) in enumerate(zip(table.pools, table.ranks, strict=True))
    ]
    # Advanced indices on both sides of a slice put the joint control first.
    return np.stack([np.moveaxis(pick, 0, 1) for pick in picked], axis=-1)


def _interim_widths(
    game: BayesianGame, types: np.ndarray, confidence: float
) -> tuple[np.ndarray, ...]:
    """Hoeffding's bound with a union over types, controls and the others' pure strategies.

    A control's interim value is linear in each row of the others' strategies, so its largest error
    over all strategies is reached at pure ones.
    """
    sizes = np.array(game.n_types) * np.log(game.n_actions)
    events = [
        np.log(t) + np.log(a) + sizes.sum() - sizes[i]
        for i, (t, a) in enumerate(zip(game.n_types, game.n_actions, strict=True))
    ]
    log_events = float(np.logaddexp.reduce(events))
    widths = []
    for i, t in enumerate(game.n_types):
        counts = np.bincount(types[:, i], minlength=t)
        bound = np.sqrt(
            (np.log(2.0 / (1.0 - confidence)) + log_events) / (2 * np.maximum(counts, 1))
        )
        widths.append(np.where(counts > 0, np.minimum(bound, 1.0), 1.0))
    return tuple(widths)


def _notes(table: BankTable, bins: SignalBins, counts: np.ndarray) -> tuple[str, ...]:
    notes = list(bins.notes)
    unseen = int((counts == 0).sum())
    if unseen:
        notes.append(
            f"{unseen} of {counts.size} joint types occur on none of the {table.n_questions} "
            f"questions and have probability 0 in the empirical game."
        )
    invalid = int((table.answers == -1).sum())
    sampled = int((table.answers != MISSING).sum())
    if invalid:
        notes.append(f"{invalid} of {sampled} completions in the bank could not be read (INVALID).")
    return tuple(notes)
