"""The provider: each promise of the contract, handed to the file that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from providers.aws import images, machines, network, offers
from providers.aws.calls import Calls
from providers.aws.client import Clients
from providers.aws.destroy import Removal
from providers.aws.errors import PROVIDER
from providers.aws.foreign import Bystanders
from providers.aws.listing import Survey
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


class AwsProvider:
    """EC2 in one region (see `providers.contract.provider.Provider`). Usable from several
    threads. Making one is cheap: the SDK is imported with the first call."""

    def __init__(
        self, settings: ProviderSettings, region: str, on_retry: OnRetry, pause: Pause
    ) -> None:
        self.name = PROVIDER
        self.abilities = Abilities()
        self.region = region
        self._settings = settings
        self._calls = Calls(Clients(settings, region), on_retry, pause)

    def prepare(self) -> None:
        """Import botocore and make the EC2 client."""
        self._calls.once("CreateClient", "read", lambda: self._calls.clients.ec2)

    def preflight(self) -> Identity:
        """Who the credentials say we are (STS). AuthError, with what to do, if nobody."""
        answer = self._calls.read(
            "GetCallerIdentity", lambda: self._calls.clients.sts.get_caller_identity()
        )
        return Identity(
            provider=self.name,
            account=answer.get("Account", ""),
            principal=answer.get("Arn", ""),
        )

    def diagnose(self, need: Need) -> Sequence[Finding]:
        """See `diagnose.Diagnosis.run`."""
        # Here, because no other command needs it.
        from providers.aws.diagnose import Diagnosis

        return Diagnosis(self._calls, self.region, need).run()

    def deployer_address(self) -> str:
        """See `echo.deployer_address`."""
        return echo.deployer_address(self._settings, self._calls.on_retry, self._calls.pause)

    def offers(self, requirement: Requirement, zone: str | None) -> Sequence[Offer]:
        """See `offers.survey`."""
        return offers.survey(self._calls, self.region, requirement, zone)

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
        return machines.find_machine(self._calls, token, owner, self.region)

    def listing(self, owner: Owner) -> Listing:
        """See `listing.Survey`."""
        return Survey(self._calls, self.region, owner).run()

    def host_keys(self, machine: CloudMachine) -> Sequence[str]:
        """None: every image here has cloud-init, which brings the host key."""
        return ()

    def foreign(self, owner: Owner) -> Sequence[Resource]:
        """See `foreign.Bystanders.run`."""
        return Bystanders(self._calls, self.region, owner).run()

    def set_tags(self, machine: CloudMachine, tags: Mapping[str, str | None]) -> None:
        """See `machines.set_tags`."""
        machines.set_tags(self._calls, machine, tags)

    def destroy(self, resource: Resource, owner: Owner, *, deadline: float) -> None:
        """See `destroy.Removal.run`."""
        Removal(self._calls, resource, owner, Deadline.after(deadline)).run()

    def console_output(self, machine: CloudMachine) -> str:
        """See `machines.console_output`."""
        return machines.console_output(self._calls, machine)
