"""`$filter`: the few forms that ARM takes for resources and groups.

From the reference of Resources - List. A filter by tag stands alone, and the resources that it
finds are shown without their tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from providers.sandbox.arm.refusals import refuse
from providers.sandbox.rest.message import RestRefusal

TERM = re.compile(r"\s*([A-Za-z/]+)\s+(eq|ne)\s+'((?:[^']|'')*)'\s*", re.IGNORECASE)
SUBSTRING = re.compile(
    r"\s*substringof\(\s*'((?:[^']|'')*)'\s*,\s*([A-Za-z]+)\s*\)\s*", re.IGNORECASE
)
JOIN = re.compile(r"(and|or)\b", re.IGNORECASE)
TAG_WORDS = ("tagname", "tagvalue")


@dataclass(frozen=True)
class Term:
    """One comparison; all of them are without regard to case, but for the values of tags."""

    name: str
    how: str
    value: str

    def matches(self, members: Mapping[str, str]) -> bool:
        """Whether it holds."""
        have = next((v for k, v in members.items() if k.lower() == self.name.lower()), "")
        if self.how == "substringof":
            return self.value.lower() in have.lower()
        return (have.lower() == self.value.lower()) == (self.how == "eq")


@dataclass(frozen=True)
class Filter:
    """A whole filter: terms joined by one word."""

    terms: tuple[Term, ...]
    joined: str = "and"

    @property
    def by_tag(self) -> bool:
        """Whether it asks for a tag."""
        return any(term.name.lower() in TAG_WORDS for term in self.terms)

    def matches(self, members: Mapping[str, str], tags: Mapping[str, str]) -> bool:
        """Whether it lets a resource through."""
        if self.by_tag:
            wanted = {term.name.lower(): term.value for term in self.terms}
            name, value = wanted["tagname"], wanted.get("tagvalue")
            return any(
                have.lower() == name.lower() and value in (None, tags[have]) for have in tags
            )
        found = [term.matches(members) for term in self.terms]
        return any(found) if self.joined == "or" else all(found)


def parse_filter(text: str, known: Sequence[str]) -> Filter:
    """Read a filter; an empty one lets everything through. Raises RestRefusal for one that ARM
    would not take."""
    terms: list[Term] = []
    joins: set[str] = set()
    rest = text
    while rest.strip():
        match = TERM.match(rest)
        if match:
            name, how, value = match[1], match[2].lower(), match[3]
        else:
            match = SUBSTRING.match(rest)
            if match is None:
                raise _invalid(text)
            name, how, value = match[2], "substringof", match[1]
        terms.append(Term(name, how, value.replace("''", "'")))
        rest = rest[match.end() :]
        join = JOIN.match(rest)
        if join:
            joins.add(join[1].lower())
            rest = rest[join.end() :]
            if not rest.strip():
                raise _invalid(text)
        elif rest.strip():
            raise _invalid(text)
    found = Filter(tuple(terms), joins.pop() if joins else "and")
    allowed = {name.lower() for name in known}
    if joins or any(term.name.lower() not in allowed for term in terms):
        raise _invalid(text)
    if found.by_tag and not _tag_filter(found):
        raise _invalid(text)
    return found


def _tag_filter(found: Filter) -> bool:
    names = [term.name.lower() for term in found.terms]
    return (
        names in (["tagname"], ["tagname", "tagvalue"])
        and found.joined == "and"
        and all(term.how == "eq" for term in found.terms)
    )


def _invalid(text: str) -> RestRefusal:
    return refuse(
        400,
        "InvalidFilterInQueryString",
        f"Invalid $filter '{text}' specified in the query string.",
    )
