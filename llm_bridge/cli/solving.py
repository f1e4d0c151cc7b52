"""`econ solve FILE`: read a game, solve it, print the equilibrium and its certificate."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from econ_theory import BayesianGame, Solution, StrategyProfile, solve, solve_all
from econ_theory.certificates import certify, recover_exactly
from econ_theory.choice import solver_kinds
from econ_theory.driver import EXACT_TOL
from econ_theory.errors import SettingError
from econ_theory.solvers import Solver
from llm_bridge.cli.console import (
    EXIT_NOT_CONVERGED,
    complain,
    emit,
    guarded,
    out,
    say,
    shown,
)
from llm_bridge.cli.files import check_target, read_game

__all__ = ["solve_file", "solver_names"]

MOST_COLUMNS = 8
"""Actions up to which each has a column; more are listed where they are played."""

MOST_CHARACTERS = 20
"""Length up to which a person is shown a probability as a fraction."""

Choices = Annotated[
    str | None,
    typer.Option(help="Solver by name, e.g. Lemke; a wrong name lists them. Default: by the game."),
]


@guarded
def solve_file(
    file: Annotated[Path, typer.Argument(help="A game: .efg, .nfg or .json.")],
    solver: Choices = None,
    all_: Annotated[
        bool, typer.Option("--all", help="List all equilibria, as far as can be told.")
    ] = False,
    tol: Annotated[
        float | None, typer.Option(help="Share of the payoff range; 0.001, with --all 1e-9.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of anything random.")] = 0,
    max_seconds: Annotated[float | None, typer.Option(help="Time limit.")] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="The rational equilibrium, certified exactly.")
    ] = False,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="Keep the result in this file, for load_json.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Solve a game file and certify the answer."""
    check_target(out_file, ".json", file)
    game = read_game(file)
    chosen = None if solver is None else _solver(solver)
    if all_:
        tol = EXACT_TOL if tol is None else tol
        search = solve_all(game, chosen, rng=seed, tol=tol, max_seconds=max_seconds)
        found = [_Answer.of(game, solution, exact) for solution in search]
        kept: Any = search
        summary = search.line
        data: Any = {
            "complete": search.complete,
            "reason": str(search.reason),
            "equilibria": [answer.data for answer in found],
        }
    else:
        bar = not json_ and sys.stderr is not None and sys.stderr.isatty()
        solution = solve(
            game,
            chosen,
            rng=seed,
            tol=1e-3 if tol is None else tol,
            max_seconds=max_seconds,
            throw=False,
            progress=bar,
        )
        found, summary = [_Answer.of(game, solution, exact)], ""
        data, kept = found[0].data, found[0].kept
    if out_file is not None:
        kept.to_json(out_file)
        complain(f"wrote {out_file}", style="")
    if json_:
        emit(data)
    else:
        for k, answer in enumerate(found, start=1):
            if all_:
                say(f"equilibrium {k} of {len(found)}", style="bold")
            answer.show()
        if all_:
            say(summary)
    if not all_ and found[0].solution.status.name != "CONVERGED":
        raise typer.Exit(EXIT_NOT_CONVERGED)


def solver_names() -> tuple[str, ...]:
    """Return the names of the solvers of finite games, as `econ solve --solver` takes them.

    >>> "Lemke" in solver_names(), "CorrelatedLp" in solver_names(), "Cutoffs" in solver_names()
    (True, False, False)
    """
    return tuple(name for name, kind in solver_kinds().items() if not kind.continuous)


def _solver(name: str) -> Solver:
    kind = solver_kinds().get(name)
    if kind is None:
        raise SettingError(f"solver is {name!r}, want one of {', '.join(solver_names())}.")
    return kind()


class _Answer(NamedTuple):
    """A solution, and in rational arithmetic its profile (if any), epsilon and how it was found."""

    game: BayesianGame
    solution: Solution
    rational: StrategyProfile | None = None
    epsilon: Fraction | None = None
    why: str = ""

    @classmethod
    def of(cls, game: BayesianGame, solution: Solution, exact: bool) -> _Answer:
        if not exact:
            return cls(game, solution)
        given = certify(game, solution.profile, arithmetic="exact")
        if given.epsilon == 0:
            return cls(game, solution, solution.profile.exact, Fraction(0), "exact as it stands")
        if game.n_players != 2:
            why = "with more than two players equilibria are irrational in general"
            return cls(game, solution, None, Fraction(given.epsilon), why)
        recovery = recover_exactly(game, solution.profile)
        if recovery.certificate is None:
            return cls(game, solution, None, Fraction(given.epsilon), recovery.reason)
        epsilon = Fraction(recovery.certificate.epsilon)
        return cls(game, solution, recovery.profile, epsilon, recovery.reason)

    @property
    def kept(self) -> Solution:
        """The solution, with the rational profile in its place where there is one."""
        if self.rational is None:
            return self.solution
        certificate = certify(self.game, self.rational, arithmetic="exact")
        return replace(self.solution, profile=self.rational, certificate=certificate)

    @property
    def data(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        game, solution = self.game, self.solution
        certificate = solution.certificate
        result = {
            "title": game.title,
            "epsilon": float(certificate.epsilon),
            "relative": float(certificate.relative),
            "ex_ante": float(certificate.ex_ante),
            "status": solution.status.name.lower(),
            "solver": solution.solver,
            "reason": solution.reason,
            "seconds": solution.seconds,
            "players": list(game.players),
            "types": [list(labels) for labels in game.types],
            "actions": [list(labels) for labels in game.actions],
            "strategies": [row.tolist() for row in solution.profile.floating.rows],
        }
        if self.epsilon is not None:
            exact = self.rational and [
                [[_digits(p) for p in row] for row in rows] for rows in self.rational.exact.rows
            ]
            result["exact_strategies"] = exact
            result["exact_epsilon"] = _digits(self.epsilon)
            result["exact_reason"] = self.why
        return result

    def show(self) -> None:
        """Print the strategies by label, then the certificate, then why."""
        from rich.table import Table

        game, solution = self.game, self.solution
        profile = self.rational or solution.profile
        for i, rows in enumerate(profile.rows):
            table = Table(title=shown(game.players[i]), title_justify="left")
            table.add_column("type")
            wide = len(game.actions[i]) <= MOST_COLUMNS
            for label in game.actions[i] if wide else ["plays"]:
                table.add_column(shown(label), justify="right" if wide else "left")
            for label, row in zip(game.types[i], rows, strict=True):
                cells = [_probability(p) for p in row]
                if not wide:
                    played = zip(game.actions[i], cells, row, strict=True)
                    cells = [", ".join(f"{name} {cell}" for name, cell, p in played if p)]
                table.add_row(shown(label), *map(shown, cells))
            out.print(table)
        say(solution.line)
        if solution.reason:
            say(solution.reason)
        if self.epsilon is not None:
            size = f" ({float(self.epsilon):.3g})" if self.epsilon else ""
            say(f"exact epsilon = {_probability(self.epsilon)}{size}: {self.why}")


def _probability(p: Any) -> str:
    if isinstance(p, Fraction):
        small = max(p.numerator.bit_length(), p.denominator.bit_length()) < 200
        text = str(p) if small else ""
        if 0 < len(text) <= MOST_CHARACTERS:
            return text
    return f"{float(p):.6g}"


def _digits(value: Fraction) -> str:
    """Return all digits of a fraction, however many; Python stops at 4,300 to be safe from input.

    >>> len(_digits(Fraction(1, 10**5000)))
    5003
    """
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return str(Fraction(value))
    finally:
        sys.set_int_max_str_digits(most)
