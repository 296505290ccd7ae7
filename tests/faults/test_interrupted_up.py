"""Ctrl-C while `up` is under way, with nobody at a terminal."""

from __future__ import annotations

import json
import signal

from tests.rehearsal import DEADLINE, Rehearsal, instance_of


def test_a_signal_stops_at_a_safe_point_and_the_next_up_goes_on(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    process = rehearsal.start("up", "--yes", "--output", "json")
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["type"] == "operation-started" and event["kind"] == "connect":
            process.send_signal(signal.SIGINT)
            break
    out, err = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130, err
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["type"] == "run-finished"
    assert events[-1]["outcome"] == "interrupted"
    assert "run the same command again" in events[-1]["advice"]

    rehearsal.up().check()
    assert [instance_of(instance) for instance in rehearsal.instances()] == ["us-1"]
