"""From a service to the Engine's create call: data, nothing is run here.

Field names and units are those of `POST /containers/create` in the Engine API
(https://docs.docker.com/reference/api/engine/version/v1.41/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.engine.confighash import config_hash
from orchestrator.engine.labels import (
    LABEL_CONFIG,
    LABEL_HOSTS,
    LABEL_RELEASE,
    LABEL_SERVICE,
    LABEL_SOURCE,
    Scope,
)

if TYPE_CHECKING:
    from orchestrator.engine.stream import Json
    from orchestrator.spec.model import Healthcheck, Mount, Port, Resources, Service

NANOSECONDS = 1_000_000_000
NO_ENTRYPOINT = [""]
"""What the Engine takes as "none", where an empty list means "the image's"."""


@dataclass(frozen=True)
class ContainerRequest:
    """One container to be made, under whichever name its state calls for."""

    scope: Scope
    service: Service
    release: str
    image_id: str
    source: str = ""
    """What the image was made from (`build:<digest>`) or pulled as; empty: its id says it."""
    hosts: tuple[tuple[str, str], ...] = ()
    """Names of machines with their addresses, which the container is to know."""

    @property
    def config_hash(self) -> str:
        return config_hash(self.service, self.source or self.image_id)


def create_body(
    request: ContainerRequest, *, image: str = "", image_entrypoint: tuple[str, ...] = ()
) -> dict[str, Json]:
    """The body of the create call.

    `image` is the machine's own name for the image where that is not its id.
    `image_entrypoint` counts only where the service clears its command and keeps the
    image's entrypoint: the Engine takes an empty command as "the image's" unless an
    entrypoint stands beside it.
    """
    service, scope = request.service, request.scope
    body: dict[str, Json] = {
        "Image": image or request.image_id,
        "Labels": {
            **dict(service.labels),
            **scope.labels,
            LABEL_SERVICE: service.name,
            LABEL_RELEASE: request.release,
            LABEL_CONFIG: request.config_hash,
            **({LABEL_SOURCE: request.source} if request.source else {}),
            **({LABEL_HOSTS: say_hosts(request.hosts)} if request.hosts else {}),
        },
        "HostConfig": {
            "NetworkMode": scope.network,
            "RestartPolicy": {
                "Name": service.restart.policy,
                "MaximumRetryCount": service.restart.attempts,
            },
            **_port_bindings(service.ports),
            **_mounts(service.mounts, scope),
            **_limits(service.resources),
            **_extra_hosts(request.hosts, scope),
        },
        "NetworkingConfig": {"EndpointsConfig": {scope.network: {"Aliases": [service.name]}}},
    }
    if service.environment:
        body["Env"] = [f"{variable.name}={variable.value}" for variable in service.environment]
    if service.command is not None:
        body["Cmd"] = list(service.command)
    if service.entrypoint is not None:
        body["Entrypoint"] = list(service.entrypoint) or NO_ENTRYPOINT
    elif clears_command(service) and image_entrypoint:
        body["Entrypoint"] = list(image_entrypoint)
    if service.user is not None:
        body["User"] = service.user
    if service.working_dir is not None:
        body["WorkingDir"] = service.working_dir
    if service.ports:
        body["ExposedPorts"] = {_key(port): {} for port in service.ports}
    if service.healthcheck is not None:
        body["Healthcheck"] = _healthcheck(service.healthcheck)
    return body


def clears_command(service: Service) -> bool:
    """Whether `create_body` needs the image's entrypoint to say what the service asks."""
    return service.command == () and service.entrypoint is None


def say_hosts(hosts: tuple[tuple[str, str], ...]) -> str:
    """The names on one line, as the label has them."""
    return ", ".join(f"{name} {address}" for name, address in hosts)


def _extra_hosts(hosts: tuple[tuple[str, str], ...], scope: Scope) -> dict[str, Json]:
    names: list[Json] = []
    for name, address in hosts:
        names += [f"{name}:{address}", f"{scope.prefix}-{name}:{address}"]
    return {"ExtraHosts": names} if names else {}


def _key(port: Port) -> str:
    return f"{port.container}/{port.protocol}"


def _port_bindings(ports: tuple[Port, ...]) -> dict[str, Json]:
    bindings: dict[str, list[Json]] = {}
    for port in ports:
        # An empty HostPort lets the Engine choose; an empty HostIp means every address.
        bindings.setdefault(_key(port), []).append(
            {
                "HostIp": port.host_ip or "",
                "HostPort": "" if port.published is None else str(port.published),
            }
        )
    return {"PortBindings": bindings} if bindings else {}


def _mounts(mounts: tuple[Mount, ...], scope: Scope) -> dict[str, Json]:
    binds: list[Json] = []
    others: list[Json] = []
    for mount in mounts:
        if mount.kind == "bind":
            # As "Binds" the Engine makes a directory that is not there, which Compose
            # promises; as "Mounts" it would refuse.
            binds.append(f"{mount.source}:{mount.target}" + (":ro" if mount.read_only else ""))
            continue
        entry: dict[str, Json] = {"Type": mount.kind, "Target": mount.target}
        if mount.source is not None:
            entry["Source"] = scope.volume(mount.source)
        if mount.read_only:
            entry["ReadOnly"] = True
        if mount.kind == "volume":
            entry["VolumeOptions"] = {"Labels": scope.labels}
        others.append(entry)
    sections: dict[str, Json] = {"Binds": binds, "Mounts": others}
    return {key: value for key, value in sections.items() if value}


def _limits(resources: Resources) -> dict[str, Json]:
    limits: dict[str, Json] = {
        "NanoCpus": None if resources.cpus is None else int(resources.cpus * NANOSECONDS),
        "Memory": resources.memory,
        "MemoryReservation": resources.memory_reservation,
        "PidsLimit": resources.pids,
    }
    return {key: value for key, value in limits.items() if value is not None}


def _healthcheck(check: Healthcheck) -> dict[str, Json]:
    if check.disabled:
        return {"Test": ["NONE"]}
    return {
        "Test": list(check.test),
        "Interval": round(check.interval * NANOSECONDS),
        "Timeout": round(check.timeout * NANOSECONDS),
        "StartPeriod": round(check.start_period * NANOSECONDS),
        "Retries": check.retries,
    }
