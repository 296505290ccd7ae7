"""What can be had: abilities, offers and images; and who and where we are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from providers.contract.errors import InvalidRequestError, TransientError
from providers.contract.retry import ignore_retry
from providers.contract.types import Requirement
from tests.contract.emulators import Emulator
from tests.contract.needs import lacks, needs
from tests.contract.stage import Stage, other_arch

GIB = 1024**3
SMALL = Requirement(1, GIB, None, "x86_64", "on-demand")


def test_abilities_are_known_without_a_call(emulator: Emulator) -> None:
    provider = emulator.provider(ignore_retry)
    before = len(emulator.calls())
    assert (provider.name, provider.region) == (emulator.facts.name, emulator.facts.region)
    assert provider.abilities == emulator.facts.abilities
    provider.prepare()
    provider.prepare()
    assert len(emulator.calls()) == before


def test_offers_meet_the_requirement_smallest_first(stage: Stage) -> None:
    offers = stage.provider.offers(SMALL, None)
    sizes = [(offer.cpu, offer.memory) for offer in offers]
    assert sizes
    assert sizes == sorted(sizes)
    assert all(cpu >= 1 and memory >= GIB for cpu, memory in sizes)
    assert all(offer.zones and offer.arch == "x86_64" for offer in offers)
    assert {(offer.provider, offer.region) for offer in offers} == {
        (stage.facts.name, stage.facts.region)
    }


def test_offers_are_the_same_each_time(stage: Stage) -> None:
    market = stage.facts.abilities.markets[-1]
    requirement = Requirement(1, None, None, "x86_64", market)
    first = stage.provider.offers(requirement, None)
    assert first == stage.another_process().offers(requirement, None)
    assert {offer.market for offer in first} == {market}


@needs("makes machines")
def test_offers_name_what_a_quota_counts_together(stage: Stage) -> None:
    families = {offer.family for offer in stage.provider.offers(SMALL, None)}
    assert families
    assert "" not in families


@needs("arm64")
def test_each_architecture_has_offers_of_its_own(stage: Stage) -> None:
    arm = Requirement(1, GIB, None, "arm64", "on-demand")
    here = {offer.type for offer in stage.provider.offers(SMALL, None)}
    there = {offer.type for offer in stage.provider.offers(arm, None)}
    assert here
    assert there
    assert here.isdisjoint(there)


def test_a_named_zone_is_the_only_one(stage: Stage) -> None:
    zone = stage.provider.offers(SMALL, None)[0].zones[0]
    assert {offer.zones for offer in stage.provider.offers(SMALL, zone)} == {(zone,)}


@needs("makes machines")
def test_a_named_type_is_the_only_offer(stage: Stage) -> None:
    requirement = Requirement(None, None, stage.facts.small_type, "x86_64", "on-demand")
    (offer,) = stage.provider.offers(requirement, None)
    assert offer.type == stage.facts.small_type
    assert offer.zones


@needs("makes machines")
def test_what_does_not_exist_is_named(stage: Stage) -> None:
    for type, zone in (("no-such.type", None), (None, "nowhere-1a")):
        with pytest.raises(InvalidRequestError) as caught:
            stage.provider.offers(Requirement(None, None, type, "x86_64", "on-demand"), zone)
        assert (type or zone or "") in caught.value.message
        assert caught.value.advice


@needs("makes machines")
def test_a_type_of_another_architecture_is_refused(stage: Stage) -> None:
    small = stage.facts.small_type
    with pytest.raises(InvalidRequestError, match=small) as caught:
        stage.provider.offers(Requirement(None, None, small, "arm64", "on-demand"), None)
    assert caught.value.advice


def test_nothing_is_large_enough(stage: Stage) -> None:
    requirement = Requirement(100_000, None, None, "x86_64", "on-demand")
    assert list(stage.provider.offers(requirement, None)) == []


@lacks("spot")
def test_a_market_that_there_is_not_is_refused_before_anything_is_made(stage: Stage) -> None:
    requirement = Requirement(1, None, None, "x86_64", "spot")
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.offers(requirement, None)
    assert "spot" in caught.value.message
    assert caught.value.advice


def test_every_system_has_an_image_for_every_architecture(stage: Stage) -> None:
    for system, arch in stage.facts.images:
        image = stage.provider.resolve_image(system, arch)
        assert (image.os, image.arch) == (system, arch)
        assert image.id
        assert image.boot in ("cloud-init", "startup-script")


@needs("arm64")
def test_each_architecture_has_an_image_of_its_own(stage: Stage) -> None:
    system, arch = stage.facts.images[0]
    here = stage.provider.resolve_image(system, arch)
    there = stage.provider.resolve_image(system, other_arch(arch))
    assert here.id != there.id


def test_an_unknown_system_is_refused_with_the_known_ones(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        stage.provider.resolve_image("plan9-4", "x86_64")
    assert stage.facts.images[0][0] in caught.value.advice


def test_credentials_have_an_account(stage: Stage) -> None:
    identity = stage.provider.preflight()
    assert identity.provider == stage.facts.name
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
    return emulator.provider(ignore_retry, echo_url=url).deployer_address()


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
