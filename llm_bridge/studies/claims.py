"""Claims about training itself, for the ledger of `econ_theory.audit`: each trial is a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from econ_theory.audit import Curve, Finding, Picture
from llm_bridge.settings.config import RunConfig, preset

if TYPE_CHECKING:
    from llm_bridge.studies.regret import TrainingRegret
    from llm_bridge.studies.sweep import TrainedRun

__all__ = ["TRAINING_CLAIMS", "TrainingRegretBound"]

KIND = "equilibrium (best)"
"""The regret that is judged."""

QUICK_EPISODES = 240
QUICK_SEEDS, FULL_SEEDS = 4, 16


@dataclass(frozen=True)
class TrainingRegretBound:
    """Train on simulated executors, whose game is known; hold regret to the bound with C measured.

    The regret is against the best equilibrium, the comparator that the bound is weakest for. The
    bound says two things: an inequality, which a large C meets whatever regret does, and that
    regret grows like sqrt(T). Each is a claim of its own; the other part may fail it.

    Parameters
    ----------
    config : RunConfig
    part : ``"bound"`` or ``"growth"``
    """

    config: RunConfig = field(default_factory=lambda: preset("simulated"))
    part: Literal["bound", "growth"] = "bound"

    source = "Yi et al. 2025, ICML, arXiv 2506.08292 (regret bound of the coordination theorem)"
    hypotheses = (
        "action-value errors are at most C / sqrt(k) in expectation; C is measured here",
        "the comparator is the equilibrium with the highest welfare",
        "one question of one round an episode, so that nothing is discounted",
    )

    @property
    def id(self) -> str:
        """Of the part."""
        return "ECON-R-training" if self.part == "bound" else "ECON-R-growth"

    @property
    def statement(self) -> str:
        """What is claimed, of the part."""
        if self.part == "bound":
            return "training has regret at most 2 N C sqrt(T) / (1 - discount), with C as measured"
        return "regret of training grows like sqrt(T) or more slowly"

    def n_trials(self, quick: bool) -> int:
        """Return the number of seeds."""
        return QUICK_SEEDS if quick else FULL_SEEDS

    def trial(self, rng: np.random.Generator, quick: bool) -> TrainedRun:
        """Return one training; the short experiment has 240 episodes."""
        from llm_bridge.studies.sweep import train_seeds

        config = self.config
        if quick:
            episodes = min(QUICK_EPISODES, config.training.episodes)
            config = config.replace(training__episodes=episodes)
        (run,) = train_seeds(config, [int(rng.integers(2**31))])
        return run

    def judge(self, results: Sequence[TrainedRun]) -> Finding:
        """Return what the bound says of mean regret, or how fast that grows."""
        from llm_bridge.studies.regret import training_regret

        found = training_regret(results)
        return _bounded(found) if self.part == "bound" else _grown(found)


def _bounded(found: TrainingRegret) -> Finding:
    """Return what the bound says of mean regret, and the step from which it says anything."""
    check, errors = found.checks[KIND], found.error_rate()
    # Errors that fall more slowly than the hypothesis says leave no constant to speak of.
    met = not errors.interval[0] > -0.5
    verdicts = {"holds": "holds", "violated": "fails", "vacuous": "vacuous"}
    verdict = verdicts[check.verdict] if met else "undefined"
    return Finding(
        verdict=verdict,  # type: ignore[arg-type]
        number=found.constant,
        quantity="C, the largest sqrt(k) times the expected error of action values (reward)",
        interval=_jackknife(found.errors, found.constant),
        explanation=(
            "over {} seeds and {} episodes errors of action values change with exponent {:z.2f} in "
            "[{:z.2f}, {:z.2f}]".format(*found.errors.shape, errors.exponent, *errors.interval)
            + (", as assumed" if met else ", not -0.5: C is no constant, it grows with the run")
            + f". With C as measured over this run the bound {check}."
        ),
        counterexample=(
            f"mean regret exceeds the bound at episode {check.violated_at}"
            if check.violated_at
            else ""
        ),
        picture=_picture(found),
    )


def _grown(found: TrainingRegret) -> Finding:
    """Return whether regret is seen to grow like sqrt(T): its exponent over the run."""
    rate = found.rate(KIND)
    low, high = rate.interval
    if high <= 0.5:
        verdict, words = "holds", "growth like sqrt(T) or slower is seen"
    elif low <= 0.5:
        verdict, words = "undecided", "the interval of the exponent leaves it open"
    else:
        verdict = "undecided"
        words = (
            "growth like sqrt(T) is not seen, only faster growth; what a longer run would show, "
            "this one cannot say"
        )
    seeds, episodes = found.errors.shape
    return Finding(
        verdict=verdict,  # type: ignore[arg-type]
        number=rate.exponent,
        quantity="exponent of regret in episodes, claimed 0.5",
        interval=(low, high),
        explanation=(
            f"over {seeds} seeds and {episodes} episodes regret grows with {rate}: {words}."
        ),
        picture=_picture(found),
    )


def _picture(found: TrainingRegret) -> Picture:
    trace = found.traces[KIND]
    steps, agents = trace.steps, range(found.game.n_players)
    value, trivial = (
        np.sum([np.broadcast_to(of(steps, i), steps.shape) for i in agents], axis=0)
        for of in (found.bound.value, found.bound.trivial)
    )
    totals = trace.total
    mean, spread = totals.mean(axis=0), totals.std(axis=0, ddof=1) / len(totals) ** 0.5
    return Picture(
        "episode",
        "cumulative regret, all executors (reward units)",
        (
            Curve("regret", steps, mean, mean - 2 * spread, mean + 2 * spread),
            Curve("bound with measured C", steps, value),
            Curve("trivial bound", steps, trivial),
        ),
        x_log=True,
        y_log=True,
    )


def _jackknife(errors: np.ndarray, constant: float) -> tuple[float, float]:
    """Return a 95 % interval of C from leaving out one run at a time."""
    from scipy.stats import t

    n_runs, n_steps = errors.shape
    root, total = np.sqrt(np.arange(1, n_steps + 1)), errors.sum(axis=0)
    left_out = np.array([(root * (total - row)).max() / (n_runs - 1) for row in errors])
    spread = np.sqrt((n_runs - 1) * np.mean((left_out - left_out.mean()) ** 2))
    reach = float(t.ppf(0.975, n_runs - 1) * spread)
    return max(0.0, constant - reach), constant + reach


TRAINING_CLAIMS = (TrainingRegretBound(), TrainingRegretBound(part="growth"))
