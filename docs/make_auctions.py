"""Write the table of ``auctions.md``: the closed forms that the catalog holds.

Run ``python docs/make_auctions.py`` after adding or changing an auction of the catalog; the prose
around the table is kept. A test compares the committed page with what `page` returns.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from econ_theory import catalog
from econ_theory.analysis import revenue
from econ_theory.games import AllPay, AuctionGame, Effort, KthPrice, Power, RiskNeutral, Uniform
from econ_theory.games.payment_rules import WinnerPays

PAGE = Path(__file__).with_name("auctions.md")
START, END = "<!-- written by make_auctions.py, from here -->", "<!-- to here -->"


def payment_name(game: AuctionGame) -> str:
    payment = game.payment
    if isinstance(payment, WinnerPays):
        known = {1.0: "first price", 0.0: "second price"}
        name = known.get(payment.own, f"own bid {payment.own:g}, second {1 - payment.own:g}")
    elif isinstance(payment, KthPrice):
        name = {3: "third price", 4: "fourth price"}[payment.k]
    elif isinstance(payment, AllPay):
        known = {0.0: "all pay", 1.0: "war of attrition"}
        name = known.get(payment.returned, f"all pay, {payment.returned:g} returned")
    else:
        name = "costs of effort"
    if isinstance(payment, (AllPay, Effort)) and len(payment.prizes) > 1:
        name += ", prizes " + ", ".join(f"{prize:g}" for prize in payment.prizes)
    if game.procurement:
        name += ", procurement"
    if game.demand is not None:
        name += ", demand {:g} - {:g} * price".format(*game.demand)
    return name if game.reserve is None else f"{name}, reserve {game.reserve:g}"


def prior_name(prior: Any) -> str:
    if isinstance(prior, Uniform):
        return f"U[{prior.low:g}, {prior.high:g}]"
    assert isinstance(prior, Power)
    base = "v" if prior.high == 1 else f"(v / {prior.high:g})"
    return f"F = {base}^{prior.exponent:g}"


def bidders_name(game: AuctionGame) -> str:
    kinds = [prior_name(prior) for prior in game.priors]
    for i, utility in enumerate(game.utilities):
        if not isinstance(utility, RiskNeutral):
            kinds[i] += f", `{utility}`"
    alike = len(set(kinds)) == 1
    return f"{len(kinds)} of {kinds[0]}" if alike else "; ".join(kinds)


def page() -> str:
    """Return the page with its table written anew."""
    rows = [
        "| name | rule | bidders | bid of type v | revenue | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for entry in catalog.auctions():
        bids = "; ".join(f"`{expression}`" for expression in entry.expressions)
        earned = f"{revenue(entry.game, entry.equilibrium):.4f}"
        cells = (payment_name(entry.game), bidders_name(entry.game), bids, earned, entry.source)
        rows.append(f"| `{entry.name}` | " + " | ".join(cells) + " |")
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(START)
    return before + START + "\n" + "\n".join(rows) + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
