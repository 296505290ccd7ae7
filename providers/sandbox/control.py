"""Bringing a sandbox up and down. Imports neither moto nor docker until they are needed."""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox.azure_environment import az_environment, azure_environment
from providers.sandbox.errors import SandboxError
from providers.sandbox.google_environment import google_environment
from providers.sandbox.home import Home, ServerRecord, default_home, write_private
from providers.sandbox.process import (
    file_lock,
    launch_server,
    server_runs,
    stop_server,
    wait_until,
)
from providers.sandbox.progress import Progress, silent
from providers.sandbox.systems import CHANNELS, DEFAULT_SYSTEM
from providers.sandbox.words import SWEPT

if TYPE_CHECKING:
    from providers.sandbox.image import MachineImages

HEALTH_DEADLINE = 60  # seconds from the start of the server to its first answer
HEALTH_TIMEOUT = 2  # seconds for one answer
LOG_TAIL = 20  # lines of the server's log in an error
# Loopback is not asked for through a proxy, whatever the environment says.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PROXY_VARIABLES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
REGION = "us-east-1"


@dataclass(frozen=True)
class SandboxStatus:
    """How a sandbox stands. `endpoint` is empty when its server does not run; `machines` are
    the instance ids whose containers exist."""

    sandbox: str
    home: Path
    running: bool
    endpoint: str
    image: str
    machines: tuple[str, ...]


class Sandbox:
    """One sandbox, known by its folder. Several live side by side."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = Home((home or default_home()).absolute())

    @property
    def home(self) -> Path:
        """The folder that holds everything of this sandbox but its containers."""
        return self._home.folder

    @property
    def exchanges(self) -> Path:
        """The log of API requests: one JSON object a line."""
        return self._home.exchanges

    def up(self, on_progress: Progress = silent, *, baked: bool | None = None) -> SandboxStatus:
        """Build the machine image where it is missing and start the server where it is not
        running. With `baked`, new machines have Docker installed already; None leaves a
        sandbox that runs as it is.

        Calling twice is safe. Raises SandboxError when something is missing on this machine or
        the server does not answer within HEALTH_DEADLINE seconds.
        """
        from providers.sandbox.image import MachineImages
        from providers.sandbox.prerequisites import connect_engine

        self._home.make()
        with self._lock():
            record = self._healthy()
            if record is None or baked is not None:
                image = _build(MachineImages(connect_engine(), on_progress, baked=bool(baked)))
            if record is None:
                record = self._start(image, on_progress)
            else:
                if baked is not None:
                    _post(record, "image", {"image": image})
                on_progress(f"The sandbox is running at {_endpoint(record)}")
            env = self._env(record)
            write_private(self._home.env_file, "".join(f"{k}={v}\n" for k, v in env.items()))
        return self.status()

    def down(self, on_progress: Progress = silent) -> None:
        """Stop the server and remove every container, volume and network of this sandbox.

        Calling twice is safe. Raises SandboxError when Docker does not answer or the process
        does not end.
        """
        from providers.sandbox.prerequisites import connect_engine, engine_errors
        from providers.sandbox.sweep import sweep_machines, sweep_networks

        if not self._home.folder.exists():
            return
        self._home.make()
        with self._lock():
            if server_runs(self._home):
                on_progress("Stopping the server")
                stop_server(self._home)
            self._home.server_file.unlink(missing_ok=True)
            self._home.env_file.unlink(missing_ok=True)
            client = connect_engine()
            with engine_errors("clearing the sandbox away"):
                sweep_machines(client, self._home, on_progress)
                sweep_networks(client, self._home)

    def status(self) -> SandboxStatus:
        """What runs now. Raises SandboxError when Docker does not answer."""
        from providers.sandbox.machine import machines_of
        from providers.sandbox.prerequisites import connect_engine, engine_errors

        self._home.make()
        record = self._healthy()
        sandbox = self._home.sandbox_id()
        with engine_errors("listing the machines"):
            machines = machines_of(connect_engine(), sandbox)
        return SandboxStatus(
            sandbox=sandbox,
            home=self._home.folder,
            running=record is not None,
            endpoint=_endpoint(record) if record else "",
            image=self._health(record).get("image", "") if record else "",
            machines=tuple(sorted(machine.instance for machine in machines)),
        )

    def env(self) -> dict[str, str]:
        """The environment that points the clouds' SDKs and tools, and Longshore, at this sandbox.
        Raises SandboxError when it is not up."""
        record = self._healthy()
        if record is None:
            raise SandboxError("The sandbox is not running.", "Start it: longshore sandbox up")
        return self._env(record)

    def az_env(self) -> dict[str, str]:
        """The environment with what the `az` command line alone needs. Raises SandboxError when
        the sandbox is not up."""
        return az_environment(self.env())

    def inject_faults(self, faults: list[dict[str, object]]) -> None:
        """Replace the faults that strike coming API calls; see `faults.py` for their form.
        Raises SandboxError when the sandbox is not up or refuses them."""
        record = self._healthy()
        if record is None:
            raise SandboxError("The sandbox is not running.", "Start it: longshore sandbox up")
        _post(record, "faults", faults)

    def set(self, api: str, settings: Mapping[str, object]) -> None:
        """Set what one emulated API (`gce`, `arm`) is to do beside its usual work, in place of
        what was set before; see `gce/cloud.py` and `arm/settings.py`. Raises SandboxError when
        the sandbox is not up or refuses it."""
        record = self._healthy()
        if record is None:
            raise SandboxError("The sandbox is not running.", "Start it: longshore sandbox up")
        _post(record, api, settings)

    @property
    def traffic(self) -> Path:
        """Whole exchanges of the REST APIs, one JSON object a line, elided; only where
        LONGSHORE_SANDBOX_RECORD was set when the server started."""
        return self._home.traffic

    def _env(self, record: ServerRecord) -> dict[str, str]:
        env = {
            "AWS_ENDPOINT_URL": _endpoint(record),
            "LONGSHORE_AWS_ENDPOINT": _endpoint(record),
            "AWS_ACCESS_KEY_ID": "longshore-sandbox",
            "AWS_SECRET_ACCESS_KEY": "longshore-sandbox",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "LONGSHORE_ECHO_URL": f"{_endpoint(record)}/_longshore/address",
            **google_environment(self._home, _endpoint(record)),
            **azure_environment(self._home, _endpoint(record), record.tls_port),
        }
        if any(os.environ.get(name) for name in PROXY_VARIABLES):
            kept = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
            env["NO_PROXY"] = ",".join(filter(None, [kept, "127.0.0.1"]))
        return env

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with file_lock(self._home.lock):
            yield

    def _start(self, image: str, on_progress: Progress) -> ServerRecord:
        on_progress("Starting the server")
        earlier = self._home.read_server()
        log_start = self._home.server_log.stat().st_size if self._home.server_log.exists() else 0
        token = secrets.token_hex(8)
        ports = (earlier.port, earlier.tls_port) if earlier else (0, 0)
        process = launch_server(self._home, token, image, ports)

        def answers() -> ServerRecord | None:
            if process.poll() is not None:
                raise SandboxError(
                    f"The sandbox's server ended with status {process.returncode}:\n"
                    + self._log_tail(log_start),
                    f"Its whole log is {self._home.server_log}",
                )
            record = self._healthy()
            return record if record and record.token == token else None

        found = wait_until(answers, HEALTH_DEADLINE)
        if found is None:
            process.kill()
            raise SandboxError(
                f"The sandbox's server did not answer within {HEALTH_DEADLINE} seconds:\n"
                + self._log_tail(log_start),
                f"Its whole log is {self._home.server_log}",
            )
        for line in self._log_tail(log_start).splitlines():
            if SWEPT in line:
                on_progress(line.partition(" INFO ")[2])
        on_progress(f"The sandbox is running at {_endpoint(found)}")
        return found

    def _healthy(self) -> ServerRecord | None:
        record = self._home.read_server()
        if record is None:
            return None
        return record if self._health(record).get("token") == record.token else None

    def _health(self, record: ServerRecord) -> dict[str, str]:
        try:
            with DIRECT.open(
                f"{_endpoint(record)}/_longshore/health", timeout=HEALTH_TIMEOUT
            ) as answer:
                return {str(key): str(value) for key, value in json.load(answer).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def _log_tail(self, start: int) -> str:
        data = self._home.server_log.read_bytes()[start:]
        lines = data.decode(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL:])


def _build(images: MachineImages) -> str:
    """Build what is asked for most, and return the image that machines boot by default; other
    systems are built when the first machine of theirs boots."""
    for channel in reversed(CHANNELS):
        image = images.reference(DEFAULT_SYSTEM, channel)
        images.ensure(image)
    return image


def _endpoint(record: ServerRecord) -> str:
    return f"http://127.0.0.1:{record.port}"


def _post(record: ServerRecord, name: str, document: object) -> None:
    request = urllib.request.Request(  # noqa: S310
        f"{_endpoint(record)}/_longshore/{name}",
        data=json.dumps(document).encode(),
        method="POST",
        headers={"Content-Type": "application/json"},
    )
    try:
        with DIRECT.open(request, timeout=HEALTH_TIMEOUT):
            return
    except urllib.error.HTTPError as error:
        raise SandboxError(f"The sandbox refused {name}: {error.read().decode()}") from error
