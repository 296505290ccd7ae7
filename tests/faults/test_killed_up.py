"""`up` is killed with SIGKILL at the worst moments; the next `up` must end as if nothing was."""

from __future__ import annotations

import shutil
import signal

import pytest

from tests.rehearsal import Rehearsal, instance_of

KILLED_AFTER = """
import os, signal
from botocore.client import BaseClient
real = BaseClient._make_api_call
def call(self, name, arguments):
    answer = real(self, name, arguments)
    if name == "{action}":
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
BaseClient._make_api_call = call
"""
KILLED_BEFORE = KILLED_AFTER.replace("    answer = real(self, name, arguments)\n", "").replace(
    "    return answer", "    return real(self, name, arguments)"
)
KILLED_IN = """
import os, signal
import {module} as module
def killed(*arguments, **keywords):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)
real = module.{function}
module.{function} = killed
"""


def kill_during_up(rehearsal: Rehearsal, prelude: str) -> None:
    ran = rehearsal.run("up", "--yes", "--output", "json", prelude=prelude)
    assert ran.code == -signal.SIGKILL, f"{ran.code}\n{ran.out}\n{ran.err}"


def check_converged(rehearsal: Rehearsal, count: int) -> None:
    ran = rehearsal.up().check()
    instances = rehearsal.instances()
    assert sorted(map(instance_of, instances)) == [f"us-{n + 1}" for n in range(count)]
    assert {event["machine"] for event in ran.of("url-ready")} == {
        f"us-{n + 1}" for n in range(count)
    }
    again = rehearsal.up().check()
    assert again.of("run-finished")[0]["outcome"] == "no-changes"


@pytest.mark.parametrize("state", ["kept", "deleted"])
def test_right_after_run_instances_returned(rehearsal: Rehearsal, state: str) -> None:
    rehearsal.write_app(count=2)
    kill_during_up(rehearsal, KILLED_AFTER.format(action="RunInstances"))
    assert rehearsal.instances()
    if state == "deleted":
        shutil.rmtree(rehearsal.folder / ".longshore")
    check_converged(rehearsal, 2)


def test_between_the_persisted_request_and_the_call(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    kill_during_up(rehearsal, KILLED_BEFORE.format(action="RunInstances"))
    assert rehearsal.instances() == []
    check_converged(rehearsal, 1)


@pytest.mark.parametrize("action", ["ImportKeyPair", "CreateSecurityGroup"])
def test_right_after_a_shared_resource_was_made(rehearsal: Rehearsal, action: str) -> None:
    rehearsal.write_app()
    kill_during_up(rehearsal, KILLED_AFTER.format(action=action))
    check_converged(rehearsal, 1)


@pytest.mark.parametrize(
    "first",
    ["pass", "real(*arguments, **keywords)"],
    ids=["before the key is swapped", "after the key is swapped"],
)
def test_while_the_host_key_is_rotated(rehearsal: Rehearsal, first: str) -> None:
    rehearsal.write_app()
    prelude = KILLED_IN.format(
        module="orchestrator.operations.trust_machine",
        function="install_staged_host_key",
        first=first,
    )
    kill_during_up(rehearsal, prelude)
    check_converged(rehearsal, 1)


def test_while_a_container_is_replaced(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    rehearsal.up().check()
    rehearsal.write_app(page="second")
    prelude = KILLED_IN.format(
        module="orchestrator.engine.replace", function="wait_healthy", first="pass"
    )
    kill_during_up(rehearsal, prelude)
    check_converged(rehearsal, 1)


def test_the_next_run_says_what_was_cut_off(rehearsal: Rehearsal) -> None:
    rehearsal.write_app()
    kill_during_up(rehearsal, KILLED_AFTER.format(action="RunInstances"))
    ran = rehearsal.up().check()
    assert any("machine us-1; going on" in event["message"] for event in ran.of("notice"))


def test_down_after_a_kill_leaves_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.write_app(count=2)
    kill_during_up(rehearsal, KILLED_AFTER.format(action="RunInstances"))
    rehearsal.down().check()
    assert rehearsal.instances() == []
