"""The server as a process: started apart from us, found again, stopped only when it is ours."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from providers.sandbox.errors import SandboxError
from providers.sandbox.home import PRIVATE_FILE, Home, ServerRecord

MODULE = "providers.sandbox.server"
POLL = 0.05  # seconds
LOCK_DEADLINE = 600  # seconds; another `up` may be building the image
TERM_DEADLINE = 5  # seconds from SIGTERM to SIGKILL
KILL_DEADLINE = 10  # seconds from SIGKILL to the end of the process
RECORD_DEADLINE = 30  # seconds for a server that was just started to write its record

Found = TypeVar("Found")


def wait_until(look: Callable[[], Found | None], deadline: float) -> Found | None:
    """Call `look` until it returns something, at most `deadline` seconds; None when it never
    did."""
    end = time.monotonic() + deadline
    while True:
        found = look()
        if found is not None or time.monotonic() >= end:
            return found
        time.sleep(POLL)


@contextmanager
def file_lock(file: Path) -> Iterator[None]:
    """Hold a lock that ends with this process. Raises SandboxError after LOCK_DEADLINE."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        if not wait_until(lambda: _try_lock(descriptor) or None, LOCK_DEADLINE):
            raise SandboxError(
                "Another command has been working on this sandbox for ten minutes.",
                f"See who holds it: fuser {file}",
            )
        yield
    finally:
        os.close(descriptor)


def launch_server(
    home: Home, token: str, image: str, ports: tuple[int, int]
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own; it inherits the lock that says it runs. `ports`
    are the wished ones, without TLS and with it."""
    lock = os.open(_life(home), os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    log = os.open(home.server_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    try:
        if not _try_lock(lock):
            raise SandboxError(
                "A server of this sandbox runs but does not answer.",
                "Clear it away: longshore sandbox down",
            )
        home.server_file.unlink(missing_ok=True)
        packages = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [packages, os.environ.get("PYTHONPATH", "")]))
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                MODULE,
                "--home",
                str(home.folder),
                "--token",
                token,
                "--image",
                image,
                "--port",
                str(ports[0]),
                "--tls-port",
                str(ports[1]),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
            env={**os.environ, "PYTHONPATH": path},
            cwd="/",
        )
    finally:
        os.close(lock)
        os.close(log)


def server_runs(home: Home) -> bool:
    """Whether a server of this sandbox runs, whether or not it answers."""
    descriptor = os.open(_life(home), os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        return not _try_lock(descriptor)
    finally:
        os.close(descriptor)


def stop_server(home: Home) -> None:
    """End the server and return when it is gone. Raises SandboxError when the process on record
    is not ours or does not end."""
    record = wait_until(lambda: _settled(home), RECORD_DEADLINE)
    if record is _NOBODY:
        return
    if record is None or not is_ours(record):
        raise SandboxError(
            "A server of this sandbox runs, but not as the process on record.",
            f"See which one, and end it: fuser {_life(home)}",
        )
    for step, patience in ((signal.SIGTERM, TERM_DEADLINE), (signal.SIGKILL, KILL_DEADLINE)):
        try:
            os.kill(record.pid, step)
        except ProcessLookupError:
            return
        if wait_until(lambda: True if not server_runs(home) else None, patience):
            return
    raise SandboxError(f"The sandbox's server (process {record.pid}) does not end.")


def is_ours(record: ServerRecord) -> bool:
    """Whether the process on record is the server that was started with its token."""
    arguments = _arguments(record.pid)
    return MODULE.encode() in arguments and record.token.encode() in arguments


_NOBODY = ServerRecord(0, "", 0, "", 0)


def _settled(home: Home) -> ServerRecord | None:
    """The record once it can be judged: not while a server has not written it yet, nor while
    one that was killed is still being cleared away by the kernel."""
    if not server_runs(home):
        return _NOBODY
    record = home.read_server()
    return record if record and _arguments(record.pid) else None


def _arguments(pid: int) -> list[bytes]:
    """The command line of a process; empty when it is gone or going."""
    try:
        return [part for part in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") if part]
    except OSError:
        return []


def _life(home: Home) -> Path:
    return home.folder / "server.lock"


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
