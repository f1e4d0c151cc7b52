"""Write the table of ``choose-a-solver.md``: it is what the solvers themselves say.

Run ``python docs/make_choose_a_solver.py`` after adding or changing a solver; the prose around the
table is kept. A test compares the committed page with what `page` returns, and an exported solver
without a line in `FINDS` or `BIDS` is an error.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np

from econ_theory import BayesianGame, solvers
from econ_theory.catalog import random_game
from econ_theory.games import AuctionGame, Uniform
from econ_theory.solvers import Chain, Lemke, SelfPlay, Solver

FINDS = {
    "Lemke": "one equilibrium, near a start if there is one",
    "ZeroSumLp": "one equilibrium: maximin strategies",
    "PureEnumeration": "all pure equilibria",
    "SupportEnumeration": "all equilibria of a nondegenerate game; says if it met ties",
    "ExtremeEnumeration": "all extreme equilibria; by `.components(game)` connected sets",
    "IndifferenceNewton": "the equilibrium near a start: a polish",
    "GlobalNewton": "one equilibrium; with `max_equilibria`, all those on a path",
    "Chain": "what its parts find, each started from the best so far; here self-play, pivoting",
    "SelfPlay": "one approximate equilibrium; any regret minimizer learns",
    "MirrorDescent": "one approximate equilibrium, or the quantal response at a temperature",
    "FictitiousPlay": "one approximate equilibrium, where empirical play converges",
    "BestResponseDynamics": "one approximate equilibrium, where the dynamics converge",
    "Replicator": "one approximate equilibrium, where the flow converges",
    "QuantalResponse": "quantal response equilibria, to the limit; by `.trace(game)` the branch",
    "CorrelatedLp": "by `.solve(game)` the best correlated equilibrium of four kinds",
}

BIDS = {
    "SymmetricAuction": "the equilibrium of bidders who are alike, by quadrature",
    "ReserveBidding": "a reserve that one bidder at most is worth: it bids just that",
    "TruthfulBidding": "truthful bids, dominant in the second-price auction",
    "AsymmetricAllPay": "the equilibrium of two unequal bidders who all pay",
    "MilgromWeber": "the symmetric equilibrium of affiliated signals and related values",
    "AsymmetricFirstPrice": "the equilibrium of unequal bidders, where the winner pays its bid",
    "BilateralTrade": "an equilibrium of the double auction; `through` chooses another",
    "BidResponse": "an equilibrium of an aggregative game, by best responses",
    "LinearGaussian": "affine equilibria of normal signals and quadratic payoffs",
    "CoreBidding": "the equilibrium of two locals against a global bidder, core payments",
    "DualAveraging": "a monotone equilibrium of any game whose payoffs can be evaluated",
    "MultiUnit": "the equilibrium of an auction of several units, bidders alike",
    "SplitAwards": "pooling at a price, or winner-takes-all, of a split award",
    "Cutoffs": "cutoffs of who joins; by `.equilibria(game)` all equilibria it meets",
    "PolicyGradient": "networks that climb their payoffs; never chosen by itself, needs torch",
}

PAGE = Path(__file__).parent / "choose-a-solver.md"
CONTINUOUS = "Where types and bids are continuous (`AuctionGame`), `solve` chooses between:"
MARKS = "<!-- written by make_choose_a_solver.py, from here -->", "<!-- to here -->"


def probes() -> dict[str, BayesianGame]:
    """Return the games that every solver is asked about, by name."""
    flat = np.broadcast_to(0.0, (40, 40, 40, 40)).copy()
    flat[..., 0, 0] = 1.0
    return {
        "1 player": random_game(2, 2, n_players=1, rng=0),
        "2 players, zero-sum": random_game(2, 2, rng=0, zero_sum=True),
        "2 players": random_game(2, 2, rng=0),
        "3 players": random_game(2, 2, n_players=3, rng=0),
        "large": BayesianGame(np.full((40, 40), 1 / 1600), [flat, flat]),
    }


def auctions() -> dict[str, AuctionGame]:
    """Return the games of continuous types that the solvers of `BIDS` are asked about, by name."""
    return {
        "first price, alike": AuctionGame("first_price", Uniform(0, 1), 3),
        "first price, unequal": AuctionGame("first_price", [Uniform(0, 1), Uniform(0, 2)]),
        "second price, unequal": AuctionGame("second_price", [Uniform(0, 1), Uniform(0, 2)]),
        "all-pay, unequal": AuctionGame("all_pay", [Uniform(0, 1), Uniform(0, 2)]),
    }


def exported() -> dict[str, Any]:
    """Return one instance of every exported solver, in the order of `FINDS` and `BIDS`."""
    made: dict[str, Any] = {"Chain": Chain((SelfPlay(), Lemke()), steps=(20, 500))}
    for name in solvers.__all__:
        thing = getattr(solvers, name)
        if inspect.isclass(thing) and hasattr(thing, "refuses") and thing not in (Solver, Chain):
            made[name] = thing()
    if differ := set(made) ^ {*FINDS, *BIDS}:
        raise KeyError(f"FINDS, BIDS and the exported solvers differ in {differ}")
    return {name: made[name] for name in (*FINDS, *BIDS)}


def exactness(solver: Any) -> str:
    """Return in words what the last proposal of `solver` is."""
    if getattr(solver, "arithmetic", "") == "exact":
        return "rational"
    if not hasattr(solver, "exact"):
        return "to the program's 1e-10"
    return "to rounding" if solver.exact else "to `tol`"


def refusals(solver: Any, games: dict[str, Any]) -> str:
    """Return the solver's words on each game that it refuses, equal words once."""
    named: dict[str, list[str]] = {}
    for name, game in games.items():
        words = solver.refuses(game)
        if words:
            named.setdefault(words, []).append(name)
    return "<br>".join(f"*{'; '.join(names)}*: {words}" for words, names in named.items())


def table(finds: dict[str, str], games: dict[str, Any]) -> str:
    """Return the table of the solvers that `finds` tells of, one row a solver."""
    rows = ["| solver | what it finds | exact | refuses | source |", "| --- " * 5 + "|"]
    for name, solver in exported().items():
        if name in finds:
            words = refusals(solver, games)
            cells = (f"`{name}`", finds[name], exactness(solver), words, solver.source)
            rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def page() -> str:
    """Return the page with its table brought up to date."""
    before, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    tables = f"{table(FINDS, probes())}\n\n{CONTINUOUS}\n\n{table(BIDS, auctions())}"
    return f"{before}{MARKS[0]}\n{tables}\n{MARKS[1]}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
