"""Numbers in words: how many digits an interval deserves, and the verdict of a run."""

from __future__ import annotations

import math
import re

from llm_bridge.baselines.comparison import Difference
from llm_bridge.report.data import LearningCurve, ReportData, VerificationView
from llm_bridge.verification.verdict import DeviationGain

__all__ = [
    "amount",
    "base",
    "decimals",
    "deviation_text",
    "interval",
    "method_name",
    "seconds_text",
    "signed",
    "verdict",
]

MOST_BASELINES = 3


def decimals(lower: float, upper: float) -> int:
    """Return digits after the point that an interval deserves: 2, more where it is narrow.

    >>> decimals(-0.09, 0.05), decimals(0.0031, 0.0042), decimals(0.5, 0.5)
    (2, 4, 2)
    """
    half = (upper - lower) / 2
    if not math.isfinite(half) or half <= 0:
        return 2
    return min(4, max(2, -math.floor(math.log10(half))))


def signed(value: float, digits: int = 2) -> str:
    """Return a number with a true minus sign, and no minus before zero.

    >>> signed(-0.031), signed(-0.001), signed(0.25)
    ('−0.03', '0.00', '0.25')
    """
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−")


def interval(value: float, lower: float, upper: float, *, plus: bool = False) -> str:
    """Return "value [lower, upper]" with as many digits as it deserves.

    A value that would read as zero gets one more.

    >>> interval(-0.02, -0.09, 0.05), interval(0.004, 0.0, 0.06)
    ('−0.02 [−0.09, 0.05]', '0.004 [0.000, 0.060]')
    """
    digits = decimals(lower, upper)
    while value and digits < 3 and not float(f"{value:.{digits}f}"):
        digits += 1
    mark = "+" if plus and float(f"{value:.{digits}f}") > 0 else ""
    return f"{mark}{signed(value, digits)} [{signed(lower, digits)}, {signed(upper, digits)}]"


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
    """Return what the run found, in up to five plain sentences computed from its numbers.

    A degenerate game comes first, then the comparison, the distance from equilibrium, learning.

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
        sentences += [
            _on_difference(difference, compared.confidence)
            for difference in compared.differences[: MOST_BASELINES - len(sentences)]
        ]
    if judged is not None:
        sentences.append(_on_epsilon(judged))
    if data.curve is not None:
        sentences.append(_on_learning(data.curve))
    return tuple(sentences) or ("Nothing has been measured yet.",)


def _on_difference(found: Difference, confidence: float) -> str:
    value = interval(found.difference, found.lower, found.upper, plus=True)
    found_in = f"accuracy {value} on {base(found.n_questions)} ({confidence:.0%} interval)"
    first, second = method_name(found.name), method_name(found.reference)
    if found.equal_tokens:
        cost = "at equal tokens"
    else:
        cost = (
            f"at {amount(found.tokens)} tokens a question against {amount(found.reference_tokens)}"
        )
    if found.lower > 0:
        return f"{first} answered better than {second} {cost}: {found_in}."
    if found.upper < 0:
        return f"{first} answered worse than {second} {cost}: {found_in}."
    return f"No difference between {first} and {second} could be measured {cost}: {found_in}."


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

    >>> method_name("econ (greedy)"), method_name("self-consistency 300 tokens")
    ('ECON (greedy)', 'self-consistency (300 tokens)')
    """
    words = re.sub(r" (\d+ tokens)$", r" (\1)", name.replace("_", "-"))
    return "ECON" + words[4:] if words.lower().startswith("econ") else words


def deviation_text(found: DeviationGain) -> str:
    """Return the best deviation of a type in words, with its interval.

    >>> deviation_text(DeviationGain("solver 2", "unsure", "T=0.3 direct", 0.03, 0.01, 0.05, 24))
    'solver 2, when unsure, gains 0.03 [0.01, 0.05] by T=0.3 direct'
    """
    who = found.executor if found.type == "any" else f"{found.executor}, when {found.type},"
    if found.gain > 0:
        return f"{who} gains {interval(found.gain, found.lower, found.upper)} by {found.control}"
    if found.upper > 0:
        return f"{who} gains by no other control, at most {found.upper:.2f}"
    return f"{who} gains by no other control"
