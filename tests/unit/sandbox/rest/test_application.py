"""One application serves every emulated REST API: faults, lost answers, log, record."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.exchange import ExchangeLog
from providers.sandbox.faults import FaultQueue, parse_faults
from providers.sandbox.rest.application import RestApplication
from providers.sandbox.rest.dialect import Action
from providers.sandbox.rest.elide import elide_members
from providers.sandbox.rest.message import Json, RestAnswer, RestRefusal, RestRequest
from providers.sandbox.rest.recorder import Recorder


@dataclass
class Things:
    """An API that makes things in zone a, and knows no others."""

    service: str = "things"
    made: list[Json] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    def action(self, request: RestRequest) -> Action:
        return Action("things.insert", request.method == "POST", "r", "a")

    def handle(self, request: RestRequest) -> RestAnswer:
        if request.path != "/things":
            raise RestRefusal(404, "notFound", "no such thing", headers={"Retry-After": "2"})
        self.made.append(request.body)
        fault = request.doom()
        self.ends.append(fault.code if fault else "")
        return RestAnswer(200, {"made": len(self.made), "secret": "hush"})

    def error(self, refusal: RestRefusal, request_id: str) -> RestAnswer:
        error: Json = {"code": refusal.code, "message": refusal.message}
        return RestAnswer(refusal.status, {"error": error}, refusal.headers)

    def elide(self, document: Json) -> Json:
        return elide_members(document, lambda name: name == "secret")

    def identify(self, request_id: str) -> dict[str, str]:
        return {"x-request-id": request_id}


@dataclass
class Room:
    """The application on paper: no socket."""

    folder: Path
    things: Things = field(default_factory=Things)
    faults: FaultQueue = field(default_factory=FaultQueue)

    def __post_init__(self) -> None:
        self.application = RestApplication(
            self.things,
            threading.Condition(),
            ExchangeLog(self.folder / "exchanges.jsonl"),
            self.faults,
            Recorder(self.folder / "traffic.jsonl"),
        )

    def ask(self, path: str, body: bytes = b"", method: str = "POST") -> tuple[int, Any]:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "requestId=1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        answer = self.application(
            environ, lambda status, headers: started.append((status, headers))
        )
        text = b"".join(answer)
        self.headers = dict(started[0][1])
        return int(started[0][0].split()[0]), json.loads(text) if text else None

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_an_exchange_is_logged_and_recorded_without_its_secrets(room: Room) -> None:
    status, answer = room.ask("/things", b'{"secret": "12345"}')
    assert (status, answer) == (200, {"made": 1, "secret": "hush"})
    (line,) = room.lines("exchanges.jsonl")
    assert (line["service"], line["action"], line["changes"]) == ("things", "things.insert", True)
    assert line["parameters"]["body"] == {"secret": "<5 characters>"}
    assert line["request_id"] == room.headers["x-request-id"]
    (whole,) = room.lines("traffic.jsonl")
    assert whole["query"] == {"requestId": "1"}
    assert whole["request"] == {"secret": "<5 characters>"}
    assert whole["response"] == {"made": 1, "secret": "<4 characters>"}
    assert (room.folder / "traffic.jsonl").stat().st_mode & 0o077 == 0


def test_refusals_speak_the_apis_own_words(room: Room) -> None:
    assert room.ask("/other") == (404, {"error": {"code": "notFound", "message": "no such thing"}})
    assert room.headers["Retry-After"] == "2"
    assert room.lines("exchanges.jsonl")[0]["error"] == "notFound"


def test_a_body_that_is_not_json_is_refused(room: Room) -> None:
    status, answer = room.ask("/things", b"{")
    assert (status, answer["error"]["code"]) == (400, "parseError")
    assert room.things.made == []


def test_a_fault_before_has_no_effect_and_one_after_has(room: Room) -> None:
    fault = {"action": "things.insert", "code": "busy", "status": 429}
    room.faults.replace(parse_faults([fault]))
    assert room.ask("/things")[0] == 429
    assert room.things.made == []
    room.faults.replace(parse_faults([fault | {"when": "after"}]))
    assert room.ask("/things")[0] == 429
    assert len(room.things.made) == 1


def test_a_lost_answer_cuts_the_connection_and_is_still_recorded(room: Room) -> None:
    room.faults.replace(parse_faults([{"action": "things.insert", "when": "after"}]))
    with pytest.raises(ConnectionAbortedError):
        room.ask("/things")
    assert len(room.things.made) == 1
    assert room.lines("exchanges.jsonl")[0]["status"] == 0
    (whole,) = room.lines("traffic.jsonl")
    assert (whole["status"], whole["lost"]) == (200, True)


def test_a_doomed_operation_is_accepted_first(room: Room) -> None:
    fault = {"action": "things.insert", "when": "operation", "code": "NO_ROOM", "zone": "a"}
    room.faults.replace(parse_faults([fault]))
    assert room.ask("/things")[0] == 200
    assert room.ask("/things")[0] == 200
    assert room.things.ends == ["NO_ROOM", ""]
