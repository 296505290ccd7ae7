"""The JSON form, and that its page is complete."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.reporting import events as ev
from orchestrator.reporting.doctor import CheckRow
from orchestrator.reporting.events import Event
from orchestrator.reporting.jsonl import JsonLines
from orchestrator.reporting.status import ServiceStatus, StatusRow, UnansweredPlace

PAGE = Path(__file__).parents[3] / "docs" / "events.md"
PARTS = (ev.PlannedChange, StatusRow, ServiceStatus, UnansweredPlace, CheckRow)
TYPES = sorted((*Event.__subclasses__(), *PARTS), key=lambda kind: kind.__name__)

Script = tuple[tuple[float, Event], ...]


def sections() -> dict[str, str]:
    parts = re.split(r"^### `(.+)`$", PAGE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def heading(kind: type) -> str:
    return kind.type if issubclass(kind, Event) else kind.__name__


def examples() -> Iterator[dict[str, object]]:
    for block in re.findall(r"```json\n(.+)\n```", PAGE.read_text()):
        yield json.loads(block)


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.__name__)
def test_every_field_is_documented(kind: type) -> None:
    rows = re.findall(r"^\| `(\w+)` \|", sections()[heading(kind)], flags=re.MULTILINE)
    assert rows == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("kind", Event.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_event_has_an_example_with_its_fields(kind: type[Event]) -> None:
    found = [example for example in examples() if example["type"] == kind.type]
    names = [field.name for field in dataclasses.fields(kind)]
    assert [list(example) for example in found] == [["type", "time", *names]]


def test_nothing_is_documented_that_is_not_there() -> None:
    assert set(sections()) == {heading(kind) for kind in TYPES}


def test_types_differ_and_leave_the_envelope_its_names() -> None:
    kinds = Event.__subclasses__()
    assert len({kind.type for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert not {"type", "time"} & {field.name for field in dataclasses.fields(kind)}


def test_script_has_every_type(scripted: Script) -> None:
    assert {type(event) for _, event in scripted} == set(Event.__subclasses__())


def test_each_event_is_one_line_with_all_fields(
    play: Callable[..., None], scripted: Script
) -> None:
    out = io.StringIO()
    play(JsonLines(out))
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["type"] for line in lines] == [event.type for _, event in scripted]
    for line, (_, event) in zip(lines, scripted, strict=True):
        shown = json.loads(json.dumps(dataclasses.asdict(event)))
        assert {k: v for k, v in line.items() if k not in ("type", "time")} == shown


def test_line_reads_exactly_so(play: Callable[..., None]) -> None:
    out = io.StringIO()
    play(JsonLines(out), ((1.25, ev.UrlReady("web", "us-1", "http://198.51.100.23:8080")),))
    assert out.getvalue() == (
        '{"type": "url-ready", "time": "2026-11-24T09:30:01.250Z", "service": "web", '
        '"machine": "us-1", "url": "http://198.51.100.23:8080"}\n'
    )
