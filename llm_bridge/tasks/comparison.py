"""Whether two answers say the same: the key by which answers are counted as one."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from fractions import Fraction

from llm_bridge.messages import AnswerForm
from llm_bridge.tasks.plain_values import is_number

__all__ = ["answer_key", "unified"]

LONGEST_NUMBER = 400
"""Characters of a number that is read as one."""


def answer_key(value: str, form: AnswerForm = "value") -> Hashable:
    """Return what equal answers share: a number's exact value, or the text without its dress.

    Of values, case, spaces about commas and operators, and a closing full stop do not count; a
    percentage is the number that it names (60% is 60, not 0.6). Texts and blocks count as they
    stand, but for spaces at the ends of lines.

    >>> answer_key("1/2") == answer_key("0.50"), answer_key("Paris.") == answer_key("paris")
    (True, True)
    >>> answer_key("[1, 2]") == answer_key("[1,2]"), answer_key("60%") == answer_key("0.6")
    (True, False)
    """
    if form != "value":
        return "\n".join(line.rstrip() for line in value.strip("\n").split("\n"))
    number = value.removesuffix("%").lstrip("+")
    if len(number) <= LONGEST_NUMBER and is_number(number):
        whole, _, part = number.rpartition(" ")
        try:
            size = Fraction(part)
        except ZeroDivisionError:
            return value
        return size if not whole else Fraction(whole) + (-size if whole[0] == "-" else size)
    text = " ".join(value.casefold().split()).rstrip(".!。 ")
    return re.sub(r"\s*([,;:=<>+*/^(){}\[\]|])\s*", r"\1", text)


def unified(values: Iterable[str], form: AnswerForm = "value") -> list[str]:
    """Return `values` with each replaced by the first that says the same; "" stays.

    >>> unified(["0.5", "", "1/2", "Paris", "paris."])
    ['0.5', '', '0.5', 'Paris', 'Paris']
    """
    first: dict[Hashable, str] = {}
    return [first.setdefault(answer_key(v, form), v) if v else v for v in values]
