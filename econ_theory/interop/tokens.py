"""The words of Gambit's game files: quoted strings, braces, commas, numbers, each with its line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple, NoReturn

from econ_theory.errors import FormatError
from econ_theory.games.finite.bayesian import MOST_PLAYERS

__all__ = ["Token", "Tokens"]

_TOKEN = re.compile(
    r'(?P<space>\s+)|(?P<string>"(?:[^"\\]++|\\.)*+")|(?P<mark>[{},])|(?P<word>[^\s{},"]+)|(?P<bad>")',
    re.DOTALL,
)
_NUMBER = re.compile(
    r"[+-]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE](?P<exponent>[+-]?\d+))?)", re.ASCII
)
_ESCAPE = re.compile(r'\\(["\\])')
LONGEST_NUMBER = 2000
MOST_REMEMBERED = 4096
LARGEST_EXPONENT = 400
LARGEST_FLOAT = sys.float_info.max


class Token(NamedTuple):
    """One word of the file: `kind` is "string", "mark", "word" or "end"."""

    kind: str
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind == "end":
            return "the end of the file"
        shown = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return f"the string {shown!r}" if self.kind == "string" else repr(shown)


class Tokens:
    """A cursor over the words of `text`; every complaint names `source` and the line.

    >>> tokens = Tokens('{ "a" 1/3 }', "here")
    >>> tokens.take("{", "a list"), tokens.string("a name"), tokens.number("a payoff")
    (Token(kind='mark', text='{', line=1), 'a', Fraction(1, 3))
    >>> tokens.number("a payoff")
    Traceback (most recent call last):
    econ_theory.errors.FormatError: here, line 1: found '}', want a payoff.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.length = len(text)
        self._words = self._scan(text)
        self.next = next(self._words)

    def _scan(self, text: str) -> Iterator[Token]:
        line = 1
        for match in _TOKEN.finditer(text):
            kind, word = match.lastgroup or "", match.group()
            if kind == "bad":
                self.refuse(line, 'a string has no closing quote, want one; escape quotes as \\"')
            if kind == "string":
                word = word[1:-1]
                yield Token(kind, _ESCAPE.sub(r"\1", word) if "\\" in word else word, line)
            elif kind != "space":
                yield Token(kind, word, line)
            if kind in ("space", "string"):
                line += word.count("\n")
        yield Token("end", "", line)

    def refuse(self, line: int, complaint: str) -> NoReturn:
        """Raise `FormatError` about `line`."""
        raise FormatError(f"{self.source}, line {line}: {complaint}.")

    def at(self, text: str) -> bool:
        """Return whether the next word is the mark or word `text`."""
        return self.next.text == text and self.next.kind in ("mark", "word")

    def advance(self) -> Token:
        """Return the next word and move past it."""
        token = self.next
        if token.kind != "end":
            self.next = next(self._words)
        return token

    def take(self, text: str, what: str) -> Token:
        """Move past the mark or word `text`, which begins, ends or is `what`."""
        if not self.at(text):
            self.refuse(self.next.line, f"found {self.next}, want {text!r} ({what})")
        return self.advance()

    def string(self, what: str) -> str:
        """Return the quoted string that is next."""
        if self.next.kind != "string":
            self.refuse(self.next.line, f"found {self.next}, want {what} in double quotes")
        return self.advance().text

    def strings(self, what: str) -> list[str]:
        """Return a ``{ "a" "b" }`` list."""
        self.take("{", f"the list of {what}")
        result = []
        while not self.at("}"):
            result.append(self.string(f"one of the {what}, or '}}',"))
        self.advance()
        return result

    def players(self) -> list[str]:
        """Return the list of players' names, of which a game here has at most 26."""
        line = self.next.line
        names = self.strings("player names")
        if not names:
            self.refuse(line, "the list of players is empty, want at least one player")
        if len(names) > MOST_PLAYERS:
            self.refuse(
                line,
                f"the game has {len(names)} players, want at most {MOST_PLAYERS}; "
                "merge players or leave out those whose play changes nothing",
            )
        return names

    def integer(self, what: str) -> int:
        """Return the non-negative integer that is next."""
        word = self.next
        if word.kind != "word" or not (word.text.isascii() and word.text.isdigit()):
            self.refuse(word.line, f"found {word}, want {what}, an integer >= 0")
        if len(word.text) > 9:
            self.refuse(word.line, f"{what} is {word.text[:20]}, want at most 9 digits")
        return int(self.advance().text)

    def number(self, what: str) -> Fraction:
        """Return the rational or decimal that is next, exactly."""
        word = self.next
        match = _NUMBER.fullmatch(word.text) if word.kind == "word" else None
        if match is None:
            self.refuse(word.line, f"found {word}, want {what}")
        exponent = match["exponent"]
        if len(word.text) > LONGEST_NUMBER or (
            exponent and (len(exponent) > 5 or abs(int(exponent)) > LARGEST_EXPONENT)
        ):
            self.refuse(
                word.line,
                f"{what} is {word}, want at most 2,000 characters and an exponent within 400",
            )
        try:
            value = _fraction(word.text)
            float(value)
        except ZeroDivisionError:
            self.refuse(word.line, f"{what} is {word}, want a denominator other than zero")
        except OverflowError:
            self.refuse(word.line, f"{what} is {word}, want a size of at most {LARGEST_FLOAT:.3g}")
        self.advance()
        return value

    def numbers(self, what: str) -> list[Fraction]:
        """Return a ``{ 1, 1/2 }`` list; commas are optional."""
        self.take("{", f"the list of {what}s")
        result = []
        while not self.at("}"):
            result.append(self.number(f"a {what}"))
            if self.at(","):
                self.advance()
        self.advance()
        return result


@lru_cache(MOST_REMEMBERED)
def _fraction(text: str) -> Fraction:
    """Return the number `text`; a table that repeats its payoffs holds each of them once."""
    return Fraction(text)
