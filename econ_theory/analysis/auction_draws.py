"""Draws of an auction as a table: who was of which type, bid what, won what, paid what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from econ_theory.arrays import Array
from econ_theory.errors import RefusedError, require
from econ_theory.records import Record

if TYPE_CHECKING:
    import pandas

__all__ = ["AuctionDraws"]

SHOWN = 5


@dataclass(frozen=True, eq=False)
class AuctionDraws(Record):
    """B independent draws of types, and what the bids of one profile make of them.

    Print it for means with their standard errors and the first few draws.

    Attributes
    ----------
    title : str
        The game in words.
    players : tuple of str
    types, bids : (B, n) arrays, or (B, n, M) where a player bids on M units or awards
        A bid is NaN where none is placed.
    won : (B, n) array
        What each player gets: the object (1), shares of the prize, units, half a contract (0.5). A
        seller who trades gets -1.
    payments : (B, n) array
        What each player pays; suppliers, who are paid, less than 0.
    payoffs : (B, n) array
        Ties are drawn, so means over ties are those of the certificate.
    """

    title: str
    players: tuple[str, ...]
    types: Array
    bids: Array
    won: Array
    payments: Array
    payoffs: Array

    @property
    def n_draws(self) -> int:
        """Number of draws B."""
        return len(self.won)

    @property
    def sold(self) -> Array:
        """Whether anybody wins anything, ``(B,)``."""
        return np.asarray((self.won > 0).any(axis=1))

    @property
    def price(self) -> Array:
        """What the winners pay, or are paid, for a unit on average, ``(B,)``; NaN of no sale."""
        winning = self.won > 0
        money = np.abs((self.payments * winning).sum(axis=1))
        units = (self.won * winning).sum(axis=1)
        return np.where(units > 0, money / np.where(units > 0, units, 1.0), np.nan)

    @property
    def winner(self) -> Array:
        """The index of who wins, ``(B,)``, -1 where nobody does.

        Raises
        ------
        RefusedError
            If several win something in one draw.
        """
        several = int(((self.won > 0).sum(axis=1) > 1).sum())
        if several:
            raise RefusedError(
                f"several win in {several:,} of {self.n_draws:,} draws, want one winner; see `won`."
            )
        return np.where(self.sold, self.won.argmax(axis=1), -1)

    @property
    def revenue(self) -> Array:
        """What all pay together, ``(B,)``; where suppliers are paid, what they cost the buyer."""
        return np.abs(self.payments.sum(axis=1))

    def to_pandas(self) -> pandas.DataFrame:
        """Return a `pandas.DataFrame` with a row a draw and a column for everything of everyone.

        Raises
        ------
        MissingExtra
            If pandas is not installed.
        """
        frame = require("pandas", "interop").DataFrame(self._columns())
        frame.attrs["title"] = self.title
        return frame

    def _columns(self) -> dict[str, Array]:
        columns = {}
        for name in ("types", "bids", "won", "payments", "payoffs"):
            table = getattr(self, name)
            short = {"types": "type", "bids": "bid", "won": "won"}.get(name, name[:-1])
            for i, player in enumerate(self.players):
                if table.ndim == 2:
                    columns[f"{short}[{player}]"] = table[:, i]
                else:
                    for m in range(table.shape[2]):
                        columns[f"{short} {m + 1}[{player}]"] = table[:, i, m]
        columns["price"] = self.price
        return columns

    def _means(self) -> list[list[str]]:
        rows = []
        for i, player in enumerate(self.players):
            cells = [self.won[:, i], self.payments[:, i], self.payoffs[:, i]]
            rows.append([player, *map(_mean, cells)])
        return rows

    def __str__(self) -> str:
        header = ["", "wins", "pays", "payoff"]
        rows = [header, *self._means()]
        width = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = [
            f"{self.n_draws:,} draws of {self.title}",
            f"sold in {self.sold.mean():.1%} of them, mean price {_mean(self.price[self.sold])}, "
            f"revenue {_mean(self.revenue)}",
            *(
                "  ".join(cell.ljust(w) for cell, w in zip(row, width, strict=True)).rstrip()
                for row in rows
            ),
        ]
        for b in range(min(SHOWN, self.n_draws)):
            happened = []
            for i, player in enumerate(self.players):
                got = f" wins {self.won[b, i]:.3g}" if self.won[b, i] > 0 else ""
                happened.append(
                    f"{player} of {_numbers(self.types[b, i])} bids "
                    f"{_numbers(self.bids[b, i])}{got}"
                )
            price = f"price {self.price[b]:.4g}" if self.sold[b] else "no sale"
            lines.append(f"draw {b + 1}: {'; '.join(happened)}; {price}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"AuctionDraws({self.n_draws:,} draws of {self.title})"

    def _repr_html_(self) -> str:
        from econ_theory.tables import table_html

        first, second, *_ = str(self).split("\n")
        return table_html(f"{first}: {second}", ["", "wins", "pays", "payoff"], self._means())


def _mean(numbers: Array) -> str:
    """Mean and standard error, in so many digits as the latter is worth."""
    if not len(numbers):
        return "none"
    mean, n = float(numbers.mean()), len(numbers)
    if n == 1:
        return f"{mean:.4g}"
    error = float(numbers.std(ddof=1)) / np.sqrt(n)
    digits = int(np.clip(1 - np.floor(np.log10(error)), 0, 12)) if error > 0 else 4
    return f"{mean:.{digits}f} +- {error:.{digits}f}"


def _numbers(values: Array) -> str:
    flat = np.atleast_1d(values)
    return ", ".join("nothing" if np.isnan(x) else f"{x:.4g}" for x in flat)
