"""The judge of every game with continuous types."""

from __future__ import annotations

from econ_theory.certificates.continuous.base import Judge
from econ_theory.errors import RefusedError
from econ_theory.families import FAMILIES, family_of, named
from econ_theory.games.continuous.base import ContinuousGame

__all__ = ["judge_of"]


def judge_of(game: ContinuousGame) -> Judge:
    """Return the judge of `game`'s family; of another, one that samples what `ex_post` states.

    Raises
    ------
    RefusedError
        If there is none, and the game states no payoffs of single draws.
    """
    if family := family_of(game):
        return named(family.judge)
    if game.stated_by_payoffs:
        from econ_theory.certificates.continuous.envelope import sampled_gains

        return Judge(sampled_gains)
    raise RefusedError(
        f"{type(game).__name__} has no judge, want one of "
        f"{', '.join(family.name for family in FAMILIES)}; state payoffs draw by draw (ex_post, "
        "action_range) to have them sampled, or add a row to econ_theory.families."
    )
