"""Numbers in words: how many digits an interval deserves, and the verdict of a run."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from llm_bridge.baselines.comparison import Difference
from llm_bridge.report.data import (
    ComparisonView,
    LearningCurve,
    ReportData,
    VerificationView,
)
from llm_bridge.verification.verdict import DeviationGain

__all__ = [
    "amount",
    "base",
    "decimals",
    "deviation_text",
    "frontier_caption",
    "interval",
    "listed",
    "method_name",
    "seconds_text",
    "signed",
    "unbroken",
    "verdict",
    "visible",
]

MOST_BASELINES = 3
MOST_DIGITS = 4
MANY_UNREADABLE = 0.1
"""Share of a method's replies from which the verdict says that they could not be read."""

NOTHING = 1e-12
"""What rounding leaves of zero."""


def decimals(value: float, lower: float, upper: float) -> int:
    """Return digits after the point of an estimate and both ends of its interval, 2 to 4.

    More than 2 where the interval is narrow, and where one of the three would read as zero though
    it is not: on which side of zero an end lies is what a reader looks for.

    >>> decimals(0.02, -0.09, 0.05), decimals(0.0035, 0.0031, 0.0042), decimals(0.5, 0.5, 0.5)
    (2, 4, 2)
    >>> decimals(0.02, 0.004, 0.036), decimals(0.004, 0.0, 0.06)
    (3, 3)
    """
    half, digits = (upper - lower) / 2, 2
    if math.isfinite(half) and half > 0:
        digits = min(MOST_DIGITS, max(2, -math.floor(math.log10(half))))
    numbers = [x for x in (value, lower, upper) if math.isfinite(x) and abs(x) > NOTHING]
    while digits < MOST_DIGITS and any(not float(f"{x:.{digits}f}") for x in numbers):
        digits += 1
    return digits


def signed(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign, and no minus before zero.

    >>> signed(-0.031), signed(-0.001), signed(0.25)
    ('−0.03', '0.00', '0.25')
    """
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


def interval(value: float, lower: float, upper: float, *, plus: bool = False) -> str:
    """Return "value [lower, upper]", all with the `decimals` that they deserve.

    >>> interval(-0.02, -0.09, 0.05), interval(0.02, 0.004, 0.036)
    ('−0.02 [−0.09, 0.05]', '0.020 [0.004, 0.036]')
    >>> interval(0.2, 1e-6, 0.3)
    '0.2000 [<\u202f0.0001, 0.3000]'
    """
    digits = decimals(value, lower, upper)
    mark = "+" if plus and float(f"{value:.{digits}f}") > 0 else ""
    ends = f"[{_end(lower, digits)}, {_end(upper, digits)}]"
    return f"{mark}{_end(value, digits)} {ends}"


def _end(value: float, digits: int) -> str:
    if math.isfinite(value) and abs(value) > NOTHING and not float(f"{value:.{digits}f}"):
        least = 10.0**-digits
        return f"<\u202f{least:.{digits}f}" if value > 0 else f">\u202f−{least:.{digits}f}"
    return signed(value, digits)


_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Return `text` with a sign for each character that does something instead of being seen.

    Controls but for tab and line feed, marks that turn the direction of writing, halves of
    surrogate pairs and what XML forbids.

    >>> visible("bell\x07 and \u202enrut")
    'bell␇ and �nrut'
    """
    return _HIDDEN.sub(lambda found: _sign(ord(found[0])), text)


def _sign(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def unbroken(text: str) -> str:
    """Return `text` whose estimates stay on one line with their intervals.

    >>> unbroken("gains 0.02 [0.01, 0.03] by it")
    'gains 0.02\xa0[0.01,\xa00.03] by it'
    """
    return re.sub(
        r"(\S+) (\[[^\[\] ]+,) ([^\[\] ]+\])",
        lambda found: "\u00a0".join(found.groups()),
        text,
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def amount(value: float) -> str:
    """Return a count with thin spaces between thousands.

    >>> amount(1234567), amount(0.4)
    ('1\\u202f234\\u202f567', '0')
    """
    return f"{round(value):,}".replace(",", "\u202f")


def base(n_questions: int) -> str:
    """Return what a share is a share of.

    >>> base(40)
    'n\\xa0=\\xa040 questions'
    """
    return f"n\u00a0=\u00a0{n_questions} questions"


def seconds_text(seconds: float) -> str:
    """Return a duration in the unit that suits it.

    >>> seconds_text(0.42), seconds_text(41.2), seconds_text(605)
    ('0.4 s', '41 s', '10 min 5 s')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def verdict(data: ReportData) -> tuple[str, ...]:
    """Return what the run found, in a few plain sentences computed from its numbers.

    A degenerate game comes first, then the comparison, strongest baseline first, the distance from
    equilibrium, learning.

    >>> verdict(ReportData("trial"))
    ('Nothing has been measured yet.',)
    """
    sentences = []
    judged, compared = data.verification, data.comparison
    if judged is not None and judged.degenerate:
        sentences.append(
            "Degenerate: no executor's payoff could be told apart across its controls (they differ "
            f"by at most {judged.resolution:.2f} at {judged.confidence:.0%} confidence), so that "
            "being close to equilibrium says little here."
        )
    if compared is not None:
        sentences += _on_comparison(compared, MOST_BASELINES - len(sentences))
    if judged is not None:
        sentences.append(_on_epsilon(judged))
    if data.curve is not None:
        sentences.append(_on_learning(data.curve))
    return tuple(sentences) or ("Nothing has been measured yet.",)


def _on_comparison(compared: ComparisonView, most: int) -> list[str]:
    """Return the strongest baselines' sentences, how many more there are, and what was not read."""
    ranked = compared.ranked
    rivals = sum(found.equal_tokens for found in ranked if found.reference not in compared.oracles)
    told = [
        _on_difference(
            found,
            compared.confidence,
            rivals if k == 0 else 1,
        )
        for k, found in enumerate(ranked[:most])
    ]
    if len(ranked) > most:
        told[-1] += f" {len(ranked) - most} more in the table."
    unread = [point for point in compared.points if point.unreadable >= MANY_UNREADABLE]
    if unread:
        shares = [
            f"{point.invalid} of {amount(point.replies)} of {method_name(point.name)}"
            for point in unread
        ]
        told.append(f"Replies that could not be read, and count as wrong: {listed(shares)}.")
    return told


def _on_difference(found: Difference, confidence: float, rivals: int) -> str:
    """Return a baseline's sentence; at equal tokens it is the strongest of `rivals`."""
    value = interval(found.difference, found.lower, found.upper, plus=True)
    found_in = f"accuracy {value} on {base(found.n_questions)} ({confidence:.0%} interval)"
    first, second = method_name(found.name), method_name(found.reference)
    if found.equal_tokens and rivals > 1:
        second, cost = f"{second}, the strongest of {rivals} baselines at equal tokens", ""
    elif found.equal_tokens:
        cost = " at equal tokens"
    else:
        cost = (
            f" at {amount(found.tokens)} tokens a question against {amount(found.reference_tokens)}"
        )
    if found.lower > 0:
        return f"{first} answered better than {second}{cost}: {found_in}."
    if found.upper < 0:
        return f"{first} answered worse than {second}{cost}: {found_in}."
    second += "" if cost else ","
    return f"No difference between {first} and {second} could be measured{cost}: {found_in}."


def _on_epsilon(judged: VerificationView) -> str:
    value = interval(judged.epsilon, judged.lower, judged.upper)
    found = (
        f"ε = {value} on {base(judged.n_questions)} ({judged.confidence:.0%} interval), where "
        "rewards lie between 0 and 1"
    )
    if judged.lower > 0:
        return (
            f"The trained policy is not an equilibrium: some executor gains by another control, "
            f"{found}."
        )
    if judged.upper >= 0.5:
        return f"How far the policy is from equilibrium could hardly be measured: {found}."
    return f"That the trained policy is an equilibrium cannot be ruled out: {found}."


def _on_learning(curve: LearningCurve) -> str:
    k = max(1, len(curve.reward) // 10)
    first, last = (sum(part) / k for part in (curve.reward[:k], curve.reward[-k:]))
    start = curve.episodes[k - 1]
    rest = curve.episodes[-1] - (curve.episodes[-k - 1] if len(curve.episodes) > k else 0)
    if len(curve.reward) < 2:
        return f"Training ran for one update of {start} episodes, with mean reward {first:.2f}."
    return (
        f"In training, mean reward went from {first:.2f} (first {start} episodes) to {last:.2f} "
        f"(last {rest}), while exploration fell from α = {curve.alpha[0]:.2g} to "
        f"{curve.alpha[-1]:.2g}."
    )


def method_name(name: str) -> str:
    """Return a method's name as people read it.

    >>> method_name("econ (greedy)"), method_name("self-consistency 300 tokens, small")
    ('ECON (greedy)', 'self-consistency (300 tokens), small')
    """
    words = re.sub(r" (\d+ tokens)(?=,|$)", r" (\1)", name.replace("_", "-"))
    return "ECON" + words[4:] if words.lower().startswith("econ") else words


def deviation_text(found: DeviationGain) -> str:
    """Return the best deviation of a type in words, with its interval; its control in one piece.

    >>> deviation_text(DeviationGain("solver 2", "unsure", "T=0.3", 0.03, 0.01, 0.05, 24))
    'solver 2, when unsure, gains 0.03 [0.01, 0.05] by T=0.3'
    >>> deviation_text(DeviationGain("solver 2", "any", "T=0.3", -0.02, -0.04, 0.003, 24))
    'solver 2 gains by no other control, at most 0.003'
    """
    who = found.executor if found.type == "any" else f"{found.executor}, when {found.type},"
    if found.gain > 0:
        control = found.control.replace(" ", "\u00a0")
        return f"{who} gains {interval(found.gain, found.lower, found.upper)} by {control}"
    if found.upper > NOTHING:
        most = _end(found.upper, decimals(found.upper, found.lower, found.upper))
        return f"{who} gains by no other control, at most {most}"
    return f"{who} gains by no other control"


def frontier_caption(view: ComparisonView) -> str:
    """Return what the chart of accuracy against tokens shows, from what is drawn in it."""
    best = [point for point in view.points if point.best]
    if len(best) > 1:
        line = "The dashed line joins the methods that no other beats in both."
    else:
        line = (
            f"No line is drawn: nothing is as accurate as {method_name(best[0].name)} for as few "
            "tokens."
        )
    return (
        f"Up and to the left is better. {line} The filled mark is the trained system. Methods of "
        "nearly equal cost stand side by side."
    )
