"""Canaries: no renderer shows a secret, in whatever form it travels."""

from __future__ import annotations

import base64
import io
import json
import threading
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, get_origin, get_type_hints
from urllib.parse import quote

import pytest
from rich.console import Console

from orchestrator.reporting import events as ev
from orchestrator.reporting.events import Event
from orchestrator.reporting.jsonl import JsonLines
from orchestrator.reporting.live import Live
from orchestrator.reporting.masking import Masker
from orchestrator.reporting.plain import Plain
from orchestrator.reporting.sink import FanOut, Renderer

CANARY = 'c4n"ry/sec+ret ü'
RENDERERS: dict[str, Callable[[io.StringIO], Renderer]] = {
    "plain": Plain,
    "jsonl": JsonLines,
    "live": lambda out: Live(Console(file=out, width=400, force_terminal=True, no_color=True)),
    "live piped": lambda out: Live(Console(file=out, width=400)),
}


def forms() -> list[str]:
    basic = base64.b64encode(f"user:{CANARY}".encode()).decode()
    return [
        CANARY,
        json.dumps(CANARY),
        quote(CANARY, safe=""),
        f"https://user:{quote(CANARY)}@host/",
        base64.b64encode(CANARY.encode()).decode(),
        f"Authorization: Basic {basic}",
    ]


def poisoned(value: Any, text: str) -> Any:
    """The same event with `text` in every string that is not of a fixed vocabulary."""
    if isinstance(value, str):
        return f"{value} {text}"
    if isinstance(value, tuple):
        return tuple(poisoned(item, text) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        hints = get_type_hints(type(value))
        free = [f.name for f in fields(value) if "Literal" not in str(get_origin(hints[f.name]))]
        return replace(value, **{name: poisoned(getattr(value, name), text) for name in free})
    return value


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("form", forms())
def test_no_renderer_shows_a_canary(
    renderer: str, form: str, play: Callable[..., None], scripted: tuple[tuple[float, Event], ...]
) -> None:
    out = io.StringIO()
    script = tuple((at, poisoned(event, form)) for at, event in scripted)
    play(RENDERERS[renderer](out), script, [CANARY])
    shown = out.getvalue()
    assert "***" in shown
    core = base64.b64encode(CANARY.encode()).decode()[4:-6]
    for leak in (*forms(), json.dumps(CANARY)[1:-1], json.dumps(form)[1:-1], core):
        assert leak not in shown


def test_secret_inside_another_leaves_no_tail() -> None:
    masker = Masker(["abcdef", "cdefghij", "abcd"])
    assert masker.mask("x abcdefghij y abcd z") == "x *** y *** z"


def test_lines_of_a_long_secret_are_masked_one_by_one() -> None:
    masker = Masker(["-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n"])
    assert masker.mask("| MIIEvQIBADANBg |") == "| *** |"
    assert masker.mask("ab") == "ab"


def test_public_words_and_very_short_values_stay_readable() -> None:
    masker = Masker()
    masker.learn(["shop", "1", "  ", "", "tr0ub4dor"], public=["shop"])
    assert masker.mask("shop us-1 tr0ub4dor") == "shop us-1 ***"


def test_words_of_a_fixed_vocabulary_stay_as_they_are() -> None:
    event = Masker(["create"]).mask_event(ev.PlannedChange("create", "create", "x"))  # type: ignore[type-var]
    assert (event.action, event.kind) == ("create", "***")


def test_secret_learnt_late_is_masked_from_then_on() -> None:
    out = io.StringIO()
    sink = FanOut((JsonLines(out),), Masker())
    sink.protect(["hunter2-canary"])
    sink.emit(ev.Notice("hunter2-canary"))
    assert json.loads(out.getvalue())["message"] == "***"


def test_lines_of_many_threads_do_not_mix() -> None:
    out = io.StringIO()
    sink = FanOut((JsonLines(out),), Masker())

    def write() -> None:
        for _ in range(50):
            sink.emit(ev.Notice("x" * 200))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [json.loads(line)["message"] for line in out.getvalue().splitlines()] == [
        "x" * 200
    ] * 400


def test_reader_that_leaves_is_told_of_once_and_the_others_go_on() -> None:
    class Gone:
        def render(self, envelope: object) -> None:
            raise BrokenPipeError

        def close(self) -> None:
            raise BrokenPipeError

    out, told = io.StringIO(), []
    sink = FanOut((Gone(), JsonLines(out)), Masker(), on_broken_pipe=lambda: told.append(1))
    sink.emit(ev.Notice("one"))
    sink.emit(ev.Notice("two"))
    sink.close()
    sink.emit(ev.Notice("too late"))
    assert told == [1]
    assert len(out.getvalue().splitlines()) == 2
