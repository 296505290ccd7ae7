"""Every test here runs against every emulator; each gets an owner of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator

import pytest

from providers.contract.retry import Retry
from providers.contract.types import Owner
from tests.contract.emulators import Emulator
from tests.contract.stage import Stage
from tests.homes import new_home, sweep


@pytest.fixture(scope="session", autouse=True)
def swept() -> None:
    """Nothing that a killed run left stands in the way of this one."""
    sweep()


@pytest.fixture(scope="session", params=["aws on moto", "aws in the sandbox"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    """moto answers fast and in pages; the sandbox has a real machine behind each instance."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        if request.param == "aws on moto":
            from tests.contract.emulators.moto_ec2 import MotoEc2

            emulator: Emulator = MotoEc2()
            yield emulator
            emulator.close()
            return
        from tests.contract.emulators.sandbox_ec2 import SandboxEc2

        home = new_home()
        emulator = SandboxEc2(home / "sandbox")
        yield emulator
        emulator.close()
        shutil.rmtree(home)


@pytest.fixture
def stage(emulator: Emulator) -> Iterator[Stage]:
    retries: list[Retry] = []
    owner = Owner(f"t{uuid.uuid4().hex[:8]}", "test")
    stage = Stage(emulator, emulator.provider(retries.append), owner, retries)
    yield stage
    emulator.forget_faults()
    stage.clear()
