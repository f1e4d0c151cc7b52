"""Text that shows what it holds."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from econ_theory.tables import JOINERS, visible


def test_what_acts_on_a_screen_is_shown_and_the_rest_is_left():
    assert visible("[red]hit [/x] é 日本 😀 a\\b") == "[red]hit [/x] é 日本 😀 a\\b"
    assert visible("\x00\x07\x1b[31m\r\n\t\x7f\x9b") == r"\x00\x07\x1b[31m\r\n\t\x7f\x9b"
    assert visible("\u202eevil\u2028\ud83d") == r"\u202eevil\u2028\ud83d"


@given(st.text(st.characters()))
def test_the_result_always_prints_and_can_be_encoded(text):
    shown = visible(text)
    shown.encode()
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(unicodedata.category(c) in hidden - {"Cf"} for c in shown)
    assert not any(unicodedata.category(c) == "Cf" and c not in JOINERS for c in shown)
    if text.isprintable():
        assert shown == text
    assert shown.isascii() >= text.isascii()
