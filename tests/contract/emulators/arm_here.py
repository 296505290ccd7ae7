"""The sandbox's Azure Resource Manager in this process, over TLS, with machines on paper."""

from __future__ import annotations

import os
import shutil
import threading
from typing import ClassVar

import pytest

from providers.sandbox.arm.account import account_of
from providers.sandbox.arm.application import build_arm
from providers.sandbox.arm.identity import IdentityEndpoint
from providers.sandbox.arm.settings import Settings
from providers.sandbox.authority import Authority
from providers.sandbox.azure_environment import azure_environment
from providers.sandbox.home import Home
from tests.contract.emulators import EVERYTHING, Can, Refusal, Verb
from tests.contract.emulators.arm import AzureCloud
from tests.contract.emulators.rest_here import RestHere
from tests.homes import new_home
from tests.paper_hosts import PaperHosts

MANAGEMENT = "https://management.azure.com/"
QUICK = {"change": 0.05, "retry_after": 0}
"""Changes still answer `in progress` at least once."""


class ArmHere(AzureCloud):
    """Everything that the suite can ask of an emulator."""

    can: ClassVar[frozenset[Can]] = EVERYTHING

    def __init__(self) -> None:
        from werkzeug.serving import make_server

        self._settings = Settings()
        self._settings.take(QUICK)
        self._home = new_home()
        home = Home(self._home / "azure")
        home.make()
        account = account_of(home)
        hosts = PaperHosts()
        self._rest = RestHere(
            "arm",
            lambda log, faults, recorder: {
                "/": build_arm(hosts, account, log, faults, recorder, self._settings)
            },
            authority=Authority(home.folder),
        )
        self._identity = make_server(
            "127.0.0.1", 0, IdentityEndpoint(account.tokens, account.header), threaded=True
        )
        threading.Thread(target=self._identity.serve_forever, daemon=True).start()
        self._environment = pytest.MonkeyPatch()
        for name in without_azure():
            self._environment.delenv(name)
        port = int(self._rest.endpoint.rpartition(":")[2])
        identity = f"http://127.0.0.1:{self._identity.port}"
        self.environ = azure_environment(home, identity, port)
        """What leads Azure's tools here."""
        for name, value in self.environ.items():
            self._environment.setenv(name, value)
        super().__init__(
            self._rest.endpoint,
            account.subscription,
            str(Authority(home.folder).certificate),
            lambda: account.tokens.issue(MANAGEMENT)[0],
        )

    def refuse(
        self, verb: Verb, refusal: Refusal, *, times: int = 1, zone: str | None = None
    ) -> None:
        self._rest.refuse(self.facts.verbs[verb], refusal, times, zone)

    def lose_answer(self, verb: Verb, *, times: int = 1) -> None:
        self._rest.lose_answer(self.facts.verbs[verb], times)

    def limit_pages(self, size: int) -> None:
        self._settings.take({**QUICK, "page": size})

    def forget_faults(self) -> None:
        self._settings.take(QUICK)
        self._rest.forget_faults()

    def calls(self) -> list[str]:
        return [action for action, _ in self._rest.log()]

    def changes(self) -> list[str]:
        return [action for action, changes in self._rest.log() if changes]

    def close(self) -> None:
        self._environment.undo()
        self._identity.shutdown()
        self._identity.server_close()
        self._rest.close()
        shutil.rmtree(self._home)


def without_azure() -> list[str]:
    """The variables of this process that could lead Azure's SDK elsewhere."""
    return [name for name in os.environ if name.startswith(("AZURE_", "ARM_", "IDENTITY_", "MSI_"))]
