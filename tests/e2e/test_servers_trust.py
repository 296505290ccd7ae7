"""Who vouches for a server's host key, who may be root there, and what is left of a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.sandbox_cloud import Keys
from tests.rehearsal import page
from tests.servers import Machine, Office, Yard, office, wait_until_shown


@pytest.fixture(scope="module")
def server(yard: Yard) -> Machine:
    return yard.start()


@pytest.fixture
def shop(yard: Yard, server: Machine, tmp_path: Path) -> Iterator[Office]:
    """A project on the server, whose user knows no host key."""
    made = office(yard, tmp_path)
    made.write(server.address)
    yield made
    made.know(server)
    made.write(server.address)
    made.down()
    assert not [name for name in server.claims() if name.startswith(made.name)]


def signed_in(server: Machine) -> int:
    """How often anybody has tried to sign in there."""
    said = server.run("sh", "-c", "journalctl -q -u ssh --no-pager | grep -c publickey || :")
    return int(said)


def test_without_a_terminal_nothing_is_sent_and_the_way_is_said(
    shop: Office, server: Machine
) -> None:
    before = signed_in(server)
    for command in (("plan",), ("up", "--yes"), ("status",)):
        ran = shop.run(*command)
        assert ran.code == 7, ran
        assert server.fingerprint in ran.err
        assert "`host_key:`" in ran.err
    assert signed_in(server) == before


def test_a_person_confirms_once_with_the_whole_word(shop: Office, server: Machine) -> None:
    half = shop.at_a_terminal("up", "--yes", answers=["y"])
    assert half.code == 7
    assert "was not confirmed" in half.err
    assert server.claims() == {}
    whole = shop.at_a_terminal("up", answers=["yes", "y"])
    assert whole.code == 0, whole
    assert whole.err.count(server.fingerprint) == 1
    assert page(f"http://{server.address}:8080/") == "hello"
    assert shop.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_a_plan_asks_and_keeps_nothing(shop: Office, server: Machine) -> None:
    ran = shop.at_a_terminal("plan", answers=["yes"])
    assert ran.code == 0, ran
    assert not (shop.folder / ".longshore").exists()
    assert shop.run("plan").code == 7


def test_an_impostor_is_refused_and_sent_nothing(shop: Office, server: Machine) -> None:
    shop.know(server)
    shop.up().check()
    (private,) = (server.run("cat", "/etc/ssh/ssh_host_ed25519_key"),)
    other = Keys.make()
    try:
        write_host_key(server, other.private)
        wait_until_shown(server, " ".join(other.public.split()[:2]))
        before = signed_in(server)
        for command in (("up", "--yes"), ("down", "--yes"), ("ssh", "office-1", "--", "true")):
            ran = shop.run(*command)
            assert ran.code == 7, ran
            assert server.fingerprint in ran.err
        assert signed_in(server) == before
    finally:
        write_host_key(server, private)
        wait_until_shown(server, server.host_key)
    shop.up().check()


def write_host_key(server: Machine, private: str) -> None:
    """Give the server another host key, as its administrator."""
    path = "/etc/ssh/ssh_host_ed25519_key"
    server.run("sh", "-c", f"cat > {path} <<'E'\n{private.strip()}\nE\nchmod 600 {path}")
    server.run("sh", "-c", f"ssh-keygen -y -f {path} > {path}.pub")
    server.run("systemctl", "restart", "ssh")


def test_a_user_without_sudo_is_told_so_and_nothing_is_changed(
    shop: Office, server: Machine
) -> None:
    shop.know(server)
    shop.write(f"guest@{server.address}")
    ran = shop.run("up", "--yes")
    assert ran.code == 4, ran
    assert "user 'guest' may not do root's work there" in ran.err
    assert "NOPASSWD" in ran.err


def test_a_user_with_sudo_can_use_docker_at_once(shop: Office, server: Machine) -> None:
    """Its sign-in is older than the group `docker`: it signs in again by itself."""
    shop.know(server)
    shop.write(f"admin@{server.address}")
    shop.up().check()
    assert page(f"http://{server.address}:8080/") == "hello"
    assert "docker" in server.run("id", "-nG", "admin").split()


def test_a_server_that_does_not_answer_ends_the_run_by_name(shop: Office, server: Machine) -> None:
    shop.know(server)
    shop.write(server.address, "{name: gone, address: 127.0.0.1, port: 9}")
    ran = shop.run("up", "--yes")
    assert ran.code == 6, ran
    assert "gone (127.0.0.1:9) does not answer" in ran.err
    assert server.claims() == {}


def test_a_run_killed_after_the_claim_is_gone_on_with(shop: Office, server: Machine) -> None:
    shop.know(server)
    prelude = (
        "import os\n"
        "from orchestrator.operations.install_engine import InstallEngine\n"
        "InstallEngine.apply = lambda self, context: os._exit(9)\n"
    )
    assert shop.run("up", "--yes", prelude=prelude).code == 9
    (claim,) = server.claims().values()
    again = shop.up().check()
    assert [c for c in again.of("plan-ready")[0]["changes"] if c["kind"] == "claim"] == []
    assert page(f"http://{server.address}:8080/") == "hello"
    assert list(server.claims().values()) == [claim]


def test_a_claim_with_nothing_on_it_is_released(shop: Office, server: Machine) -> None:
    shop.know(server)
    prelude = (
        "import os\n"
        "from orchestrator.operations.install_engine import InstallEngine\n"
        "InstallEngine.apply = lambda self, context: os._exit(9)\n"
    )
    assert shop.run("up", "--yes", prelude=prelude).code == 9
    shop.down().check()
    assert server.claims() == {}


def test_a_rehearsal_reaches_no_server(shop: Office, server: Machine) -> None:
    shop.know(server)
    ran = shop.run("up", "--yes", "--sandbox")
    assert ran.code == 2, ran
    assert "a rehearsal reaches nothing that is real" in ran.err
    # Refused before anything is started: no sandbox is left running for it.
    assert not list(shop.folder.parent.rglob("server.json"))
