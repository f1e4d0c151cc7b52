"""Write the table of ``auctions.md``: the closed forms that the catalog holds.

Run ``python docs/make_auctions.py`` after adding or changing an auction of the catalog; the prose
around the table is kept. A test compares the committed page with what `page` returns.
"""

from __future__ import annotations

from pathlib import Path

from econ_theory import catalog
from econ_theory.analysis import revenue
from econ_theory.games import AuctionGame, InterdependentAuction, LocalGlobalAuction

SELLING = AuctionGame, InterdependentAuction, LocalGlobalAuction
"""Families whose seller earns what `revenue` knows."""

PAGE = Path(__file__).with_name("auctions.md")
START, END = "<!-- written by make_auctions.py, from here -->", "<!-- to here -->"


def page() -> str:
    """Return the page with its table written anew."""
    rows = [
        "| name | rules | players | plays as type v | revenue | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for entry in catalog.auctions():
        bids = "; ".join(f"`{expression}`" for expression in entry.expressions)
        earned = ""
        if isinstance(entry.game, SELLING):
            earned = f"{revenue(entry.game, entry.equilibrium):.4f}"
        cells = (*entry.game.summary, bids, earned, entry.source)
        rows.append(f"| `{entry.name}` | " + " | ".join(cells) + " |")
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    return before + START + "\n" + "\n".join(rows) + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
