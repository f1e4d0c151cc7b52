"""What play cost: cumulative regret by step and player, of one run or of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array, is_exact
from econ_theory.errors import ProfileError
from econ_theory.records import Record
from econ_theory.regret.plays import Basis, read_only
from econ_theory.seeding import Seed

if TYPE_CHECKING:
    from econ_theory.regret.rates import Rate

__all__ = ["RegretTrace"]


@dataclass(frozen=True, eq=False)
class RegretTrace(Record):
    """Cumulative regret of one kind, by step and player; leading axes are a batch of runs.

    Attributes
    ----------
    cumulative : (*batch, K, n) regret summed over steps 1..``steps[k]`` and over types, which makes
        it ex ante; payoff units
    kind : which regret: ``"external"``, ``"swap"``, ``"dynamic"``, ...
    by_type : n arrays (*batch, K, T_i), the same before the sum over types, so weighted by their
        probability; empty where not recorded. `interim` undoes the weight
    steps : (K,) step numbers of the rows; default 1..K
    basis : which draws it is an expectation over, see `econ_theory.regret.plays.Basis`
    comparator : what play was compared with, where that is one named thing
    """

    cumulative: Array
    kind: str
    by_type: tuple[Array, ...] = ()
    steps: Array = None  # type: ignore[assignment]
    basis: Basis = "expected"
    comparator: str = ""

    def __post_init__(self) -> None:
        cumulative = np.asarray(self.cumulative)
        exact = is_exact(cumulative)
        cumulative = cumulative if exact else cumulative.astype(float)
        if cumulative.ndim < 2 or not (exact or np.isfinite(cumulative).all()):
            raise ProfileError(
                f"cumulative regret has shape {cumulative.shape} or entries that are not finite, "
                "want finite numbers of shape (K, n): one row a step, one column a player, after "
                "any batch axes."
            )
        n_rows = cumulative.shape[-2]
        steps = np.arange(1, n_rows + 1) if self.steps is None else np.array(self.steps)
        rising = steps.shape == (n_rows,) and steps.dtype.kind in "iu" and steps[:1] >= 1
        if n_rows and not (rising and (np.diff(steps) > 0).all()):
            raise ProfileError(
                f"steps are {steps.tolist()}, want {n_rows} rising integers >= 1: one for each row "
                "of cumulative regret."
            )
        object.__setattr__(self, "cumulative", read_only(cumulative))
        object.__setattr__(self, "steps", read_only(steps))

    @property
    def batch(self) -> tuple[int, ...]:
        """Leading axes: games, then runs; () for one run."""
        return self.cumulative.shape[:-2]

    @property
    def average(self) -> Array:
        """Regret per step, shape ``(*batch, K, n)``, payoff units."""
        return self.cumulative / self.steps[:, None]

    @property
    def total(self) -> Array:
        """Cumulative regret summed over players, shape ``(*batch, K)``."""
        return self.cumulative.sum(axis=-1)

    @property
    def runs(self) -> list[RegretTrace]:
        """The runs of a batch one by one; a single run is a list of itself."""
        return [self.run(*index) for index in np.ndindex(self.batch)]

    def run(self, *index: int) -> RegretTrace:
        """Return the run at `index` of the batch axes."""
        by_type = tuple(rows[index] for rows in self.by_type)
        return replace(self, cumulative=self.cumulative[index], by_type=by_type)

    def interim(self, i: int, weights: Array) -> Array:
        """Return player `i`'s regret given its type, (*batch, K, T_i); zero for null types.

        `weights` are the types' probabilities, ``game.type_weights(i)``, (T_i,) or, in a batch of
        games, (*games, 1.., T_i) to broadcast against the batch axes.

        >>> trace = RegretTrace([[3.0]], "external", (np.array([[1.0, 2.0]]),))
        >>> trace.interim(0, np.array([0.25, 0.75])).round(2)
        array([[4.  , 2.67]])
        """
        weights = np.asarray(weights)[..., None, :]
        return np.where(weights > 0, self.by_type[i] / np.where(weights > 0, weights, 1), 0)

    def rate(
        self, player: int | None = None, *, burn_in: int | None = None, rng: Seed = None
    ) -> Rate:
        """Return how fast regret grows, of one player or (default) of all together.

        A batch is pooled over its runs (`econ_theory.regret.pooled_rate`). One run gets a
        bootstrap interval, drawn with `rng`, and has no linear-component test.

        >>> steps = np.arange(1, 401)
        >>> rate = RegretTrace(np.sqrt(steps)[:, None], "external").rate(rng=0)
        >>> round(rate.exponent, 6)
        0.5
        """
        from econ_theory.regret.rates import pooled_rate, run_rate

        curves = self.total if player is None else self.cumulative[..., player]
        if not self.batch:
            return run_rate(curves, steps=self.steps, burn_in=burn_in, rng=rng)
        flat = curves.reshape(-1, curves.shape[-1])
        return pooled_rate(flat, steps=self.steps, burn_in=burn_in)

    def __repr__(self) -> str:
        n = self.cumulative.shape[-1]
        ends = self.cumulative[..., -1, :].reshape(-1, n).mean(axis=0)
        final = ", ".join(f"{float(regret):.4g}" for regret in ends)
        runs, mean = (f"{self.batch} runs, ", "mean ") if self.batch else ("", "")
        last = self.steps[-1]
        return f"RegretTrace({self.kind}, {runs}{last} steps, {n} players, {mean}final {final})"
