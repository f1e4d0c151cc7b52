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
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["external", "clairvoyant"]
    assert np.array_equal(ax.lines[1].get_ydata(), STEPS)
    assert len(ax.collections) == 1
    assert [text.get_text() for text in ax.texts] == ["start"]


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
    shown = [text.get_text() for text in ax.texts][1::4]
    assert [text.split()[1] for text in shown] == list(VERDICTS)
    assert len({text.split()[0] for text in shown}) == len(VERDICTS)
    with pytest.raises(SettingError, match="no rows"):
        plot_ledger(Ledger((), True, 0))
