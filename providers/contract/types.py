"""Nouns shared by the orchestrator and the adapters; all frozen, all plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Arch = Literal["x86_64", "arm64"]
Market = Literal["on-demand", "spot"]
BootChannel = Literal["cloud-init", "startup-script"]
MachineState = Literal["pending", "running", "stopping", "stopped", "terminated"]
ResourceKind = Literal["machine", "disk", "interface", "firewall", "key", "address", "group"]

TAG_PROJECT = "longshore-project"
TAG_ENVIRONMENT = "longshore-environment"
TAG_TARGET = "longshore-target"
TAG_MACHINE = "longshore-machine"
TAG_TOKEN = "longshore-token"  # noqa: S105 - the name of a tag
TAG_HOST_KEY = "longshore-hostkey"
TAG_HOST_KEY_NEXT = "longshore-hostkey-next"
TAG_TRUST = "longshore-trust"
"""`initial` while the host key is the one from user data, `rotated` afterwards."""

TAG_MADE_AS = "longshore-made-as"
"""What was asked for when the machine was made: size, disk, system, architecture, market."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
"""Project, environment and target names: they end up in labels and resource names
(a GCE label value is lower-case and at most 63 characters)."""


@dataclass(frozen=True)
class ProviderSettings:
    """How to reach one provider. `endpoint` and `ca` serve private endpoints and the
    sandbox alike; `echo_url` answers with the caller's public address as text."""

    name: str
    endpoint: str | None = None
    ca: str | None = None
    echo_url: str | None = None
    profile: str | None = None


@dataclass(frozen=True)
class Owner:
    """Whose resources: one environment of one project."""

    project: str
    environment: str

    @property
    def tags(self) -> dict[str, str]:
        return {TAG_PROJECT: self.project, TAG_ENVIRONMENT: self.environment}

    @property
    def prefix(self) -> str:
        """What the names of shared resources (key pair, firewall) start with."""
        return f"longshore-{self.project}-{self.environment}"


@dataclass(frozen=True)
class Identity:
    """Who the credentials say we are."""

    provider: str
    account: str
    principal: str


@dataclass(frozen=True)
class Requirement:
    """What a machine needs. Memory in bytes; `type` names one instance type exactly."""

    cpu: int | None
    memory: int | None
    type: str | None
    arch: Arch
    market: Market


@dataclass(frozen=True)
class Offer:
    """One type that meets a requirement, and where: `zones` in the order to try.
    Memory in bytes. There is no price here: prices live in the catalogue."""

    provider: str
    region: str
    zones: tuple[str, ...]
    type: str
    cpu: int
    memory: int
    arch: Arch
    market: Market


@dataclass(frozen=True)
class Image:
    """A machine image, resolved to the id the create call takes."""

    id: str
    os: str
    arch: Arch
    boot: BootChannel
    root_device: str


@dataclass(frozen=True)
class PortRule:
    """Ingress to the machines of one target. `source` is a CIDR."""

    port: int
    protocol: Literal["tcp", "udp"]
    source: str
    description: str = ""


@dataclass(frozen=True)
class NetworkRequest:
    """What must stand in a region before machines can: sign-in key and firewall."""

    owner: Owner
    target: str
    subnet: str | None
    public_key: str
    rules: tuple[PortRule, ...]


@dataclass(frozen=True)
class Network:
    """What `ensure_network` made or found, by the cloud's own ids."""

    key: str
    firewall: str
    subnets: Mapping[str, str]
    """Zone to subnet id, for every zone a machine may go to."""


@dataclass(frozen=True)
class MachineRequest:
    """Everything the create call needs, fully rendered. It is persisted before the call
    and, on a retry, sent again byte for byte: EC2 answers IdempotentParameterMismatch to
    the same token with other parameters."""

    token: str
    name: str
    owner: Owner
    target: str
    region: str
    zone: str
    type: str
    image: Image
    disk_gib: int
    market: Market
    key: str
    firewall: str
    subnet: str
    tags: Mapping[str, str]
    user_data: bytes = field(repr=False)


@dataclass(frozen=True)
class CloudMachine:
    """One VM as the cloud's listing shows it."""

    id: str
    name: str
    target: str
    provider: str
    region: str
    zone: str
    type: str
    state: MachineState
    address: str | None
    private_address: str | None
    token: str
    created: str
    """ISO 8601, UTC; empty when the cloud does not say."""
    tags: Mapping[str, str]
    market: Market = "on-demand"


@dataclass(frozen=True)
class Resource:
    """Anything billable or left behind that carries our tags."""

    kind: ResourceKind
    id: str
    name: str
    provider: str
    region: str
    target: str | None
    tags: Mapping[str, str]
    rules: tuple[PortRule, ...] = ()
    """For a firewall: the ingress that stands now."""


@dataclass(frozen=True)
class Listing:
    """All of an owner's resources in one region, machines included, complete to the last
    page at the time of the call."""

    machines: tuple[CloudMachine, ...]
    resources: tuple[Resource, ...]
