"""Servers that are there already: from two machines that know nothing of us and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.sandbox_cloud import eventually
from tests.rehearsal import Ran, page
from tests.servers import Machine, Office, Yard, office

NAMES = "between: []\n"
"""The servers know each other by name."""


@pytest.fixture(scope="module")
def front(yard: Yard) -> Machine:
    """One that is reached directly."""
    return yard.start()


@pytest.fixture(scope="module")
def back(yard: Yard, front: Machine) -> Machine:
    """One whose SSH answers the first one only."""
    return yard.start(open_to=f"{front.address}/32")


@pytest.fixture(scope="module")
def shop(
    yard: Yard, front: Machine, back: Machine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """Both servers, the second by its name, its fingerprint, another user and a jump host."""
    made = office(yard, tmp_path_factory.mktemp("shop"))
    made.know(front)
    made.write(*shop_hosts(front, back), target=NAMES)
    yield made
    made.down()


def shop_hosts(front: Machine, back: Machine) -> tuple[str, str]:
    return (
        front.address,
        f"{{name: db, address: {back.address}, user: admin, jump: root@{front.address}, "
        f'host_key: "{back.fingerprint}"}}',
    )


@pytest.fixture(scope="module")
def first(shop: Office) -> Ran:
    """The `up` from nothing that the tests below look at."""
    return shop.up()


def test_up_claims_both_and_brings_the_app(
    shop: Office, first: Ran, front: Machine, back: Machine
) -> None:
    first.check()
    planned = first.of("plan-ready")[0]
    claims = {c["subject"]: c["detail"] for c in planned["changes"] if c["kind"] == "claim"}
    assert claims.keys() == {"office-1", "db"}
    assert claims["office-1"].startswith(f"claim {front.address}:22: Debian GNU/Linux")
    assert any("nothing guards the ports" in warning for warning in planned["warnings"])
    assert page(f"http://{front.address}:8080/") == "hello"
    assert back.run("curl", "-s", "http://127.0.0.1:8080/") == "hello"
    for machine, name in ((front, "office-1"), (back, "db")):
        (claim,) = machine.claims().values()
        assert claim["tags"]["longshore-machine"] == name
        assert machine.run("stat", "-c", "%U %a", "/var/lib/longshore/claims").strip() == "root 700"


def test_only_the_servers_own_urls_are_looked_at(shop: Office, first: Ran, front: Machine) -> None:
    assert [event["url"] for event in first.of("url-ready")] == [f"http://{front.address}:8080/"]
    assert any("behind" in event["reason"] for event in first.of("skipped"))


def test_a_second_up_changes_nothing(shop: Office, first: Ran) -> None:
    second = shop.up().check()
    assert second.of("run-finished")[0]["outcome"] == "no-changes"
    assert second.of("operation-started") == []
    assert shop.run("plan", "--exit-code").code == 0


def test_the_order_of_the_list_does_not_matter(
    shop: Office, first: Ran, front: Machine, back: Machine
) -> None:
    shop.write(*reversed(shop_hosts(front, back)), target=NAMES)
    assert shop.up().check().of("run-finished")[0]["outcome"] == "no-changes"
    shop.write(*shop_hosts(front, back), target=NAMES)


def test_status_ssh_exec_and_logs_reach_both(
    shop: Office, first: Ran, front: Machine, back: Machine
) -> None:
    (report,) = shop.run("status", "--output", "json").check().of("status-report")
    rows = {row["machine"]: row for row in report["rows"]}
    assert {name: row["address"] for name, row in rows.items()} == {
        "office-1": front.address,
        "db": back.address,
    }
    assert {row["region"] for row in rows.values()} == {"hosts"}
    assert shop.run("ssh", "db", "--", "id", "-un").check().out.strip() == "admin"
    assert shop.run("ssh", "office-1", "--", "id", "-un").check().out.strip() == "root"
    said = shop.run("exec", "--machine", "db", "web", "/busybox", "cat", "/www/index.html")
    assert said.check().out == "hello"
    shop.run("logs", "web").check()


def test_without_state_the_claims_are_found_again(shop: Office, first: Ran) -> None:
    shutil.rmtree(shop.folder / ".longshore")
    ran = shop.up().check()
    assert len(ran.of("machine-adopted")) == 2
    assert ran.of("run-finished")[0]["outcome"] == "no-changes"


def test_the_servers_can_name_each_other(
    shop: Office, first: Ran, front: Machine, back: Machine
) -> None:
    for machine in (front, back):
        assert f"# longshore: begin {shop.name}/" in machine.run("cat", "/etc/hosts")


def test_another_project_shares_a_server_and_leaves_it_as_it_was(
    shop: Office, first: Ran, yard: Yard, front: Machine, tmp_path: Path
) -> None:
    other = office(yard, tmp_path)
    other.know(front)
    other.write(front.address)
    compose = (other.folder / "compose.yaml").read_text()
    (other.folder / "compose.yaml").write_text(compose.replace("8080:8080", "8081:8080"))
    other.up().check()
    assert len(front.claims()) == 2
    other.down().check()
    assert len(front.claims()) == 1
    assert page(f"http://{front.address}:8080/") == "hello"
    assert not [name for name in front.docker("ps -a --format '{{.Names}}'") if other.name in name]


def test_a_host_that_leaves_the_list_is_cleaned_and_released(
    shop: Office, first: Ran, front: Machine, back: Machine
) -> None:
    shop.write(shop_hosts(front, back)[0], target=NAMES)
    ran = shop.up().check()
    kinds = {event["kind"] for event in ran.of("operation-finished")}
    assert {"clean", "destroy"} <= kinds
    assert back.claims() == {}
    assert back.docker("ps -aq") == []
    assert back.docker("images -q") == []
    assert shop.name not in back.run("cat", "/etc/hosts")
    assert page(f"http://{front.address}:8080/") == "hello"
    assert shop.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_nothing_is_let_go_while_docker_is_stopped(
    shop: Office, first: Ran, front: Machine
) -> None:
    """As after a restart of a server on which it is disabled. What is in it would come back
    with it, and nobody would know whose it is."""
    front.run("systemctl", "stop", "docker.socket", "docker.service")
    front.run("rm", "-f", "/run/docker.sock")
    try:
        ran = shop.down()
        assert ran.code != 0
        assert "Docker does not run" in ran.out
        assert len(front.claims()) == 1
    finally:
        front.run("systemctl", "start", "docker.socket", "docker.service")
    eventually(lambda: len(front.docker("ps -q")) == 1, "the app is back")


def test_down_leaves_the_server_as_it_was_but_for_docker(
    shop: Office, first: Ran, front: Machine
) -> None:
    ran = shop.down().check()
    assert any("Docker" in warning for warning in ran.of("plan-ready")[0]["warnings"])
    assert front.claims() == {}
    assert shop.name not in front.run("cat", "/etc/hosts")
    for listing in ("ps -aq", "images -q", "volume ls -q", "network ls -q --filter type=custom"):
        assert front.docker(listing) == [], listing
    assert front.run("systemctl", "is-active", "docker").strip() == "active"
    assert shop.down().check().of("run-finished")[0]["outcome"] == "no-changes"
