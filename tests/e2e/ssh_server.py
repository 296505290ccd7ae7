"""A real OpenSSH server on loopback, started and stopped by the test that uses it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.machines.connection import Connection, Endpoint, Login
from orchestrator.machines.hostkeys import HostKey, generate_host_key

DEADLINE = 20.0
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def eventually(holds: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
    """Poll until `holds` is true; fails by name after the deadline."""
    end = time.monotonic() + deadline
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline:g} s: {what}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def make_key(path: Path) -> Path:
    """A private key file with its `.pub` beside it."""
    key = generate_host_key("test")
    path.write_text(key.private_openssh)
    path.chmod(0o600)
    path.with_name(f"{path.name}.pub").write_text(f"{key.public}\n")
    return path


@dataclass
class SshServer:
    """How to start, reach and stop one sshd. The folder holds its configuration and log."""

    folder: Path
    host_key: HostKey
    login: Login
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port, getpass.getuser(), "test-1")

    @property
    def pins(self) -> frozenset[str]:
        return frozenset({self.host_key.pin})

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def configure(self, extra: str = "", host_keys: tuple[Path, ...] = ()) -> None:
        own = self.folder / "host_key"
        own.write_text(self.host_key.private_openssh)
        own.chmod(0o600)
        keys = "".join(f"HostKey {path}\n" for path in (host_keys or (own,)))
        # SHLVL: bash would read the user's .bashrc for each command that sshd starts.
        settings = (
            f"{extra}\nPort {self.port}\nListenAddress 127.0.0.1\n{keys}"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\n"
            "PasswordAuthentication no\nUsePAM no\nStrictModes no\nPermitRootLogin yes\n"
            f"PidFile none\nLogLevel VERBOSE\nMaxSessions 64\nSetEnv SHLVL=3 {self.env}\n"
        )
        (self.folder / "config").write_text(settings)

    env: str = ""

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [SSHD, "-D", "-e", "-f", str(self.folder / "config")], stderr=log
            )

    def start_and_wait(self) -> None:
        self.start()
        eventually(lambda: "Server listening" in self.log, "sshd listens")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(DEADLINE)
            self.process = None

    def connect(self, **more: object) -> Connection:
        options: dict[str, object] = {"deadline": DEADLINE, **more}
        return Connection.open(self.endpoint, self.login, self.pins, **options)  # type: ignore[arg-type]


def new_server(folder: Path) -> SshServer:
    """A server that is configured, but not started."""
    folder.mkdir(parents=True, exist_ok=True)
    key = make_key(folder / "user_key")
    (folder / "authorized_keys").write_text((folder / "user_key.pub").read_text())
    server = SshServer(folder, generate_host_key("test-host"), Login(key), free_port())
    server.configure()
    return server


@contextmanager
def running(folder: Path, extra: str = "", env: str = "") -> Iterator[SshServer]:
    server = new_server(folder)
    server.env = env
    server.configure(extra)
    server.start_and_wait()
    try:
        yield server
    finally:
        server.stop()


class UnixServer:
    """A unix socket that serves each connection in a thread with `handle`."""

    def __init__(self, path: Path, handle: Callable[[socket.socket], None]) -> None:
        self.path = path
        self._handle = handle
        self._sock = socket.socket(socket.AF_UNIX)
        self._sock.bind(str(path))
        self._sock.listen(32)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._sock.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with client:
            self._handle(client)

    def close(self) -> None:
        self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()
        self._thread.join(DEADLINE)


class RecordingProxy:
    """Passes one TCP connection on and keeps what the client sent."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._sock = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._sock.getsockname()[1])
        self.sent = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        client, _ = self._sock.accept()
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=self._back, args=(server, client), daemon=True)
            back.start()
            while data := self._received(client):
                self.sent += data
                server.sendall(data)
            server.shutdown(socket.SHUT_RDWR)
            back.join(DEADLINE)

    @staticmethod
    def _received(client: socket.socket) -> bytes:
        try:
            return client.recv(65536)
        except ConnectionResetError:
            return b""

    @staticmethod
    def _back(server: socket.socket, client: socket.socket) -> None:
        try:
            while data := server.recv(65536):
                client.sendall(data)
        except OSError:
            return

    def finish(self) -> None:
        self._thread.join(DEADLINE)
        self._sock.close()


def clear_messages(sent: bytes) -> tuple[list[int], bytes]:
    """Split what an SSH client sent: types of its messages in the clear, the last of them
    NEWKEYS (21), and what came after that, encrypted."""
    _, _, rest = sent.partition(b"\r\n")
    kinds: list[int] = []
    while rest and (not kinds or kinds[-1] != 21):
        length = int.from_bytes(rest[:4], "big")
        kinds.append(rest[5])
        rest = rest[4 + length :]
    return kinds, rest
