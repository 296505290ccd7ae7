"""`deliver: direct` with `image:`: what is in the local Engine under that name now is what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.rehearsal import COMPOSE, Rehearsal, command, page


@pytest.fixture
def rebuild(rehearsal: Rehearsal) -> Iterator[Callable[[str], None]]:
    """Builds the page into the image outside of Longshore, always under one name."""
    image = f"longshore-test/{rehearsal.name}:latest"
    compose = COMPOSE.replace("build: .", f"image: {image}")
    made: list[str] = []

    def build(content: str) -> None:
        rehearsal.write_app(page=content, compose=compose, project="deliver: direct\n")
        ids = command(["docker", "build", "-q", "-t", image, str(rehearsal.folder)])
        made.append(ids.strip())

    yield build
    if made:
        command(["docker", "rmi", "-f", *dict.fromkeys(made)])


def test_an_image_that_was_built_again_is_deployed(
    rehearsal: Rehearsal, rebuild: Callable[[str], None]
) -> None:
    rebuild("first")
    (url,) = [event["url"] for event in rehearsal.up().check().of("url-ready")]
    assert page(url) == "first"
    assert rehearsal.up().check().of("run-finished")[0]["outcome"] == "no-changes"

    rebuild("second")
    rehearsal.up().check()

    assert page(url) == "second"
    assert rehearsal.up().check().of("run-finished")[0]["outcome"] == "no-changes"


def test_an_image_that_is_not_here_is_said(rehearsal: Rehearsal) -> None:
    compose = COMPOSE.replace("build: .", f"image: longshore-test/{rehearsal.name}:nowhere")
    rehearsal.write_app(compose=compose, project="deliver: direct\n")
    ran = rehearsal.up()
    assert ran.code == 2
    (failed,) = ran.of("operation-failed")
    assert (
        f"longshore-test/{rehearsal.name}:nowhere is not in the local Engine" in (failed["message"])
    )
