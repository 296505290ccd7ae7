"""The sandbox as an emulator: the same EC2, with a real machine behind every instance."""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.contract.emulators import Refusal, Verb
from tests.contract.emulators.ec2 import Ec2


class SandboxEc2(Ec2):
    """A sandbox in `home`, brought up here and down by `close`."""

    def __init__(self, home: Path) -> None:
        from providers.sandbox.control import Sandbox

        self._sandbox = Sandbox(home)
        self._sandbox.up()
        environment = self._sandbox.env()
        os.environ.update(
            (name, environment[name]) for name in environment if name != "AWS_ENDPOINT_URL"
        )
        super().__init__(environment["AWS_ENDPOINT_URL"])
        # The sandbox has images for the machine it runs on only.
        self.images = tuple(image for image in Ec2.images if image[1] == "x86_64")

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        """The sandbox knows no zones in faults, and the newest fault takes the place of those
        before it: tests strike one at a time."""
        self._sandbox.inject_faults(
            [
                {
                    "action": self.verbs[verb],
                    "when": "before",
                    "status": refusal.status,
                    "code": refusal.code,
                    "message": refusal.message,
                    "times": times,
                }
            ]
        )

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self._sandbox.inject_faults([{"action": self.verbs[verb], "when": "after", "times": times}])

    def limit_pages(self, size: int) -> bool:
        return False

    def forget_faults(self) -> None:
        self._sandbox.inject_faults([])

    def calls(self) -> list[str]:
        return [str(entry["action"]) for entry in self._log()]

    def changes(self) -> list[str]:
        return [str(entry["action"]) for entry in self._log() if entry["changes"]]

    def close(self) -> None:
        self._sandbox.down()

    def _log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._sandbox.exchanges.read_text().splitlines()]
