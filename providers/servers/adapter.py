"""The provider: each promise of the contract, handed to the file that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from providers.servers import diagnose, listing, machines, offers
from providers.servers.access import PROVIDER, Access
from providers.servers.reading import Seen, read_servers


class ServersProvider:
    """The servers of one environment (see `providers.contract.provider.Provider`). Usable
    from several threads."""

    def __init__(
        self, settings: ProviderSettings, region: str, on_retry: OnRetry, pause: Pause
    ) -> None:
        self.name = PROVIDER
        self.abilities = Abilities(
            makes_machines=False, key_pairs=False, firewall=False, markets=("on-demand",)
        )
        self.region = region
        self._settings = settings
        self._access = Access(settings, on_retry, pause)

    def prepare(self) -> None:
        """Nothing: there is no SDK."""

    def preflight(self) -> Identity:
        """That every server answers and has root for us. Raises the first server's error."""
        for seen in read_servers(self._access, self._access.servers):
            if not isinstance(seen, Seen):
                raise seen
        names = ", ".join(server.name for server in self._access.servers)
        return Identity(provider=self.name, account=names, principal="root")

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """See `diagnose.diagnose`."""
        return diagnose.diagnose(self._access, need)

    def deployer_address(self) -> str:
        """See `echo.deployer_address`."""
        return echo.deployer_address(self._settings, self._access.on_retry, self._access.pause)

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """See `offers.find_offers`."""
        return offers.find_offers(self._access, self.region, requirement, zone)

    def resolve_image(self, os: str, arch: Arch) -> Image:
        """See `offers.resolve_image`."""
        return offers.resolve_image(self._access, os, arch)

    def ensure_network(self, request: NetworkRequest) -> Network:
        """Nothing is made: whoever signs in is authorised already, and no firewall of ours
        stands before a server."""
        zones = {server.name: "" for server in self._access.servers}
        return Network(key=request.public_key, firewall="", subnets=zones)

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        """See `machines.ensure_machine`."""
        return machines.ensure_machine(self._access, self.region, request, deadline=deadline)

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        """See `machines.find_machine`."""
        return machines.find_machine(self._access, self.region, token, owner)

    def listing(self, owner: Owner) -> Listing:
        """See `listing.list_all`."""
        return listing.list_all(self._access, self.region, owner)

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """None: what a server's key is has to be known before it is asked anything."""
        return ()

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """See `listing.foreign`."""
        return listing.foreign(self._access, self.region, owner)

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """See `machines.set_tags`."""
        machines.set_tags(self._access, machine, tags)

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """Remove a server's claim, and nothing else on it. See `machines.drop`."""
        machines.drop(self._access, resource, owner, deadline=deadline)

    def console_output(self, machine: CloudMachine) -> str:
        """See `machines.console_output`."""
        return machines.console_output(self._access, machine)
