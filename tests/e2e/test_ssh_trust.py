"""A server is spoken to only when its host key is pinned."""

from __future__ import annotations

import select
import socket
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import ExitCode
from orchestrator.machines.connection import Connection, Endpoint, Login
from orchestrator.machines.errors import HostKeyMismatch, HostKeyUnknown
from orchestrator.machines.hostkeys import fingerprint, generate_host_key
from tests.e2e.ssh_server import (
    DEADLINE,
    RecordingProxy,
    clear_messages,
    eventually,
    new_server,
    running,
)


def test_the_pinned_key_is_verified_and_told(tmp_path: Path) -> None:
    with running(tmp_path / "s") as server, server.connect() as connection:
        assert fingerprint(connection.host_key) == server.host_key.pin
        assert connection.alive


def test_either_of_two_pins_is_accepted_while_both_stand(tmp_path: Path) -> None:
    other = generate_host_key("next").pin
    with running(tmp_path / "s") as server:
        pins = frozenset({other, server.host_key.pin})
        Connection.open(server.endpoint, server.login, pins, deadline=DEADLINE).close()


def test_an_impostor_is_refused_at_once_and_gets_nothing(tmp_path: Path) -> None:
    wanted = generate_host_key("wanted").pin
    with running(tmp_path / "s") as server:
        proxy = RecordingProxy(server.port)
        endpoint = Endpoint("127.0.0.1", proxy.port, "secret-user", "us-1")
        retries: list[object] = []
        with pytest.raises(HostKeyMismatch) as caught:
            Connection.open(
                endpoint,
                server.login,
                frozenset({wanted}),
                deadline=DEADLINE,
                on_retry=retries.append,
            )
        proxy.finish()
        kinds, after = clear_messages(proxy.sent)
        assert kinds == [20, 30, 21]  # KEXINIT, the key exchange, NEWKEYS
        assert after == b""
        assert retries == []
        eventually(lambda: "closed by 127.0.0.1" in server.log, "sshd saw the end")
        assert "secret-user" not in server.log
        assert caught.value.exit_code is ExitCode.HOST_KEY
        assert str(caught.value) == (
            f"us-1 (127.0.0.1:{proxy.port}): the SSH host key is not the pinned one; "
            "nothing was sent to it\n"
            f"  expected {wanted}\n"
            f"  seen     {server.host_key.pin}"
        )
        assert "another server answers" in caught.value.advice


def test_the_proxy_does_see_a_sign_in(tmp_path: Path) -> None:
    """The counterpart that gives the test above its meaning."""
    with running(tmp_path / "s") as server:
        proxy = RecordingProxy(server.port)
        endpoint = Endpoint("127.0.0.1", proxy.port, server.endpoint.user, "us-1")
        Connection.open(endpoint, server.login, server.pins, deadline=DEADLINE).close()
        proxy.finish()
        assert len(clear_messages(proxy.sent)[1]) > 100


def test_without_a_pin_the_address_is_not_even_dialled(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1], "u", "us-1")
        with pytest.raises(HostKeyUnknown):
            Connection.open(endpoint, Login(None), frozenset(), deadline=DEADLINE)
        assert select.select([listener], [], [], 0)[0] == []


def test_a_server_with_other_key_types_only_is_refused(tmp_path: Path) -> None:
    server = new_server(tmp_path / "s")
    key = tmp_path / "ecdsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(key)], check=True)
    server.configure(host_keys=(key,))
    server.start_and_wait()
    try:
        with pytest.raises(HostKeyMismatch, match="no ssh-ed25519 host key at all"):
            server.connect()
    finally:
        server.stop()


def test_ed25519_is_negotiated_though_others_are_offered(tmp_path: Path) -> None:
    server = new_server(tmp_path / "s")
    key = tmp_path / "ecdsa"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(key)], check=True)
    server.configure(host_keys=(key, server.folder / "host_key"))
    server.start_and_wait()
    try:
        with server.connect() as connection:
            assert connection.host_key.startswith("ssh-ed25519 ")
    finally:
        server.stop()
