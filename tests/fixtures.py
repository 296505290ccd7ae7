"""One sandbox for all tests that only need machines with Docker installed already."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from providers.sandbox.control import Sandbox
from tests.homes import close, new_home, sweep
from tests.images import remove_images
from tests.rehearsal import Rehearsal

if TYPE_CHECKING:
    from tests.servers import Yard


@pytest.fixture(scope="session", autouse=True)
def swept() -> None:
    """Nothing that a killed run left stands in the way of this one."""
    sweep()


@pytest.fixture(scope="session")
def baked(swept: None) -> Iterator[Sandbox]:
    """A sandbox whose machines have Docker installed already."""
    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    sandbox.up(baked=True)
    yield sandbox
    close(sandbox, home)


@pytest.fixture(scope="session")
def yard(swept: None) -> Iterator[Yard]:
    """Where machines without Docker can be had that nobody has told of Longshore."""
    from tests.e2e.sandbox_cloud import Cloud
    from tests.servers import Yard, write_key

    home = new_home()
    sandbox = Sandbox(home / "sandbox")
    sandbox.up()
    made = Yard(Cloud(sandbox), write_key(home / "keys"))
    yield made
    made.close()
    close(sandbox, home)


@pytest.fixture
def rehearsal(baked: Sandbox, tmp_path: Path) -> Iterator[Rehearsal]:
    """A project of its own on the shared sandbox; taken down at the end whatever happened."""
    made = Rehearsal(tmp_path / "project", baked)
    yield made
    if (made.folder / "longshore.yaml").exists():
        made.extra_environment = {}
        made.down()
    remove_images(made.name)
    assert made.instances() == []
