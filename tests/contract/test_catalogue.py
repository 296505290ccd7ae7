"""What can be had: offers and images; and who and where we are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from providers.contract.errors import InvalidRequestError, TransientError
from providers.contract.types import Requirement
from tests.contract.emulators import Emulator
from tests.contract.stage import Stage

GIB = 1024**3


def test_offers_meet_the_requirement_smallest_first(stage: Stage) -> None:
    requirement = Requirement(2, 4 * GIB, None, "x86_64", "on-demand")
    offers = stage.provider.offers(requirement, None)
    sizes = [(offer.cpu, offer.memory) for offer in offers]
    assert sizes[0] == (2, 4 * GIB)
    assert sizes == sorted(sizes)
    assert all(cpu >= 2 and memory >= 4 * GIB for cpu, memory in sizes)
    assert all(offer.zones and offer.arch == "x86_64" for offer in offers)


def test_offers_are_the_same_each_time(stage: Stage) -> None:
    requirement = Requirement(2, None, None, "arm64", "spot")
    first = stage.provider.offers(requirement, None)
    assert first == stage.another_process().offers(requirement, None)
    assert {(offer.arch, offer.market) for offer in first} == {("arm64", "spot")}


def test_a_named_zone_is_the_only_one(stage: Stage) -> None:
    requirement = Requirement(2, 4 * GIB, None, "x86_64", "on-demand")
    zone = stage.provider.offers(requirement, None)[0].zones[0]
    assert {offer.zones for offer in stage.provider.offers(requirement, zone)} == {(zone,)}


def test_a_named_type_is_the_only_offer(stage: Stage) -> None:
    requirement = Requirement(None, None, stage.emulator.small_type, "x86_64", "on-demand")
    (offer,) = stage.provider.offers(requirement, None)
    assert offer.type == stage.emulator.small_type
    assert offer.zones


@pytest.mark.parametrize(
    ("type", "arch", "zone"),
    [("no-such.type", "x86_64", None), (None, "x86_64", "nowhere-1a"), ("SMALL", "arm64", None)],
    ids=["type", "zone", "architecture"],
)
def test_what_does_not_exist_is_named(
    stage: Stage, type: str | None, arch: str, zone: str | None
) -> None:
    type = stage.emulator.small_type if type == "SMALL" else type
    requirement = Requirement(None, None, type, arch, "on-demand")
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.offers(requirement, zone)
    assert (type or zone or "") in caught.value.message
    assert caught.value.advice


def test_nothing_is_large_enough(stage: Stage) -> None:
    requirement = Requirement(100_000, None, None, "x86_64", "on-demand")
    assert list(stage.provider.offers(requirement, None)) == []


def test_every_system_has_an_image_for_every_architecture(stage: Stage) -> None:
    for system, arch in stage.emulator.images:
        image = stage.provider.resolve_image(system, arch)
        assert (image.os, image.arch) == (system, arch)
        assert image.id
        assert image.root_device.startswith("/dev/")


def test_an_unknown_system_is_refused_with_the_known_ones(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.resolve_image("plan9-4", "x86_64")
    assert "debian-12" in caught.value.advice


def test_credentials_have_an_account(stage: Stage) -> None:
    identity = stage.provider.preflight()
    assert identity.provider == stage.emulator.name
    assert identity.account
    assert identity.principal


class Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = self.server.reply  # type: ignore[attr-defined]
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def echo() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def _address(emulator: Emulator, port: int) -> str:
    url = f"http://127.0.0.1:{port}/"
    return emulator.provider(lambda _: None, echo_url=url).deployer_address()


def test_the_echo_service_tells_the_address(emulator: Emulator, echo: ThreadingHTTPServer) -> None:
    echo.reply = (200, b"203.0.113.4\n")
    assert _address(emulator, echo.server_port) == "203.0.113.4"


def test_an_answer_that_is_no_address_is_refused(
    emulator: Emulator, echo: ThreadingHTTPServer
) -> None:
    echo.reply = (200, b"<html>sign in to the network</html>")
    with pytest.raises(InvalidRequestError) as caught:
        _address(emulator, echo.server_port)
    assert "ssh_from" in caught.value.advice


def test_an_echo_service_that_fails_is_no_riddle(
    emulator: Emulator, echo: ThreadingHTTPServer
) -> None:
    echo.reply = (500, b"")
    with pytest.raises(TransientError) as caught:
        _address(emulator, echo.server_port)
    assert "ssh_from" in caught.value.advice
