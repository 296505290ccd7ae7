"""The docker SDK's client, fed by our channels and by nothing of the deployer's own.

The SDK would read `~/.docker/config.json` and the environment: proxies for every container
it creates, registry passwords for every pull, headers for every call. None of
that belongs on a machine.
"""

from __future__ import annotations

from docker.api.client import APIClient
from docker.auth import AuthConfig
from docker.utils.proxy import ProxyConfig

from orchestrator.engine.channel import SocketOpener
from orchestrator.engine.transport import EngineAdapter

SCHEME = "http+docker://"


class EngineSession(APIClient):
    """An `APIClient` that learns the API version from the first answer."""

    version_is_known = False
    _version: str

    def __init__(self, opener: SocketOpener, socket_path: str, version: str, timeout: int) -> None:
        super().__init__(base_url="http://localhost:1", version=version, timeout=timeout)
        self._general_configs: dict[str, str] = {}
        self._auth_configs = AuthConfig({})
        self._proxy_configs = ProxyConfig()
        self.trust_env = False
        self.adapters.clear()
        self.mount(SCHEME, EngineAdapter(opener, socket_path, version, self._settle))
        self.base_url = f"{SCHEME}localhost"

    def _settle(self, version: str) -> None:
        self._version = version
        self.version_is_known = True


def open_session(
    opener: SocketOpener, socket_path: str, version: str, *, timeout: int
) -> APIClient:
    """A client for the Engine behind `opener`; connects at its first call."""
    return EngineSession(opener, socket_path, version, timeout)
