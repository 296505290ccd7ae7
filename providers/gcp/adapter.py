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
from providers.contract.waiting import Deadline
from providers.gcp import images, machines, network, offers, sdk
from providers.gcp.calls import Calls
from providers.gcp.client import Clients
from providers.gcp.destroy import Removal
from providers.gcp.diagnose import Diagnosis
from providers.gcp.errors import PROVIDER, not_installed
from providers.gcp.foreign import find_foreign
from providers.gcp.identity import sign_in
from providers.gcp.listing import Survey


class GcpProvider:
    """Compute Engine in one region (see `providers.contract.provider.Provider`). Usable from
    several threads. Making one is cheap: the SDK is imported with the first call."""

    def __init__(
        self, settings: ProviderSettings, region: str, on_retry: OnRetry, pause: Pause
    ) -> None:
        self.name = PROVIDER
        self.abilities = Abilities(key_pairs=False, loads_slowly=True)
        self.region = region
        self._settings = settings
        self._bare = Calls(Clients(settings, region), on_retry, pause)

    @property
    def _calls(self) -> Calls:
        """The calls, with the SDK imported: what follows names its types before it calls, and
        in several threads, which would meet half-made modules."""
        try:
            sdk.load()
        except ImportError as error:
            raise not_installed(error, "import") from error
        return self._bare

    def prepare(self) -> None:
        """Import what other libraries share, and begin to import the SDK (see `sdk`)."""
        try:
            sdk.load_aside()
        except ImportError as error:
            raise not_installed(error, "prepare") from error

    def preflight(self) -> Identity:
        """See `identity.sign_in`."""
        return sign_in(self._calls).identity

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """See `diagnose.Diagnosis`."""
        return Diagnosis(self._bare, need).run()

    def deployer_address(self) -> str:
        """See `echo.deployer_address`."""
        return echo.deployer_address(self._settings, self._bare.on_retry, self._bare.pause)

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """See `offers.survey`."""
        return offers.survey(self._calls, requirement, zone)

    def resolve_image(self, os: str, arch: Arch) -> Image:
        """See `images.resolve_image`."""
        return images.resolve_image(self._calls, os, arch)

    def ensure_network(self, request: NetworkRequest) -> Network:
        """See `network.ensure_network`."""
        return network.ensure_network(self._calls, request)

    def ensure_machine(self, request: MachineRequest, *, deadline: float) -> CloudMachine:
        """See `machines.ensure_machine`."""
        return machines.ensure_machine(self._calls, request, deadline=deadline)

    def find_machine(self, token: str, owner: Owner) -> CloudMachine | None:
        """See `machines.find_machine`."""
        return machines.find_machine(self._calls, token, owner)

    def listing(self, owner: Owner) -> Listing:
        """See `listing.Survey`."""
        return Survey(self._calls).run(owner)

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """See `foreign.find_foreign`."""
        return find_foreign(self._calls, owner)

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """See `machines.host_keys`."""
        return machines.host_keys(self._calls, machine)

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """See `machines.set_tags`."""
        machines.set_tags(self._calls, machine, tags)

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """See `destroy.Removal.run`."""
        Removal(self._calls, resource, owner, Deadline.after(deadline)).run()

    def console_output(self, machine: CloudMachine) -> str:
        """See `machines.console_output`."""
        return machines.console_output(self._calls, machine)
