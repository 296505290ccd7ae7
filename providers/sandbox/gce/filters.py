"""The `filter` of a list: both of Compute Engine's notations, as far as its clients use them.

The newer one: `labels.app = shop AND (status != TERMINATED OR name = "x*")`, where terms
side by side are all to hold and `:` asks whether a member is there (`labels.app:*`). The older
one: `name eq a.*`, with a regular expression for the whole value, and terms in parentheses
(API reference, parameter "filter").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from providers.sandbox.gce.errors import invalid
from providers.sandbox.rest.message import Json, RestRefusal

Test = Callable[[Json], bool]
TOKEN = re.compile(
    r"\s*(?:(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<operator>!=|>=|<=|[=<>:()])"
    r"|(?P<word>[^\s\"'=<>:()!]+))"
)
COMPARISONS = ("=", "!=", "<", ">", "<=", ">=", ":")
OLDER = ("eq", "ne")


def read_filter(text: str) -> Test:
    """The test that a filter stands for. Raises RestRefusal where it is not one."""
    try:
        tokens = _tokens(text)
        reader = _Reader(tokens)
        test = reader.anything()
        if reader.left() or (reader.older and reader.newer):
            raise ValueError(text)
    except (ValueError, re.error):
        raise bad_filter(text) from None
    return test


def bad_filter(text: str) -> RestRefusal:
    """The cloud's answer to a filter that it cannot read."""
    return invalid("filter", text, "Invalid list filter expression.")


@dataclass(frozen=True)
class _Token:
    """`text` is what a quoted text says; `pattern` the same as a regular expression, whose
    backslashes are its own."""

    kind: str
    text: str
    pattern: str


def _tokens(text: str) -> list[_Token]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            raise ValueError(text)
        kind = str(match.lastgroup)
        pattern = value = match[kind]
        if kind == "quoted":
            pattern = value[1:-1]
            value = re.sub(r"\\(.)", r"\1", pattern)
        found.append(_Token(kind, value, pattern))
        position = match.end()
    return found


@dataclass
class _Reader:
    tokens: list[_Token]
    position: int = 0
    older: bool = field(default=False)
    newer: bool = field(default=False)

    def left(self) -> bool:
        return self.position < len(self.tokens)

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these, unquoted; case matters for none of them."""
        if not self.left():
            return False
        token = self.tokens[self.position]
        return token.kind != "quoted" and token.text in texts

    def sees_minus(self) -> bool:
        """Whether the next token is a member's name with a minus in front of it."""
        token = self.tokens[self.position] if self.left() else None
        return token is not None and token.kind == "word" and token.text.startswith("-")

    def take(self) -> _Token:
        if not self.left():
            raise ValueError("the filter ends too early")
        self.position += 1
        return self.tokens[self.position - 1]

    def anything(self) -> Test:
        """Terms, all of which hold; OR binds closer than AND (AIP-160)."""
        tests = [self.choice()]
        while self.left() and not self.sees(")"):
            if self.sees("AND"):
                self.take()
            tests.append(self.choice())
        return lambda document: all(test(document) for test in tests)

    def choice(self) -> Test:
        tests = [self.term()]
        while self.sees("OR"):
            self.take()
            self.newer = True
            tests.append(self.term())
        return lambda document: any(test(document) for test in tests)

    def term(self) -> Test:
        if self.sees("NOT"):
            self.take()
            self.newer = True
            inner = self.term()
            return lambda document: not inner(document)
        if self.sees_minus():
            token = self.tokens[self.position]
            self.tokens[self.position] = _Token(token.kind, token.text[1:], token.pattern[1:])
            self.newer = True
            inner = self.term()
            return lambda document: not inner(document)
        if self.sees("("):
            self.take()
            inner = self.anything()
            if not self.sees(")"):
                raise ValueError("a parenthesis is left open")
            self.take()
            return inner
        return self.comparison()

    def comparison(self) -> Test:
        member = self.take()
        if member.kind == "operator":
            raise ValueError(member.text)
        operator = self.take().text
        value = self.take()
        if value.kind == "operator" and value.text not in COMPARISONS:
            raise ValueError(value.text)
        if operator in OLDER:
            self.older = True
            pattern = re.compile(value.pattern)
            wanted = operator == "eq"
            return lambda document: (
                (pattern.fullmatch(_text(look_up(document, member.text))) is not None) is wanted
            )
        if operator not in COMPARISONS:
            raise ValueError(operator)
        self.newer = True
        return lambda document: _compare(look_up(document, member.text), operator, value.text)


def look_up(document: Json, path: str) -> Json:
    """The member at a dotted path; a label's key is the last part, dots and all. Lists give
    the first element that has it."""
    first, _, rest = path.partition(".")
    if isinstance(document, list):
        return next(
            (found for entry in document if (found := look_up(entry, path)) is not None), None
        )
    if not isinstance(document, dict):
        return None
    if path in document:
        return document[path]
    if first not in document:
        return None
    return look_up(document[first], rest) if rest else document[first]


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _compare(value: Json, operator: str, wanted: str) -> bool:
    if isinstance(value, list) and operator in ("=", ":"):
        return any(_compare(entry, operator, wanted) for entry in value)
    if operator == ":":
        # With an asterisk it is a beginning that is asked for, as `zone : us-central1-*` is by
        # installers in the field; without one, a part.
        if value is None or "*" not in wanted:
            return value is not None and wanted.lower() in _text(value).lower()
        return _fits(_text(value).lower(), wanted.lower())
    if operator in ("=", "!="):
        return (value is not None and _fits(_text(value), wanted)) is (operator == "=")
    if value is None:
        return False
    return _ordered(_text(value), operator, wanted)


def _fits(value: str, wanted: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
    return re.fullmatch(pattern, value) is not None


def _ordered(value: str, operator: str, wanted: str) -> bool:
    try:
        order = (float(value) > float(wanted)) - (float(value) < float(wanted))
    except ValueError:
        order = (value > wanted) - (value < wanted)
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]
