"""The Docker Engine on this machine, where images are built and taken from."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from orchestrator.engine.client import calling
from orchestrator.engine.docker_library import load_docker_library
from orchestrator.engine.errors import EngineUnreachableError

if TYPE_CHECKING:
    from docker.api.client import APIClient

LOCAL = "this machine"
DEFAULT_HOST = "unix:///var/run/docker.sock"
LOCAL_TIMEOUT = 600
"""Seconds without a byte from the local Engine: it packs large layers before it sends."""

ADVICE = (
    "building images and sending them without a registry needs a Docker Engine here: install "
    "and start it, or say where it is with DOCKER_HOST; services with `image:` alone need none"
)


class LocalEngine:
    """The Engine that the `docker` command here would use: DOCKER_HOST (with
    DOCKER_TLS_VERIFY and DOCKER_CERT_PATH), else the current Docker context, else the
    default socket. Connects at first use; usable from several threads."""

    def __init__(
        self, environ: Mapping[str, str] | None = None, *, timeout: int = LOCAL_TIMEOUT
    ) -> None:
        self._timeout = timeout
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = threading.Lock()
        self._api: APIClient | None = None

    @property
    def name(self) -> str:
        return LOCAL

    @property
    def host(self) -> str:
        """Where it is, as DOCKER_HOST says it: for a `docker` command that must meet the
        same Engine."""
        return str(_settings(self._environ).get("base_url") or DEFAULT_HOST)

    @property
    def api(self) -> APIClient:
        """The SDK's client. Raises EngineUnreachableError when no Engine answers."""
        with self._lock:
            if self._api is None:
                with self.calling("reach it"):
                    self._api = _connect(self._environ, self._timeout)
            return self._api

    @contextmanager
    def calling(self, call: str) -> Iterator[None]:
        """As `Engine.calling`, with advice for this machine."""
        try:
            with calling(LOCAL, call):
                yield
        except EngineUnreachableError as error:
            error.advice = ADVICE
            raise

    def close(self) -> None:
        with self._lock:
            if self._api is not None:
                self._api.close()
                self._api = None


def _connect(environ: Mapping[str, str], timeout: int) -> APIClient:
    from docker.api.client import APIClient

    return APIClient(version="auto", timeout=timeout, **_settings(environ))


def _settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the SDK takes as `base_url` and `tls`."""
    load_docker_library()
    from docker.utils import kwargs_from_env

    if environ.get("DOCKER_HOST"):
        return {**kwargs_from_env(environment=dict(environ))}
    return _current_context(environ.get("DOCKER_CONTEXT"))


def _current_context(name: str | None) -> dict[str, Any]:
    from docker.context import ContextAPI

    context: Any = ContextAPI.get_context(name) if name else ContextAPI.get_current_context()
    if context is None:
        return {"base_url": DEFAULT_HOST}
    return {"base_url": context.Host or DEFAULT_HOST, "tls": context.TLSConfig or False}
