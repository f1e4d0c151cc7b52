"""The command line itself: which commands there are."""

from __future__ import annotations

import io
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from llm_bridge.cli.auditing import audit
from llm_bridge.cli.console import emit
from llm_bridge.cli.doctor import doctor
from llm_bridge.cli.running import compare, demo, report, train, verify
from llm_bridge.cli.showing import show
from llm_bridge.cli.solving import solve_file

__all__ = ["app"]


class _Commands(TyperGroup):
    """The group of commands; a wrong command line is JSON too where JSON was asked for.

    A terminal that lacks a character is shown its escape.
    """

    def main(self, *args: Any, **options: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*args, **options)

    def invoke(self, ctx: typer.Context) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        wanted = "--json" in (*getattr(ctx, "_protected_args", ()), *ctx.args)
        try:
            return super().invoke(ctx)
        except Exception as error:
            words = getattr(error, "format_message", None)
            if wanted and words is not None:
                emit({"error": words()})
            raise


app = typer.Typer(
    name="econ",
    cls=_Commands,
    help="Bayesian games, certified equilibria and regret, for theory and for teams of models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("doctor")(doctor)
app.command("solve")(solve_file)
app.command("show")(show)
app.command("audit")(audit)
app.command("train")(train)
app.command("compare")(compare)
app.command("verify")(verify)
app.command("report")(report)
app.command("demo")(demo)
