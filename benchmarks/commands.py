"""Running a command to its end and knowing how long it took."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEADLINE = 900
"""Seconds; many bare machines install Docker on few cores."""
SHOWN = 4000
"""Last characters of a failed command's output."""


@dataclass(frozen=True)
class Timing:
    """Wall seconds of one command, and when it ended (seconds since 1970)."""

    seconds: float
    ended: float


class BenchmarkFailed(Exception):
    """A side did not do its work, so that its time would mean nothing."""


def timed(argv: Sequence[str], environment: Mapping[str, str], output: Path) -> Timing:
    """Time a command whose output goes to a file, and what it says on standard error to a
    second one beside it. Raises BenchmarkFailed when it fails or runs past DEADLINE; an
    interrupted one is ended first."""
    errors = errors_beside(output)
    with output.open("wb") as sink, errors.open("wb") as error_sink:
        began = time.perf_counter()
        process = subprocess.Popen(
            argv, env=dict(environment), stdin=subprocess.DEVNULL, stdout=sink, stderr=error_sink
        )
        try:
            code = process.wait(timeout=DEADLINE)
            timing = Timing(time.perf_counter() - began, time.time())
        except subprocess.TimeoutExpired:
            raise BenchmarkFailed(f"{argv} did not end within {DEADLINE} s") from None
        finally:
            _end(process)
    if code != 0:
        said = "".join(f.read_text(errors="replace")[-SHOWN:] for f in (output, errors))
        raise BenchmarkFailed(f"{' '.join(argv)}: exit {code}\n{said}")
    return timing


def errors_beside(output: Path) -> Path:
    """Where `timed` leaves standard error."""
    return output.with_name(f"{output.name}.errors")


def said(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command prints on either stream, in one line; empty when it cannot be run."""
    try:
        done = subprocess.run(
            argv, env=dict(environment), capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return " ".join((done.stdout + done.stderr).split())


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def user_environment(cloud: Mapping[str, str]) -> dict[str, str]:
    """As a user's shell that points at a cloud: no tester's switches for Python (a user's
    install has its bytecode), and the tools that came with this Python first."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {**kept, **cloud, "PATH": path}
