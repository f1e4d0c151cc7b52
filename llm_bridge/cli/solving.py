"""`econ solve FILE`: read a game, solve it, print the equilibrium and its certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from econ_theory import BayesianGame, Solution, solve, solve_all, solvers
from econ_theory.certificates import certify
from econ_theory.errors import SettingError
from econ_theory.interop import read_efg, read_json, read_nfg
from llm_bridge.cli.console import EXIT_NOT_CONVERGED, emit, guarded, out

__all__ = ["solve_file"]

READERS = {".efg": read_efg, ".nfg": read_nfg, ".json": read_json}


@guarded
def solve_file(
    file: Annotated[Path, typer.Argument(help="A game: .efg, .nfg or .json.")],
    solver: Annotated[
        str | None, typer.Option(help="Solver by name, e.g. Lemke; default: chosen by the game.")
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="List all equilibria, as far as can be told.")
    ] = False,
    tol: Annotated[float, typer.Option(help="Share of the payoff range.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Seed of anything random.")] = 0,
    max_seconds: Annotated[float | None, typer.Option(help="Time limit.")] = None,
    exact: Annotated[bool, typer.Option(help="Certify in rational arithmetic too.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Solve a game file and certify the answer."""
    game = _read(file)
    chosen = None if solver is None else _solver(solver)
    if all_:
        search = solve_all(game, chosen, rng=seed)
        found = list(search)
        if json_:
            emit([_as_dict(game, solution, exact) for solution in found])
            return
        for solution in found:
            _show(game, solution, exact)
        out.print(search.line, markup=False)
        return
    solution = solve(
        game,
        chosen,
        rng=seed,
        tol=tol,
        max_seconds=max_seconds,
        throw=False,
        progress=not json_,
    )
    if json_:
        emit(_as_dict(game, solution, exact))
    else:
        _show(game, solution, exact)
    if solution.status.name != "CONVERGED":
        raise typer.Exit(EXIT_NOT_CONVERGED)


def _read(file: Path) -> BayesianGame:
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise SettingError(
            f"{file} ends in {file.suffix or 'nothing'!r}, want one of {', '.join(READERS)}."
        )
    if not file.is_file():
        raise SettingError(f"{file} is not a file, want a game to read.")
    return reader(file)


def _solver(name: str) -> solvers.Solver:
    known = {
        candidate: getattr(solvers, candidate)
        for candidate in solvers.__all__
        if candidate not in ("Solver", "Proposals", "Chain")
    }
    if name not in known:
        raise SettingError(f"solver is {name!r}, want one of {', '.join(known)}.")
    return known[name]()


def _as_dict(game: BayesianGame, solution: Solution, exact: bool) -> dict[str, Any]:
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
    if exact:
        proof = certify(game, solution.profile, arithmetic="exact")
        result["exact_epsilon"] = str(proof.epsilon)
    return result


def _show(game: BayesianGame, solution: Solution, exact: bool) -> None:
    from rich.table import Table

    for i, row in enumerate(solution.profile.rows):
        table = Table(title=game.players[i], title_justify="left")
        table.add_column("type")
        for label in game.actions[i]:
            table.add_column(label, justify="right")
        for label, probabilities in zip(game.types[i], row, strict=True):
            table.add_row(label, *(f"{float(p):.6g}" for p in probabilities))
        out.print(table)
    out.print(solution.line, markup=False)
    if solution.reason:
        out.print(solution.reason, markup=False)
    if exact:
        proof = certify(game, solution.profile, arithmetic="exact")
        out.print(f"exact epsilon = {proof.epsilon} ({float(proof.epsilon):.3g})", markup=False)
