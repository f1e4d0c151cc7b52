"""Every kind of result goes to JSON and back equal, and pickles; no public result is left out."""

from __future__ import annotations

import importlib
import inspect
import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import econ_theory
from econ_theory import BayesianGame, StrategyProfile, catalog, certify, load_json, solve, solve_all
from econ_theory.analysis import (
    allocation_welfare,
    count_quantal_responses,
    coupling_constant,
    cournot_outcome,
    efficiency,
    gains_from_trade,
    multiplicity,
    prior_sensitivity,
    simulate,
    undominated,
    value_of_information,
    values_from_bids,
)
from econ_theory.audit import StatedClaim, run_audit
from econ_theory.certificates import PlayerGains, recover_exactly
from econ_theory.errors import FormatError
from econ_theory.games import (
    AggregativeGame,
    AuctionGame,
    Cournot,
    DoubleAuction,
    Uniform,
)
from econ_theory.learners import Exp3IX, Hedge, RegretMatching, SwapRegret
from econ_theory.markov import (
    MarkovProfile,
    StepSize,
    best_response,
    certify_markov,
    induced_chain,
    markov_perfect,
    performance_difference,
    q_learning,
    soft_equilibrium,
    value_iteration,
)
from econ_theory.records import KINDS, Record
from econ_theory.records.kinds import ENUMS, class_of, fields_of, kind_of
from econ_theory.regret import (
    bandit_bound,
    comparator_values,
    econ_bound,
    external_regret,
    learner_bound,
    linear_test,
    play_learners,
)
from econ_theory.solvers import CorrelatedLp, ExtremeEnumeration, QuantalResponse
from econ_theory.strategies import AffineProfile, BidFunction, BidProfile, BidSchedule, StepProfile
from econ_theory.strategies.affine import AffineRule
from econ_theory.strategies.steps import StepFunction


@cache
def game() -> BayesianGame:
    """Two types against one, nothing symmetric, labels of all sorts."""
    first = np.array([[[3, 0, 1], [1, 2, 0]], [[0, 2, 2], [4, 1, 0]]], dtype=float)
    second = np.array([[[1, 2, 0], [0, 1, 3]], [[2, 0, 1], [1, 3, 0]]], dtype=float)
    return BayesianGame(
        [[0.25], [0.75]],
        [u.reshape(2, 1, 2, 3) for u in (first, second)],
        players=['Ann\x00 \\ "quote"', "Bob 100% & co_{é}"],
        types=[["low\n", "high"], None],
        title="Nächste",
    )


@cache
def rational() -> BayesianGame:
    third = [[Fraction(2, 3), Fraction(0)], [Fraction(0), Fraction(1)]]
    other = [[Fraction(0), Fraction(3, 7)], [Fraction(1), Fraction(0)]]
    return BayesianGame([[Fraction(1)]], [np.array([[u]]) for u in (third, other)])


@cache
def solution():
    return solve(game(), rng=1)


@cache
def auction_solution():
    """Its certificate has few intervals: a file of 40 kB."""
    return solve(COURNOT)


@cache
def markov_game():
    return catalog.random_markov_game(2, 2, (2, 3), discount=0.6, rng=3)


@cache
def markov_solution():
    return markov_perfect(markov_game(), rng=0)


@cache
def play(feedback: str = "expected", checkpoints: Any = None):
    learner = Exp3IX() if feedback == "bandit" else Hedge()
    return play_learners(
        game(), learner, 12, feedback=feedback, n_runs=2, checkpoints=checkpoints, rng=0
    )


@cache
def surely():
    return play_learners(game(), Hedge(), 12)


def exhausted(search):
    list(search)
    return search


@cache
def learned():
    return q_learning(
        markov_game(),
        learners=[0],
        fixed=MarkovProfile.uniform(markov_game()),
        n_steps=50,
        schedule=StepSize(power=0.7),
        rng=0,
    )


@cache
def audit():
    return run_audit(only="ECON-R±", quick=True)


STEP = StepFunction([0.3, 0.6], [0.0, 0.5, 1.0])
BID = BidFunction([0.0, 0.5, 1.0], [0.0, 0.125, 1 / 3])
AUCTION = AuctionGame("first_price", [Uniform(), Uniform()])
COURNOT = AggregativeGame(Cournot(1.0, 1.0), [Uniform(0.1, 0.3), Uniform(0.0, 0.3)])

MAKE: dict[str, Callable[[], Any]] = {
    "game": rational,
    "markov-game": markov_game,
    "labels": lambda: game().labels,
    "strategy-profile": lambda: StrategyProfile([[[Fraction(1, 3), Fraction(2, 3)]], [[0.1, 0.9]]]),
    "bid-function": lambda: BID,
    "bid-schedule": lambda: BidSchedule([BID, BID.scaled(0.5)]),
    "bid-profile": lambda: BidProfile([BID, BidSchedule([BID, BID]), BID]),
    "affine-rule": lambda: AffineRule([[0.1, -0.0]], [1e-300]),
    "affine-profile": lambda: AffineProfile([([0.5, 1 / 3], 1.0), (0.25, 0.0)]),
    "step-function": lambda: STEP,
    "step-profile": lambda: StepProfile([STEP, StepFunction([], [0.25])]),
    "markov-profile": lambda: MarkovProfile.random(markov_game(), rng=0),
    "certificate": lambda: certify(rational(), solve(rational()).profile.exact, arithmetic="exact"),
    "continuous-certificate": lambda: auction_solution().certificate,
    "markov-certificate": lambda: certify_markov(
        markov_game(), MarkovProfile.uniform(markov_game())
    ),
    "player-gains": lambda: PlayerGains(
        np.array([[0.0, 1.0]]), *np.array([[0.5], [0.25], [0.1], [1.0]]), utility=0.3
    ),
    "deviation": lambda: solution().certificate.worst,
    "bid-deviation": lambda: auction_solution().certificate.worst,
    "markov-deviation": lambda: markov_solution().certificate.worst,
    "existence": lambda: certify(game(), solution().profile, arithmetic="interval").existence,
    "recovery": lambda: recover_exactly(rational(), solve(rational()).profile),
    "solution": solution,
    "continuous-solution": auction_solution,
    "equilibria": lambda: exhausted(solve_all(rational())),
    "auction-draws": lambda: simulate(AUCTION, solve(AUCTION).profile, 20, rng=0),
    "value-estimate": lambda: values_from_bids(MAKE["auction-draws"]().bids),
    "observed-bids": lambda: MAKE["value-estimate"]().seen,
    "value-band": lambda: MAKE["value-estimate"]().band([0.4, 0.5], resamples=4, rng=0),
    "markov-solution": markov_solution,
    "soft-equilibrium": lambda: soft_equilibrium(markov_game(), 0.5),
    "correlated-equilibrium": lambda: CorrelatedLp().solve(game()),
    "branch": lambda: QuantalResponse(temperature=0.5).trace(game()),
    "component": lambda: ExtremeEnumeration().components(rational())[0],
    "nash-subset": lambda: ExtremeEnumeration().components(rational())[0].subsets[0],
    "best-response": lambda: best_response(markov_game(), MarkovProfile.uniform(markov_game()), 1),
    "decision": lambda: MAKE["best-response"]().decision,
    "markov-chain": lambda: induced_chain(markov_game(), MarkovProfile.uniform(markov_game())),
    "sweep": lambda: next(iter(value_iteration(markov_game(), rng=0))),
    "performance-difference": lambda: performance_difference(
        markov_game(), MarkovProfile.uniform(markov_game()), markov_solution().profile, 0
    ),
    "q-learning-trace": learned,
    "error-exponent": lambda: learned().exponent(burn_in=2, rng=0),
    "step-size": lambda: StepSize(power=0.7),
    "epsilon-greedy": lambda: learned().exploration,
    "softmax": lambda: class_of("softmax")(),
    "play-trace": lambda: play("realized"),
    "play-summary": lambda: play("bandit", (3, 12)),
    "player-sums": lambda: play("bandit", (3, 12)).sums["realized"][1],
    "draws": lambda: play("realized").draws,
    "regret-trace": lambda: external_regret(play("realized").observed),
    "comparator": lambda: comparator_values(game(), [solution()]),
    "rate": lambda: external_regret(play("realized")).rate(),
    "linear-test": lambda: linear_test(np.cumsum(np.random.default_rng(0).random((4, 30)), axis=1)),
    "bound": lambda: bandit_bound(game(), Exp3IX(), delta=0.05),
    "bound-check": lambda: learner_bound(game(), Hedge()).check(external_regret(surely())),
    "promise": lambda: learner_bound(game(), [RegretMatching(), SwapRegret(Hedge())]).value,
    "power": lambda: econ_bound(n_agents=2, discount=0.9).trivial,
    "allocation-welfare": lambda: allocation_welfare(AUCTION, [lambda v: v / 2] * 2),
    "gains-from-trade": lambda: gains_from_trade(
        DoubleAuction(0.5), [lambda v: v / 2, lambda v: v / 2 + 0.5]
    ),
    "coupling": lambda: coupling_constant(game()),
    "reduction": lambda: undominated(game()),
    "information-value": lambda: value_of_information(game(), 0),
    "cournot-outcome": lambda: cournot_outcome(COURNOT, solve(COURNOT).profile),
    "multiplicity": lambda: multiplicity(game(), [solution()]),
    "quantal-count": lambda: count_quantal_responses(game(), 1.0, n_starts=3),
    "sensitivity": lambda: prior_sensitivity(rational(), solve(rational()).profile),
    "efficiency": lambda: efficiency(game(), [solution()]),
    "ledger": audit,
    "row": lambda: audit().rows[0],
    "stated-claim": lambda: StatedClaim("X", "all is well", "folklore", ("none",)),
    "finding": lambda: audit().rows[0].finding,
    "picture": lambda: audit()["ECON-R±"].finding.picture,
    "curve": lambda: made("picture").curves[0],
}
LEARNERS = [name for name, place in KINDS.items() if ".learners." in place]
MAKE |= {name: lambda name=name: class_of(name)() for name in LEARNERS if name != "swap-regret"}
MAKE["swap-regret"] = lambda: SwapRegret(Hedge())


@cache
def made(kind: str) -> Any:
    return MAKE[kind]()


def alike(one: Any, other: Any) -> bool:
    """Whether two values are of one type and hold the same, bit for bit."""
    if isinstance(one, np.generic):
        one = one.item()
    if isinstance(other, np.generic):
        other = other.item()
    if isinstance(one, str):
        return one == other
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        if one.dtype == object:
            return one.tolist() == other.tolist()
        return one.tobytes() == other.tobytes()
    if isinstance(one, BayesianGame):
        return alike(vars_of_game(one), vars_of_game(other))
    if kind_of(type(one)) in KINDS:
        return alike(fields_of(one), fields_of(other))
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, Mapping):
        return alike(sorted(one), sorted(other)) and all(alike(one[k], other[k]) for k in one)
    if isinstance(one, float):
        return repr(one) == repr(other)
    return one == other


def vars_of_game(game: BayesianGame) -> tuple[Any, ...]:
    return game.given, game.players, game.types, game.actions, game.title


def test_every_kind_has_an_example_and_its_class_exists():
    assert set(MAKE) == set(KINDS)
    for name in set(KINDS):
        assert kind_of(class_of(name)) == name
    assert all(issubclass(class_of(name), Enum) for name in ENUMS)


@pytest.mark.parametrize("kind", MAKE)
def test_a_record_goes_to_json_and_back_equal(kind):
    record = made(kind)
    assert kind_of(type(record)) == kind
    text = Record.to_json(record)
    assert json.loads(text)["schema"] == f"econ-theory/{kind}"
    back = load_json(text)
    assert alike(record, back)
    assert Record.to_json(back) == text
    for array in arrays(back):
        assert not array.flags.writeable


@pytest.mark.parametrize("kind", MAKE)
def test_a_record_pickles_equal(kind):
    record = made(kind)
    back = pickle.loads(pickle.dumps(record))
    assert alike(record, back)
    if is_dataclass(record):
        for array in arrays(back):
            assert not array.flags.writeable


def arrays(value: Any) -> list[np.ndarray]:
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return [array for part in value for array in arrays(part)]
    if is_dataclass(value):
        return [array for part in fields_of(value).values() for array in arrays(part)]
    return []


NOT_RECORDS = {
    # Games and what they are made of: a continuous game has functions for priors and payoffs.
    "games": {
        "SampledPrior",
        "AggregativeGame", "AllPay", "AuctionGame", "Bertrand", "Cara", "Charity", "CommonValue",
        "Contest", "Cournot", "Crra", "CustomPayoff", "DoubleAuction", "Effort", "Empirical",
        "FgmPair", "GaussianGame", "GaussianPair", "IndependentSignals", "InterdependentAuction",
        "Known", "KthPrice", "LinearQuadratic", "LinearShares", "LocalGlobalAuction",
        "MarginalBounds", "Mixture", "MultiUnitAuction", "ParticipationGame", "Power", "PublicGood",
        "ReturnOnInvestment", "RiskNeutral", "ScipyPrior", "SignalSum", "SmoothPayoff", "Spite",
        "SplitAward", "Uniform", "WinnerPays",
    },
    # Settings and catalog entries: code to be written again, no results.
    "solvers": None,
    "catalog": {"AuctionEntry", "Entry"},
}  # fmt: skip
"""Public dataclasses and named tuples, by folder, that are no results; None stands for all."""

SOLVER_RESULTS = {"Branch", "Component", "CorrelatedEquilibrium", "NashSubset"}


def public_classes() -> list[tuple[str, str, type]]:
    root = Path(econ_theory.__file__).parent
    found = []
    for stub in sorted([*root.glob("*/__init__.pyi"), root / "__init__.pyi"]):
        folder = ".".join(stub.parent.relative_to(root.parent).parts)
        package = importlib.import_module(folder)
        for name in package.__all__:
            thing = getattr(package, name)
            if inspect.isclass(thing) and (is_dataclass(thing) or hasattr(thing, "_fields")):
                found.append((thing.__module__.split(".")[1], name, thing))
    return found


def test_no_public_result_is_left_out():
    classes = public_classes()
    assert len(classes) > 100
    for folder, name, thing in classes:
        excluded = NOT_RECORDS.get(folder, set())
        if folder == "solvers" and name not in SOLVER_RESULTS:
            assert kind_of(thing) is None
            continue
        assert (kind_of(thing) in KINDS) != (name in (excluded or ())), f"{folder}: {name}"


@pytest.mark.parametrize("kind", KINDS)
def test_results_have_to_json(kind):
    cls = class_of(kind)
    parts = ".learners." in KINDS[kind] or ".schedules" in KINDS[kind]
    if not (parts or hasattr(cls, "_fields") or kind in ("promise", "power")):
        assert issubclass(cls, Record)


@pytest.mark.parametrize("kind", MAKE)
def test_a_changed_file_is_refused_in_a_sentence_or_is_another_record(kind):
    fields_ = json.loads(Record.to_json(made(kind)))
    names = [name for name in fields_ if name not in ("schema", "version")]
    with pytest.raises(FormatError, match=r'field ".*version" is 2, want 1'):
        load_json(json.dumps({**fields_, "version": 2}))
    with pytest.raises(FormatError, match='"extra" is unknown'):
        load_json(json.dumps({**fields_, "extra": 1}))
    for name in names:
        for strange in (None, 3, -1.5, "x", True, [], [[]], {"list": []}, {"mapping": {}}, {}):
            said = outcome(json.dumps({**fields_, name: strange}))
            assert said == kind or (said.startswith("text: ") and said.endswith("."))


def outcome(text: str) -> str:
    """What loading gives: the name of a kind, or the sentence that refuses."""
    try:
        return kind_of(type(load_json(text))) or "no record"
    except FormatError as error:
        return str(error)
