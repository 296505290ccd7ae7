"""SDK clients: one credential, one connection pool and one pipeline for all three of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from providers.azure.errors import PROVIDER
from providers.azure.sdk import undescribed
from providers.azure.shared_credential import SharedCredential
from providers.azure.subscription import endpoint_of, find_subscription, scope_of
from providers.contract.errors import AuthError, InvalidRequestError
from providers.contract.types import ProviderSettings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline import PipelineRequest
    from azure.core.pipeline.policies import HTTPPolicy, SansIOHTTPPolicy
    from azure.core.pipeline.transport import RequestsTransport
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.network import NetworkManagementClient
    from azure.mgmt.resource.resources import ResourceManagementClient

    # The SDK's own are declared for its legacy requests, and serve both.
    Policy = HTTPPolicy[Any, Any] | SansIOHTTPPolicy[Any, Any]

CONNECT_SECONDS = 5.0
READ_SECONDS = 60.0
"""The list of sizes of a region is megabytes, and takes Azure several seconds."""
CONNECTIONS = 32
"""Kept alive: as many as operations run side by side."""

T = TypeVar("T")


class Clients:
    """The clients of one subscription. Usable from several threads.

    The pipeline is put together here rather than by the SDK, for what it leaves out: retries
    (the contract has its own), the silent registration of resource providers (a change to the
    subscription that nobody asked for), redirects, and logging of each exchange.
    """

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._lock = threading.RLock()

    @cached_property
    def subscription(self) -> str:
        """Raises AuthError when no subscription is named anywhere."""
        return find_subscription(self.settings)

    @cached_property
    def endpoint(self) -> str:
        return endpoint_of(self.settings)

    @property
    def scope(self) -> str:
        return scope_of(self.endpoint)

    @property
    def compute(self) -> ComputeManagementClient:
        return self._once("_compute", self._make_compute)

    @property
    def network(self) -> NetworkManagementClient:
        return self._once("_network", self._make_network)

    @property
    def resources(self) -> ResourceManagementClient:
        return self._once("_resources", self._make_resources)

    @property
    def credential(self) -> TokenCredential:
        """The SDK's default chain: environment, workload identity, managed identity, and what
        the developer's tools are signed in as."""
        return self._once("_credential", _make_credential)

    def begin_sign_in(self) -> None:
        """Ask for a token without waiting for it, so that it comes while imports go on."""
        credential = self.credential
        if isinstance(credential, SharedCredential):
            credential.begin(self.scope)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        # Imports and clients are made by one thread while the others wait for it.
        with self._lock:
            if name not in self.__dict__:
                self.__dict__[name] = make()
            found: T = self.__dict__[name]
            return found

    def _make_compute(self) -> ComputeManagementClient:
        with undescribed():
            from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient(
            self.credential,
            self.subscription,
            base_url=self.endpoint,
            transport=self._transport,
            policies=self._policies,
        )

    def _make_network(self) -> NetworkManagementClient:
        with undescribed():
            from azure.mgmt.network import NetworkManagementClient

        return NetworkManagementClient(
            self.credential,
            self.subscription,
            base_url=self.endpoint,
            transport=self._transport,
            policies=self._policies,
        )

    def _make_resources(self) -> ResourceManagementClient:
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(
            self.credential,
            self.subscription,
            base_url=self.endpoint,
            transport=self._transport,
            policies=self._policies,
        )

    @property
    def _transport(self) -> RequestsTransport:
        return self._once("_shared_transport", self._make_transport)

    def _make_transport(self) -> RequestsTransport:
        import requests
        from azure.core.pipeline.transport import RequestsTransport
        from requests.adapters import HTTPAdapter

        ca = self.settings.ca
        if ca is not None and not Path(ca).is_file():
            raise InvalidRequestError(
                f"there is no file {ca}",
                provider=PROVIDER,
                advice="check `ca` in the provider settings",
            )
        session = requests.Session()
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return RequestsTransport(
            session=session,
            session_owner=False,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_verify=ca or True,
        )

    @property
    def _policies(self) -> list[Policy]:
        return self._once("_shared_policies", self._make_policies)

    def _make_policies(self) -> list[Policy]:
        from azure.core.pipeline.policies import (
            ContentDecodePolicy,
            HeadersPolicy,
            RequestIdPolicy,
            UserAgentPolicy,
        )
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

        bearer = ARMChallengeAuthenticationPolicy(self.credential, self.scope)
        chosen: list[Policy] = [
            RequestIdPolicy(),
            HeadersPolicy(),
            UserAgentPolicy(user_agent="longshore"),
            ContentDecodePolicy(),
        ]
        if self.endpoint.startswith("http:"):
            chosen.append(_allow_http())
        return [*chosen, bearer]


def _make_credential() -> TokenCredential:
    import logging

    from azure.identity import DefaultAzureCredential

    # The chain logs a warning for each way that led nowhere; the error says the same.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    try:
        return SharedCredential(DefaultAzureCredential())
    except (ValueError, OSError) as error:
        raise AuthError(
            f"Azure's credentials cannot be used: {error}",
            provider=PROVIDER,
            advice="check the AZURE_... variables of this shell, and the files they name",
        ) from error


def _allow_http() -> Policy:
    """The SDK sends no token in clear; to this machine's own sandbox it may."""
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    class AllowHttp(SansIOHTTPPolicy[Any, Any]):
        def on_request(self, request: PipelineRequest[Any]) -> None:
            request.context.options["enforce_https"] = False

    return AllowHttp()
