"""One source, several readers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestrator.errors import Interrupted
from orchestrator.images.fanout import AHEAD, Outlet, SourceFailedError, pour

PIECES = [bytes([n]) for n in range(5 * AHEAD)]


def outlet() -> Outlet:
    return Outlet(lambda size: None)


def test_every_reader_gets_everything_in_order() -> None:
    counted: list[int] = []
    outlets = [Outlet(counted.append), outlet(), outlet()]
    with ThreadPoolExecutor(3) as pool:
        read = pool.map(list, outlets)
        pour(PIECES, outlets, check=lambda: None)
        assert list(read) == [PIECES] * 3
    assert sum(counted) == len(PIECES)


def test_a_reader_that_leaves_holds_nobody_up() -> None:
    leaves, stays = outlet(), outlet()
    leaves.close()
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(list, stays)
        pour(PIECES, [leaves, stays], check=lambda: None)
        assert read.result() == PIECES


def test_a_source_that_fails_is_never_taken_for_the_whole() -> None:
    def breaks() -> Iterator[bytes]:
        yield b"a"
        raise ConnectionResetError

    reader = outlet()
    with pytest.raises(ConnectionResetError):
        pour(breaks(), [reader], check=lambda: None)
    with pytest.raises(SourceFailedError):
        list(reader)


def test_a_stop_ends_the_wait_for_a_slow_reader() -> None:
    checks = iter(range(AHEAD + 1))

    def check() -> None:
        if next(checks, None) is None:
            raise Interrupted

    with pytest.raises(Interrupted):
        pour(PIECES, [outlet()], check=check)
