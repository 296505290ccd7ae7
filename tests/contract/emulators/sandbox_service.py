"""A sandbox as an emulator of one service: its faults, its log, its environment."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.contract.emulators import Refusal
from tests.contract.emulators.traffic import keep, record
from tests.homes import new_home

REAL_CLOUD = ("AWS_", "GOOGLE_", "CLOUDSDK_", "AZURE_", "ARM_", "IDENTITY_", "LONGSHORE_")
BESIDE = {"ec2": ("ssm", "sts")}
"""Services that a provider asks beside its first."""


class SandboxService:
    """A view of one service of a sandbox of its own home, brought up here and down by `close`.

    While it is open, this process's environment leads every SDK to it.
    """

    def __init__(self, service: str) -> None:
        from providers.sandbox.control import Sandbox

        self._service = service
        self._home: Path = new_home()
        self._sandbox = Sandbox(self._home / "sandbox")
        self._sandbox.up()
        record(self._sandbox.traffic)
        self.environ: Mapping[str, str] = self._sandbox.env()
        self._environment = pytest.MonkeyPatch()
        for name in list(os.environ):
            if name.startswith(REAL_CLOUD):
                self._environment.delenv(name)
        for name, value in self.environ.items():
            if name != "AWS_ENDPOINT_URL":
                self._environment.setenv(name, value)

    @property
    def home(self) -> Path:
        return self._sandbox.home

    def refuse(self, action: str, refusal: Refusal, times: int, zone: str | None = None) -> None:
        """The newest fault takes the place of those before it: tests strike one at a time."""
        self._sandbox.inject_faults(
            [
                {
                    "service": self._service,
                    "action": action,
                    "when": "operation" if refusal.late else "before",
                    "status": refusal.status,
                    "code": refusal.code,
                    "message": refusal.message,
                    "times": times,
                    **({} if zone is None else {"zone": zone}),
                }
            ]
        )

    def lose_answer(self, action: str, times: int) -> None:
        self._sandbox.inject_faults(
            [{"service": self._service, "action": action, "when": "after", "times": times}]
        )

    def forget_faults(self) -> None:
        self._sandbox.inject_faults([])

    def log(self) -> list[tuple[str, bool]]:
        """Each action of the service so far, and whether it changes something."""
        lines = map(json.loads, self._sandbox.exchanges.read_text().splitlines())
        return [
            (str(line["action"]), bool(line["changes"]))
            for line in lines
            if line["service"] in (self._service, *BESIDE.get(self._service, ()))
        ]

    def close(self) -> None:
        self._environment.undo()
        keep(self._sandbox.traffic)
        self._sandbox.down()
        shutil.rmtree(self._home)
