"""The protocol that every adapter fulfils, and how adapters are found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Protocol

from providers.contract.errors import InvalidRequestError
from providers.contract.registry import ENTRY_POINTS, provider_names
from providers.contract.retry import OnRetry, Pause
from providers.contract.types import (
    Abilities,
    Arch,
    CloudMachine,
    Finding,
    Identity,
    Image,
    Listing,
    MachineRequest,
    Need,
    Network,
    NetworkRequest,
    Offer,
    Owner,
    ProviderSettings,
    Requirement,
    Resource,
)


class Provider(Protocol):
    """One cloud in one region. Every method may raise the classes of
    `providers.contract.errors`; reads retry by themselves and report each retry."""

    name: str
    region: str
    abilities: Abilities
    """What the provider has at all; reading it makes no call and imports no SDK."""

    def prepare(self) -> None:
        """Import the SDK and make its client, without a call. For the main thread of a
        command, before it asks several things at once: imports in threads wait for each
        other. Calling it is never needed, and twice is safe."""
        ...

    def preflight(self) -> Identity:
        """Check that the credentials work. Raises AuthError with what to do."""
        ...

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """Look into everything that could stop `need` from being made here, changing
        nothing: credentials, permission for each call the adapter makes (by the cloud's dry
        run where it has one, else `unknown`), quota, image, size in region and zone, clock.
        Never raises a CloudError: a check that fails is a finding."""
        ...

    def deployer_address(self) -> str:
        """The address (no mask) this process reaches the cloud from, as seen outside."""
        ...

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """Types that meet the requirement here, smallest first. Raises
        InvalidRequestError when a named type or zone does not exist."""
        ...

    def resolve_image(self, os: str, arch: Arch) -> Image:
        """The current image of an operating system such as `debian-12`."""
        ...

    def ensure_network(self, request: NetworkRequest) -> Network:
        """Converge on the key and firewall of one target, exactly these rules; calling
        twice is safe. Only resources that carry the owner's tags are adopted."""
        ...

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        """Converge on one machine for `request.token` and wait, at most `deadline`
        seconds, until it runs and has an address. Called twice, one machine."""
        ...

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        """The live machine that was created with `token`, or None."""
        ...

    def listing(self, owner: Owner) -> Listing:
        """Everything of ours in the region: the truth that state is a cache of."""
        ...

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """The public host keys (`ssh-ed25519 AAAA...`) that a machine which booted by
        `startup-script` published, read over the cloud's authenticated API; empty while
        there are none yet, and always for other machines."""
        ...

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """Machines, disks and firewalls of the region that do not carry the owner's tags:
        seen, never touched. To tag one with all of the owner's tags is to hand it over."""
        ...

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """Set tags, or remove those whose value is None. Refuses what is not ours."""
        ...

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """Remove it and return when it is really gone. Idempotent: what is gone already
        is fine. Raises ForeignResourceError for what is not ours."""
        ...

    def console_output(self, machine: CloudMachine) -> str:
        """What the machine printed while it booted, for the report of a failed boot."""
        ...


class ProviderFactory(Protocol):
    """Makes a provider for one region. Cheap: it makes no call, and the SDK is imported on
    first use. `on_retry` hears of each retry; `pause` is how the provider waits, between
    tries and between polls, so that its caller can end every wait (see `Pause`)."""

    def __call__(
        self,
        settings: ProviderSettings,
        region: str,
        on_retry: OnRetry,
        *,
        pause: Pause = time.sleep,
    ) -> Provider: ...


def provider_factory(name: str) -> ProviderFactory:
    """The factory registered under `name` in the entry-point group `longshore.providers`.

    Raises InvalidRequestError, naming the providers there are, when there is none.
    """
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == name:
            factory: ProviderFactory = entry.load()
            return factory
    known = ", ".join(provider_names()) or "none"
    raise InvalidRequestError(
        f"there is no provider {name!r}",
        provider=name,
        advice=f"installed providers: {known}; another one may need its extra",
    )
