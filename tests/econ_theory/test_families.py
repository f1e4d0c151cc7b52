"""The table of families: every row leads somewhere, and every family and solver has its place."""

from __future__ import annotations

import inspect

import pytest

from econ_theory import games, solvers
from econ_theory.analysis import revenue
from econ_theory.catalog import auctions
from econ_theory.certificates.continuous import Judge, judge_of
from econ_theory.choice import choices, solver_name
from econ_theory.errors import RefusedError
from econ_theory.families import FAMILIES, family_of, named
from econ_theory.games import AuctionGame, ContinuousGame, LocalGlobalAuction, Uniform

ROWS = {family.name: family for family in FAMILIES}


def test_every_family_handed_out_has_one_row():
    handed = {
        name
        for name in games.__all__
        if inspect.isclass(thing := getattr(games, name))
        and issubclass(thing, ContinuousGame)
        and thing is not ContinuousGame
    }
    assert handed == set(ROWS)
    assert len(FAMILIES) == len(ROWS)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_a_row_names_what_there_is(family):
    assert named(family.game) is getattr(games, family.name)
    assert isinstance(named(family.judge), Judge)
    for name, why in family.solvers:
        solver = getattr(solvers, name)()
        assert solver.continuous, name
        assert why
    if family.revenue:
        assert list(inspect.signature(named(family.revenue)).parameters)[1] == "profile"


def test_every_solver_says_which_games_it_is_for():
    """Those of continuous games are in the table, but for the one that only runs if asked for."""
    listed = {name for family in FAMILIES for name, _ in family.solvers}
    found = set()
    for name in solvers.__all__:
        thing = getattr(solvers, name)
        if inspect.isclass(thing) and hasattr(thing, "propose") and name != "Solver":
            assert thing.continuous is (".continuous." in thing.__module__), name
            found |= {name} if thing.continuous else set()
    assert found - listed == {"PolicyGradient"}
    assert listed <= found


def test_the_table_is_what_judges_choices_and_revenue_read():
    families = {type(entry.game).__name__: entry for entry in auctions()}
    assert set(families) == set(ROWS)
    for name, entry in families.items():
        family = family_of(entry.game)
        assert family is ROWS[name]
        assert judge_of(entry.game) is named(family.judge)
        names = [solver for solver, _ in family.solvers]
        offered = [solver_name(choice.solver) for choice in choices(entry.game)]
        assert offered == [solver for solver in names if solver in offered]


def test_a_subclass_is_judged_and_solved_as_its_base():
    class Mine(AuctionGame):
        """An auction of one's own."""

    game = Mine("second_price", [Uniform(), Uniform(0, 2)])
    assert family_of(game) is ROWS["AuctionGame"]
    assert solver_name(choices(game)[0].solver) == "TruthfulBidding"
    assert revenue(game, [lambda v: v] * 2) == pytest.approx(5 / 12, abs=1e-6)


def test_what_has_no_row_is_told_who_has():
    class Bare(ContinuousGame):
        priors = (Uniform(),)
        summary = "nothing", "1 of U[0, 1]"

        def payoff_range(self, i):
            return 1.0

    assert family_of(Bare()) is None
    with pytest.raises(RefusedError, match=r"Bare has no judge, want one of AuctionGame.*families"):
        judge_of(Bare())
    with pytest.raises(RefusedError, match=LocalGlobalAuction.__name__) as refusal:
        revenue(Bare(), [])
    assert "SplitAward" not in str(refusal.value)
