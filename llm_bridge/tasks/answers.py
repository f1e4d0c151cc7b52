"""Which part of a reply is its answer: the forms that models use, a row of a table each.

Finding the answer and comparing it are two things. Here it is found, and written plainly; whether
two answers say the same is for `comparison` and for the task's verifier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from llm_bridge.messages import AnswerForm, Completion
from llm_bridge.tasks.plain_values import braced, is_number, is_option, plain_value
from llm_bridge.tasks.replies import spoken

__all__ = ["FORMS", "Answer", "Form", "extract_answer", "read_reply"]

LONGEST_ANSWER = 2000
"""Characters; a longer answer is a reply that did not end."""

LONGEST_BLOCK = 20_000
"""Characters of an answer of several lines."""

MOST_BOXES = 50
"""Boxes at a reply's end that are looked at."""

LONGEST_REPLY = 200_000
"""Characters of a reply's end that are looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reply says: its plain `value`, or `valid=False` and `why` there is none."""

    value: str
    valid: bool = True
    why: str = ""


class Form(NamedTuple):
    """One way to give an answer, what finds it, and a reply that shows it.

    `find` yields the place and the text of every answer given so. A `firm` form states an answer
    on purpose; the others are sentences, believed only where no firm one is found.
    """

    name: str
    find: Callable[[str], Iterator[tuple[int, str]]]
    firm: bool
    example: str
    value: str


_WORDS = (
    "answer|ans|antwort|lösung|réponse|respuesta|risposta|resposta|antwoord|svar|vastaus|cevap|"
    "yanıt|odpowiedź|odpověď|răspuns|válasz|jawaban|đáp án|ответ|відповідь|απάντηση|答案|答え|"
    "解答|回答|정답|답변|답|الإجابة|الجواب|תשובה|उत्तर|जवाब|คำตอบ"
)
_KINDS = "finale?|correct|short|numeric|exact|overall|endgültige"
_LABEL = (
    rf"(?:(?:the|my|our|die|la|il|de)\s+)?(?:(?:{_KINDS})\s{{1,4}}){{0,3}}"
    rf"(?:{_WORDS})(?:\s+final\w*)?"
)
_MARKS = r"[*_`~\"'#]{0,8}"
_ASIDE = r"(?:\s*[(\[][^()\[\]\n]{1,40}[)\]])?"
# What may stand before a label: list and quote marks, a number, pictures; no letters.
_LEAD = r"^(?:[^\w\n\\{}<]|_){0,24}(?:\d{1,2}[.)]\s{1,4})?(?:[^\w\n\\{}<]|_){0,24}"
_SIGN = (
    r"(?:[:=\uff1a]|->|→|⇒|[-\u2013\u2014](?=\s)|\b(?:is|are|ist|est|es|è|é|är|jest|是|は)\b\s*:?)"
)

_LABELLED = re.compile(
    rf"{_LEAD}{_LABEL}{_MARKS}{_ASIDE}\s*?{_MARKS}[ \t]*(?:{_SIGN}|(?=$))[ \t]*(?P<value>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_WITHIN = re.compile(
    rf"(?<![\w\"'{{,])(?:{_LABEL}){_MARKS}{_ASIDE}{_MARKS}[ \t]*[:\uff1a](?P<value>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_BARE = re.compile(
    rf"{_LEAD}{_LABEL}{_MARKS}[ \t]+(?P<value>\S+)[ \t]*$", re.IGNORECASE | re.MULTILINE
)
_TAGGED = re.compile(
    r"<(?P<tag>(?:final_?)?answer|result)>(?P<value>.*?)(?:</(?P=tag)>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_FIELD = re.compile(
    r"[{,]\s*[\"']?(?:final[ _]?)?(?:answer|result|solution)[\"']?\s*:\s*(?=[\"'\d\[{tfn-])",
    re.IGNORECASE,
)
_HASHES = re.compile(r"^####[ \t]*(?P<value>\S.*)$", re.MULTILINE)
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*(?=\{)")
_SAYING = re.compile(
    r"\b(?:answer|result|solution|total|option|choice|antwort|lösung|ergebnis|réponse|résultat|"
    r"respuesta|resultado|risposta|risultato|resposta|ответ|答案|答え|정답)"
    r"(?:\s+(?:here|to\s+[^.\n]{1,60}?|of\s+[^.\n]{1,60}?))?"
    r"(?:\s+(?:is|are|would be|must be|should be|equals|comes to|ist|est|es|è|é)\b|\s*[—是は:])"
    r"\s*:?\s*"
    r"(?P<value>[^\n]+?)(?=[.!。]\s|[.!。]?$)",
    re.IGNORECASE | re.MULTILINE,
)


def _lines(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, str]]]:
    """Find labels; one with nothing behind it stands for the next line that says something."""

    def find(text: str) -> Iterator[tuple[int, str]]:
        for match in pattern.finditer(text):
            value = match["value"]
            if value.strip(" \t*_`#:"):
                yield match.start("value"), value
                continue
            below = text[match.end() :].lstrip()
            line = below.partition("\n")[0]
            if line and not _LABELLED.match(line) and not line.startswith("```"):
                yield match.end(), line
            elif line.startswith("```"):
                yield match.end(), below.partition("\n")[2].partition("\n")[0]
            else:
                yield match.end(), ""

    return find


def _groups(pattern: re.Pattern[str]) -> Callable[[str], Iterator[tuple[int, str]]]:
    def find(text: str) -> Iterator[tuple[int, str]]:
        yield from ((match.start("value"), match["value"]) for match in pattern.finditer(text))

    return find


def _bare(text: str) -> Iterator[tuple[int, str]]:
    for place, value in _groups(_BARE)(text):
        plain = plain_value(value)
        if is_number(plain) or is_option(plain):
            yield place, value


def _hashes(text: str) -> Iterator[tuple[int, str]]:
    for place, value in _groups(_HASHES)(text):
        # Four hashes also make a heading: a number, or what ends the reply, is the answer.
        if is_number(plain_value(value)) or not text[place + len(value) :].strip():
            yield place, value


def _boxed(text: str) -> Iterator[tuple[int, str]]:
    for match in list(_BOX.finditer(text))[-MOST_BOXES:]:
        inside = braced(text, match.end(), LONGEST_ANSWER)
        if inside is not None:
            yield match.start(), inside


def _fields(text: str) -> Iterator[tuple[int, str]]:
    for match in _FIELD.finditer(text):
        rest = text[match.end() : match.end() + LONGEST_ANSWER]
        try:
            found, end = json.JSONDecoder().raw_decode(rest)
        except (ValueError, RecursionError):
            quoted = re.match(r"'([^'\n]*)'", rest)
            if quoted:
                yield match.end(), quoted[1]
            continue
        if found is not None:
            yield match.end(), found if isinstance(found, str) else rest[:end]


FORMS = (
    Form("a label", _lines(_LABELLED), True, "**Final Answer:** 7", "7"),
    Form("a label within a line", _lines(_WITHIN), True, "3 + 4 = 7. Answer: 7", "7"),
    Form("a label without a sign", _bare, True, "Answer 42", "42"),
    Form("tags", _groups(_TAGGED), True, "<answer>42</answer>", "42"),
    Form("a field of JSON", _fields, True, '{"answer": 42}', "42"),
    Form("four hashes", _hashes, True, "The total is 42.\n#### 42", "42"),
    Form("a box", _boxed, True, "So the result is \\boxed{42}.", "42"),
    Form("a sentence", _groups(_SAYING), False, "So, the answer is 42.", "42"),
)

_UNKNOWING = re.compile(
    r"(?:sorry,? )?(?:but )?(?:i|we) (?:(?:do|can)(?: not|not|n['’]?t)|can['’]?t|am not) .*"
    r"|(?:i['’]m|we['’]re) not .*|not sure.*|no (?:final )?answer.*|no idea.*"
    r"|not (?:known|given|clear)|unknown|unclear|unsure|n/?a|\?+|\.{2,}|…|_+|-+",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[<\[{(]*\s*(?:(?:your|the|final|insert|put|write|short|exact)\b[\s_]*)+(?:answer|number|result|value)?"
    r"(?:\s*here)?\s*[>\]})]*|[<\[{(]\s*(?:answer|number|result|value|x)(?:\s*here)?\s*[>\]})]|answer",
    re.IGNORECASE,
)
_RETRACTED = re.compile(r"\b(?:wait|actually|correction|no(?=,)|sorry|instead)\b", re.IGNORECASE)
_EITHER = re.compile(r"(?:either\s+)?(\S+?),?\s+(?:or|oder|ou|или|或)\s+(\S+)", re.IGNORECASE)


def extract_answer(text: str, *, form: AnswerForm = "value") -> Answer:
    r"""Return the answer that `text` gives; never raises, and never chooses between two.

    Thoughts and control tokens count for nothing (`spoken`). Of all firm answers (a labelled line,
    a box, a field of JSON, tags, four hashes) the last counts; a sentence that says the answer
    counts where there is none. `form` says how much of it is kept: of a "value" the decoration
    goes and a number is written plainly (`plain_value`); a "text" is its line as it stands, for
    answers whose brackets, quotes or spaces count; a "block" is every line from the label to the
    end.

    >>> extract_answer("Answer: 07").value, extract_answer("**Answer:** 3 + 4 = 7.0").value
    ('7', '7')
    >>> extract_answer("<think>Answer: 4</think> So \\boxed{\\frac{1}{2}}").value
    '1/2'
    >>> extract_answer("I think so.")
    Answer(value='', valid=False, why='the reply gives no answer: no label, box, tag or sentence')
    >>> extract_answer("Answer: 4 or 5").why
    'the reply gives two answers'
    """
    if not isinstance(text, str) or not text.strip():
        return Answer("", False, "the reply is empty")
    said = spoken(text[-LONGEST_REPLY:])
    if not said.strip():
        return Answer("", False, "the reply has thoughts only")
    found = _last(said, form)
    if found is None:
        return Answer("", False, "the reply gives no answer: no label, box, tag or sentence")
    if not found:
        return Answer("", False, "the answer is empty")
    longest = LONGEST_BLOCK if form == "block" else LONGEST_ANSWER
    if len(found) > longest:
        return Answer("", False, f"the answer has more than {longest} characters")
    if form == "value" and re.match(r"[+-]?[\d.]+\W", found) and _RETRACTED.search(found):
        return Answer("", False, "the reply takes its answer back")
    either = _EITHER.fullmatch(found)
    if either and _rivals(plain_value(either[1]), plain_value(either[2])):
        return Answer("", False, "the reply gives two answers")
    if _PLACEHOLDER.fullmatch(found):
        return Answer("", False, "the answer is a placeholder")
    if _UNKNOWING.fullmatch(found):
        return Answer("", False, "the reply says that it has no answer")
    return Answer(found)


def read_reply(reply: Completion, *, form: AnswerForm = "value") -> Answer:
    """Return the answer of a model's reply; a call that failed has none, and says why.

    >>> from llm_bridge.messages import Usage
    >>> read_reply(Completion("", Usage(), error="status 500")).why
    'the call failed: status 500'
    """
    if reply.error:
        return Answer("", False, f"the call failed: {reply.error}")
    return extract_answer(reply.text, form=form)


def _last(said: str, form: AnswerForm) -> str | None:
    """The last firm answer that says something, else the last sentence's; None without any.

    A sentence behind the last firm answer counts before it where the reply takes that back.
    """
    firm, loose = _found(said, firm=True), _found(said, firm=False)
    if firm and loose and _RETRACTED.search(said[firm[0][0] : max(loose[0][0], firm[0][0])]):
        firm = []
    seen = None
    for place, value in [*firm, *loose]:
        whole = said[place:] if form == "block" else value
        plain = _WRITTEN[form](whole) if form == "block" or len(whole) <= LONGEST_ANSWER else whole
        if plain:
            return plain
        seen = ""
    return seen


def _found(said: str, *, firm: bool) -> list[tuple[int, str]]:
    """Answers of firm forms, or of sentences, the last one first."""
    found = [item for form in FORMS if form.firm is firm for item in form.find(said)]
    return sorted(found, key=lambda item: item[0], reverse=True)


def _text(text: str) -> str:
    """One line as it stands, without the marks that make it bold or code."""
    text = text.strip()
    for mark in ("**", "__", "`", "$"):
        # The label's own mark may close in front of the answer.
        text = text.removeprefix(f"{mark} ")
        if len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)]
    return text.strip()


def _block(text: str) -> str:
    """Several lines as they stand, without a fence or tag around them."""
    text = re.sub(r"</(?:final_?)?(?:answer|result)>.*", "", text, flags=re.DOTALL | re.IGNORECASE)
    fenced = re.search(r"```\w*\n(.*?)(?:```|\Z)", text, re.DOTALL)
    text = fenced[1] if fenced else re.sub(r"\A[ \t]*(?:\*\*|__)(?=\s)[ \t]*", "", text)
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n")).strip("\n")


_WRITTEN: dict[AnswerForm, Callable[[str], str]] = {
    "value": plain_value,
    "text": _text,
    "block": _block,
}


def _rivals(one: str, other: str) -> bool:
    """Whether two values are two answers: both numbers or both options, and not the same."""
    alike = (is_number(one) and is_number(other)) or (is_option(one) and is_option(other))
    return alike and one != other
