"""One mutating command at a time on one state folder.

The lock is the kernel's (`flock`), so it cannot outlive its holder, however that dies.
The file's text only says who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.errors import ExitCode, LongshoreError
from orchestrator.state.database import make_private
from orchestrator.who import who

LOCK = "lock"


class LockedError(LongshoreError):
    """Another process holds the lock."""

    exit_code = ExitCode.LOCKED


@contextmanager
def state_lock(directory: Path, command: str) -> Iterator[None]:
    """Hold the lock of `directory` inside the block. Raises LockedError at once when
    another process has it, with who and since when."""
    make_private(directory)
    descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(
                f"another command is changing this project: {_holder(descriptor)}",
                advice="wait for it to end; the lock goes with its process",
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _introduction(command), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _introduction(command: str) -> bytes:
    holder = {
        "command": command,
        "user": who(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(holder).encode()


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        # The holder has the lock and has not written its name yet.
        return "a process that has just started"
    return (
        f"`longshore {holder['command']}` by {holder['user']}@{holder['host']}"
        f" (process {holder['pid']}, since {holder['since']})"
    )
