"""Waiting for a machine that boots, and signing in."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, Interrupted
from orchestrator.machines.command import Command
from orchestrator.machines.connection import Connection, Endpoint, Login
from orchestrator.machines.errors import AuthenticationRefused, KeyUnusable, Unreachable
from orchestrator.machines.keys import authorized_key, project_key
from orchestrator.machines.patience import ConnectRetry
from tests.e2e.ssh_server import DEADLINE, eventually, free_port, make_key, new_server, running


def test_it_waits_for_a_closed_port_and_tells_why(tmp_path: Path) -> None:
    server = new_server(tmp_path / "s")
    retries: list[ConnectRetry] = []

    def heard(retry: ConnectRetry) -> None:
        retries.append(retry)
        if len(retries) == 3:
            server.start()

    try:
        server.connect(on_retry=heard).close()
    finally:
        server.stop()
    assert [retry.reason for retry in retries[:3]] == ["the port is closed"] * 3
    assert [retry.attempt for retry in retries[:3]] == [1, 2, 3]
    assert {retry.wait for retry in retries[:3]} == {0.1}
    assert {retry.machine for retry in retries} == {"test-1"}


def test_it_waits_for_a_port_behind_which_no_server_speaks_yet(tmp_path: Path) -> None:
    server = new_server(tmp_path / "s")
    listener = socket.create_server(("127.0.0.1", server.port))
    reasons: list[str] = []

    def hang_up() -> None:
        client, _ = listener.accept()
        client.close()
        listener.close()

    def heard(retry: ConnectRetry) -> None:
        reasons.append(retry.reason)
        if len(reasons) == 1:
            silent.join(DEADLINE)
            server.start()

    silent = threading.Thread(target=hang_up)
    silent.start()
    try:
        server.connect(on_retry=heard).close()
    finally:
        server.stop()
    assert reasons[0] == "the port is open, but no SSH server answers there yet"


def test_the_deadline_ends_it_with_the_last_reason() -> None:
    endpoint = Endpoint("127.0.0.1", free_port(), "u", "us-1")
    with pytest.raises(Unreachable) as caught:
        Connection.open(endpoint, Login(None), frozenset({"a" * 52}), deadline=0.3)
    assert str(caught.value) == (
        f"us-1 (127.0.0.1:{endpoint.port}): no SSH session within 0 s: the port is closed"
    )
    assert caught.value.exit_code is ExitCode.UNREACHABLE


def test_a_stop_ends_the_wait() -> None:
    cancel = Cancellation()
    endpoint = Endpoint("127.0.0.1", free_port(), "u", "us-1")
    with pytest.raises(Interrupted):
        Connection.open(
            endpoint,
            Login(None),
            frozenset({"a" * 52}),
            deadline=600,
            cancel=cancel,
            on_retry=lambda _: cancel.request(),
        )


def test_a_key_that_the_user_gets_later_is_tried_again(tmp_path: Path) -> None:
    with running(tmp_path / "s") as server:
        accepted = server.folder / "authorized_keys"
        line = accepted.read_text()
        accepted.write_text("")
        reasons: list[str] = []

        def heard(retry: ConnectRetry) -> None:
            reasons.append(retry.reason)
            accepted.write_text(line)

        server.connect(on_retry=heard).close()
        user = server.endpoint.user
        assert reasons == [f"user {user!r} was refused: key {server.login.key}"]


def test_a_wrong_key_is_refused_by_name(tmp_path: Path) -> None:
    with running(tmp_path / "s") as server:
        server.login = Login(make_key(tmp_path / "other"))
        with pytest.raises(AuthenticationRefused) as caught:
            server.connect(auth_patience=0)
        assert f"tried key {tmp_path / 'other'}" in str(caught.value)
        assert caught.value.exit_code is ExitCode.AUTH


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_keys_of_each_kind_sign_in(tmp_path: Path, kind: str) -> None:
    key = tmp_path / kind
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key)], check=True)
    with running(tmp_path / "s") as server:
        (server.folder / "authorized_keys").write_text(authorized_key(Login(key)) + "\n")
        server.login = Login(key)
        with server.connect() as connection:
            assert connection.run(Command(("true",))).status == 0


def test_a_key_made_for_the_project_signs_in(tmp_path: Path) -> None:
    key = project_key("shop", {"XDG_CONFIG_HOME": str(tmp_path / "config")})
    assert project_key("shop", {"XDG_CONFIG_HOME": str(tmp_path / "config")}) == key
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    with running(tmp_path / "s") as server:
        (server.folder / "authorized_keys").write_text(authorized_key(Login(key)) + "\n")
        server.login = Login(key)
        server.connect().close()


def encrypted_key(path: Path) -> Path:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "correct horse", "-f", str(path)], check=True
    )
    return path


def test_an_encrypted_key_points_to_the_agent(tmp_path: Path) -> None:
    key = encrypted_key(tmp_path / "locked")
    with running(tmp_path / "s") as server:
        server.login = Login(key)
        with pytest.raises(KeyUnusable) as caught:
            server.connect()
    assert str(caught.value) == f"SSH key {key}: it is protected by a passphrase"
    assert f"ssh-add {key}" in caught.value.advice


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "there is no such file"), ("nonsense", "not a private key that can be used")],
)
def test_a_key_file_that_cannot_serve(tmp_path: Path, content: str | None, reason: str) -> None:
    key = tmp_path / "key"
    if content is not None:
        key.write_text(content)
    endpoint = Endpoint("127.0.0.1", free_port(), "u", "us-1")
    with pytest.raises(KeyUnusable, match=reason):
        Connection.open(endpoint, Login(key), frozenset({"a" * 52}), deadline=1)


@pytest.fixture
def agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
    try:
        eventually(path.exists, "the agent listens")
        yield path
    finally:
        process.terminate()
        process.wait(DEADLINE)


def test_the_agents_key_signs_in(tmp_path: Path, agent: Path) -> None:
    with running(tmp_path / "s") as server:
        assert server.login.key is not None
        subprocess.run(["ssh-add", "-q", str(server.login.key)], check=True)
        server.login = Login(None, agent=True)
        assert (
            authorized_key(server.login).split()[1]
            in (server.folder / "authorized_keys").read_text()
        )
        server.connect().close()


def test_an_encrypted_key_in_the_agent_signs_in(tmp_path: Path, agent: Path) -> None:
    key = encrypted_key(tmp_path / "locked")
    answer = tmp_path / "answer"
    answer.write_text("#!/bin/sh\necho correct horse\n")
    answer.chmod(0o700)
    asking = {"SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"}
    for other in ("a", "b", "c", "d", "e", "f", "g"):
        subprocess.run(["ssh-add", "-q", str(make_key(tmp_path / other))], check=True)
    subprocess.run(["ssh-add", "-q", str(key)], check=True, env={**os.environ, **asking})
    with running(tmp_path / "s") as server:
        (server.folder / "authorized_keys").write_text(authorized_key(Login(key)) + "\n")
        server.login = Login(key, agent=True)
        server.connect().close()


def test_an_empty_agent_is_said(tmp_path: Path, agent: Path) -> None:
    with running(tmp_path / "s") as server:
        server.login = Login(None, agent=True)
        with pytest.raises(AuthenticationRefused, match="tried no key at all"):
            server.connect(auth_patience=0)
