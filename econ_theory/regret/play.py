"""The driver: learners play a game, or a batch of games, for as many runs as wanted at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.regret.joint import check_size
from econ_theory.regret.match import Feedback, Learner, Match
from econ_theory.regret.plays import Basis
from econ_theory.regret.summaries import PlaySummary, Summarizer, checkpoint_steps
from econ_theory.regret.traces import PlayTrace
from econ_theory.seeding import Seed, as_rng

if TYPE_CHECKING:
    from econ_theory.games.finite.bayesian import BayesianGame

__all__ = ["play_learners"]

Steps = Literal["log"] | Sequence[int] | Array

BLOCK = 1 << 17
"""Numbers of one player's strategies that are held before they are added up."""

LARGEST = 1 << 30
"""Numbers of all players' strategies that a full trace may hold (8 GB, and as much of values)."""


@overload
def play_learners(
    game: BayesianGame | Sequence[BayesianGame],
    learners: Learner | Sequence[Learner],
    n_steps: int,
    *,
    alternating: bool = ...,
    feedback: Feedback | Sequence[Feedback] = ...,
    n_runs: int | None = ...,
    checkpoints: None = ...,
    keep_joint: bool = ...,
    rng: Seed = ...,
) -> PlayTrace: ...
@overload
def play_learners(
    game: BayesianGame | Sequence[BayesianGame],
    learners: Learner | Sequence[Learner],
    n_steps: int,
    *,
    alternating: bool = ...,
    feedback: Feedback | Sequence[Feedback] = ...,
    n_runs: int | None = ...,
    checkpoints: Steps,
    keep_joint: bool = ...,
    rng: Seed = ...,
) -> PlaySummary: ...
def play_learners(
    game: BayesianGame | Sequence[BayesianGame],
    learners: Learner | Sequence[Learner],
    n_steps: int,
    *,
    alternating: bool = False,
    feedback: Feedback | Sequence[Feedback] = "expected",
    n_runs: int | None = None,
    checkpoints: Steps | None = None,
    keep_joint: bool = False,
    rng: Seed = None,
) -> PlayTrace | PlaySummary:
    """Return `n_steps` of play in which every player runs a learner; a `PlayTrace`.

    Every run of every game advances in the same array operations: 200 runs cost a few times what
    one costs.

    Parameters
    ----------
    game : a game, or several of equal shape, which become the first batch axis
    learners : one for all players, or one a player
    alternating : players move in turn, each seeing the newest strategies of those before it
    feedback : what a learner sees at every step; one for all players, or one a player
        ``"expected"``: what each action is worth to each type against the others' strategies,
        divided by type probability and payoff range;
        ``"realized"``: nature draws types, everyone draws an action, and the row of the drawn type
        sees what each action would have paid, divided by the payoff range (other rows see zeros);
        ``"bandit"``: the same, but only the payoff of the action played is seen, scaled to [0, 1]
        by the payoff bounds, by a `BanditMinimizer`
    n_runs : independent runs of each game, the last batch axis; needs something that is drawn
    checkpoints : None keeps every step. Step numbers, or ``"log"`` for about a hundred even in log
        step, keep only sums there, a `PlaySummary`
    keep_joint : keep the joint play for `joint_play` in a summary; a full trace has it anyway

    Whatever learners see, the play's values are expectations against the others' strategies;
    ``play.observed`` and ``play.realized`` judge it by what was drawn.

    >>> from econ_theory import BayesianGame
    >>> from econ_theory.learners import Exp3, Hedge
    >>> pennies = np.array([[1, -1], [-1, 1]]).reshape(1, 1, 2, 2)
    >>> game = BayesianGame([[1]], [pennies, -pennies])
    >>> play_learners(game, Hedge(), 10)
    PlayTrace(10 steps, 2 players)
    >>> play_learners(game, Exp3(), 99, feedback="bandit", n_runs=5, checkpoints=[9, 99], rng=0)
    PlaySummary((5,) runs, 99 steps, 2 players, 2 checkpoints)

    Raises
    ------
    SettingError
        If counts do not fit, a learner cannot use its feedback, nothing is drawn that runs could
        differ in, or a full trace would not fit into memory.
    GameError
        If the games of a batch differ in shape.
    """
    games = list(game) if isinstance(game, Sequence) else [game]
    batched = isinstance(game, Sequence)
    n = games[0].n_players if games else 0
    each = list(learners) if isinstance(learners, Sequence) else [learners] * n
    views: list[Any] = [feedback] * n if isinstance(feedback, str) else list(feedback)
    if not games or len(each) != n or len(views) != n or n_steps < 1:
        raise SettingError(
            f"there are {len(games)} games, {len(each)} learners, {len(views)} kinds of feedback "
            f"and {n_steps} steps, want {n} learners and feedbacks (one a player), and at least "
            "one game and step."
        )
    drawn = _check(each, views, alternating, n_runs)
    runs = () if n_runs is None else (n_runs,)
    match = Match(games, batched, each, views, runs, alternating)
    generator = as_rng(rng) if drawn else None
    if generator is not None:
        shape = (*match.batch, n + 1)
        match.uniforms = lambda count: generator.random((count, *shape))
    size = int(np.prod(match.batch)) * sum(t * a for t, a in match.kernel.shapes)
    if checkpoints is None:
        if n_steps * size > LARGEST:
            raise SettingError(
                f"play has {n_steps * size:.3g} probabilities, want at most {LARGEST:.3g} to keep "
                'every step; pass checkpoints="log".'
            )
        return match.advance(n_steps)
    if keep_joint:
        check_size(match.rows)
    return _summarized(match, checkpoint_steps(checkpoints, n_steps), size, keep_joint, drawn)


def _summarized(
    match: Match, stops: Array, size: int, keep_joint: bool, drawn: bool
) -> PlaySummary:
    bases: list[Basis] = ["expected", "observed", "realized"] if drawn else ["expected"]
    sums = Summarizer(bases, keep_joint=keep_joint)
    limit = int(np.clip(BLOCK // size, 1, 512))
    done = 0
    for stop in stops.tolist():
        while done < stop:
            count = min(limit, stop - done)
            block = match.advance(count)
            sums.add(block)
            done += count
        sums.keep(done, block)
    return sums.summary()


def _check(
    learners: Sequence[Any],
    views: Sequence[Any],
    alternating: bool,
    n_runs: int | None,
) -> bool:
    """Refuse settings that do not go together; return whether anything is drawn."""
    for i, (learner, view) in enumerate(zip(learners, views, strict=True)):
        if view not in ("expected", "realized", "bandit"):
            raise SettingError(
                f"feedback of player {i + 1} is {view!r}, want 'expected', 'realized' or 'bandit'."
            )
        bandit = getattr(learner, "feedback", None) == "bandit"
        if bandit != (view == "bandit"):
            wanted = "'bandit'" if bandit else "'expected' or 'realized'"
            raise SettingError(
                f"feedback of player {i + 1} is {view!r}, want {wanted} for "
                f"{type(learner).__name__}; choose another learner or feedback."
            )
    drawn = any(view != "expected" for view in views)
    if drawn and alternating:
        raise SettingError(
            "alternating is True, want False where actions are drawn; all draw at once."
        )
    if n_runs is not None and (n_runs < 1 or not drawn):
        raise SettingError(
            f"n_runs is {n_runs}, want a number >= 1, and None where feedback is 'expected': "
            "nothing is drawn, so all runs would be equal; pass a list of games instead."
        )
    return drawn
