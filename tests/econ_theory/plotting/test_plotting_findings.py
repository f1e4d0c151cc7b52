"""Pictures of findings and ledgers."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest

from econ_theory.audit import VERDICTS, Curve, Finding, Ledger, Picture, Row, run_audit
from econ_theory.errors import SettingError
from econ_theory.plotting import plot_finding, plot_ledger

mpl.use("Agg")

STEPS = np.arange(1, 41)


def finding(**options) -> Finding:
    curves = (
        Curve("external", STEPS, np.sqrt(STEPS), np.sqrt(STEPS) - 2, np.sqrt(STEPS) + 2),
        Curve("clairvoyant", STEPS, 1.0 * STEPS),
    )
    picture = Picture("step", "regret (payoff units)", curves, marks={"start": 4.0}, **options)
    return Finding("holds", 0.5, "slope", (0.4, 0.6), "so it is", picture=picture)


def test_curves_bands_marks_and_labels_are_drawn():
    ax = plot_finding(finding())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "regret (payoff units)")
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert named == ["external", "clairvoyant", "start (at 4)"]
    assert ax.get_legend().get_title().get_text() == "✓ holds: 0.5 [0.4, 0.6] slope"
    assert np.array_equal(ax.lines[1].get_ydata(), STEPS)
    assert len(ax.collections) == 1
    assert list(ax.lines[2].get_xdata()) == [4.0, 4.0]


def test_long_labels_break_before_their_unit_and_counts_tick_at_whole_numbers():
    curves = (Curve("equilibria", STEPS, 1 + 2 * (STEPS > 20)),)
    label = "equilibria of the game that were found by the search (number)"
    picture = Picture("round", label, curves)
    ax = plot_finding(Finding("holds", 0, "", (0, 0), "", picture=picture))
    assert ax.get_ylabel() == label.replace(" (", "\n(")
    assert all(tick == round(tick) for tick in [*ax.get_xticks(), *ax.get_yticks()])


def test_points_that_are_not_positive_leave_a_log_axis():
    ax = plot_finding(finding(x_log=True, y_log=True))
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    shown = [np.asarray(line.get_ydata(), dtype=float) for line in ax.lines[:2]]
    assert all(np.nanmin(values) > 0 for values in shown)


def test_a_finding_without_a_picture_is_refused():
    with pytest.raises(SettingError, match="no picture"):
        plot_finding(Finding("holds", 0, "", (0, 0), ""))


def test_ledger_tells_verdicts_by_word_and_sign():
    row = run_audit(only="ECON-R±")["ECON-R±"]
    rows = tuple(
        Row(row.claim, Finding(verdict, 0, "", (0, 0), ""), 1, 0.0) for verdict in VERDICTS
    )
    ax = plot_ledger(Ledger(rows, True, 0))
    titles, shown = [t.get_text() for t in ax.texts][:4], [t.get_text() for t in ax.texts][5::4]
    assert titles == ["claim", "verdict", "what is claimed", "what was found"]
    assert [text.split()[1] for text in shown] == list(VERDICTS)
    assert len({text.split()[0] for text in shown}) == len(VERDICTS)
    with pytest.raises(SettingError, match="no rows"):
        plot_ledger(Ledger((), True, 0))


def test_no_text_of_a_ledger_covers_another():
    ledger = run_audit(only=["ECON-R±", "ECON-L2.2-pointwise"], quick=True)
    ax = plot_ledger(ledger)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    pairs = [(a, b) for k, a in enumerate(boxes) for b in boxes[k + 1 :]]
    assert not any(a.overlaps(b) for a, b in pairs)


def test_points_that_are_no_path_are_not_joined():
    picture = Picture("left", "right", (Curve("games", STEPS, -1.0 * STEPS, joined=False),))
    ax = plot_finding(Finding("holds", 0, "", (0, 0), "", picture=picture))
    assert ax.lines[0].get_linestyle() == "None"
    assert ax.lines[0].get_marker() not in ("", "None")
