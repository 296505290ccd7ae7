"""Images from one real Engine to others: a second one, with an empty store of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.cancellation import Cancellation
from orchestrator.engine.client import Engine
from orchestrator.engine.errors import EngineError, NotThereError
from orchestrator.engine.labels import delivered_name
from orchestrator.errors import Interrupted
from orchestrator.images.deliver import Delivered, Progress, deliver_direct, deliver_to_all
from orchestrator.images.errors import DeliveryError, PullError
from orchestrator.images.inspection import find_image, inspect_image
from orchestrator.images.local import LocalEngine
from orchestrator.images.pull import pull
from tests.e2e.engine.support import LARGE, ThisMachine


def test_an_image_is_sent_once_and_named(
    empty_engine: Engine, local: LocalEngine, large_image: str, cancel: Cancellation
) -> None:
    seen: list[Progress] = []
    (sent,) = deliver_to_all(
        [empty_engine], local, large_image, cancel=cancel, on_progress=seen.append
    )
    assert isinstance(sent, Delivered)
    assert (sent.machine, sent.image_id) == ("us-1", large_image)
    assert sent.sent > LARGE
    assert seen[-1].sent == sent.sent
    assert seen[-1].rate > 0
    there = inspect_image(empty_engine, delivered_name(large_image))
    assert there.layers == inspect_image(local, large_image).layers
    assert deliver_direct(empty_engine, local, large_image, cancel=cancel).sent == 0


def test_several_machines_are_read_for_once_and_fail_alone(
    empty_engine: Engine, local: LocalEngine, large_image: str, cancel: Cancellation
) -> None:
    gone = Engine(ThisMachine(), name="us-2", socket_path="/nowhere/docker.sock")
    first, second = deliver_to_all([empty_engine, gone], local, large_image, cancel=cancel)
    assert isinstance(first, Delivered)
    assert isinstance(second, EngineError)
    assert second.machine == "us-2"


def test_an_interrupted_delivery_leaves_nothing(
    empty_engine: Engine, local: LocalEngine, large_image: str, cancel: Cancellation
) -> None:
    with pytest.raises(Interrupted):
        deliver_direct(
            empty_engine, local, large_image, cancel=cancel, on_progress=lambda _: cancel.request()
        )
    assert find_image(empty_engine, large_image) is None
    again = deliver_direct(empty_engine, local, large_image, cancel=Cancellation())
    assert again.sent > 0


def test_an_image_that_is_not_here(
    empty_engine: Engine, local: LocalEngine, cancel: Cancellation
) -> None:
    with pytest.raises(NotThereError, match="this machine"):
        deliver_direct(empty_engine, local, "sha256:" + "0" * 64, cancel=cancel)


def test_an_engine_that_refuses_says_why(
    empty_engine: Engine, local: LocalEngine, large_image: str, tmp_path: Path
) -> None:
    class Corrupting(LocalEngine):
        """Sends an archive that is none."""

        @property
        def api(self):  # type: ignore[no-untyped-def]
            api = super().api
            api.get_image = lambda image, chunk_size: iter([b"no archive" * 1000])
            return api

    with pytest.raises((DeliveryError, EngineError), match="us-1"):
        deliver_direct(empty_engine, Corrupting(), large_image, cancel=Cancellation())
    assert find_image(empty_engine, large_image) is None


def test_a_registry_that_is_not_there(empty_engine: Engine, cancel: Cancellation) -> None:
    with pytest.raises(PullError) as caught:
        pull(empty_engine, "127.0.0.1:9/shop/web:1", cancel=cancel, deadline=60)
    assert caught.value.problem == "unreachable"
    assert "us-1: cannot pull 127.0.0.1:9/shop/web:1" in caught.value.message
