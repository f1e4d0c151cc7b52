"""`python -m llm_bridge.cli` is the `econ` command."""

from llm_bridge.cli import app

if __name__ == "__main__":
    app()
