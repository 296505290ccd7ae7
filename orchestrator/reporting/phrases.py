"""Wording that the renderers for people share."""

from __future__ import annotations

import re
from typing import Final

from orchestrator.reporting.events import Action, PlanReady

SIGNS: Final[dict[Action, str]] = {"create": "+", "update": "~", "delete": "-", "none": "="}

CHECKS: Final = frozenset({"reach"})
"""Operations that only look: saying that they changed nothing would say nothing."""

# Escape sequences (CSI, OSC, two-character) and control characters other than tab: text
# from a container or a cloud must not move the reader's cursor or retitle the terminal.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """Return `text` as one line without escape sequences or control characters."""
    joined = " ".join(_ESCAPES.sub("", text).splitlines())
    return _CONTROLS.sub("", joined).rstrip()


def duration(seconds: float) -> str:
    """Return seconds for people: `0.4s`, `42.1s`, `3m 07s`, `1h 02m`."""
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"


def size(count: int) -> str:
    """Return a number of bytes for people, in binary units."""
    if count < 1024:
        return f"{count} B"
    amount = float(count)
    for unit in ("KiB", "MiB", "GiB"):
        amount /= 1024
        if amount < 1023.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1024:.1f} TiB"


def amount(done: int | None, total: int | None, unit: str) -> str:
    """Return `3.1 of 12.0 MiB`, `3 of 12`, one of the two alone, or nothing."""
    shown = [
        size(value) if unit == "bytes" else str(value)
        for value in (done, total)
        if value is not None
    ]
    if len(shown) == 2 and shown[0].split(" ")[1:] == shown[1].split(" ")[1:]:
        shown[0] = shown[0].split(" ")[0]
    return " of ".join(shown)


def work(kind: str, subject: str, machine: str | None) -> str:
    """Return what an operation works on: `container web on us-1`, `machine us-1`. A subject
    that names the machine itself (`destroy machine us-1`) needs it once."""
    if machine and machine not in subject.split():
        return clean(f"{kind} {subject} on {machine}")
    return clean(f"{kind} {subject}")


def tally(plan: PlanReady) -> str:
    """Return a plan in numbers: `3 to create, 1 to update, 1 unknown, 5 unchanged`."""
    counts = dict.fromkeys(SIGNS, 0)
    for change in plan.changes:
        counts[change.action] += 1
    parts = [
        f"{counts[action]} to {action}"
        for action in ("create", "update", "delete")
        if counts[action]
    ]
    if plan.empty:
        parts.append("no changes")
    if plan.unknown:
        parts.append(f"{len(plan.unknown)} unknown")
    if counts["none"]:
        parts.append(f"{counts['none']} unchanged")
    return ", ".join(parts)
