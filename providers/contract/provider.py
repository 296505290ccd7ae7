"""The protocol that every adapter fulfils, and how adapters are found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from typing import Protocol

from providers.contract.errors import InvalidRequestError, NotInstalledError
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
    """One cloud in one region.

    For every method: it may raise the classes of `providers.contract.errors` and nothing else
    of the cloud's; it may be called from several threads; reads, and changes that converge,
    are retried here for ThrottledError and TransientError and each retry is told to
    `on_retry`; nothing is ever done to what does not carry the owner's tags. What is said
    below of each is what tests/contract holds it to.
    """

    name: str
    region: str
    abilities: Abilities
    """What the provider has at all; reading it makes no call and imports no SDK. What it has
    not is refused by `offers` in one sentence, before anything is made."""

    def prepare(self) -> None:
        """Import the SDK and make its client, without a call. For the main thread of a
        command, before it asks several things at once: imports in threads wait for each
        other. Calling it is never needed, and twice is safe. Raises NotInstalledError where
        the SDK is missing."""
        ...

    def preflight(self) -> Identity:
        """Check that the credentials work, and say whose they are. Raises AuthError with what
        to do."""
        ...

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """Look into everything that could stop `need` from being made here, changing
        nothing: credentials, permission for each call the adapter makes (by the cloud's dry
        run where it has one, else `unknown`), quota, image, size in region and zone, network,
        clock; each at least once, in the words of `CHECKS`, where machines are made here at
        all. Whatever is `failed` or `warning` says what to do. Never raises a CloudError: a
        check that fails is a finding. Where nobody is signed in, it may stop at that."""
        ...

    def deployer_address(self) -> str:
        """The address (no mask) this process reaches the cloud from, as seen outside. Raises
        TransientError when nobody can be asked, InvalidRequestError for an answer that is
        none; both advise `ssh_from`."""
        ...

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """Types that meet the requirement here, smallest first (vCPU, then memory), in the
        same order each time; empty when nothing is large enough. With `zone`, only there; with
        a named type, that one alone. Each names what a quota counts together (`family`).

        Raises InvalidRequestError, naming it and advising, for a type or zone that does not
        exist, for a type of another architecture, and for a market that the provider has not.
        """
        ...

    def resolve_image(self, os: str, arch: Arch) -> Image:
        """The current image of an operating system such as `debian-12`, of that architecture.
        Raises InvalidRequestError, naming those there are, for one there is none of."""
        ...

    def ensure_network(self, request: NetworkRequest) -> Network:
        """Converge on what must stand before machines can, with exactly these rules, whose
        descriptions are part of them; what is missing is let in before what is surplus is
        shut out. Targets have firewalls of their own. Called twice it changes nothing; a lost
        answer leaves one of each. Where the provider has no firewall it makes nothing, and
        `Network.firewall` is empty.

        Raises ForeignResourceError for what has our name and not the owner's tags, and
        InvalidRequestError, before anything is made, for a source that is no network, for a
        key that is no OpenSSH public key, and for a subnet that does not exist.
        """
        ...

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        """Converge on one machine for `request.token` and wait, at most `deadline` seconds,
        until it runs and has an address.

        Called twice, side by side, by another process or after a lost answer: one machine.
        One that has the token is taken as it is, with no change. The owner's tags and
        `request.tags` are in the create call itself, on the machine and on what is made with
        it. Throttling and server errors are tried again, by the same token.

        Raises DeadlineError when it does not run in time (the machine stays, and the next call
        takes it); TokenSpentError when the token's machine is gone and the cloud gives no
        other for it; CapacityError with its scope, QuotaError, AuthError, InvalidRequestError
        or UnknownCloudError when the cloud refuses, at once or later, without one repetition,
        with the cloud's code and message, and with nothing left of the try.
        """
        ...

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        """The owner's live machine that was created with `token`, or None; the same as in the
        listing."""
        ...

    def listing(self, owner: Owner) -> Listing:
        """Everything of the owner's in the region, of every kind, to the last page: the truth
        that state is a cache of. Machines come by target and name, and are among the
        resources. What is gone, or about to be, is left out; so is what is another's,
        another environment's included."""
        ...

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """The public host keys (`ssh-ed25519 AAAA...`) that a machine which booted by
        `startup-script` published, read over the cloud's authenticated API; empty while
        there are none yet, and always for other machines."""
        ...

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """Machines, disks and firewalls of the region that do not carry the owner's tags:
        seen, never touched. To tag one with all of the owner's tags is to hand it over: it is
        listed from then on, and can be destroyed. What everybody has (a default firewall that
        cannot be deleted) may be left out."""
        ...

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """Set tags, or remove those whose value is None; calling twice is safe. Raises
        ForeignResourceError for a machine that does not carry the tags of its owner now."""
        ...

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """Remove it and return when it is really gone, with what was made with it. Idempotent:
        what is gone already is fine and costs no change. What is still in use is tried again
        until the deadline; a lost answer is no failure.

        Raises ForeignResourceError for what does not carry the owner's tags now, whatever the
        caller's copy says; DeadlineError, with the cloud's code, when it is still there or
        still in use at the deadline.
        """
        ...

    def console_output(self, machine: CloudMachine) -> str:
        """What the machine printed while it booted, for the report of a failed boot; empty
        when there is nothing."""
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

    Raises InvalidRequestError, naming the providers there are, when there is none, and
    NotInstalledError when there is one that cannot be loaded.
    """
    for entry in entry_points(group=ENTRY_POINTS):
        if entry.name == name:
            try:
                factory: ProviderFactory = entry.load()
            except (ImportError, AttributeError) as error:
                raise NotInstalledError(
                    f"the provider cannot be loaded from {entry.value}: {error}",
                    provider=name,
                    advice="install the package that it comes with again",
                ) from error
            return factory
    known = ", ".join(provider_names()) or "none"
    raise InvalidRequestError(
        f"there is no provider {name!r}",
        provider=name,
        advice=f"installed providers: {known}; another one may need its extra",
    )
