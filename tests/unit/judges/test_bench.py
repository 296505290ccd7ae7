"""The bench finds what is wrong in a recording, whichever cloud it is of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.judges.bench import judge_recording

LINE = {
    "service": "gce",
    "method": "GET",
    "path": "/compute/v1/projects/shop/zones/us-central1-a/instances",
    "query": {},
    "request": None,
    "status": 200,
    "response": {"kind": "compute#instanceList", "items": [{"name": "one"}]},
    "fault": "",
}


def _record(file: Path, *lines: dict[str, object]) -> Path:
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def test_what_is_right_is_counted(tmp_path: Path) -> None:
    judgement = judge_recording(_record(tmp_path / "traffic.jsonl", LINE, LINE))
    assert judgement.exchanges == {"gce": 2}
    judgement.check()


def test_what_is_wrong_fails_with_its_place(tmp_path: Path) -> None:
    wrong = {**LINE, "response": {"items": [{"name": "one", "status": "SLEEPING"}]}}
    strange = {**LINE, "service": "arm", "path": "/subscriptions/1/nowhere", "query": {}}
    judgement = judge_recording(_record(tmp_path / "traffic.jsonl", wrong, strange))
    assert {violation.service for violation in judgement.violations} == {"gce", "arm"}
    with pytest.raises(AssertionError, match="SLEEPING"):
        judgement.check()


def test_no_recording_is_one_of_nothing(tmp_path: Path) -> None:
    judge_recording(tmp_path / "none").check()
