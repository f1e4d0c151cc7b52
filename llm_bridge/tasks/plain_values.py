"""An answer written plainly: decoration off, LaTeX lightened, numbers in one form.

Every rule is a row of a table with an example, and a test runs them all.
"""

from __future__ import annotations

import re
from decimal import Decimal

from llm_bridge.tasks.replies import Replacement, Rule

__all__ = ["RULES", "braced", "is_number", "is_option", "plain_value"]

MOST_ZEROS = 30
"""A power of ten up to this is written out."""

_TAGS = (
    r"</?(?:b|i|u|em|strong|p|br|span|div|code|mark|font|center|sub|sup|ans|answer)(?:\s[^<>]*)?/?>"
)
_MINUS = "\u2010-\u2015\u2212\ufe63\uff0d"
_BARE = r"(?![^\[({]*[\])}])"  # not within brackets: there it is a list
_NUM = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"


def _rule(name: str, pattern: str, by: Replacement, example: str, becomes: str) -> Rule:
    return Rule(name, re.compile(pattern, re.DOTALL), by, example, becomes)


def _joined(groups: re.Match[str]) -> str:
    return re.sub(r"[^\d+-]", "", groups[1])


RULES = (
    _rule("tags", _TAGS, "", "<b>5</b>", "5"),
    _rule("a fence", r"\A`{1,3}(?:\w+\n)?(.*?)`{1,3}\Z", r"\1", "`5`", "5"),
    _rule(
        "a LaTeX frame", r"\A(?:\\\(|\\\[)(.*?)(?:\\\)|\\\])([.,;]?)\Z", r"\1\2", r"\(42\)", "42"
    ),
    _rule("dollars around", r"\A(\$\$?)([^$]+)\1([.,;]?)\Z", r"\2\3", "$12$.", "12."),
    _rule("escaped signs", r"\\([$%&#_])", r"\1", r"60\%", "60%"),
    _rule("LaTeX spaces", r"\\[,;:! ]|~(?=\d)", "", r"12\,345", "12345"),
    _rule("a comma in braces", r"\{,\}", ",", "12{,}345", "12,345"),
    _rule("degrees", r"\s*\^\s*\{?\\circ\}?", "°", r"45^{\circ}", "45°"),
    _rule(
        "words in LaTeX",
        r"\\(?:text|textbf|textit|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}",
        r"\1",
        r"\text{E}",
        "E",
    ),
    _rule(
        "brackets that grow", r"\\(?:left|right)(?=[()\[\]|.])", "", r"\left(1,2\right)", "(1,2)"
    ),
    _rule("a mixed number", r"(?<=\d)\s*(?=\\[dtc]?frac)", " ", r"2\frac{3}{4}", r"2 \frac{3}{4}"),
    _rule(
        "a fraction",
        r"\\[dtc]?frac\s*\{\s*(-?\d+)\s*\}\s*\{\s*(\d+)\s*\}",
        r"\1/\2",
        r"\frac{1}{2}",
        "1/2",
    ),
    _rule("a short fraction", r"\\[dtc]?frac\s*(\d)\s*(\d)(?!\d)", r"\1/\2", r"\frac12", "1/2"),
    _rule("minus signs", rf"(?<![\w.])[{_MINUS}]\s*(?=[\d.])", "-", "\u22125", "-5"),
    _rule("a minus apart", r"\A-\s+(?=[\d.])", "-", "- 5", "-5"),
    _rule(
        "quotes", r"\A([\"'“”‘’«»„「])(.*)[\"'“”‘’«»“」]([.,;]?)\Z", r"\2\3", "“Paris”.", "Paris."
    ),
    _rule(
        "a number in brackets", rf"\A[(\[]\s*({_NUM}%?)\s*[)\]]([.,;]?)\Z", r"\1\2", "(42).", "42."
    ),
    _rule("an option in brackets", r"\A[(\[]?([A-Za-z])[)\]]([.,;]?)\Z", r"\1\2", "(B)", "B"),
    _rule("money", rf"\A(-?)(?:[$€£¥₹]|US\$)\s*(?={_NUM})", r"\1", "$18", "18"),
    _rule("money behind", rf"\A({_NUM})\s*[$€£¥₹]([.,;]?)\Z", r"\1\2", "18 €", "18"),
    _rule(
        "what is said of a number",
        rf"\A({_NUM}%?)(?:\s*[(\[](?!or\b).*[)\]]\.?|[,;]?\s+(?:because|since|as|which|so)\b.*)\Z",
        r"\1",
        "42 (since 6*7=42)",
        "42",
    ),
    _rule(
        "groups of three",
        r"(?<![\d.,])(\d{1,3}(?:,\d{3})+)(?![\d,])" + _BARE,
        _joined,
        "1,234",
        "1234",
    ),
    _rule(
        "Indian groups",
        r"(?<![\d.,])(\d{1,2}(?:,\d{2})+,\d{3})(?![\d,])" + _BARE,
        _joined,
        "12,34,567",
        "1234567",
    ),
    _rule(
        "groups by spaces", r"\A([+-]?\d{1,3}(?: \d{3})+)(?=\.?\d*\Z)", _joined, "12 345", "12345"
    ),
    _rule(
        "groups by marks", r"(?<![\d.])(\d{1,3}(?:['’_]\d{3})+)(?!\d)", _joined, "12'345", "12345"
    ),
    _rule(
        "groups by points",
        r"(?<![\d.,])(\d{1,3}(?:\.\d{3}){2,})(?=,\d+\Z|\Z)",
        _joined,
        "1.234.567",
        "1234567",
    ),
    _rule("a space before per cent", rf"\A({_NUM})\s+%", r"\1%", "60 %", "60%"),
    _rule("spaces around a slash", r"\A(-?\d+)\s*/\s*(\d+)(?=[.,;]?\Z)", r"\1/\2", "3 / 4", "3/4"),
    _rule("a power in braces", r"\^\{([+-]?\w+)\}", r"^\1", "10^{6}", "10^6"),
)

_NUMBER = re.compile(rf"{_NUM}%?|-?\d+/\d+|-?\d+ \d+/\d+")
_SCIENTIFIC = re.compile(
    rf"(?P<size>{_NUM})\s*(?:[eE]|(?:[x×*·]|\\times|\\cdot)\s*10\s*\^)"
    r"\s*\{?(?P<power>[+-]?\d{1,3})\}?"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|Inc|Ltd|Co|No|approx|a\.m|p\.m|e\.g|i\.e)"
    r"|\b[A-Za-z]\.[A-Za-z])\.\Z",
    re.IGNORECASE,
)
# The left side of an equation whose right side is the answer: a sum, or one name.
_LEFT = re.compile(
    r"(?:[\d\s+\-*/×÷·().,^%$]|(?<=\d )x(?= \d)|(?<=\d)x(?=\d))+|\s*[A-Za-z]\w{0,15}\s*"
)
LONG = 4  # words from which a text with a full stop is a sentence


def plain_value(raw: str) -> str:
    r"""Return `raw` rid of decoration; a number, percentage or fraction in plain form.

    Numbers lose leading zeros, a plus sign, digit grouping and an empty fraction; small powers of
    ten are written out. Of a sum with a number on the right, and of one name set equal to a
    number, that number is kept. A closing full stop goes, unless it ends a sentence or an
    abbreviation.

    >>> plain_value("**$1.5 \\times 10^3$**"), plain_value("3 + 4 = 07."), plain_value("x <= 5")
    ('1500', '7', 'x <= 5')
    """
    value = " ".join(raw.split())
    previous = None
    while value != previous:
        previous = value
        value = _unboxed(value).strip(" \t*`").strip()
        if value.startswith("_") and value.endswith("_"):
            value = value.strip("_")
        for rule in RULES:
            value = rule.pattern.sub(rule.by, value)
        value = _without_stop(value.strip())
        value = _number(value)
    return value


def is_number(value: str) -> bool:
    """Return whether a plain value is a number, percentage or fraction.

    >>> is_number("-3.5"), is_number("1/2"), is_number("x")
    (True, True, False)
    """
    return _NUMBER.fullmatch(value) is not None


def is_option(value: str) -> bool:
    """Return whether a plain value is one letter, as of a multiple choice."""
    return len(value) == 1 and value.isalpha()


def _unboxed(value: str) -> str:
    for name in ("\\boxed", "\\fbox", "\\framebox"):
        start = value.rfind(name + "{")
        if start < 0:
            continue
        inside = braced(value, start + len(name), len(value))
        if inside is not None:
            return inside
    return value


def braced(text: str, begin: int, longest: int) -> str | None:
    """Return what the braces opened at `begin` hold; None if none close within `longest`.

    >>> braced("x{a{b}}", 1, 6), braced("x{a{b}", 1, 5)
    ('a{b}', None)
    """
    depth = 0
    for end in range(begin, min(len(text), begin + longest)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[begin + 1 : end]
    return None


def _without_stop(value: str) -> str:
    bare = value.rstrip(".,;:?。 ")
    if is_number(bare) or is_option(bare) or _SCIENTIFIC.fullmatch(bare):
        return bare
    if _ABBREVIATED.search(value) or (len(value.split()) >= LONG and not value[0].isdigit()):
        return value
    return value.rstrip("., ;。") if not value.endswith("..") else value


def _number(value: str) -> str:
    left, sign, right = value.rpartition("=")
    if sign and left[-1:] not in "<>!=" and "=" not in left and _LEFT.fullmatch(left):
        right = right.strip().lstrip("$")
        if re.fullmatch(rf"{_NUM}%?", right):
            value = right
    power = _SCIENTIFIC.fullmatch(value)
    if power and abs(int(power["power"])) <= MOST_ZEROS:
        value = f"{Decimal(power['size']).scaleb(int(power['power'])):f}"
    if not re.fullmatch(rf"{_NUM}%?", value):
        return value
    number, per_cent = value.rstrip("%"), "%" if value.endswith("%") else ""
    sign, digits = ("-", number[1:]) if number[0] == "-" else ("", number.lstrip("+"))
    whole, _, part = digits.partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    size = f"{whole}.{part}" if part else whole
    return f"{sign if size != '0' else ''}{size}{per_cent}"
