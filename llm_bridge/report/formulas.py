"""Formulas written in plain letters as HTML, and numbers with the digits that they deserve."""

from __future__ import annotations

import math
import re
from html import escape
from typing import TYPE_CHECKING

from llm_bridge.report.wording import visible

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["formula", "measured", "signs"]

GREEK = {"alpha": "α", "gamma": "γ", "epsilon": "ε", "eta": "η", "lambda": "λ", "mu": "μ"}
_GREEK = re.compile(rf"(?<![A-Za-z])({'|'.join(GREEK)})(?![A-Za-z])")
_LONG = re.compile(r"(?<![\w.])\d+\.\d{6,}(?!\w)")
_POWER_OF_TEN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?)0*(\d+)(?!\w)")
_STEPS = (
    (re.compile(r"\babs\(([^()]*)\)"), r"|\1|"),
    (re.compile(r"\bsum_(?=\w)"), "Σ_"),
    (re.compile(r"(?<=[A-Za-z])\*(?![\w*])"), "<sup>*</sup>"),
    (re.compile(r"(?<![A-Za-z])(d?[A-Za-zα-ωΣ])_([A-Za-z0-9]+)"), r"\1<sub>\2</sub>"),
    (re.compile(r"\^(-?[\d.]*\d|[A-Za-z])"), r"<sup>\1</sup>"),
    (re.compile(r"(?<![\w.)&;])-(?=\d)"), "−"),
    (re.compile(r"(?<=<sup>)-(?=\d)"), "−"),
    (re.compile(r" - "), " − "),
)


def formula(text: str) -> Markup:
    """Return `text` escaped, its formulas set as HTML can: Greek, roots, indices, powers, signs.

    Numbers of more than five digits after the point are rounded to four significant ones.

    >>> str(formula("E abs(Q_t - Q*) <= C / sqrt(t), lambda_m (Q_i)^2 at 0.123456789 <b>"))
    'E |Q<sub>t</sub> − Q<sup>*</sup>| ≤ C / √t, λ<sub>m</sub> (Q<sub>i</sub>)<sup>2</sup> at \
0.1235 &lt;b&gt;'
    >>> str(formula("2.22e-15 of prisoners_dilemma"))
    '2.22·10<sup>−15</sup> of prisoners_dilemma'
    """
    from markupsafe import Markup

    words = _LONG.sub(lambda found: f"{float(found[0]):.4g}", escape(visible(text), quote=False))
    words = signs(words)
    words = _POWER_OF_TEN.sub(
        lambda found: f"{found[1]}·10<sup>{found[2].replace('+', '')}{found[3]}</sup>", words
    )
    for pattern, put in _STEPS:
        words = pattern.sub(put, words)
    return Markup(words)


def signs(text: str) -> str:
    """Return `text` with the letters and signs of mathematics, as far as plain text has them.

    >>> signs("lambda_m <= 2 sqrt(k)")
    'λ_m ≤ 2 √k'
    """
    words = _GREEK.sub(lambda found: GREEK[found[1]], text)
    words = re.sub(r"\bsqrt\((\w+)\)", r"√\1", words).replace("sqrt(", "√(")
    for sign, plain in (("≤", "<="), ("≥", ">=")):
        words = words.replace(plain, sign).replace(escape(plain), sign)
    return words


def measured(number: float, low: float, high: float) -> tuple[str, str]:
    """Return a number and its interval in words, digits as the interval's width deserves.

    The interval is empty where both ends are the number: it was computed, not estimated.

    >>> measured(0.03980, 0.03438, 0.04522), measured(-2.0, -2.0, -2.0)
    (('0.0398', '[0.0344, 0.0452]'), ('-2', ''))
    >>> measured(3399158.4, 2846534.1, 4059068.9)
    ('3\\u202f400\\u202f000', '[2\\u202f850\\u202f000, 4\\u202f060\\u202f000]')
    """
    if low == high:
        return (f"{number:.4g}" if abs(number) < 1e4 else _rounded(number, 0)), ""
    half = (high - low) / 2
    digits = 1 - math.floor(math.log10(half)) if math.isfinite(half) else 2
    texts = [_rounded(x, min(digits, 8)) for x in (number, low, high)]
    return texts[0], f"[{texts[1]}, {texts[2]}]"


def _rounded(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return str(value).replace("inf", "∞")
    text = f"{round(value, digits):z,.{max(digits, 0)}f}"
    return text.replace(",", "\u202f")
