from __future__ import annotations

import numpy as np
import pytest

from econ_theory import StrategyProfile, certify, solve
from econ_theory.errors import ProfileError
from econ_theory.seeding import as_rng, spawn
from llm_bridge.bank.sampled import Bank, SignalBins
from llm_bridge.errors import ConfigError
from llm_bridge.models.controls import ControlMenu
from llm_bridge.models.embeddings import ExactEmbedder
from llm_bridge.models.ledger import Ledger
from llm_bridge.models.simulated import SimulatedModel, SimulatedWorld, Skill
from llm_bridge.models.store import Recorded, Store
from llm_bridge.tasks.simulated import SimulatedTask
from llm_bridge.verification import deviations, verdict
from llm_bridge.verification.empirical import EmpiricalGame, control_values, empirical_game
from llm_bridge.verification.ground_truth import draw_table, exact_bins, exact_game
from llm_bridge.verification.sensitivity import payoff_sensitivity
from llm_bridge.verification.verdict import epsilon_interval, verify

WORLD = SimulatedWorld((0.4, 0.6))
ANN = Skill((0.9, 0.6), (0.3, 0.2), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)), invalid=0.2)
BOB = Skill((0.7, 0.8), (0.3, 0.2), (1.0, 0.2), signals=((0.7, 0.3), (0.4, 0.6)))
CY = Skill((0.9, 0.5), (0.3, 0.3), (0.2, 1.0), signals=((0.96, 0.04), (0.88, 0.12)))
FLAT = Skill((0.6, 0.4), (0.6, 0.4), (0.2, 1.0), signals=((0.8, 0.2), (0.2, 0.8)))
MENU = ControlMenu.grid([0.2, 0.6, 1.0])

TEAMS = {
    "two unlike executors": ([ANN, BOB], [0, 1]),
    "two of one model and a third": ([ANN, ANN, BOB], [0, 0, 1]),
    "one with a rare type": ([CY, BOB], [0, 1]),
}


def estimate(skills, pools, n: int, seed: int, m: int = 2) -> EmpiricalGame:
    table = draw_table(WORLD, skills, MENU, n, m, pools=pools, rng=seed)
    return empirical_game(table, exact_bins(skills), rng=seed)


def profiles_of(game) -> dict[str, StrategyProfile]:
    uniform = StrategyProfile.uniform(game)
    solution = solve(game, tol=1e-6, rng=0, max_seconds=3.0, throw=False)
    wrong = StrategyProfile.pure(game, [[2, 0]] * game.n_players)
    return {
        "equilibrium": solution.profile,
        "uniform": uniform,
        "bad": wrong,
        "nearly bad": wrong.mixed_with(uniform, 0.1),
        "random": StrategyProfile.random(game, rng=3),
    }


@pytest.mark.slow
@pytest.mark.parametrize("team", ["two unlike executors", "one with a rare type"])
def test_intervals_cover_the_true_epsilon(team: str) -> None:
    """200 seeded banks of 150 questions: 95 % asked for, three binomial standard errors less."""
    _coverage(team, 150, 200, names=("equilibrium", "uniform", "bad"))


@pytest.mark.slow
@pytest.mark.parametrize("n", [30, 60, 300])
@pytest.mark.parametrize("team", list(TEAMS))
def test_intervals_cover_the_true_epsilon_at_other_sizes(team: str, n: int) -> None:
    _coverage(team, n, 200)


def _coverage(team: str, n: int, repetitions: int, names: tuple[str, ...] = ()) -> None:
    skills, pools = TEAMS[team]
    game = exact_game(WORLD, skills, MENU)
    profiles = profiles_of(game)
    truth = {name: certify(game, profile).epsilon for name, profile in profiles.items()}
    assert truth["equilibrium"] < 1e-4
    assert min(truth["uniform"], truth["bad"]) > 0.05
    covered = dict.fromkeys(names or profiles, 0)
    for seed in range(repetitions):
        empirical = estimate(skills, pools, n, seed)
        for name in covered:
            (lower, upper), _ = epsilon_interval(
                empirical, profiles[name], n_resamples=299, rng=seed
            )
            covered[name] += lower <= truth[name] + 1e-12 and truth[name] <= upper
    least = 0.95 - 3 * np.sqrt(0.95 * 0.05 / repetitions)
    assert min(covered.values()) / repetitions >= least, covered


def test_bernstein_intervals_cover_and_are_wider() -> None:
    skills, pools = TEAMS["two unlike executors"]
    game = exact_game(WORLD, skills, MENU)
    for seed in range(40):
        empirical = estimate(skills, pools, 200, seed)
        profile = StrategyProfile.random(game, rng=seed)
        truth = certify(game, profile).epsilon
        (low, high), _ = epsilon_interval(empirical, profile, method="bernstein")
        (lower, upper), _ = epsilon_interval(empirical, profile, rng=seed)
        assert low <= truth <= high
        assert high > upper >= lower >= low


def test_intervals_are_narrow_enough_to_be_of_use() -> None:
    """600 questions tell a bad profile from an equilibrium."""
    skills, pools = TEAMS["two unlike executors"]
    profiles = profiles_of(exact_game(WORLD, skills, MENU))
    empirical = estimate(skills, pools, 600, 0)
    (_, good), _ = epsilon_interval(empirical, profiles["equilibrium"], rng=0)
    (bad, _), _ = epsilon_interval(empirical, profiles["bad"], rng=0)
    assert good < 0.06 < 0.1 < bad


@pytest.mark.parametrize("team", list(TEAMS))
def test_gains_are_those_of_the_certificate(team: str) -> None:
    skills, pools = TEAMS[team]
    empirical = estimate(skills, pools, 120, 1)
    for seed in range(5):
        profile = StrategyProfile.random(empirical.game, rng=seed)
        certificate = certify(empirical.game, profile)
        _, band = epsilon_interval(empirical, profile, rng=0)
        best = []
        start = 0
        for i, (t, a) in enumerate(
            zip(empirical.game.n_types, empirical.game.n_actions, strict=True)
        ):
            own = band.estimate[start : start + t * a].reshape(t, a)
            np.testing.assert_allclose(own.max(axis=1), certificate.gains[i], atol=1e-12)
            best.append(own.max())
            start += t * a
        assert max(best) == pytest.approx(certificate.epsilon)


def test_control_values_are_the_kernel_of_the_empirical_game() -> None:
    skills, pools = TEAMS["two of one model and a third"]
    empirical = estimate(skills, pools, 80, 2)
    profile = StrategyProfile.random(empirical.game, rng=0)
    values, _ = control_values(empirical, profile)
    for i in range(3):
        kernel = empirical.game.action_values(profile, i)
        for t in range(2):
            own = np.where((empirical.types[:, i] == t)[:, None], values[i], 0.0).mean(axis=0)
            np.testing.assert_allclose(own, kernel[t], atol=1e-12)


def test_a_played_action_gains_nothing_by_definition() -> None:
    skills, pools = TEAMS["two unlike executors"]
    empirical = estimate(skills, pools, 30, 0)
    pure = StrategyProfile.pure(empirical.game, [[0, 2], [1, 1]])
    report = verify(empirical, pure, rng=0)
    assert (report.gains[0][0, 0] == 0).all()
    assert (report.gains[1][1, 1] == 0).all()
    assert (report.gains[0][0, 1, 2] - report.gains[0][0, 1, 1]) > 0


def test_few_questions_of_a_type_are_bounded_by_range_and_noted() -> None:
    skills, pools = TEAMS["one with a rare type"]
    empirical = estimate(skills, pools, 60, 0)
    rare = int(empirical.type_counts(0)[1])
    assert 0 < rare < 10
    report = verify(empirical, StrategyProfile.uniform(empirical.game), rng=0)
    assert report.interval[1] > 0.3
    assert any("rest on fewer than 10 questions" in note for note in report.notes)


def test_a_type_never_seen_is_not_certified() -> None:
    skills, pools = TEAMS["one with a rare type"]
    table = draw_table(WORLD, skills, MENU, 60, 2, pools=pools, rng=0)
    common = table.take(table.signals[:, 0] < -1)
    empirical = empirical_game(common, exact_bins(skills))
    for method in ("bootstrap", "bernstein"):
        report = verify(
            empirical, StrategyProfile.pure(empirical.game, [[0, 0], [0, 0]]), method=method, rng=0
        )
        assert report.interval[1] == 1.0
        assert any("executor 1 is never 'sure'" in note for note in report.notes)


def test_a_flat_payoff_is_called_degenerate_in_the_first_line() -> None:
    empirical = estimate([FLAT, FLAT], [0, 1], 400, 0)
    report = verify(empirical, StrategyProfile.uniform(empirical.game), rng=0)
    assert report.degenerate
    assert report.summary()[0].startswith("degenerate: no executor's payoff")
    assert report.resolution < 0.2
    assert str(report).splitlines()[0] == report.summary()[0]
    for item in report.sensitivity:
        assert item.lower == 0.0


def test_a_menu_of_one_control_is_degenerate() -> None:
    menu = ControlMenu.grid([0.5])
    table = draw_table(WORLD, [ANN, BOB], menu, 30, 2, rng=0)
    empirical = empirical_game(table, exact_bins([ANN, BOB]))
    report = verify(empirical, StrategyProfile.uniform(empirical.game), rng=0)
    assert report.degenerate
    assert report.interval == (0.0, 0.0)
    assert [item.p for item in report.sensitivity] == [1.0, 1.0]


def test_flat_worlds_are_called_degenerate_at_the_stated_rate() -> None:
    flat = [
        verify(
            empirical := estimate([FLAT, FLAT], [0, 1], 80, seed),
            StrategyProfile.uniform(empirical.game),
            confidence=0.9,
            rng=seed,
        ).degenerate
        for seed in range(30)
    ]
    assert np.mean(flat) >= 0.9 - 3 * np.sqrt(0.9 * 0.1 / 30)


def test_the_report_says_who_gains_what_by_which_control() -> None:
    skills, pools = TEAMS["two unlike executors"]
    game = exact_game(WORLD, skills, MENU)
    bad = profiles_of(game)["bad"]
    empirical = estimate(skills, pools, 400, 5)
    report = verify(empirical, bad, rng=0)
    worst = report.certificate.worst
    first = report.deviations[0]
    assert first.gain == pytest.approx(report.epsilon)
    assert first.executor == f"executor {worst.i + 1}"
    assert first.control == MENU.labels[worst.a]
    assert first.lower < first.gain < first.upper
    assert str(first).startswith(f"executor {worst.i + 1}, when {first.type}, gains 0.")
    assert "±" in str(first)
    assert str(first).endswith(first.control)
    assert not report.degenerate
    assert report.summary()[0].startswith("epsilon = 0.")
    assert "<li>" in report._repr_html_()
    gains = [deviation.gain for deviation in report.deviations]
    assert gains == sorted(gains, reverse=True)


def test_controls_are_priced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    priced = []

    def counted(*args):
        priced.append(control_values(*args))
        return priced[-1]

    monkeypatch.setattr(verdict, "control_values", counted)
    monkeypatch.setattr(deviations, "control_values", counted)
    skills, pools = TEAMS["two unlike executors"]
    empirical = estimate(skills, pools, 60, 1)
    profile = StrategyProfile.uniform(empirical.game)
    report = verify(empirical, profile, rng=0)
    assert len(priced) == 1
    assert report.interval == epsilon_interval(empirical, profile, rng=spawn(as_rng(0), 6)[0])[0]
    assert report.welfare == pytest.approx(priced[0].earned.mean())


def test_equilibria_stand_beside_with_their_welfare() -> None:
    skills, pools = TEAMS["two unlike executors"]
    empirical = estimate(skills, pools, 300, 1)
    report = verify(empirical, StrategyProfile.uniform(empirical.game), rng=0)
    assert report.complete
    assert report.equilibria
    for item in report.equilibria:
        assert certify(empirical.game, item.profile).relative <= 1e-3
        assert 0 < item.welfare < 2
    total = np.mean(
        sum(
            (v * s).sum(axis=1)
            for v, s in zip(*control_values(empirical, report.profile), strict=True)
        )
    )
    assert report.welfare == pytest.approx(total)
    assert report.welfare_interval[0] < report.welfare < report.welfare_interval[1]
    assert max(item.welfare for item in report.equilibria) > report.welfare


@pytest.mark.slow
def test_sensitivity_covers_the_true_spread_and_rejects_flatness() -> None:
    skills, pools = TEAMS["two unlike executors"]
    game = exact_game(WORLD, skills, MENU)
    # Unsure and sure executors alike: own types then average out of the truth.
    profile = StrategyProfile.uniform(game)
    truth = [np.ptp(game.action_values(profile, i).sum(axis=0)) for i in range(2)]
    covered = 0
    for seed in range(60):
        empirical = estimate(skills, pools, 300, seed)
        items = payoff_sensitivity(empirical, control_values(empirical, profile), rng=seed)
        covered += all(x.lower <= t <= x.upper for x, t in zip(items, truth, strict=True))
    assert covered / 60 >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 60)
    assert items[0].p < 0.01
    assert items[0].df == (2, 598)
    assert "F(2, 598)" in str(items[0])


@pytest.mark.slow
def test_the_whole_pipeline_through_text() -> None:
    """Text models, store, probes, bins of other questions, bank, estimate, verification."""
    task = SimulatedTask(WORLD)
    with Store(":memory:") as store:
        ledger = Ledger()
        ann, bob = (
            Recorded(SimulatedModel(WORLD, skill, name=name), store, ledger)
            for skill, name in ((ANN, "ann"), (BOB, "bob"))
        )
        executors = [(ann, "ann"), (ann, "anna"), (bob, "bob")]
        train, bank = (
            Bank(task, task.draw(split, n), executors, MENU, ExactEmbedder(256), m=2)
            for split, n in (("train", 60), ("test", 200))
        )
        bins = SignalBins.fit(train.ensure_signals(), 2)
        bank.ensure()
        bank.ensure_signals()
    game = exact_game(WORLD, [ANN, ANN, BOB], MENU, executors=["ann", "anna", "bob"])
    empirical = empirical_game(bank.table, bins, rng=0)
    assert empirical.game.n_types == game.n_types
    assert empirical.game.players == game.players
    assert empirical.game.types == game.types
    assert (np.abs(empirical.game.payoffs[0] - game.payoffs[0]) <= empirical.widths[0]).all()
    for name, profile in profiles_of(game).items():
        report = verify(empirical, profile, rng=0)
        truth = certify(game, profile).epsilon
        assert report.interval[0] <= truth <= report.interval[1], name
        assert truth <= report.epsilon + 2 * report.width
    assert ledger.totals().calls == 200 * 2 * 3 * 2 + 3 * 260


def test_play_by_the_profile_has_the_profiles_gap() -> None:
    skills, pools = TEAMS["two of one model and a third"]
    empirical = estimate(skills, pools, 100, 0)
    profile = StrategyProfile.random(empirical.game, rng=1)
    played = np.stack([profile.rows[i][empirical.types[:, i]] for i in range(3)], axis=1)
    report = verify(empirical, profile, played=played, rng=0)
    assert report.policy is not None
    assert report.policy.epsilon == pytest.approx(report.epsilon)
    assert report.policy.distance == pytest.approx(0.0, abs=1e-12)
    assert report.policy.lower <= report.policy.epsilon <= report.policy.upper
    assert any("as played question by question" in line for line in report.summary())


def test_a_policy_that_knows_the_class_beats_every_fixed_control() -> None:
    """Played by hidden class, its gap is below that of the best reply by type alone."""
    task = SimulatedTask(WORLD)
    able = Skill((0.95, 0.9), (0.1, 0.1), (0.2, 1.0), width=0.3)
    models = [(SimulatedModel(WORLD, able, name=name), name) for name in ("ann", "bob")]
    bank = Bank(task, task.draw("test", 150), models, MENU, ExactEmbedder(), m=2)
    bank.ensure()
    bank.ensure_signals()
    empirical = empirical_game(bank.table, exact_bins([able, able]), rng=0)
    best = np.array([0, 2])[[q.meta["class"] for q in bank.questions]]
    played = np.repeat(np.eye(3)[best][:, None], 2, axis=1)
    rows = [
        np.stack([played[empirical.types[:, i] == t, i].mean(axis=0) for t in range(2)])
        for i in range(2)
    ]
    report = verify(empirical, rows, played=played, rng=0)
    assert report.policy is not None
    assert report.policy.epsilon == 0.0
    assert report.policy.upper < report.epsilon
    assert report.policy.distance > 0.3
    with pytest.raises(ConfigError, match=r"played has shape \(10, 2, 3\), want \(150, 2, 3\)"):
        verify(empirical, rows, played=played[:10])


def test_results_repeat_under_one_seed() -> None:
    empirical = estimate([ANN, BOB], [0, 1], 60, 0)
    profile = StrategyProfile.uniform(empirical.game)
    one, other = (verify(empirical, profile, rng=7) for _ in range(2))
    assert one.summary() == other.summary()


def test_bad_profiles_and_options_are_named() -> None:
    empirical = estimate([ANN, BOB], [0, 1], 30, 0)
    with pytest.raises(ProfileError, match=r"strategy of executor 1 has shape \(1, 3\)"):
        verify(empirical, [np.full((1, 3), 1 / 3)] * 2)
    uniform = StrategyProfile.uniform(empirical.game)
    with pytest.raises(ConfigError, match="confidence is 0, want in"):
        verify(empirical, uniform, confidence=0)
    with pytest.raises(ConfigError, match="want 'bootstrap' or 'bernstein'"):
        verify(empirical, uniform, method="exact")  # type: ignore[arg-type]
