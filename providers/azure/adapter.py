"""The provider: each promise of the contract, handed to the file that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from providers.azure import (
    console,
    diagnose,
    foreign,
    identity,
    images,
    listing,
    machines,
    network,
    tagging,
)
from providers.azure import offers as sizes_on_offer
from providers.azure.calls import Calls
from providers.azure.clients import Clients
from providers.azure.destroy import Removal
from providers.azure.errors import PROVIDER
from providers.azure.sizes import Sizes
from providers.contract import echo
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
from providers.contract.waiting import Deadline


class AzureProvider:
    """Azure VMs in one region (see `providers.contract.provider.Provider`). Usable from
    several threads. Making one is cheap: the SDK is imported with the first call."""

    def __init__(
        self, settings: ProviderSettings, region: str, on_retry: OnRetry, pause: Pause
    ) -> None:
        self.name = PROVIDER
        self.abilities = Abilities(key_pairs=False, loads_slowly=True)
        self.region = region
        self._settings = settings
        self._calls = Calls(Clients(settings), region, on_retry, pause)
        self._sizes = Sizes(self._calls)

    def prepare(self) -> None:
        """Import the SDK's three packages and make their clients, with a token on its way
        meanwhile."""
        clients = self._calls.clients
        self._calls.once("getToken", "read", clients.begin_sign_in)
        self._calls.once(
            "CreateClient", "read", lambda: (clients.compute, clients.network, clients.resources)
        )

    def preflight(self) -> Identity:
        """See `identity.preflight`."""
        return identity.preflight(self._calls)

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """See `diagnose.diagnose`."""
        return diagnose.diagnose(self._calls, self._sizes, need)

    def deployer_address(self) -> str:
        """See `echo.deployer_address`."""
        return echo.deployer_address(self._settings, self._calls.on_retry, self._calls.pause)

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """See `offers.survey`."""
        return sizes_on_offer.survey(self._sizes, self.region, requirement, zone)

    def resolve_image(self, os: str, arch: Arch) -> Image:
        """See `images.resolve_image`."""
        return images.resolve_image(self._calls, os, arch)

    def ensure_network(self, request: NetworkRequest) -> Network:
        """See `network.ensure_network`."""
        return network.ensure_network(self._calls, request)

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        """See `machines.ensure_machine`."""
        return machines.ensure_machine(self._calls, self._sizes, request, deadline=deadline)

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        """See `machines.find_machine`."""
        return machines.find_machine(self._calls, token, owner)

    def listing(self, owner: Owner) -> Listing:
        """See `listing.survey`."""
        return listing.survey(self._calls, owner)

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """None: every image here has cloud-init, which brings the host key."""
        return ()

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """See `foreign.foreign`."""
        return foreign.foreign(self._calls, owner)

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """See `tagging.set_tags`."""
        tagging.set_tags(self._calls, machine, tags)

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """See `destroy.Removal.run`."""
        Removal(self._calls, resource, owner, Deadline.after(deadline)).run()

    def console_output(self, machine: CloudMachine) -> str:
        """See `console.console_output`."""
        return console.console_output(self._calls, machine)
