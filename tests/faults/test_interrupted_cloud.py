"""Ctrl-C while the cloud asks for patience: no wait inside the adapter holds it up."""

from __future__ import annotations

import json
import signal

from tests.rehearsal import DEADLINE, Rehearsal


def test_a_stop_ends_the_wait_for_a_throttled_create(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    throttled = {
        "action": "RunInstances",
        "when": "before",
        "status": 503,
        "code": "RequestLimitExceeded",
        "message": "Request limit exceeded.",
        "times": 1000,
    }
    rehearsal.sandbox.inject_faults([throttled])
    before = len(rehearsal.exchanges())
    process = rehearsal.start("up", "--yes", "--output", "json")
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["type"] == "retrying" and event["attempt"] == 2:
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=DEADLINE)
    rehearsal.sandbox.inject_faults([])
    assert process.returncode == 130, err
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["outcome"] == "interrupted"
    assert [event for event in events if event["type"] == "operation-failed"] == []

    rehearsal.up().check()
    assert len(rehearsal.instances()) == 1
    # The request from before the stop was sent again, as it was: one token, one machine.
    tokens = {
        exchange["parameters"]["ClientToken"]
        for exchange in rehearsal.exchanges()[before:]
        if exchange["action"] == "RunInstances"
    }
    assert len(tokens) == 1
