"""Running a command in a container: with its output collected, or with a terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestrator.engine.frames import Demultiplexer, StreamName
from orchestrator.errors import LongshoreError

if TYPE_CHECKING:
    from orchestrator.engine.client import Engine
    from orchestrator.engine.stream import EngineStream
    from orchestrator.engine.terminal import Terminal

UPGRADE = {"Connection": "Upgrade", "Upgrade": "tcp"}
"""Asks the Engine to hand the connection over (Engine API, "Attach to a container")."""

OUTPUT_ENDS = 5.0
"""Seconds the showing thread may take to see that its stream was cut off."""

LOOK_AT_SIZE = 0.2
"""Seconds between looks at the terminal's size while nothing is typed."""


@dataclass(frozen=True)
class ExecResult:
    exit_code: int
    stdout: bytes
    stderr: bytes


def exec_run(
    engine: Engine,
    container: str,
    argv: Sequence[str],
    *,
    stdin: bytes = b"",
    user: str = "",
    on_output: Callable[[StreamName, bytes], None] = lambda _, __: None,
) -> ExecResult:
    """Run a command in a running container, without a terminal, and wait for its end.

    `on_output` hears output as it comes. A command that is not in the image ends with
    126 or 127, as in a shell. Raises EngineError.
    """
    collected: dict[StreamName, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
    made = _make(engine, container, argv, user=user, tty=False, stdin=bool(stdin))
    with _started(engine, made, tty=False) as stream:
        if stdin:
            threading.Thread(target=_feed, args=(stream, stdin), daemon=True).start()
        frames = Demultiplexer()
        while piece := stream.read_raw():
            for name, data in frames.feed(piece):
                collected[name] += data
                on_output(name, data)
    return ExecResult(
        _exit_code(engine, made), bytes(collected["stdout"]), bytes(collected["stderr"])
    )


def exec_terminal(
    engine: Engine, container: str, argv: Sequence[str], *, terminal: Terminal, user: str = ""
) -> int:
    """Run a command with the user's terminal connected to it, and return its exit status.

    The terminal is raw meanwhile, so Ctrl-C reaches the command and not us; its size
    follows the user's window. Raises EngineError.
    """
    made = _make(engine, container, argv, user=user, tty=True, stdin=True)
    with _started(engine, made, tty=True) as stream, terminal.raw():
        output = threading.Thread(target=_show, args=(stream, terminal), daemon=True)
        output.start()
        try:
            _type(engine, made, stream, terminal, output)
        finally:
            stream.cut_off()
            output.join(OUTPUT_ENDS)
    return _exit_code(engine, made)


def _make(
    engine: Engine, container: str, argv: Sequence[str], *, user: str, tty: bool, stdin: bool
) -> str:
    with engine.calling(f"run a command in {container}"):
        made: Any = engine.api.exec_create(container, list(argv), stdin=stdin, tty=tty, user=user)
    return str(made["Id"])


@contextmanager
def _started(engine: Engine, made: str, *, tty: bool) -> Iterator[EngineStream]:
    with engine.stream(
        "run a command",
        "POST",
        f"/exec/{made}/start",
        body={"Detach": False, "Tty": tty},
        headers=UPGRADE,
    ) as stream:
        yield stream


def _feed(stream: EngineStream, data: bytes) -> None:
    """Send the input, in a thread, since the command may write before it has read all."""
    try:
        stream.write_raw(data)
        stream.end_input()
    except (OSError, LongshoreError):
        return  # the command ended without reading it: its exit status says what it thinks


def _show(stream: EngineStream, terminal: Terminal) -> None:
    try:
        while piece := stream.read_raw():
            terminal.write(piece)
    except (OSError, LongshoreError):
        return  # the connection broke; asking for the exit status will say so


def _type(
    engine: Engine, made: str, stream: EngineStream, terminal: Terminal, output: threading.Thread
) -> None:
    """Send what is typed until the command's output ends, keeping the size up to date."""
    size = None
    while output.is_alive():
        if terminal.size() != size:
            size = terminal.size()
            _resize(engine, made, size)
        typed = terminal.read(LOOK_AT_SIZE)
        if typed is None:
            continue
        if not typed:
            stream.end_input()
            output.join()
        else:
            stream.write_raw(typed)


def _resize(engine: Engine, made: str, size: tuple[int, int]) -> None:
    columns, rows = size
    with engine.calling("resize the terminal"):
        engine.api.exec_resize(made, height=rows, width=columns)


def _exit_code(engine: Engine, made: str) -> int:
    with engine.calling("read the command's exit status"):
        seen: Any = engine.api.exec_inspect(made)
    return int(seen["ExitCode"] or 0)
