"""One machine's Docker Engine.

The `docker` SDK costs about 0.2 s to import (half of it paramiko, which an SSH connection
has loaded already), so it is imported at the first call and never on the way to `--help`.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from orchestrator.engine.docker_library import load_docker_library
from orchestrator.engine.errors import engine_error
from orchestrator.engine.stream import EngineStream, Json

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from docker.api.client import APIClient

    from orchestrator.engine.channel import SocketOpener

SOCKET_PATH = "/var/run/docker.sock"
API_VERSION = "1.44"
"""The version named first: the least that Engine 29 accepts. Older ones answer with theirs."""

CALL_TIMEOUT = 60
"""Seconds an ordinary call may take to answer."""


class DockerApi(Protocol):
    """An Engine, ours or a machine's."""

    @property
    def name(self) -> str: ...

    @property
    def api(self) -> APIClient: ...

    def calling(self, call: str) -> AbstractContextManager[None]: ...


class Engine:
    """The Engine behind `opener`, under the machine's name. Usable from several threads."""

    def __init__(self, opener: SocketOpener, *, name: str, socket_path: str = SOCKET_PATH) -> None:
        self.opener = opener
        self.making = threading.Lock()
        """Held by what looks for something and makes it when it is not there."""
        self._name = name
        self._socket_path = socket_path
        self._lock = threading.Lock()
        self._api: APIClient | None = None

    @property
    def name(self) -> str:
        """The machine's name, as errors and events say it."""
        return self._name

    @property
    def api(self) -> APIClient:
        """The SDK's client over kept-alive channels. Wrap its calls in `calling`."""
        with self._lock:
            if self._api is None:
                self._api = _client(self.opener, self._socket_path)
            return self._api

    def calling(self, call: str) -> AbstractContextManager[None]:
        """Turn what the SDK raises inside into `EngineError`; `call` completes "cannot …"."""
        return calling(self._name, call)

    def uninterrupted(self, seconds: float) -> AbstractContextManager[None]:
        """For calls that belong together: a stop that is asked for waits until the block
        ends, at most `seconds`. In this thread only."""
        return self.opener.uninterrupted(seconds)

    @contextmanager
    def stream(
        self,
        call: str,
        method: str,
        path: str,
        *,
        body: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
        answer_within: float = CALL_TIMEOUT,
    ) -> Iterator[EngineStream]:
        """A call on a connection of its own, answered and ready to be read.

        `path` begins after the version. Raises EngineError; so does reading inside the
        block when the connection breaks.
        """
        version = self._known_version()
        with (
            self.calling(call),
            EngineStream(self.opener, self._socket_path) as stream,
        ):
            status, words = stream.request(
                method,
                f"/v{version}{path}",
                body=body,
                headers=headers,
                answer_within=answer_within,
            )
            if status >= http.client.BAD_REQUEST:
                raise engine_error(self._name, call, words, status)
            yield stream

    def ping(self) -> str:
        """Ask whether the Engine answers; returns the API version in use."""
        with self.calling("reach it"):
            self.api.ping()
        return self.api.api_version

    def close(self) -> None:
        """Close the kept channels. Calling it again changes nothing."""
        with self._lock:
            if self._api is not None:
                self._api.close()
                self._api = None

    def _known_version(self) -> str:
        api = self.api
        if not getattr(api, "version_is_known", False):
            self.ping()
        return api.api_version


@contextmanager
def calling(machine: str, call: str) -> Iterator[None]:
    """Turn what the SDK and the channel raise into `EngineError` for `machine`."""
    load_docker_library()
    from docker import errors as docker_errors
    from requests import exceptions as request_errors
    from urllib3 import exceptions as http_errors

    try:
        yield
    except docker_errors.APIError as error:
        words = str(error.explanation or error)
        raise engine_error(machine, call, words, error.status_code) from error
    except (request_errors.Timeout, TimeoutError) as error:
        raise engine_error(machine, call, "it did not answer in time", None) from error
    except (
        docker_errors.DockerException,
        request_errors.RequestException,
        http_errors.HTTPError,
        http.client.HTTPException,
        OSError,
    ) as error:
        raise engine_error(machine, call, _innermost(error), None) from error


def _client(opener: SocketOpener, socket_path: str) -> APIClient:
    load_docker_library()
    from orchestrator.engine.session import open_session

    return open_session(opener, socket_path, API_VERSION, timeout=CALL_TIMEOUT)


def _innermost(error: BaseException) -> str:
    """The first cause's words: the SDK wraps them three deep."""
    while error.__context__ is not None:
        error = error.__context__
    return str(error) or type(error).__name__
