"""What there is before anything was made: the cloud's endpoints, tenant and subscription,
locations, resource providers, permissions."""

from __future__ import annotations

from providers.sandbox.arm.call import Call
from providers.sandbox.arm.document import Document
from providers.sandbox.arm.locations import LOCATIONS, Location
from providers.sandbox.arm.refusals import refuse
from providers.sandbox.arm.versions import TYPES
from providers.sandbox.arm.world import World
from providers.sandbox.rest.message import RestAnswer

TITLE = "Longshore sandbox"
GLOBAL = ("Microsoft.Authorization", "Microsoft.MarketplaceOrdering", "Microsoft.Resources")
ZONED = ("virtualMachines", "disks", "publicIPAddresses")
ALIASES_VERSION = "2019-05-01"


def endpoints(world: World, call: Call) -> RestAnswer:
    """/metadata/endpoints, which the Azure command line reads when a cloud is registered."""
    here = f"{call.base}/"
    document: Document = {
        "name": "LongshoreSandbox",
        "portal": here,
        "authentication": {
            "loginEndpoint": here,
            "audiences": [here, "https://management.core.windows.net/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graph": here,
        "graphAudience": here,
        "microsoftGraphResourceId": here,
        "resourceManager": here,
        "gallery": here,
        "media": here,
        "batch": here,
        "sqlManagement": here,
        "vmImageAliasDoc": f"{here}images/aliases.json",
        "activeDirectoryDataLake": here,
        "appInsightsResourceId": here,
        "appInsightsTelemetryChannelResourceId": here,
        "logAnalyticsResourceId": here,
        "ossrdbmsResourceId": here,
        "synapseAnalyticsResourceId": here,
        "attestationResourceId": here,
        "suffixes": {
            "storage": "storage.invalid",
            "storageSyncEndpointSuffix": "afs.invalid",
            "keyVaultDns": "vault.invalid",
            "mhsmDns": "mhsm.invalid",
            "sqlServerHostname": "database.invalid",
            "mysqlServerEndpoint": "mysql.invalid",
            "postgresqlServerEndpoint": "postgres.invalid",
            "mariadbServerEndpoint": "mariadb.invalid",
            "acrLoginServer": "azurecr.invalid",
            "azureDataLakeAnalyticsCatalogAndJob": "adla.invalid",
            "azureDataLakeStoreFileSystem": "adls.invalid",
            "synapseAnalytics": "synapse.invalid",
            "attestationEndpoint": "attest.invalid",
        },
    }
    if call.version == ALIASES_VERSION:
        return RestAnswer(200, [document])
    return RestAnswer(200, document)


def show_subscription(world: World) -> Document:
    """The one subscription."""
    return {
        "id": f"/subscriptions/{world.subscription}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": world.subscription,
        "tenantId": world.tenant,
        "displayName": TITLE,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
        **({"tags": world.tags} if world.tags else {}),
    }


def show_tenant(world: World) -> Document:
    """The one tenant."""
    return {
        "id": f"/tenants/{world.tenant}",
        "tenantId": world.tenant,
        "tenantCategory": "Home",
        "displayName": TITLE,
        "defaultDomain": "longshore.invalid",
        "domains": ["longshore.invalid"],
    }


def show_location(world: World, location: Location) -> Document:
    """One location."""
    document: Document = {
        "id": f"/subscriptions/{world.subscription}/locations/{location.name}",
        "name": location.name,
        "type": "Region",
        "displayName": location.title,
        "regionalDisplayName": f"({location.geography}) {location.title}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "geography": location.geography,
            "geographyGroup": location.geography,
            "longitude": "0",
            "latitude": "0",
            "physicalLocation": location.place,
            "pairedRegion": [
                {
                    "name": location.pair,
                    "id": f"/subscriptions/{world.subscription}/locations/{location.pair}",
                }
            ],
        },
    }
    if location.zones:
        document["availabilityZoneMappings"] = [
            {"logicalZone": zone, "physicalZone": f"{location.name}-az{zone}"}
            for zone in location.zones
        ]
    return document


def show_provider(world: World, namespace: str) -> Document:
    """A resource provider. Raises RestRefusal for one that there is not."""
    names = {name.partition("/")[0] for name in TYPES}
    known = next((name for name in names if name.lower() == namespace.lower()), None)
    if known is None:
        raise refuse(
            404,
            "InvalidResourceNamespace",
            f"The resource namespace '{namespace}' is invalid.",
        )
    return {
        "id": f"/subscriptions/{world.subscription}/providers/{known}",
        "namespace": known,
        "registrationPolicy": "RegistrationFree" if known in GLOBAL else "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": [
            _show_type(name.partition("/")[2], versions, known)
            for name, versions in TYPES.items()
            if name.partition("/")[0] == known
        ],
    }


def _show_type(name: str, versions: tuple[str, ...], namespace: str) -> Document:
    places = [] if namespace in GLOBAL else list(LOCATIONS.values())
    newest = sorted(versions, reverse=True)
    stable = next((one for one in newest if "preview" not in one), newest[0])
    document: Document = {
        "resourceType": name,
        "locations": [place.title for place in places],
        "apiVersions": newest,
        "defaultApiVersion": stable,
        "capabilities": "SupportsTags, SupportsLocation" if places else "None",
    }
    if name in ZONED:
        document["zoneMappings"] = [
            {"location": place.title, "zones": list(place.zones)} for place in places if place.zones
        ]
    return document


def providers(world: World) -> list[Document]:
    """All resource providers."""
    return [
        show_provider(world, name)
        for name in dict.fromkeys(name.partition("/")[0] for name in TYPES)
    ]


def permissions(world: World) -> list[Document]:
    """What the caller may do: everything but what was taken away."""
    denied = sorted(world.settings.denied)
    return [{"actions": ["*"], "notActions": denied, "dataActions": [], "notDataActions": []}]
