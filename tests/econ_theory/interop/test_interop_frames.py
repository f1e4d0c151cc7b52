"""Tidy frames: every number of a result once, in the game's order, by the game's labels."""

from __future__ import annotations

import numpy as np
import pytest

from econ_theory import BayesianGame, StrategyProfile, certify, solve, solve_all
from econ_theory.audit import Finding, Ledger, Row, StatedClaim
from econ_theory.catalog import random_markov_game
from econ_theory.errors import GameError, RefusedError
from econ_theory.interop import frames, to_pandas
from econ_theory.learners import Exp3, Hedge
from econ_theory.markov import MarkovProfile, certify_markov, markov_perfect
from econ_theory.regret import external_regret, play_learners
from econ_theory.solvers import QuantalResponse
from econ_theory.strategies import AffineProfile, BidFunction, BidProfile, BidSchedule, StepProfile
from econ_theory.strategies.steps import StepFunction

pandas = pytest.importorskip("pandas")


def test_a_profile_by_its_labels(labelled_game):
    profile = StrategyProfile.random(labelled_game, rng=0)
    frame = to_pandas(profile)
    assert list(frame.columns) == ["player", "type", "action", "probability"]
    assert list(frame["player"].cat.categories) == ["Row", "Column"]
    for i, player in enumerate(labelled_game.players):
        mine = frame[frame["player"] == player]
        table = mine.pivot(index="type", columns="action", values="probability")
        table = table.loc[list(labelled_game.types[i]), list(labelled_game.actions[i])]
        assert table.to_numpy().tolist() == profile.rows[i].tolist()


def test_a_certificate_names_who_gains_and_how(labelled_game):
    certificate = certify(labelled_game, StrategyProfile.uniform(labelled_game))
    frame = to_pandas(certificate)
    row = frame.loc[frame["gain"].idxmax()]
    worst = certificate.worst
    assert row["gain"] == certificate.epsilon
    assert (row["player"], row["type"], row["action"]) == (
        labelled_game.players[worst.i],
        labelled_game.types[worst.i][worst.t],
        labelled_game.actions[worst.i][worst.a],
    )
    assert len(frame) == sum(labelled_game.n_types)
    assert frame.groupby("player", observed=True)["probability"].sum().round(9).tolist() == [1, 1]


def test_markov_results_by_state():
    game = random_markov_game(2, (2, 1), (2, 3), discount=0.5, rng=0)
    certificate = certify_markov(game, MarkovProfile.uniform(game))
    frame = to_pandas(certificate)
    assert frame["gain"].max() == certificate.epsilon
    for i in range(2):
        mine = frame[frame["player"] == f"player {i + 1}"]
        assert mine["one_shot"].tolist() == certificate.one_shot[i].tolist()
        assert mine["gain"].tolist() == certificate.gains[i].tolist()
    solution = markov_perfect(game, rng=0)
    probabilities = to_pandas(solution)
    chosen = probabilities[
        (probabilities["player"] == "player 2") & (probabilities["state"] == "s2")
    ]
    assert chosen["probability"].tolist() == solution.profile.rows[1][1].ravel().tolist()
    assert probabilities.attrs["status"] == "CONVERGED"


def test_equilibria_are_numbered_from_one():
    u = np.array([[2, 0], [0, 1]]).reshape(1, 1, 2, 2)
    found = solve_all(BayesianGame([[1]], [u, u]))
    frame = to_pandas(found)
    assert frame["equilibrium"].unique().tolist() == [1, 2, 3]
    assert (frame["epsilon"] == 0).all()
    assert frame.attrs["complete"] is True
    each = [solve(BayesianGame([[1]], [u, u]), rng=seed) for seed in range(2)]
    assert to_pandas(each)["equilibrium"].max() == 2


def test_play_and_regret_by_run_and_step():
    game = BayesianGame([[1]], [np.eye(2).reshape(1, 1, 2, 2), -np.eye(2).reshape(1, 1, 2, 2)])
    play = play_learners(
        game, Exp3(), 9, feedback="bandit", n_runs=3, checkpoints=[1, 4, 6, 9], rng=0
    )
    regret = external_regret(play.realized)
    frame = to_pandas(regret)
    assert len(frame) == 3 * 4 * 2
    one = frame[(frame["run"] == 2) & (frame["step"] == 9) & (frame["player"] == "player 2")]
    assert one["regret"].tolist() == [regret.cumulative[1, 3, 1]]
    assert one["average"].tolist() == [regret.cumulative[1, 3, 1] / 9]
    played = to_pandas(play)
    assert set(played["step"]) == {1, 4, 6, 9}
    totals = played.groupby(["run", "step", "player"], observed=True)["probability"].sum()
    assert np.allclose(totals, 1)
    single = to_pandas(play_learners(game, Hedge(), 3))
    assert "run" not in single.columns
    rates = to_pandas([regret.rate(0, burn_in=0), regret.rate(1, burn_in=0)])
    assert rates["n_runs"].tolist() == [3, 3]


def test_continuous_strategies():
    bid = BidFunction([0.0, 1.0], [0.0, 0.5])
    frame = to_pandas(BidProfile([bid, BidSchedule([bid, bid.scaled(0.5)])]))
    assert frame[frame["unit"] == 2]["bid"].tolist() == [0.0, 0.25]
    assert to_pandas(AffineProfile([(0.5, 1.0), ([1.0, 2.0], 0.0)]))["slope"].tolist() == [
        0.5,
        1,
        2,
    ]
    steps = to_pandas(StepProfile([StepFunction([0.25], [1.0, 0.0])]))
    assert steps[["low", "high", "probability"]].to_numpy().tolist() == [
        [-np.inf, 0.25, 1.0],
        [0.25, np.inf, 0.0],
    ]


def test_branches_and_ledgers():
    game = BayesianGame([[1]], [np.array([[2.0, 0.0], [0.0, 1.0]]).reshape(1, 1, 2, 2)] * 2)
    branch = QuantalResponse(temperature=0.5).trace(game)
    frame = to_pandas(branch)
    assert frame["point"].max() == len(branch)
    assert frame[frame["point"] == 1]["temperature"].tolist() == [np.inf] * 4
    finding = Finding("holds", 1.0, "units", (0.5, 2.0), "counted")
    ledger = Ledger((Row(StatedClaim("A", "a", "b", ()), finding, 3, 0.5),), True, 0)
    row = to_pandas(ledger).iloc[0]
    assert (row["claim"], row["low"], row["high"], row["trials"]) == ("A", 0.5, 2.0, 3)


def test_what_is_no_table_is_refused(monkeypatch):
    with pytest.raises(RefusedError, match="the object is a dict, want one of strategy-profile"):
        to_pandas({})
    with pytest.raises(RefusedError, match="the object is a list, want one of"):
        to_pandas([1, 2])
    game = BayesianGame([[1]], [np.eye(2).reshape(1, 1, 2, 2)] * 2)
    monkeypatch.setattr(frames, "MOST_CELLS", 7)
    with pytest.raises(GameError, match="the frame of play has 12 rows, want at most 7"):
        to_pandas(play_learners(game, Hedge(), 3))
    with pytest.raises(GameError, match="the frame of regret has 8 rows, want at most 7"):
        to_pandas(external_regret(play_learners(game, Hedge(), 4)))
