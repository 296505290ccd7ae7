"""The sandbox's Compute Engine in this process, with machines on paper: fast, and in pages."""

from __future__ import annotations

from typing import ClassVar

import pytest

from providers.sandbox.gce.application import build_gce
from providers.sandbox.gce.cloud import PROJECT
from providers.sandbox.google_environment import google_environment
from providers.sandbox.home import Home
from tests.contract.emulators import EVERYTHING, Can, Refusal, Verb
from tests.contract.emulators.gce import Gce, without_google
from tests.contract.emulators.rest_here import RestHere
from tests.paper_hosts import PaperHosts


class GceHere(Gce):
    """Everything that the suite can ask of an emulator."""

    can: ClassVar[frozenset[Can]] = EVERYTHING

    def __init__(self) -> None:
        hosts = PaperHosts()
        self._rest = RestHere(
            "gce",
            lambda log, faults, recorder: build_gce(hosts, log, faults, recorder),
            page="maxResults",
        )
        super().__init__(self._rest.endpoint, PROJECT)
        self._environment = pytest.MonkeyPatch()
        for name in without_google():
            self._environment.delenv(name)
        home = Home(self._rest.home / "google")
        home.make()
        self.environ = google_environment(home, self.endpoint)
        """What leads Google's tools here."""
        for name, value in self.environ.items():
            self._environment.setenv(name, value)

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        self._rest.refuse(self.facts.verbs[verb], refusal, times, zone)

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self._rest.lose_answer(self.facts.verbs[verb], times)

    def limit_pages(self, size: int) -> None:
        self._rest.limit_pages(size)

    def forget_faults(self) -> None:
        self._rest.forget_faults()

    def calls(self) -> list[str]:
        return [action for action, _ in self._rest.log()]

    def changes(self) -> list[str]:
        return [action for action, changes in self._rest.log() if changes]

    def close(self) -> None:
        self._environment.undo()
        self._rest.close()
