"""The command line itself: which commands there are."""

from __future__ import annotations

import typer

from llm_bridge.cli.auditing import audit
from llm_bridge.cli.doctor import doctor
from llm_bridge.cli.running import compare, demo, report, train, verify
from llm_bridge.cli.solving import solve_file

__all__ = ["app"]

app = typer.Typer(
    name="econ",
    help="Bayesian games, certified equilibria and regret, for theory and for teams of models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("doctor")(doctor)
app.command("solve")(solve_file)
app.command("audit")(audit)
app.command("train")(train)
app.command("compare")(compare)
app.command("verify")(verify)
app.command("report")(report)
app.command("demo")(demo)
