"""Nouns shared by the orchestrator and the adapters; all frozen, all plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, get_args

Arch = Literal["x86_64", "arm64"]
Market = Literal["on-demand", "spot"]
BootChannel = Literal["cloud-init", "startup-script"]
MachineState = Literal[
    "pending", "running", "stopping", "stopped", "terminated", "failed", "unreachable"
]
"""failed: the cloud gave up making it and left it there; it has to be removed.
unreachable: a server that is remembered as ours and did not answer."""

ResourceKind = Literal[
    "machine", "disk", "interface", "address", "firewall", "network", "key", "group"
]
REMOVAL_ORDER: tuple[ResourceKind, ...] = get_args(ResourceKind)
"""The order in which kinds can be removed: each may be in use by those before it."""

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


class Place(NamedTuple):
    """Where machines can be: a provider and, in the provider's own words, a region."""

    provider: str
    region: str

    def __str__(self) -> str:
        return f"{self.provider} {self.region}"


@dataclass(frozen=True)
class Server:
    """A server that exists already, as the project file names it. `name` is unique in the
    project, and is its zone; `via` names the jump host in front of it, if any. `remembered`
    are the tags of our claim as last seen, empty when never seen."""

    name: str
    address: str
    port: int = 22
    target: str = ""
    via: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What tells it from every other server: where its SSH server answers."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{host}:{self.port}{f' via {self.via}' if self.via else ''}"


UNREACHABLE = "Unreachable"
"""The code of a Shell's TransientError when a server does not answer at all."""


@dataclass(frozen=True)
class ShellResult:
    """What a script left: exit status and both outputs."""

    status: int
    stdout: str
    stderr: str


class Shell(Protocol):
    """Root's POSIX shell on one server, over a connection whose host key is verified."""

    def __call__(self, script: str, *, stdin: bytes = b"", deadline: float) -> ShellResult:
        """Run `script` with `stdin` for at most `deadline` seconds. Raises TransientError
        when the server cannot be reached (code UNREACHABLE when no session came about, which
        it has waited for: it is not worth asking again), AuthError when it lets nobody in,
        has no root for us, or shows another host key."""
        ...


@dataclass(frozen=True)
class ProviderSettings:
    """How to reach one provider; what is None is taken from the SDK's own default chain.

    `endpoint` and `ca` serve private endpoints and the sandbox alike; `echo_url` answers
    with the caller's public address as text. `project` is a Google Cloud project,
    `subscription` and `group` an Azure subscription and an existing resource group to stay
    inside. `options` are another provider's own settings. `servers` and `shell` are for
    machines that are there already.
    """

    name: str
    endpoint: str | None = None
    ca: str | None = None
    echo_url: str | None = None
    profile: str | None = None
    project: str | None = None
    subscription: str | None = None
    group: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    servers: tuple[Server, ...] = ()
    shell: Callable[[Server], Shell] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Abilities:
    """What a provider has, known without a call; a plan is made by it.

    `makes_machines` is False where machines exist already and are only claimed.
    `key_pairs`: the sign-in key is a resource of its own, listed as kind `key`.
    `firewall`: ingress is enforced outside of the machine, listed as kind `firewall`.
    `markets`, `arches`: what can be asked for at all.
    `loads_slowly`: importing the SDK takes longer than a round trip, so that other providers
    are asked first and their answers are under way meanwhile.
    """

    makes_machines: bool = True
    key_pairs: bool = True
    firewall: bool = True
    markets: tuple[Market, ...] = ("on-demand", "spot")
    arches: tuple[Arch, ...] = ("x86_64", "arm64")
    loads_slowly: bool = False


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
    Memory in bytes. `family` is what a quota counts together (same word, same quota).
    A provider without zones has the one zone `""`. There is no price here: prices live in
    the catalogue."""

    provider: str
    region: str
    zones: tuple[str, ...]
    type: str
    cpu: int
    memory: int
    arch: Arch
    market: Market
    family: str = ""


@dataclass(frozen=True)
class Image:
    """A machine image, resolved to the id the create call takes.

    `boot` says how a new machine is told what to be: `cloud-init` takes a cloud-config as
    user data (gzipped), with the host key in it; `startup-script` takes a shell script as
    text, that runs at every boot, and the machine makes a host key of its own, which is read
    with `Provider.host_keys`.
    """

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
    """What `ensure_network` made or found, by the cloud's own ids. `key` is what the create
    call takes: the name of a key pair, or the public key line itself."""

    key: str
    firewall: str
    subnets: Mapping[str, str]
    """Zone to subnet id, for every zone a machine may go to; under the zone `""` for all."""


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

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.provider, self.region)


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
    within: str = ""
    """The id of the resource (a group, a machine) whose removal removes this one too."""

    @property
    def identity(self) -> tuple[str, ResourceKind, str]:
        """What makes two of them the same one, wherever they are listed: a cloud's firewall
        may be in no region, and be listed in each."""
        return (self.provider, self.kind, self.id)

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.provider, self.region)


@dataclass(frozen=True)
class Listing:
    """All of an owner's resources in one region, machines included, complete to the last
    page at the time of the call."""

    machines: tuple[CloudMachine, ...]
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Need:
    """What a target will ask of a place: so many machines like this."""

    requirement: Requirement
    os: str
    count: int
    zone: str | None = None
    subnet: str | None = None


Verdict = Literal["ok", "warning", "failed", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked into before anything is made.

    `check` is one of the words of `CHECKS`, `subject` what it was about (`ec2:RunInstances`,
    `vCPUs of family t3`), `advice` one line on what to do, empty when all is well.
    """

    check: str
    subject: str
    verdict: Verdict
    message: str
    advice: str = ""


CHECKS = ("credentials", "permission", "quota", "image", "size", "network", "clock")
