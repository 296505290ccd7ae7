"""The desired state: what the project file and the Compose file ask for, fully resolved.

Plain frozen dataclasses, so that reading them costs no pydantic import. Sizes are bytes,
durations are seconds, paths are absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from orchestrator.spec.hosts import Host
from providers.contract.types import Arch, Market, Place, ProviderSettings

Protocol = Literal["tcp", "udp"]
Os = Literal[
    "debian-12",
    "debian-13",
    "ubuntu-24.04",
    "ubuntu-22.04",
    "rhel-8",
    "rhel-9",
    "rhel-10",
    "rocky-8",
    "rocky-9",
    "rocky-10",
    "alma-8",
    "alma-9",
    "alma-10",
    "fedora-43",
    "fedora-44",
    "amazon-linux-2023",
    "opensuse-leap-15.6",
    "opensuse-leap-16.0",
    "sles-15",
    "sles-16",
    "alpine-3.22",
    "alpine-3.23",
]
"""As `machines/families.py` makes them of /etc/os-release. Not every cloud has every one."""

DEFAULT_OS: Os = "debian-12"
DEFAULT_DISK_GIB = 20
DEFAULT_ENVIRONMENT = "production"
DEFAULT_PROBE_TIMEOUT = 60.0
"""Seconds a `health:` probe of the project file may take to come good."""


@dataclass(frozen=True)
class EnvVar:
    """One variable of a container or a build. `secret`: the value came from an env_file or
    from the deployer's own environment, so it is masked wherever it is shown."""

    name: str
    value: str = field(repr=False)
    secret: bool = False


@dataclass(frozen=True)
class Port:
    """A container port; `published` is None when the Engine picks the host port."""

    container: int
    published: int | None
    protocol: Protocol = "tcp"
    host_ip: str | None = None

    @property
    def public(self) -> bool:
        """Whether it is for other machines too: published, and not on loopback alone."""
        if self.published is None:
            return False
        try:
            return self.host_ip is None or not ip_address(self.host_ip).is_loopback
        except ValueError:
            return True  # no address: the Engine will say so


@dataclass(frozen=True)
class Opening:
    """A published port that is open to the machines of the environment, and to nobody else."""

    port: int
    protocol: Protocol = "tcp"

    def __str__(self) -> str:
        return f"{self.port}/{self.protocol}"


@dataclass(frozen=True)
class Mount:
    """`source` is a volume's name, an absolute host path, or None (tmpfs, anonymous volume)."""

    kind: Literal["volume", "bind", "tmpfs"]
    source: str | None
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Healthcheck:
    """Durations in seconds, the Engine's own defaults filled in. An empty `test` keeps the
    image's test; `disabled` switches off whatever the image has."""

    test: tuple[str, ...] = ()
    interval: float = 30.0
    timeout: float = 30.0
    start_period: float = 0.0
    retries: int = 3
    disabled: bool = False


@dataclass(frozen=True)
class Resources:
    """None means no limit. Memory in bytes."""

    cpus: Decimal | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Restart:
    """`attempts` counts only for on-failure; 0 means without end."""

    policy: Literal["no", "always", "on-failure", "unless-stopped"] = "no"
    attempts: int = 0


@dataclass(frozen=True)
class Dependency:
    service: str
    condition: Literal["service_started", "service_healthy"] = "service_started"


@dataclass(frozen=True)
class Build:
    """`context` is a directory; `dockerfile` is relative to it or absolute."""

    context: Path
    dockerfile: str = "Dockerfile"
    args: tuple[EnvVar, ...] = ()
    target: str | None = None


@dataclass(frozen=True)
class Service:
    """At least one of `image` and `build` is set. For `command` and `entrypoint`, None keeps
    what the image has and an empty tuple clears it."""

    name: str
    image: str | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: tuple[EnvVar, ...] = ()
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    restart: Restart = field(default_factory=Restart)
    healthcheck: Healthcheck | None = None
    depends_on: tuple[Dependency, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    user: str | None = None
    working_dir: str | None = None
    resources: Resources = field(default_factory=Resources)


@dataclass(frozen=True)
class Size:
    """Either `type` alone, or `cpu` and `memory` (bytes) as the least a machine must have."""

    cpu: int | None = None
    memory: int | None = None
    type: str | None = None


@dataclass(frozen=True)
class Target:
    """A group of equal machines. `disk` in GiB. `provider` and `region` are the place that is
    tried first; `elsewhere` are those to try after it, in order. `hosts` are the servers of a
    target whose machines are there already: then sizes mean nothing."""

    name: str
    provider: str
    region: str
    size: Size
    zone: str | None = None
    subnet: str | None = None
    count: int = 1
    os: Os = DEFAULT_OS
    arch: Arch = "x86_64"
    disk: int = DEFAULT_DISK_GIB
    market: Market = "on-demand"
    elsewhere: tuple[Place, ...] = ()
    hosts: tuple[Host, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place its machines may be in, in the order to try them."""
        return (Place(self.provider, self.region), *self.elsewhere)


@dataclass(frozen=True)
class Probe:
    """How to see from outside that a service is well. `port` is the container's own, because
    the Engine takes connections on a published port before the application listens. `path` is
    empty for tcp; `timeout` in seconds."""

    service: str
    kind: Literal["http", "tcp"]
    port: int
    path: str = ""
    timeout: float = DEFAULT_PROBE_TIMEOUT


@dataclass(frozen=True)
class Ssh:
    """Which key signs in, and which networks (CIDR) may reach port 22; "auto" asks the
    provider or the echo URL for the deployer's own address."""

    key: Path | None = None
    agent: bool = False
    ssh_from: tuple[str, ...] | Literal["auto"] = "auto"


@dataclass(frozen=True)
class Project:
    """One environment of one project, ready to be planned. `services` come in dependency
    order; `placement` names every service; `secrets` holds each secret value to mask."""

    name: str
    environment: str
    file: Path
    compose_file: Path
    directory: Path
    targets: tuple[Target, ...]
    services: tuple[Service, ...]
    volumes: tuple[str, ...]
    placement: Mapping[str, tuple[str, ...]]
    probes: tuple[Probe, ...] = ()
    ssh: Ssh = field(default_factory=Ssh)
    providers: tuple[ProviderSettings, ...] = ()
    deliver: Literal["direct", "registry"] | None = None
    between: tuple[Opening, ...] | None = None
    """What the machines reach on each other alone; with it, also empty, they have names for
    each other. None: neither."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)

    def is_between(self, port: Port) -> bool:
        """Whether a published port is for the environment's machines alone."""
        opening = (port.published, port.protocol)
        return any(opening == (each.port, each.protocol) for each in self.between or ())

    def service(self, name: str) -> Service:
        """The service of that name; KeyError when there is none."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    def target(self, name: str) -> Target:
        """The target of that name; KeyError when there is none."""
        for target in self.targets:
            if target.name == name:
                return target
        raise KeyError(name)

    def services_on(self, target: str) -> tuple[Service, ...]:
        """What runs on each machine of a target, in dependency order."""
        return tuple(s for s in self.services if target in self.placement.get(s.name, ()))
