"""The machines of one environment name and reach each other, and nobody else reaches them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.rehearsal import DOCKERFILE, Rehearsal

PEERS = 7070
COMPOSE = f"""\
services:
  web:
    build: .
    ports: ["8080:8080", "{PEERS}:8080"]
    restart: unless-stopped
"""
TARGETS = """\
  us: {{provider: aws, region: us-east-1, count: {count}, size: {{cpu: 2, memory: 4GiB}}}}
  eu: {{provider: gcp, region: europe-west1, size: {{cpu: 2, memory: 4GiB}}}}
"""


def write(rehearsal: Rehearsal, *, count: int, between: str = f"between: [{PEERS}]\n") -> None:
    rehearsal.write_app(compose=COMPOSE, dockerfile=DOCKERFILE)
    (rehearsal.folder / "longshore.yaml").write_text(
        f"name: {rehearsal.name}\ntargets:\n{TARGETS.format(count=count)}{between}"
    )


@pytest.fixture
def neighbours(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    yield rehearsal
    rehearsal.down().check()


def inside(rehearsal: Rehearsal, machine: str, script: str) -> str:
    """Run a line in the service's container on a machine, as a user would."""
    ran = rehearsal.run("exec", "--machine", machine, "web", "--", "/busybox", "sh", "-c", script)
    return ran.check().out


def fetch(name: str) -> str:
    """A script that asks a neighbour, by the address that its name has in the container: a
    static busybox resolves no names itself."""
    names = f"/busybox awk '$2 == \"{name}\" {{ print $1; exit }}' /etc/hosts"
    return f"/busybox wget -q -O - http://$({names}):{PEERS}/"


def on(rehearsal: Rehearsal, machine: str, script: str) -> str:
    """Run a line on a machine, past its containers."""
    return rehearsal.run("ssh", machine, "--", "sh", "-c", script).check().out


def rows(rehearsal: Rehearsal) -> dict[str, dict[str, Any]]:
    (report,) = rehearsal.run("status", "--output", "json").check().of("status-report")
    return {row["machine"]: row for row in report["rows"]}


def reachable(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=2).close()
    except OSError:
        return False
    return True


def test_machines_name_and_reach_each_other_and_nobody_else_does(neighbours: Rehearsal) -> None:
    write(neighbours, count=2)
    ran = neighbours.up().check()
    urls = {event["url"].rsplit(":", 1)[1] for event in ran.of("url-ready")}
    assert urls == {"8080/"}

    names = ("us-1", "us-2", "eu-1")
    for machine in names:
        for name in (*names, f"{neighbours.name}-production-us-1"):
            assert inside(neighbours, machine, fetch(name)) == "hello"
            assert on(neighbours, machine, f"getent hosts {name}").split()
    seen = rows(neighbours)
    for machine in names:
        assert reachable(seen[machine]["address"], 8080)
        assert not reachable(seen[machine]["address"], PEERS)

    changed = len(neighbours.changes())
    again = neighbours.up().check()
    assert again.of("run-finished")[0]["outcome"] == "no-changes"
    assert len(neighbours.changes()) == changed


def test_a_neighbour_more_and_none_at_all(neighbours: Rehearsal) -> None:
    write(neighbours, count=1)
    neighbours.up().check()
    write(neighbours, count=2)
    (planned,) = neighbours.run("plan", "--output", "json").check().of("plan-ready")
    said = [
        (c["kind"], c["machine"], c["detail"])
        for c in planned["changes"]
        if c["action"] == "update"
    ]
    joins = "us-2 joins the neighbours"
    opens = f"+ {PEERS}/tcp from the machines of this environment alone"
    assert said == [
        ("firewall", None, opens),
        ("firewall", None, opens),
        ("names", "us-1", joins),
        ("container", "us-1", joins),
        ("names", "eu-1", joins),
        ("container", "eu-1", joins),
    ]
    neighbours.up().check()
    assert inside(neighbours, "eu-1", fetch("us-2")) == "hello"
    assert neighbours.up().check().of("run-finished")[0]["outcome"] == "no-changes"

    write(neighbours, count=1, between="")
    neighbours.up().check()
    assert "eu-1" not in on(neighbours, "us-1", "cat /etc/hosts")
    assert "longshore" not in on(neighbours, "us-1", "cat /etc/hosts")
    assert "eu-1" not in inside(neighbours, "us-1", "/busybox cat /etc/hosts")
    assert reachable(rows(neighbours)["us-1"]["address"], PEERS)
