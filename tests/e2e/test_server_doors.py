"""Doors to servers on a real sshd: which key is asked for, jump hosts, and impostors."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from orchestrator.app.server_keys import ServerKeys
from orchestrator.cancellation import Cancellation
from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.machines.command import Command
from orchestrator.machines.connection import Endpoint
from orchestrator.machines.doors import Door, Doors
from orchestrator.machines.errors import ChannelRefused, HostKeyMismatch, Unreachable
from orchestrator.machines.hostkeys import fingerprint, openssh_fingerprint
from orchestrator.reporting.sink import Recorder
from orchestrator.state.store import Store
from tests.e2e.ssh_server import (
    DEADLINE,
    RecordingProxy,
    SshServer,
    clear_messages,
    new_server,
    running,
)

TRUE = Command(("true",), deadline=10)
ED25519, ECDSA, RSA = "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"


class Host:
    """An sshd with a key of each type, and the home of a user who signs in there."""

    def __init__(self, server: SshServer, home: Path, keys: Mapping[str, Path]) -> None:
        self.server = server
        self.home = home
        self.home.joinpath(".ssh").mkdir(parents=True, exist_ok=True)
        paths = {ED25519: server.folder / "host_key", **keys}
        server.configure(host_keys=tuple(paths.values()))
        self.lines: Mapping[str, str] = {
            ED25519: " ".join(server.host_key.public.split()[:2]),
            **{
                name: " ".join(Path(f"{paths[name]}.pub").read_text().split()[:2])
                for name in (ECDSA, RSA)
            },
        }

    def know(self, text: str) -> None:
        (self.home / ".ssh" / "known_hosts").write_text(text)

    def openssh(self, kind: str) -> str:
        return openssh_fingerprint(fingerprint(self.lines[kind]))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Host keys of the types that Longshore does not make."""
    folder = tmp_path_factory.mktemp("keys")
    paths = {ECDSA: folder / "ecdsa", RSA: folder / "rsa"}
    for path in paths.values():
        argv = ["ssh-keygen", "-q", "-t", path.name, "-N", "", "-f", str(path)]
        subprocess.run(argv, check=True)
    return paths


@pytest.fixture
def host(tmp_path: Path, keys: Mapping[str, Path]) -> Iterator[Host]:
    server = new_server(tmp_path / "sshd")
    made = Host(server, tmp_path / "home", keys)
    server.start_and_wait()
    yield made
    server.stop()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "state", "production") as opened:
        yield opened


Open = Callable[..., Doors]


@pytest.fixture
def doors(host: Host, store: Store) -> Iterator[Open]:
    """Doors to the server, as `server`; closed at the end."""
    opened: list[Doors] = []

    def make(
        *,
        host_key: str = "",
        ask: Callable[[str], bool] | None = None,
        port: int | None = None,
        jump: Door | None = None,
        remembers: bool = True,
    ) -> Doors:
        environ = {"HOME": str(host.home)}
        keys = ServerKeys(store.host_keys, environ, ask, Recorder(), remembers=remembers)
        endpoint = host.server.endpoint
        at = Endpoint(endpoint.address, port or endpoint.port, endpoint.user, "db")
        door = Door(at, host.server.login, keys.trusting("server", host_key), jump)
        made = Doors({"server": door}, Cancellation(), lambda _: None, lambda _: None)
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()


def shown(doors: Doors) -> str:
    """The host key of a connection that came about, and that it works."""
    with doors.open("server", "db", deadline=DEADLINE) as connection:
        connection.run(TRUE).check()
        return connection.host_key


def where(host: Host) -> str:
    return f"[127.0.0.1]:{host.server.port}"


@pytest.mark.parametrize("kind", [ED25519, ECDSA, RSA])
def test_a_fingerprint_of_any_type_of_key_is_enough(host: Host, doors: Open, kind: str) -> None:
    assert shown(doors(host_key=host.openssh(kind))) == host.lines[kind]


@pytest.mark.parametrize("kind", [ED25519, ECDSA, RSA])
def test_the_type_that_known_hosts_has_is_negotiated(host: Host, doors: Open, kind: str) -> None:
    host.know(f"other {host.lines[ED25519]}\n{where(host)} {host.lines[kind]}\n")
    assert shown(doors()) == host.lines[kind]


def test_hashed_known_hosts_are_read(host: Host, doors: Open) -> None:
    host.know(f"{where(host)} {host.lines[ECDSA]}\n")
    file = host.home / ".ssh" / "known_hosts"
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "127.0.0.1" not in file.read_text()
    assert shown(doors()) == host.lines[ECDSA]


def test_a_revoked_key_is_refused_whoever_vouches_for_it(host: Host, doors: Open) -> None:
    host.know(f"@revoked * {host.lines[ED25519]}\n{where(host)} {host.lines[ED25519]}\n")
    for made in (doors(host_key=host.openssh(ED25519)), doors(ask=lambda _: True)):
        with pytest.raises(LongshoreError, match="is revoked in your known_hosts") as caught:
            shown(made)
        assert caught.value.exit_code is ExitCode.HOST_KEY


def test_a_fingerprint_that_fits_no_key_shows_all_that_were_seen(host: Host, doors: Open) -> None:
    with pytest.raises(HostKeyMismatch) as caught:
        shown(doors(host_key="SHA256:" + "a" * 42 + "A"))
    assert caught.value.exit_code is ExitCode.HOST_KEY
    assert all(host.openssh(kind) in caught.value.message for kind in (ED25519, ECDSA, RSA))
    assert "publickey" not in host.server.log, "nobody tried to sign in"


def test_nothing_is_sent_before_a_key_of_known_hosts_fits(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    other = new_server(tmp_path / "other")
    proxy = RecordingProxy(host.server.port)
    host.know(f"[127.0.0.1]:{proxy.port} {' '.join(other.host_key.public.split()[:2])}\n")
    with pytest.raises(HostKeyMismatch) as caught:
        shown(doors(port=proxy.port))
    proxy.finish()
    kinds, encrypted = clear_messages(proxy.sent)
    assert kinds[-1] == 21
    assert encrypted == b""
    assert str(caught.value) == (
        f"db (127.0.0.1:{proxy.port}): the SSH host key is not the one of your known_hosts; "
        "nothing was sent to it\n"
        f"  expected {openssh_fingerprint(other.host_key.pin)}\n"
        f"  seen     {host.openssh(ED25519)}"
    )


def test_a_person_is_asked_once_and_remembered(host: Host, doors: Open) -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    first = doors(ask=yes)
    assert shown(first) == shown(first) == shown(doors()) == host.lines[ED25519]
    (question,) = asked
    assert host.openssh(ED25519) in question
    assert "Nothing has been sent" in question


def test_what_a_plan_is_told_is_not_kept(host: Host, doors: Open) -> None:
    assert shown(doors(ask=lambda _: True, remembers=False)) == host.lines[ED25519]
    with pytest.raises(LongshoreError, match="there is no terminal to ask on"):
        shown(doors())


def test_without_a_yes_there_is_no_connection(host: Host, doors: Open) -> None:
    with pytest.raises(LongshoreError, match="its host key was not confirmed") as caught:
        shown(doors(ask=lambda _: False))
    assert caught.value.exit_code is ExitCode.HOST_KEY


def test_without_a_terminal_the_error_says_where_to_write_the_key(host: Host, doors: Open) -> None:
    with pytest.raises(LongshoreError) as caught:
        shown(doors())
    assert caught.value.exit_code is ExitCode.HOST_KEY
    assert host.openssh(ED25519) in caught.value.message
    assert "`host_key:`" in caught.value.advice
    assert "known_hosts" in caught.value.advice


def test_an_authority_is_named_as_what_is_not_read(host: Host, doors: Open) -> None:
    host.know(f"@cert-authority * {host.lines[RSA]}\n")
    with pytest.raises(LongshoreError) as caught:
        shown(doors())
    assert "does not read certificates" in caught.value.advice


def test_a_confirmed_key_that_changed_is_an_impostors(
    host: Host, doors: Open, store: Store, tmp_path: Path
) -> None:
    store.host_keys.save("server", new_server(tmp_path / "before").host_key.public)
    with pytest.raises(HostKeyMismatch, match="the day it was confirmed"):
        shown(doors(ask=lambda _: True))


def bastion(server: SshServer, pin: str = "") -> Door:
    def trust(endpoint: Endpoint, look: Callable[[], str]) -> object:
        from orchestrator.machines.host_trust import HostTrust

        return HostTrust(frozenset({pin or server.host_key.pin}), source="the test")

    at = Endpoint(server.endpoint.address, server.port, server.endpoint.user, "bastion")
    return Door(at, server.login, trust)  # type: ignore[arg-type]


def test_machines_behind_a_jump_host_share_one_session_to_it(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    with running(tmp_path / "bastion") as jump:
        made = doors(host_key=host.openssh(RSA), jump=bastion(jump))
        assert shown(made) == shown(made) == host.lines[RSA]
        assert jump.log.count("Accepted publickey") == 1
        assert host.server.log.count("Accepted publickey") == 2


def test_an_impostor_of_a_jump_host_is_sent_nothing(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    with running(tmp_path / "bastion") as jump:
        made = doors(host_key=host.openssh(RSA), jump=bastion(jump, pin="a" * 52))
        with pytest.raises(HostKeyMismatch, match="bastion"):
            shown(made)
        assert "Accepted" not in jump.log
    assert "Connection from" not in host.server.log


def test_a_jump_host_that_forbids_forwarding_is_named(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    with running(tmp_path / "bastion", "AllowTcpForwarding no") as jump:
        made = doors(host_key=host.openssh(RSA), jump=bastion(jump))
        with pytest.raises(ChannelRefused) as caught:
            shown(made)
        assert "AllowTcpForwarding" in caught.value.advice


def test_a_machine_that_its_jump_host_cannot_reach_is_unreachable(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    host.server.stop()
    with running(tmp_path / "bastion") as jump:
        made = doors(host_key=host.openssh(RSA), jump=bastion(jump))
        with pytest.raises(Unreachable, match="bastion cannot reach it"):
            made.open("server", "db", deadline=0.5)


def test_a_lost_session_to_the_jump_host_is_opened_again(
    host: Host, doors: Open, tmp_path: Path
) -> None:
    with running(tmp_path / "bastion") as jump:
        made = doors(host_key=host.openssh(RSA), jump=bastion(jump))
        shown(made)
        standing = next(iter(made._jumps.values()))
        standing.close()
        assert shown(made) == host.lines[RSA]
