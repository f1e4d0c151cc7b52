"""Labels and numbers as LaTeX: nothing a label holds is a command, and nothing gets lost."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

__all__ = ["latex_label", "latex_number"]

MOST_BITS = 40
"""Longest numerator or denominator that is printed as it is."""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    # In a table these could belong to the row's end before them.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    **{mark: "\\" + mark for mark in "{}$&#_%"},
}
_LIGATURE = re.compile(r"(?<=[-`'?!,])(?=[-`',])")


def latex_label(label: str) -> str:
    r"""Return `label` as LaTeX text that prints the same characters.

    White space becomes one space; a control character, which TeX refuses, its number.

    >>> print(latex_label("a_b 50% {x} \\ ~^"))
    a\_b 50\% \{x\} \textbackslash{} \textasciitilde{}\textasciicircum{}
    >>> print(latex_label("[a] -- b"), latex_label("a\x00b"))
    {[}a{]} -{}- b a\textbackslash{}x00b
    """
    parts = _LIGATURE.split(re.sub(r"\s+", " ", label))
    return "{}".join("".join(map(_character, part)) for part in parts)


def _character(character: str) -> str:
    code = ord(character)
    if code < 32 or 127 <= code < 160:
        return rf"\textbackslash{{}}x{code:02x}"
    if 0xD800 <= code < 0xE000:
        return rf"\textbackslash{{}}u{code:04x}"
    return _SPECIAL.get(character, character)


def latex_number(number: Any, digits: int = 4) -> str:
    r"""Return a number in math mode: a short fraction as it is, anything else to `digits` digits.

    >>> print(latex_number(Fraction(-6, 7)), latex_number(Fraction(3)), latex_number(0.25))
    -\tfrac{6}{7} 3 0.25
    >>> print(latex_number(1.5e-9), latex_number(Fraction(1, 3**50)), latex_number(float("inf")))
    1.5 \times 10^{-9} 1.393 \times 10^{-24} \infty
    """
    if isinstance(number, Fraction):
        over, under = abs(number.numerator), number.denominator
        if max(over.bit_length(), under.bit_length()) <= MOST_BITS:
            sign = "-" if number < 0 else ""
            return f"{sign}{over}" if under == 1 else f"{sign}\\tfrac{{{over}}}{{{under}}}"
    text = f"{float(number) + 0.0:.{digits}g}"
    if text.lstrip("-") in ("inf", "nan"):
        return text.replace("inf", r"\infty").replace("nan", r"\text{nan}")
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa} \\times 10^{{{int(exponent)}}}" if exponent else mantissa
