from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_bridge.messages import Completion, Usage
from llm_bridge.tasks import extract_answer, plain_values, replies
from llm_bridge.tasks.answers import FORMS, LONGEST_ANSWER, Form, read_reply
from llm_bridge.tasks.plain_values import is_number, plain_value
from llm_bridge.tasks.replies import Rule, spoken

READ = [
    ("Answer: 7", "7"),
    ("answer:7.", "7"),
    ("  **Final Answer:** $1,234$", "1234"),
    ("The answer is 12", "12"),
    ("Working: 3 + 4\nAnswer: 8\nAnswer: 7", "7"),
    ("Answer: 3 + 4 = 07", "7"),
    ("Answer: +5.500", "5.5"),
    ("Answer: -0", "0"),
    ("Answer: \u221212", "-12"),
    ("Ａｎｓｗｅｒ： ４２", "42"),
    (r"Answer: \boxed{18}", "18"),
    ("Answer: Paris.", "Paris"),
    ("Answer: x = 1/2", "x = 1/2"),
    ("Answer: alpha α", "alpha α"),
    ("Answer: 007 agents", "007 agents"),
    ("Answer:\nAnswer: .5", "0.5"),
    # boxes, LaTeX and money
    (r"Answer: \boxed{\frac{1}{2}}", "1/2"),
    (r"Answer: \boxed{\text{E}}", "E"),
    (r"So the result is \boxed{42}.", "42"),
    (r"Answer: \boxed{3} no wait \boxed{5}", "5"),
    (r"Answer: \fbox{5}", "5"),
    (r"The answer is $\boxed{\frac{a}{b}}$", r"\frac{a}{b}"),
    (r"Answer: $\text{Paris}$", "Paris"),
    (r"Answer: \(42\)", "42"),
    (r"**Answer: \$18 per day.**", "18 per day"),
    (r"Answer: \$18", "18"),
    (r"Answer: 60\%", "60%"),
    (r"Answer: $45^\circ$", "45°"),
    # numbers as the world writes them
    ("Answer: 12 345", "12345"),
    ("Answer: 12\u202f345", "12345"),
    ("Answer: 12'345", "12345"),
    ("Answer: $12{,}345$", "12345"),
    ("Answer: 12,34,567", "1234567"),
    ("Answer: 1.234.567", "1234567"),
    ("Answer: 1.5E+3", "1500"),
    (r"Answer: $1.5 \times 10^3$", "1500"),
    ("Answer: 10⁶", "10^6"),
    ("Answer: 5²", "5^2"),
    ("Answer: ½", "1/2"),
    ("Answer: 2½", "2 1/2"),
    ("Answer: ٤٢", "42"),
    ("Answer: \u20135", "-5"),
    ("Answer: - 5", "-5"),
    ("Answer: (42).", "42"),
    ("Answer: [42]", "42"),
    ("Answer: 42?", "42"),
    ("Answer: 42 (since 6*7=42)", "42"),
    # what looks like a number and is none
    ("Answer: [100,200,300]", "[100,200,300]"),
    ("Answer: 12:30 PM.", "12:30 PM"),
    ("Answer: F=4,J=9,W=0", "F=4,J=9,W=0"),
    ("Answer: x <= 5", "x <= 5"),
    ("Answer: x >= 5", "x >= 5"),
    ("Answer: a == b", "a == b"),
    ("Answer: This, too, is one of Mr.", "This, too, is one of Mr."),
    ("Answer: U.S.", "U.S."),
    (r"Answer: 2\frac{3}{4}", "2 3/4"),
    ("Answer: -x = 5", "-x = 5"),
    ("Answer: 2x = 10", "2x = 10"),
    ("Answer: x^2 = 9", "x^2 = 9"),
    ("Answer: 3 x 4 = 12", "12"),
    ("Answer: 5!", "5!"),
    # labels in every dress
    ("***ANSWER***: ***B***", "B"),
    ("__Answer__: 7", "7"),
    ("<b>Answer:</b> 7", "7"),
    ("**Answer:**\n\n42", "42"),
    ("### Final Answer\n42", "42"),
    ("ANSWER - 42", "42"),
    ("Answer 42", "42"),
    ("1. Answer: 5", "5"),
    ("✅ Answer: 5", "5"),
    ("Answer (in cm): 5", "5"),
    ("Answer: \u200b42\u200b", "42"),
    ("\ufeffAnswer: 42", "42"),
    ("3 + 4 = 7. Answer: 7", "7"),
    ("Answer: <b>5</b>", "5"),
    ("Answer:\n```\n5\n```", "5"),
    # other languages
    ("Antwort: 42", "42"),
    ("Réponse : 42", "42"),
    ("La respuesta es 42.", "42"),
    ("Ответ: семь", "семь"),
    ("答案：七", "七"),
    # other forms
    ('{"answer": 42}', "42"),
    ('```json\n{"reasoning": "Answer: 4", "answer": "5"}\n```', "5"),
    ("{'answer': 'Paris'}", "Paris"),
    ('{"answer": [1, 2]}', "[1, 2]"),
    ("Answer: 5\nWait, that's wrong. The answer is 6.", "6"),
    ("<answer>\n42\n</answer>", "42"),
    ("The total is 42.\n#### 42", "42"),
    ("#### Step 1\nWe add.\n#### Step 2\nAgain.\nAnswer: 3", "3"),
    ("So, the answer is 42.", "42"),
    ("I think the answer is 42, because 6*7=42.", "42"),
    ("The answer to the question of how many is 12.", "12"),
    ("The correct option is B.", "B"),
    # thoughts and tokens
    ("<think>Answer: 4</think>Answer: 5", "5"),
    ("It may be 4.</think>\nAnswer: 5", "5"),
    ("[THINK]Answer: 3[/THINK]\nAnswer: 4", "4"),
    (
        "<|channel|>analysis<|message|>Answer: 3<|end|><|start|>assistant"
        "<|channel|>final<|message|>Answer: 4<|return|>",
        "4",
    ),
    ("Answer: 4<|im_end|>\n<|im_start|>user\nAnswer: 9", "4"),
]

NOT_READ = [
    ("", "empty"),
    (" \n\t", "empty"),
    (None, "empty"),
    ("Seven, I think.", "no answer: no label"),
    ("Answer:", "the answer is empty"),
    ("Answer: **", "the answer is empty"),
    ("Answer: " + "very " * 500, f"more than {LONGEST_ANSWER} characters"),
    ("la la " * 5000, "no answer: no label"),
    ("<think>\nAnswer: 4\n</think>\nI do not know.", "no answer: no label"),
    ("<think>\nAnswer: 4", "thoughts only"),
    ("Answer: <final answer>", "placeholder"),
    ("Answer: [your answer]", "placeholder"),
    ("Answer: I don't know", "has no answer"),
    ("Answer: I can't say", "has no answer"),
    ("Answer: 4 or 5", "two answers"),
    ("Answer: either B or C", "two answers"),
    ("The answer is 5. Wait, no, it is 6.", "takes its answer back"),
]


@pytest.mark.parametrize(("text", "value"), READ)
def test_readable_replies(text: str, value: str) -> None:
    answer = extract_answer(text)
    assert answer.valid, answer.why
    assert answer.value == value


@pytest.mark.parametrize(("text", "why"), NOT_READ)
def test_unreadable_replies_say_why(text: str, why: str) -> None:
    answer = extract_answer(text)
    assert not answer.valid
    assert answer.value == ""
    assert why in answer.why


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_form_reads_its_example(form: Form) -> None:
    assert [plain_value(value) for _, value in form.find(form.example)][-1] == form.value
    assert extract_answer(form.example).value == form.value


@pytest.mark.parametrize(
    "rule", [*replies.RULES, *plain_values.RULES], ids=lambda rule: f"{rule.name}: {rule.example!a}"
)
def test_every_rule_does_what_its_example_shows(rule: Rule) -> None:
    assert rule.pattern.sub(rule.by, rule.example) == rule.becomes
    assert rule.example != rule.becomes


def test_a_firm_answer_counts_before_a_sentence() -> None:
    assert extract_answer("Answer: 4\nNote that the other answer is 5, of course.").value == "4"


def test_a_failed_call_has_no_answer_and_says_so() -> None:
    failed = read_reply(Completion("Answer: 4", Usage(), error="status 500"))
    assert not failed.valid
    assert failed.why == "the call failed: status 500"


def test_texts_and_blocks_are_kept_as_they_stand() -> None:
    assert extract_answer('**Answer:** "Two  men, Mr.', form="text").value == '"Two  men, Mr.'
    assert extract_answer("Answer: [0]", form="text").value == "[0]"
    grid = "1 2\n3 4"
    for reply in (f"Answer:\n{grid}", f"**Answer:** {grid}", f"Answer:\n```\n{grid}\n```\nDone."):
        assert extract_answer(reply, form="block").value == grid


@given(st.text(), st.sampled_from(["value", "text", "block"]))
def test_reading_is_total(text: str, form) -> None:
    for reply in (text, "Answer: " + text, "<think>" + text, "\\boxed{" + text):
        answer = extract_answer(reply, form=form)
        assert answer.valid == (answer.why == "") == bool(answer.value)


@given(st.text(max_size=30))
def test_a_plain_value_is_plain_already(text: str) -> None:
    plain = plain_value(text)
    assert plain_value(plain) == plain


@given(st.integers(), st.integers(0, 5))
def test_equal_numbers_are_equal_strings(number: int, zeros: int) -> None:
    sign, size = ("-", str(-number)) if number < 0 else ("", str(number))
    padded = f"{sign}{'0' * zeros}{size}.{'0' * zeros}"
    assert extract_answer(f"Answer: {padded}").value == str(number)
    assert extract_answer(f"**Answer:** {number:,}").value == str(number)
    assert is_number(str(number))


@given(st.text(), st.text())
def test_what_stands_in_a_thought_counts_for_nothing(thought: str, rest: str) -> None:
    said = spoken(f"<think>{thought.replace('<', '')}</think>{rest}")
    assert said.strip() == spoken("\n" + rest).strip()


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "-",
        "<think>",
        "Answer: ",
        "\\boxed{",
        '{"answer": ',
        "[",
        "the answer is ",
        "1,",
        "\n",
        "* ",
    ],
)
def test_long_replies_take_bounded_time(piece: str) -> None:
    text = piece * (300_000 // len(piece))
    began = time.process_time()
    extract_answer(text)
    assert time.process_time() - began < 10.0
