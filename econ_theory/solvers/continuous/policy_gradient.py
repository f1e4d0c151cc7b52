"""Neural pseudogradient ascent: bid functions as small networks that climb their own payoffs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from math import cos, inf, pi
from typing import Any

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import SettingError
from econ_theory.games.continuous.base import ContinuousGame
from econ_theory.games.continuous.payment_rules import AllPay, Effort
from econ_theory.solvers.base import Ending, Proposals, check_numbers
from econ_theory.solvers.continuous.grid_payoffs import below_value, classes, has_rules, refusal
from econ_theory.strategies.bids import BidFunction, BidProfile

__all__ = ["PolicyGradient"]

KNOTS = 513
"""Types at which the networks are evaluated; bids between are straight."""

LAST = 0.1
"""What is left of the learning rate and of sigma at the end, as a share."""

OUTSIDE = 0.1
"""How far beyond the range, as a share of it, a bid may be that is not admitted."""

POWER = 3
"""Step k counts as much as its k to this power in the mean bids that are proposed."""


@dataclass(frozen=True)
class PolicyGradient:
    """One network a class of players; each climbs the slope of its payoff, the others as they are.

    Payoffs jump where bids tie, so the slope of a single draw's payoff says nothing of the mean's.
    It is taken of the payoff smoothed by normal noise of the own bid: in every draw of types, for
    pairs of bids ``b + sigma z`` and ``b - sigma z`` against the same rivals,

        slope = mean of (u(b + sigma z) - u(b - sigma z)) z / (2 sigma),

    whose error is of order sigma^2; sigma and the learning rate fall to a tenth along a cosine.
    The chain rule carries the slopes to the weights. All that is asked of the game are payoffs
    draw by draw (`ContinuousGame.ex_post`). In games with structure, `DualAveraging` is thousands
    of times as accurate and faster; this is what is left where types and actions do not come
    on a grid, and what others' neural solvers can be compared with.

    Needs torch: ``pip install "econ-theory[neural]"``. The same seed gives the same run on one
    machine; networks live on the GPU if there is one, draws and payoffs on the CPU.

    Parameters
    ----------
    widths : units of each hidden layer
    batch : draws of types a step
    perturbations : pairs of bids a draw
    sigma : noise of bids, as a share of the range of actions, to begin with
    learning_rate : of Adam
    iterations : steps in all
    every : steps between proposals

    Examples
    --------
    >>> from econ_theory import solve
    >>> from econ_theory.games import AuctionGame, Uniform
    >>> solver = PolicyGradient(batch=2048, iterations=300)
    >>> game = AuctionGame("first_price", Uniform(), 2)
    >>> solution = solve(game, solver, rng=0, tol=0.05)
    >>> solution.certificate.kind, bool(abs(solution.profile.functions[0](0.6) - 0.3) < 0.05)
    ('bound', True)
    """

    widths: tuple[int, ...] = (32, 32)
    batch: int = 2**14
    perturbations: int = 1
    sigma: float = 0.02
    learning_rate: float = 5e-3
    iterations: int = 1000
    every: int = 100
    source = (
        "Bichler, Fichtl, Heidekrueger, Kohring and Sutterer 2021, Learning equilibria in "
        "symmetric auction games using artificial neural networks; Kohring, Pieroth and Bichler "
        "2023, on smoothing"
    )
    exact = False
    continuous = True

    def __post_init__(self) -> None:
        if not all(isinstance(width, int) and width >= 1 for width in self.widths):
            raise SettingError(
                f"widths is {self.widths}, want whole numbers >= 1; leave it out for the default."
            )
        check_numbers(self, batch=2, perturbations=1, iterations=1, every=1)
        check_numbers(self, above=True, sigma=0, learning_rate=0)

    def refuses(self, game: Any) -> str | None:
        """Return why this solver does not apply to `game` and what to use instead, or None."""
        if (words := refusal(game)) is not None:
            return words
        if find_spec("torch") is None:
            return 'torch is not installed, want it; run: pip install "econ-theory[neural]"'
        return None

    def propose(self, game: Any, start: Any, rng: np.random.Generator) -> Proposals:
        """Yield what the networks bid, the last steps most of all; `start` is built upon."""
        players = [_Player(self, game, members, start, rng) for members in classes(game)]
        for step in range(self.iterations):
            left = LAST + (1 - LAST) * (1 + cos(pi * step / self.iterations)) / 2
            types, actions = self._drawn(game, players, rng)
            moves = [p.slopes(game, types, actions, left * self.sigma, rng) for p in players]
            for player, move in zip(players, moves, strict=True):
                player.climb(move, left * self.learning_rate, step)
            if (step + 1) % self.every == 0 or step + 1 == self.iterations:
                functions = {j: f for p in players for f in [p.function(game)] for j in p.members}
                yield BidProfile([functions[i] for i in range(game.n_players)])  # type: ignore[misc]
            elif step % 25 == 0:
                yield None
        return Ending(f"{self.iterations} steps were taken")

    def _drawn(
        self, game: ContinuousGame, players: list[_Player], rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw types from even strata of every prior, and say what they bid."""
        types = np.empty((game.n_players, self.batch))
        actions = np.empty_like(types)
        for player in players:
            for j in player.members:
                shares = (rng.permutation(self.batch) + rng.random(self.batch)) / self.batch
                types[j] = player.prior.ppf(shares)
                actions[j] = np.interp(types[j], player.types, player.bids)
        return types, actions


class _Player:
    """The network of one class: bids are a line (or `start`) plus what the network says."""

    def __init__(
        self,
        settings: PolicyGradient,
        game: ContinuousGame,
        members: tuple[int, ...],
        start: BidProfile | None,
        rng: np.random.Generator,
    ) -> None:
        import torch

        self.settings, self.members, i = settings, members, members[0]
        self.prior = game.priors[i]
        self.range = game.action_range(i)
        self.scale = self.range[1] - self.range[0]
        # Where the rules stop no bid, none is stopped: an atom at the end would hold bids there.
        pays = isinstance(getattr(game, "payment", None), AllPay | Effort)
        self.allowed = (0.0 if pays else -inf, inf) if has_rules(game) else self.range
        self.types = np.linspace(self.prior.low, self.prior.high, KNOTS)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        shares = np.linspace(0.0, 1.0, KNOTS)
        self.base = _line(game, i, shares) if start is None else _read(start.functions[i], self)
        sizes = [1, *settings.widths, 1]
        self.weights = []
        for fan_in, fan_out in pairwise(sizes):
            spread = rng.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in)
            # Nothing is added to the line before the first step.
            spread *= len(self.weights) < 2 * len(settings.widths)
            for part in (spread, rng.uniform(-1, 1, fan_out) * bool(spread.any())):
                self.weights.append(
                    torch.tensor(part, dtype=torch.float32, device=device, requires_grad=True)
                )
        self.inputs = torch.tensor(2 * shares[:, None] - 1, dtype=torch.float32, device=device)
        self.adam = torch.optim.Adam(self.weights, lr=settings.learning_rate)
        self.mean = self.base
        self._forward()

    def _forward(self) -> None:
        layer = self.inputs
        pairs = list(zip(self.weights[::2], self.weights[1::2], strict=True))
        for k, (matrix, offset) in enumerate(pairs):
            layer = layer @ matrix + offset
            layer = layer.tanh() if k + 1 < len(pairs) else layer
        self.outputs = layer[:, 0]
        added = self.outputs.detach().cpu().numpy().astype(float)
        self.bids = np.clip(self.base + self.scale * added, *self.allowed)

    def slopes(
        self,
        game: ContinuousGame,
        types: Array,
        actions: Array,
        sigma: float,
        rng: np.random.Generator,
    ) -> Array:
        """Return the mean slope of payoff in the bid at every knot, ``(KNOTS,)``."""
        i, noise = self.members[0], sigma * self.scale
        z = rng.normal(size=(self.settings.perturbations, types.shape[1]))
        pair = np.concatenate([actions[i] + noise * z, actions[i] - noise * z])
        pair = np.clip(pair, *self.allowed)
        up, down = np.split(game.ex_post(i, types, actions, pair), 2)
        slope = ((up - down) * z).mean(axis=0) / (2 * noise)
        place = (types[i] - self.prior.low) / (self.types[1] - self.types[0])
        k = np.clip(place.astype(int), 0, KNOTS - 2)
        right = place - k
        total = np.bincount(k, slope * (1 - right), KNOTS)
        total += np.bincount(k + 1, slope * right, KNOTS)
        return total / types.shape[1] * self.scale / game.payoff_range(i)

    def climb(self, move: Array, rate: float, step: int) -> None:
        """Take one step of Adam up the slope."""
        import torch

        self.adam.param_groups[0]["lr"] = rate
        self.adam.zero_grad()
        self.outputs.backward(
            torch.as_tensor(-move, dtype=torch.float32, device=self.inputs.device)
        )
        self.adam.step()
        self._forward()
        # Play may circle; its mean does not.
        new = (POWER + 1) / (step + POWER + 1)
        self.mean = (1 - new) * self.mean + new * self.bids

    def function(self, game: ContinuousGame) -> BidFunction:
        """Return the mean bids as a monotone function of the types whose bids are admitted."""
        from scipy.optimize import isotonic_regression

        low, high = self.range
        slope, idle = game.slope(self.members[0]), game.idle(self.members[0])
        fits = [
            isotonic_regression(self.mean, increasing=up).x
            for up in ((True, False) if slope == 0 else (slope > 0,))
        ]
        types, kept = self.types, slice(None)
        bids = min(fits, key=lambda fit: float(((fit - self.mean) ** 2).sum()))
        if getattr(game, "reserve", None) is not None and idle is not None:
            # Those who would bid beyond the reserve stay out; two types have to be left.
            out = bids < low if idle == "low" else bids > high
            out[-2:] &= idle != "low"
            out[:2] &= idle != "high"
            kept = ~out
        types, bids = types[kept], np.clip(bids[kept], low, high)
        return BidFunction(types, below_value(game, self.members[0], types, bids))


def _line(game: ContinuousGame, i: int, shares: Array) -> Array:
    """Bids to begin with: half the range is left, on the side that favours the bidder."""
    low, high = game.action_range(i)
    slope = game.slope(i)
    if slope == 0:
        return np.full(len(shares), (low + high) / 2)
    climb = shares if slope > 0 else 1 - shares
    first = 0.5 if game.idle(i) == "high" and slope > 0 else 0.0
    return low + (high - low) * (first + climb / 2)


def _read(function: BidFunction, player: _Player) -> Array:
    """Bids of `function`; types that stay out go on as its ends do, beyond the range."""
    bids = np.interp(player.types, function.types, function.bids)
    outside = np.isnan(function(player.types))
    side = -1.0 if function.types[0] > player.prior.low else 1.0
    return np.where(outside, bids + side * OUTSIDE * player.scale, bids)
