"""The `healthcheck` of a service.

https://github.com/compose-spec/compose-spec/blob/main/05-services.md#healthcheck
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.spec.model import Healthcheck
from orchestrator.spec.refusals import HEALTHCHECK as REFUSED
from orchestrator.spec.shape import Either, Key, Keys, ListOf, describe
from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Scalar
from orchestrator.spec.units import DURATION
from orchestrator.spec.words import flag, text, whole, written

_DISABLE = flag()
_RETRIES = whole("a whole number", 1, 1000, loose=True)
_LINE = text("a command line")
_WORD = written("a word")
HEALTHCHECK = Keys(
    {
        "test": Key(
            Either(
                "a command line or a list that starts with CMD, CMD-SHELL or NONE",
                word=_LINE,
                items=ListOf(_WORD, "a list that starts with CMD, CMD-SHELL or NONE", least=1),
            ),
            "What to run in the container; a line is run by its shell.",
        ),
        "interval": Key(DURATION, "Time between two checks; 30s by default."),
        "timeout": Key(DURATION, "How long one check may take; 30s by default."),
        "start_period": Key(DURATION, "Failures within this time do not count."),
        "retries": Key(_RETRIES, "Failures in a row that make it unhealthy; 3 by default."),
        "disable": Key(_DISABLE, "true switches the image's own check off."),
    },
    "a mapping with 'test'",
    REFUSED,
)


def build_healthcheck(node: MapNode | None, findings: Findings) -> Healthcheck | None:
    """None when there is none; the node has passed HEALTHCHECK."""
    if node is None:
        return None
    disable = node.scalar("disable")
    if disable is not None and _DISABLE.read(disable):
        if "test" in node.entries:
            findings.add(
                node.at("disable"), "'disable: true' beside a 'test'", "remove one of them"
            )
        return Healthcheck(disabled=True)
    test = _test(node.get("test"), findings)
    if test == ("NONE",):
        return Healthcheck(disabled=True)
    check = Healthcheck(test=test)
    if (interval := _seconds(node, "interval", findings)) is not None:
        check = replace(check, interval=interval)
    if (timeout := _seconds(node, "timeout", findings)) is not None:
        check = replace(check, timeout=timeout)
    if (start := node.scalar("start_period")) is not None:
        check = replace(check, start_period=DURATION.read(start))
    if (retries := node.scalar("retries")) is not None:
        check = replace(check, retries=_RETRIES.read(retries))
    return check


def _seconds(node: MapNode, key: str, findings: Findings) -> float | None:
    scalar = node.scalar(key)
    if scalar is None:
        return None
    value = DURATION.read(scalar)
    if value < 0.001:  # the Engine's API takes 0 as "inherit" and refuses less than 1 ms
        findings.add(scalar.place, "expected at least 1ms", "remove the key for the default")
        return None
    return value


def _test(node: Node | None, findings: Findings) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return ("CMD-SHELL", _LINE.read(node))
    if not isinstance(node, ListNode):
        return ()
    words = tuple(_WORD.read(item) for item in node.items if isinstance(item, Scalar))
    first = words[0] if words else ""
    if first not in ("CMD", "CMD-SHELL", "NONE"):
        findings.add(
            node.place,
            f"a test list starts with CMD, CMD-SHELL or NONE, not {describe(node.items[0])}",
            "put CMD in front of the command",
        )
    elif first == "NONE" and len(words) > 1:
        findings.add(node.place, "NONE stands alone", "remove the words behind it")
    elif first == "CMD-SHELL" and len(words) != 2:
        findings.add(node.place, "CMD-SHELL takes exactly one line", "put the line in quotes")
    elif first == "CMD" and len(words) < 2:
        findings.add(node.place, "CMD without a command", "add the words of the command")
    return words
