"""Images from the local Engine straight into machines' Engines: no registry, no file.

The local Engine packs the image once; the archive flows to all machines at the same time,
in constant memory. This slice sends whole images; leaving out layers that a machine has is
the next step (docs: image delivery).
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchestrator.engine.errors import EngineError
from orchestrator.engine.labels import delivered_name
from orchestrator.errors import LongshoreError
from orchestrator.images.errors import DeliveryError
from orchestrator.images.fanout import Outlet, pour
from orchestrator.images.inspection import ImageInfo, find_image, inspect_image

if TYPE_CHECKING:
    from orchestrator.cancellation import Cancellation
    from orchestrator.engine.client import DockerApi, Engine
    from orchestrator.images.local import LocalEngine

PIECE = 1024 * 1024
LOAD_TIMEOUT = 600
"""Seconds without a byte in either direction: a slow disk unpacks a large layer in silence."""
REPORT_EVERY = 0.25
"""Seconds between two progress reports of one machine."""
LOOK_AT_CANCEL = 0.2
"""Seconds between looks at a request to stop while machines unpack."""
LOADED = re.compile(r"Loaded image ID: (sha256:[0-9a-f]{64})")


@dataclass(frozen=True)
class Progress:
    """Bytes sent to a machine so far, of about `total` (the archive is a little larger than
    the image's size), and the mean rate in bytes a second."""

    machine: str
    sent: int
    total: int
    rate: float


@dataclass(frozen=True)
class Delivered:
    """`image_id` is the id on that machine: the containerd store has its own. `sent` is 0
    when the machine had the image."""

    machine: str
    image_id: str
    sent: int
    seconds: float


OnProgress = Callable[[Progress], None]


def deliver_direct(
    engine: Engine,
    local: LocalEngine,
    image_id: str,
    *,
    cancel: Cancellation,
    on_progress: OnProgress = lambda _: None,
) -> Delivered:
    """Make sure that one machine has the image; see `deliver_to_all`. Raises the error."""
    (result,) = deliver_to_all([engine], local, image_id, cancel=cancel, on_progress=on_progress)
    if isinstance(result, LongshoreError):
        raise result
    return result


def deliver_to_all(
    engines: Sequence[Engine],
    local: LocalEngine,
    image_id: str,
    *,
    cancel: Cancellation,
    on_progress: OnProgress = lambda _: None,
) -> tuple[Delivered | LongshoreError, ...]:
    """Make sure that all machines have the image; results in the order of `engines`.

    A machine that has it is sent nothing. One machine's failure does not stop the others.
    What arrived is compared with what was sent, layer by layer, and tagged, so that pruning
    there does not take it. An interrupted delivery leaves nothing; calling it again is safe.
    Raises EngineError when the local Engine fails, Interrupted.
    """
    source = inspect_image(local, image_id)
    with ThreadPoolExecutor(max_workers=max(len(engines), 1)) as pool:
        found = list(pool.map(lambda engine: _attempt(lambda: _present(engine, source)), engines))
        missing = [e for e, result in zip(engines, found, strict=True) if result is None]
        if missing:
            sent = iter(_send(missing, local, source, pool, cancel, on_progress))
            found = [next(sent) if result is None else result for result in found]
    return tuple(result for result in found if result is not None)


def _present(engine: Engine, source: ImageInfo) -> Delivered | None:
    # Two names: its id, where the stores agree on ids, and the tag it was given on arrival.
    for name in (source.id, delivered_name(source.id)):
        there = find_image(engine, name)
        if there is not None and there.layers == source.layers:
            return Delivered(engine.name, there.id, 0, 0.0)
    return None


def _send(
    engines: Sequence[Engine],
    local: LocalEngine,
    source: ImageInfo,
    pool: ThreadPoolExecutor,
    cancel: Cancellation,
    on_progress: OnProgress,
) -> list[Delivered | LongshoreError]:
    meters = [_Meter(engine.name, source.size, on_progress) for engine in engines]
    outlets = [Outlet(meter.add) for meter in meters]
    futures: list[Future[Delivered | LongshoreError | None]] = [
        pool.submit(_attempt, _loader(engine, outlet, meter, source))
        for engine, outlet, meter in zip(engines, outlets, meters, strict=True)
    ]
    with local.calling(f"read image {source.id}"):
        pieces: Iterable[bytes] = local.api.get_image(source.id, chunk_size=PIECE)
        pour(pieces, outlets, check=cancel.check)
    while wait(futures, timeout=LOOK_AT_CANCEL).not_done:
        cancel.check()
    return [result for future in futures if (result := future.result()) is not None]


def _loader(
    engine: Engine, outlet: Outlet, meter: _Meter, source: ImageInfo
) -> Callable[[], Delivered]:
    def load() -> Delivered:
        try:
            return _load(engine, outlet, meter, source)
        finally:
            outlet.close()

    return load


def _load(engine: Engine, outlet: Outlet, meter: _Meter, source: ImageInfo) -> Delivered:
    said = ""
    with engine.calling(f"load image {source.id}"):
        url = f"{engine.api.base_url}/v{engine.api.api_version}/images/load"
        with engine.api.post(
            url,
            params={"quiet": "0"},
            data=iter(outlet),
            headers={"Content-Type": "application/x-tar"},
            stream=True,
            timeout=LOAD_TIMEOUT,
        ) as response:
            for line in response.iter_lines():
                said += _checked(engine.name, source, line)
    arrived = _arrived(engine, source, said)
    with engine.calling("tag the image"):
        repository, _, tag = delivered_name(source.id).partition(":")
        engine.api.tag(arrived.id, repository, tag)
    meter.report()
    return Delivered(engine.name, arrived.id, meter.sent, meter.seconds)


def _checked(machine: str, source: ImageInfo, line: bytes) -> str:
    """The text of one line of the Engine's answer; raises DeliveryError when it refuses."""
    message: Any = json.loads(line) if line.strip() else {}
    words = message.get("error") or message.get("message")
    if words:
        raise DeliveryError(
            f"{machine}: the Engine refused image {source.id}: {words}",
            advice="the machine's disk is full: remove unused images there"
            if "no space left" in words
            else "nothing on the machine has changed; run the command again",
        )
    return str(message.get("stream", ""))


def _arrived(engine: DockerApi, source: ImageInfo, said: str) -> ImageInfo:
    """The image as the machine has it now, compared with what was sent."""
    there = find_image(engine, source.id)
    loaded = LOADED.search(said)
    if there is None and loaded is not None:
        there = find_image(engine, loaded[1])
    if there is None or there.layers != source.layers:
        raise DeliveryError(
            f"{engine.name}: image {source.id} did not arrive as it was sent",
            advice="nothing that runs was touched; run the command again",
        )
    return there


def _attempt(
    work: Callable[[], Delivered | None],
) -> Delivered | LongshoreError | None:
    """One machine's failure as a value, so that the others go on."""
    try:
        return work()
    except (EngineError, DeliveryError) as error:
        return error


class _Meter:
    """Counts what one machine was sent, and reports now and then."""

    def __init__(self, machine: str, total: int, on_progress: OnProgress) -> None:
        self._machine = machine
        self._total = total
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._reported = self._began
        self._lock = threading.Lock()
        self.sent = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def add(self, size: int) -> None:
        with self._lock:
            self.sent += size
        if time.monotonic() - self._reported >= REPORT_EVERY:
            self.report()

    def report(self) -> None:
        self._reported = time.monotonic()
        rate = self.sent / max(self.seconds, 1e-6)
        self._on_progress(Progress(self._machine, self.sent, self._total, rate))
