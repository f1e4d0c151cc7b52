"""Gambit extensive-form (.efg) files as Bayesian games."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from econ_theory.arrays import SUM_TOLERANCE
from econ_theory.games.finite.bayesian import BayesianGame
from econ_theory.interop.efg_tree import InformationSet, Tree
from econ_theory.interop.text import MOST_DIGITS, in_short, read_text, too_fine
from econ_theory.interop.tokens import Tokens

__all__ = ["loads_efg", "read_efg"]


def read_efg(path: str | Path) -> BayesianGame:
    """Return the Bayesian game in the Gambit extensive-form file at `path`; see `loads_efg`.

    Raises
    ------
    FormatError
        Naming the line that is malformed or that makes the tree no Bayesian game.
    """
    return loads_efg(read_text(path), source=Path(path).name)


def loads_efg(text: str, *, source: str = "text") -> BayesianGame:
    """Return the Bayesian game that the text of a Gambit extensive form describes.

    Chance moves come first, if at all; then every player moves once on each path, in any order,
    without seeing what the others did. Each information set is a type (in the order of their
    numbers) and courses of chance that no player can tell apart are one joint type. Numbers are
    kept exactly, as Fractions. Chance probabilities that miss one by at most 1e-9 are divided by
    their sum.

    Raises
    ------
    FormatError
        Naming the line that is malformed or that makes the tree no Bayesian game.

    Examples
    --------
    >>> game = loads_efg('''EFG 2 R "Choice" { "Ann" }
    ... p "" 1 1 "" { "stay" "go" } 0
    ... t "" 1 "" { 1/3 }
    ... t "" 2 "" { 0.5 }
    ... ''')
    >>> game.given[1][0].ravel()
    array([Fraction(1, 3), Fraction(1, 2)], dtype=object)

    Source: Gambit project, "The extensive game (.efg) file format".
    """
    return _Reader(Tokens(text, source)).game()


class _Reader:
    """Reads nodes off the tokens and hands them to a `Tree`."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        tokens.take("EFG", "the first word of an extensive-form file")
        tokens.take("2", "the version of the format")
        if not tokens.at("R") and not tokens.at("D"):
            tokens.refuse(tokens.next.line, f"found {tokens.next}, want 'R' (the number type)")
        tokens.advance()
        self.title = tokens.string("the title")
        self.tree = Tree(tokens.players(), tokens.source)
        if tokens.next.kind == "string":
            tokens.advance()
        self.outcomes: dict[int, list[Fraction]] = {}
        self.chances: dict[int, list[Fraction]] = {}

    def game(self) -> BayesianGame:
        readers = {"c": self._chance, "p": self._personal, "t": self._terminal}
        tokens = self.tokens
        while not self.tree.complete:
            word = tokens.next
            if word.kind != "word" or word.text not in readers:
                tokens.refuse(word.line, f"found {word}, want a node: 'c', 'p' or 't'")
            tokens.advance()
            if tokens.next.kind == "string":
                tokens.advance()
            readers[word.text](word.line)
        if tokens.next.kind != "end":
            tokens.refuse(
                tokens.next.line, f"found {tokens.next} after the last leaf, want the end"
            )
        return self.tree.game(tokens.next.line, self.title)

    def _chance(self, line: int) -> None:
        tokens = self.tokens
        number = tokens.integer("the number of a chance information set")
        if tokens.next.kind == "string":
            tokens.advance()
        if tokens.at("{"):
            weights = self._weights(line)
            if self.chances.setdefault(number, weights) != weights:
                tokens.refuse(
                    line, f"chance information set {number} has other probabilities than before"
                )
        elif number not in self.chances:
            tokens.refuse(line, f"chance information set {number} has no actions, want a list")
        self.tree.chance(line, self.chances[number], self._outcome())

    def _weights(self, line: int) -> list[Fraction]:
        tokens = self.tokens
        tokens.take("{", "the list of chance's actions")
        weights = []
        while not tokens.at("}"):
            tokens.string("an action of chance, or '}',")
            weights.append(tokens.number("its probability"))
            if tokens.at(","):
                tokens.advance()
        tokens.advance()
        if not weights:
            tokens.refuse(line, "a chance move has no actions, want at least one")
        if min(weights) < 0:
            tokens.refuse(line, f"a probability is {min(weights)}, want none below zero")
        if too_fine(weights):
            tokens.refuse(
                line,
                f"the probabilities have a common denominator of over {MOST_DIGITS:,} digits, "
                "want at most that; write them as decimals",
            )
        total = sum(weights, Fraction(0))
        if abs(total - 1) > SUM_TOLERANCE:
            tokens.refuse(
                line,
                f"the probabilities sum to {float(total):.12g}, want 1; "
                "write thirds and the like as rationals",
            )
        return weights if total == 1 else [weight / total for weight in weights]

    def _personal(self, line: int) -> None:
        tokens, tree = self.tokens, self.tree
        number = tokens.integer("a player's number")
        if not 1 <= number <= len(tree.players):
            tokens.refuse(line, f"the player is {number}, want 1 to {len(tree.players)}")
        i = number - 1
        label = tokens.integer("the number of an information set")
        if label == 0:
            tokens.refuse(line, "the information set is 0, want a number >= 1")
        name = tokens.advance().text if tokens.next.kind == "string" else None
        known = tree.sets[i].get(label)
        if tokens.at("{"):
            actions = tokens.strings("actions")
            if not actions:
                tokens.refuse(line, "an information set has no actions, want at least one")
            if known is None:
                known = tree.sets[i][label] = InformationSet(name or "", actions)
            elif known.actions != actions:
                tokens.refuse(
                    line,
                    f"information set {label} of player {number} has actions {in_short(actions)} "
                    f"here and {in_short(known.actions)} before, want one list",
                )
        if known is None:
            tokens.refuse(
                line,
                f"information set {label} of player {number} is used before its actions are "
                "listed, want a list of actions",
            )
        tree.move(line, i, label, self._outcome())

    def _terminal(self, line: int) -> None:
        self.tree.leaf(line, self._outcome())

    def _outcome(self) -> list[Fraction] | None:
        """Return the payoffs of the node's outcome; outcome 0 is none."""
        tokens = self.tokens
        line = tokens.next.line
        number = tokens.integer("the number of an outcome (0 for none)")
        if tokens.next.kind == "string":
            tokens.advance()
        if tokens.at("{"):
            payoffs = tokens.numbers("payoff")
            n = len(self.tree.players)
            if len(payoffs) != n:
                tokens.refuse(line, f"outcome {number} has {len(payoffs)} payoffs, want {n}")
            if number == 0:
                tokens.refuse(line, "outcome 0 has payoffs, want none: 0 stands for no outcome")
            if self.outcomes.setdefault(number, payoffs) != payoffs:
                tokens.refuse(line, f"outcome {number} has other payoffs than before")
        if number == 0:
            return None
        if number not in self.outcomes:
            tokens.refuse(line, f"outcome {number} is used before its payoffs are listed")
        return self.outcomes[number]
