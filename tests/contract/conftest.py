"""Every test here runs against every emulator; each gets an owner of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from providers.contract.retry import Retry
from providers.contract.types import Owner
from tests.contract.emulators import Emulator
from tests.contract.stage import Stage


@pytest.fixture(scope="session", params=["aws"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "test")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "test")
    sandbox = os.environ.get("LONGSHORE_CONTRACT_SANDBOX")
    if sandbox:
        from tests.contract.emulators.sandbox_ec2 import SandboxEc2

        made: Emulator = SandboxEc2(Path(sandbox))
    else:
        from tests.contract.emulators.moto_ec2 import MotoEc2

        made = MotoEc2()
    yield made
    made.close()


@pytest.fixture
def stage(emulator: Emulator) -> Iterator[Stage]:
    retries: list[Retry] = []
    owner = Owner(f"t{uuid.uuid4().hex[:8]}", "test")
    stage = Stage(emulator, emulator.provider(retries.append), owner, retries)
    yield stage
    emulator.forget_faults()
    stage.clear()
