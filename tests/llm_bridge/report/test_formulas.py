"""Formulas in HTML: only indices and powers are added, nothing is let through, nothing is lost."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llm_bridge.report.formulas import formula, measured, signs

WORDS = ("Q_tot", "lambda_m", "sum_i", "^2", "^k", "abs(", ")", "sqrt(", "<=", "*", "-", "1e-7")
SIGNS = ("<b>", "&lt;", " ", "x", "7", ".", "0.1234567", "Q*")
PIECES = st.lists(st.sampled_from(WORDS + SIGNS), max_size=12).map("".join)


@given(st.one_of(st.text(), PIECES))
@example("&lt;= &amp;lt;script>")
def test_only_indices_and_powers_are_tags(text: str) -> None:
    shown = str(formula(text))
    bare = re.sub(r"</?su[bp]>", "", shown)
    assert "<" not in bare
    assert ">" not in bare
    depth = 0
    for tag in re.findall(r"</?su[bp]>", shown):
        depth += -1 if tag[1] == "/" else 1
        assert depth in (0, 1)
    assert depth == 0


@given(st.text(alphabet="abc xyz,;:!?<>&'\"=", max_size=40))
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert unescape(str(formula(text))) == signs(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(1 - eta mu / L)^k", "(1 − η μ / L)<sup>k</sup>"),
        ("r_expected of raw_descent", "r<sub>expected</sub> of raw_descent"),
        ("dQ_tot/dQ_i = -12.1", "dQ<sub>tot</sub>/dQ<sub>i</sub> = −12.1"),
        ("t^-0.27", "t<sup>−0.27</sup>"),
        ("L_TD^i", "L<sub>TD</sub><sup>i</sup>"),
        ("3.1e-87 and 2e+06", "3.1·10<sup>−87</sup> and 2·10<sup>6</sup>"),
        ("2 * 3, metadata, well-kept", "2 * 3, metadata, well-kept"),
        ("arXiv 2506.08292", "arXiv 2506.08292"),
        ("[1.0, 0.5568267507036806]", "[1.0, 0.5568]"),
    ],
)
def test_what_is_read(text: str, wanted: str) -> None:
    assert str(formula(text)) == wanted


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(1e-6, 1e6),
    st.floats(1e-6, 1e6),
)
def test_digits_of_a_measured_number_tell_it_from_its_ends(
    number: float, below: float, above: float
) -> None:
    low, high = number - below, number + above
    if not low < number < high:
        return
    text, interval = measured(number, low, high)
    read = [float(x.replace("\u202f", "")) for x in (text, *interval.strip("[]").split(", "))]
    half = (high - low) / 2
    assert abs(read[0] - number) <= 0.051 * half + 1e-8
    assert read[1] <= read[0] <= read[2]
