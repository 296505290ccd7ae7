"""Secrets out of everything that is shown, in the forms they are usually met in."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_origin, get_type_hints
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from orchestrator.reporting.events import Event

MASK = "***"
SHORTEST = 4
"""Shorter values are left alone: hiding every "1" tells the reader what was hidden and
makes the rest unreadable."""
ENCODED_FROM = 8
"""From this length on a secret's encoded forms are masked too; those of shorter ones are
met in ordinary text."""

Shown = TypeVar("Shown", bound="Event")


class Masker:
    """Replaces every known secret by `***`. Learning and masking may run side by side."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str], *, public: Iterable[str] = ()) -> None:
        """Add secrets; those that equal a `public` word (a name in the project file, say)
        are not secret and stay readable. Calling it again with the same changes nothing."""
        hidden = set(secrets) - set(public)
        forms = set(self._forms).union(form for secret in hidden for form in forms_of(secret))
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))

    def mask(self, text: str) -> str:
        """Return `text` without secrets. Where two overlap, all of both is hidden."""
        spans = sorted(_spans(text, self._forms))
        if not spans:
            return text
        shown: list[str] = []
        end = 0
        for start, stop in spans:
            if start >= end:
                shown += [text[end:start], MASK]
            end = max(end, stop)
        return "".join((*shown, text[end:]))

    def mask_event(self, event: Shown) -> Shown:
        """Return the event with every string in it masked, nested ones included. Fields
        with a fixed vocabulary (`Literal`) hold our own words and stay as they are."""
        return cast(Shown, self._mask_dataclass(event)) if self._forms else event

    def _mask_dataclass(self, value: Any) -> object:
        changes = {
            name: self._mask_value(getattr(value, name)) for name in _free_fields(value.__class__)
        }
        return dataclasses.replace(value, **changes)

    def _mask_value(self, value: object) -> object:
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, tuple):
            return tuple(self._mask_value(item) for item in value)
        if dataclasses.is_dataclass(value):
            return self._mask_dataclass(value)
        return value


def forms_of(secret: str) -> Iterator[str]:
    """Yield the texts that give `secret` away: itself, the lines of a long one, and from
    `ENCODED_FROM` characters on its JSON, URL and base64 forms."""
    if len(secret.strip()) < SHORTEST:
        return
    yield secret
    yield secret.strip()
    lines = [line.strip() for line in secret.splitlines()]
    if len(lines) > 1:
        # Output comes line by line, and a private key is recognisable by any of its own.
        yield from (line for line in lines if len(line) >= ENCODED_FROM)
    if len(secret) < ENCODED_FROM:
        return
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield from _base64_forms(secret.encode())


def _base64_forms(raw: bytes) -> Iterator[str]:
    """Yield the base64 of `raw` alone, and the part that stays the same when other bytes
    stand before and after it, as in an `Authorization: Basic` header."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode()
        for before in range(3):
            bits = 8 * (before + len(raw))
            # A character carries 6 bits: those that a neighbour's bits reach are cut off.
            core = encode(bytes(before) + raw).decode()[-(-8 * before // 6) : bits // 6]
            if len(core) >= ENCODED_FROM:
                yield core


def _spans(text: str, forms: Iterable[str]) -> Iterator[tuple[int, int]]:
    for form in forms:
        start = text.find(form)
        while start >= 0:
            yield start, start + len(form)
            start = text.find(form, start + 1)


@cache
def _free_fields(kind: Any) -> tuple[str, ...]:
    hints = get_type_hints(kind)
    return tuple(
        field.name
        for field in dataclasses.fields(kind)
        if get_origin(hints[field.name]) is not Literal
    )
