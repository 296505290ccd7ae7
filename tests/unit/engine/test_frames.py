"""The Engine's framed output, cut anywhere."""

from __future__ import annotations

import struct

import pytest

from orchestrator.engine.frames import Demultiplexer, LineSplitter


def frame(stream: int, data: bytes) -> bytes:
    return struct.pack(">BxxxL", stream, len(data)) + data


WIRE = frame(1, b"one\ntw") + frame(2, b"bad\n") + frame(1, b"o\n") + frame(1, b"")


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 100])
def test_frames_and_lines_survive_any_cut(size: int) -> None:
    frames, lines = Demultiplexer(), LineSplitter()
    seen = [
        (stream, text)
        for start in range(0, len(WIRE), size)
        for stream, piece in frames.feed(WIRE[start : start + size])
        for text in lines.feed(stream, piece)
    ]
    assert seen == [("stdout", "one"), ("stderr", "bad"), ("stdout", "two")]
    assert list(lines.finish()) == []


def test_the_last_line_needs_no_end_and_bytes_need_not_be_text() -> None:
    lines = LineSplitter()
    assert list(lines.feed("stdout", b"crlf\r\n\xff")) == ["crlf"]
    assert list(lines.finish()) == [("stdout", "\ufffd")]
    assert list(lines.finish()) == []
