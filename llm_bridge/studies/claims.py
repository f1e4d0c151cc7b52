"""Claims about training itself, for the ledger of `econ_theory.audit`: each trial is a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.audit import Curve, Finding, Picture
from llm_bridge.settings.config import RunConfig, preset

if TYPE_CHECKING:
    from llm_bridge.studies.sweep import TrainedRun

__all__ = ["TRAINING_CLAIMS", "TrainingRegretBound"]

QUICK_EPISODES = 240
QUICK_SEEDS, FULL_SEEDS = 4, 16


@dataclass(frozen=True)
class TrainingRegretBound:
    """Train on simulated executors, whose game is known; hold regret to the bound with C measured.

    The regret is against the best equilibrium, the comparator that the bound is weakest for.
    """

    config: RunConfig = field(default_factory=lambda: preset("simulated"))

    id = "ECON-R-training"
    statement = "training has regret at most 2 N C sqrt(T) / (1 - discount)"
    source = "Yi et al. 2025, ICML, arXiv 2506.08292 (regret bound of the coordination theorem)"
    hypotheses = (
        "action-value errors are at most C / sqrt(k) in expectation; C is measured here",
        "the comparator is the equilibrium with the highest welfare",
        "one question of one round an episode, so that nothing is discounted",
    )

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
        """Return what the bound says of mean regret, and the step from which it says anything."""
        from llm_bridge.studies.regret import training_regret

        found = training_regret(results)
        kind = "equilibrium (best)"
        check, trace = found.checks[kind], found.traces[kind]
        steps = trace.steps
        agents = range(found.game.n_players)
        value, trivial = (
            np.sum([np.broadcast_to(of(steps, i), steps.shape) for i in agents], axis=0)
            for of in (found.bound.value, found.bound.trivial)
        )
        totals = trace.total
        mean, spread = totals.mean(axis=0), totals.std(axis=0, ddof=1) / len(totals) ** 0.5
        rate = found.rate(kind)
        errors = found.error_rate()
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
                f"over {len(results)} seeds and {steps[-1]} episodes regret grows with {rate}. "
                "Errors of action values change with exponent {:.2f} in [{:.2f}, {:.2f}]".format(
                    errors.exponent, *errors.interval
                )
                + (", as assumed" if met else ", not -0.5: C is no constant, it grows with the run")
                + f". With C as measured over this run the bound {check}."
            ),
            counterexample=(
                f"mean regret exceeds the bound at episode {check.violated_at}"
                if check.violated_at
                else ""
            ),
            picture=Picture(
                "episode",
                "cumulative regret, all executors (reward units)",
                (
                    Curve("regret", steps, mean, mean - 2 * spread, mean + 2 * spread),
                    Curve("bound with measured C", steps, value),
                    Curve("trivial bound", steps, trivial),
                ),
                x_log=True,
                y_log=True,
            ),
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


TRAINING_CLAIMS = (TrainingRegretBound(),)
