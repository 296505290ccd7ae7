"""SDK clients: made on first use, from one set of credentials, over one session."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from providers.contract.errors import AuthError, InvalidRequestError
from providers.contract.types import ProviderSettings
from providers.gcp import sdk
from providers.gcp.error_table import CREDENTIALS
from providers.gcp.errors import PROVIDER

if TYPE_CHECKING:
    from google.auth.credentials import Credentials
    from google.auth.transport.requests import AuthorizedSession
    from google.cloud.compute_v1.services.addresses import AddressesClient
    from google.cloud.compute_v1.services.disks import DisksClient
    from google.cloud.compute_v1.services.firewalls import FirewallsClient
    from google.cloud.compute_v1.services.global_operations import GlobalOperationsClient
    from google.cloud.compute_v1.services.images import ImagesClient
    from google.cloud.compute_v1.services.instances import InstancesClient
    from google.cloud.compute_v1.services.machine_types import MachineTypesClient
    from google.cloud.compute_v1.services.projects import ProjectsClient
    from google.cloud.compute_v1.services.region_operations import RegionOperationsClient
    from google.cloud.compute_v1.services.regions import RegionsClient
    from google.cloud.compute_v1.services.subnetworks import SubnetworksClient
    from google.cloud.compute_v1.services.zone_operations import ZoneOperationsClient
    from google.cloud.compute_v1.services.zones import ZonesClient

    from providers.gcp.session import Wire

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

CALL_SECONDS = 30.0
"""For one answer. Lists of machine types and inserts can take several seconds."""


class _Client(Protocol):
    """What the SDK's clients have in common."""

    @property
    def transport(self) -> object: ...


C = TypeVar("C", bound=_Client)


class Clients:
    """The clients of one region. Usable from several threads.

    Each of the SDK's clients would open connections of its own; here they share one pool, with
    the CA of the settings. That touches one private name of the SDK (`transport._session`); a
    test holds it. The SDK's own retries are switched off call by call (`retry=None`): it would
    repeat an answer 503 for ten minutes, stockouts among them. What it still does by itself is
    to renew a token that an answer 401 refused, twice at most.
    """

    def __init__(self, settings: ProviderSettings, region: str) -> None:
        self.region = region
        self._settings = settings
        self._lock = threading.RLock()
        self._made: dict[str, object] = {}
        self._signed_in: tuple[Credentials, str] | None = None
        self._refused: Exception | None = None
        self._wire: Wire | None = None

    @property
    def project(self) -> str:
        """The project that is worked in: the settings', else the default chain's."""
        return self._sign_in()[1]

    @property
    def credentials(self) -> Credentials:
        """The default chain's credentials."""
        return self._sign_in()[0]

    @property
    def skew(self) -> float | None:
        """See `ServerClock.skew`."""
        return None if self._wire is None else self._wire.clock.skew

    @property
    def addresses(self) -> AddressesClient:
        from google.cloud.compute_v1.services.addresses import AddressesClient

        return self._get("addresses", AddressesClient)

    @property
    def disks(self) -> DisksClient:
        from google.cloud.compute_v1.services.disks import DisksClient

        return self._get("disks", DisksClient)

    @property
    def firewalls(self) -> FirewallsClient:
        from google.cloud.compute_v1.services.firewalls import FirewallsClient

        return self._get("firewalls", FirewallsClient)

    @property
    def global_operations(self) -> GlobalOperationsClient:
        from google.cloud.compute_v1.services.global_operations import GlobalOperationsClient

        return self._get("global_operations", GlobalOperationsClient)

    @property
    def images(self) -> ImagesClient:
        from google.cloud.compute_v1.services.images import ImagesClient

        return self._get("images", ImagesClient)

    @property
    def instances(self) -> InstancesClient:
        from google.cloud.compute_v1.services.instances import InstancesClient

        return self._get("instances", InstancesClient)

    @property
    def machine_types(self) -> MachineTypesClient:
        from google.cloud.compute_v1.services.machine_types import MachineTypesClient

        return self._get("machine_types", MachineTypesClient)

    @property
    def projects(self) -> ProjectsClient:
        from google.cloud.compute_v1.services.projects import ProjectsClient

        return self._get("projects", ProjectsClient)

    @property
    def region_operations(self) -> RegionOperationsClient:
        from google.cloud.compute_v1.services.region_operations import RegionOperationsClient

        return self._get("region_operations", RegionOperationsClient)

    @property
    def regions(self) -> RegionsClient:
        from google.cloud.compute_v1.services.regions import RegionsClient

        return self._get("regions", RegionsClient)

    @property
    def subnetworks(self) -> SubnetworksClient:
        from google.cloud.compute_v1.services.subnetworks import SubnetworksClient

        return self._get("subnetworks", SubnetworksClient)

    @property
    def zone_operations(self) -> ZoneOperationsClient:
        from google.cloud.compute_v1.services.zone_operations import ZoneOperationsClient

        return self._get("zone_operations", ZoneOperationsClient)

    @property
    def zones(self) -> ZonesClient:
        from google.cloud.compute_v1.services.zones import ZonesClient

        return self._get("zones", ZonesClient)

    def _get(self, name: str, kind: type[C]) -> C:
        made = self._made.get(name)
        if made is None:
            with self._lock:
                made = self._made.get(name) or self._make(kind)
                self._made[name] = made
        return cast("C", made)

    def _make(self, kind: type[C]) -> C:
        from google.api_core.client_options import ClientOptions

        options = ClientOptions(api_endpoint=self._endpoint())
        maker = cast("type", kind)
        client: C = maker(credentials=self.credentials, client_options=options, transport="rest")
        self._lay(vars(client.transport)["_session"])
        return client

    def _endpoint(self) -> str | None:
        """The endpoint of the settings. The SDK takes anything, and looks for a host `ftp`."""
        given = self._settings.endpoint
        if given is None:
            return None
        scheme, found, rest = given.partition("://")
        if found and (scheme not in ("http", "https") or not rest):
            raise InvalidRequestError(
                f"{given!r} is no endpoint",
                provider=PROVIDER,
                advice="check `endpoint` in the provider settings: https://HOST",
            )
        return given.rstrip("/")

    def _lay(self, session: AuthorizedSession) -> None:
        from providers.gcp.session import Wire

        if self._wire is None:
            ca = self._settings.ca
            if ca is not None and not Path(ca).is_file():
                raise InvalidRequestError(
                    f"there is no file {ca}",
                    provider=PROVIDER,
                    advice="check `ca` in the provider settings",
                )
            self._wire = Wire(ca)
        self._wire.lay(session)

    def _sign_in(self) -> tuple[Credentials, str]:
        if self._signed_in is None:
            from google.auth.exceptions import DefaultCredentialsError

            with self._lock:
                if self._refused is not None:
                    raise self._refused  # to search the chain again takes seconds
                if self._signed_in is None:
                    try:
                        self._signed_in = self._default()
                    except (AuthError, DefaultCredentialsError) as error:
                        self._refused = error
                        raise
        return self._signed_in

    def _default(self) -> tuple[Credentials, str]:
        """The SDK's default chain: environment, gcloud's files, workload identity, metadata."""
        import google.auth
        from google.oauth2 import service_account

        sdk.load()
        try:
            credentials, found = google.auth.default(scopes=[SCOPE])
        except OSError as error:  # the SDK lets it pass as it is
            raise AuthError(
                f"the credentials cannot be read: {error}", provider=PROVIDER, advice=CREDENTIALS
            ) from error
        if isinstance(credentials, service_account.Credentials):
            # A token signed here and now: no token endpoint is asked (RFC 7523, AIP-4111).
            credentials = credentials.with_always_use_jwt_access(  # type: ignore[no-untyped-call]
                True
            )
        project = self._settings.project or found
        if not project:
            raise AuthError(
                "it is not known which Google Cloud project to work in",
                provider=PROVIDER,
                advice="set `project` in the provider settings or GOOGLE_CLOUD_PROJECT",
            )
        return credentials, project
