"""Which class each Azure Resource Manager error code becomes, by phase. Data only.

Follows section 4 of the project's cloud error taxonomy; what differs from it is said, with
its reason, in `docs/errors.md`. Rows are tried from the top; the first whose code, phase,
message text and age fit decides. Codes are shell patterns.
"""

from __future__ import annotations

from providers.contract.classify import CREATE, DELETE, Row

SETTLING = 30.0
"""Seconds within which Azure may not find a network that it has just made (replication)."""

GROUP_GOING = 480.0
"""Seconds that a group which is being deleted may need to be gone, so that its name is free."""

NOT_FOUND = (
    "ResourceNotFound",
    "ResourceGroupNotFound",
    "ParentResourceNotFound",
    "NotFound",
    "404",
)
"""What is said of a thing that is not there. `404` stands for an answer without a code."""

PROVISIONING_TIMEOUT = "OSProvisioningTimedOut"
STILLBORN = ("OSProvisioningInternalError", "VMStartTimedOut", "ProvisioningState/failed")
"""The machine was placed and did not start: it is removed and made once more."""

TERMS_NOT_ACCEPTED = (
    "MarketplacePurchaseEligibilityFailed",
    "ResourcePurchaseValidationFailed",
    "VMMarketplaceInvalidInput",
)
"""An image that is sold by a plan, and nobody has said yes to its terms."""

CREDENTIALS = "check the credentials: `az account show` must work in this shell"
PERMISSION = "grant the calling identity this action (docs/permissions.md has the whole role)"
SUBSCRIPTION = "check `subscription` in the provider settings, and that the subscription is active"
REGISTER = (
    "register the resource provider that is named here, once for the subscription: "
    "`az provider register --namespace Microsoft.Compute` (or Microsoft.Network)"
)
RAISE_LIMIT = (
    "ask for a higher limit (Azure portal, Quotas, or `az quota update`) or use another region"
)
TERMS = "accept the image's terms once for the subscription: `az vm image terms accept --urn IMAGE`"
NO_GROUP = (
    "check `group` in the provider settings, if there is one: a named group is never made here; "
    "else run again"
)
GENERATION = "choose a size that runs generation 2 images"
POLICY = "a policy of the subscription forbids it: ask its owner, or change what it names"
LOCK = "remove the lock that is named here (`az lock list`), then run again"
SAME_NAME = "remove the machine, then run again: it was made with other properties"

ROWS: tuple[Row, ...] = (
    # Nothing left to do.
    Row(NOT_FOUND, "ok", DELETE),
    Row(("PreconditionFailed",), "ok", CREATE),
    # Right after our own create.
    Row(
        (*NOT_FOUND, "InvalidResourceReference"),
        "transient",
        CREATE,
        within=SETTLING,
    ),
    # Capacity.
    Row(("ZonalAllocationFailed", "OverconstrainedZonalAllocationRequest"), "capacity_zone"),
    Row(
        (
            "AllocationFailed",
            "OverconstrainedAllocationRequest",
            "SkuNotAvailable",
            "NotAvailableForSubscription",
        ),
        "capacity_region",
    ),
    # Quota. One code for many things: what it is about stands in the message alone.
    Row(("OperationNotAllowed",), "quota_region", text="total regional", advice=RAISE_LIMIT),
    Row(("OperationNotAllowed",), "quota_region", text="lowprioritycores", advice=RAISE_LIMIT),
    Row(("OperationNotAllowed",), "quota", text="cores quota", advice=RAISE_LIMIT),
    Row(("OperationNotAllowed",), "quota", text="exceeding approved", advice=RAISE_LIMIT),
    Row(
        (
            "QuotaExceeded",
            "ResourceQuotaExceeded",
            "PublicIPCountLimitReached",
            "IPv4StandardSkuPublicIpCountLimitReached",
            "IPv4BasicSkuPublicIpCountLimitReached",
            "StaticPublicIPCountLimitReached",
        ),
        "quota_region",
        advice=RAISE_LIMIT,
    ),
    Row(("OperationNotAllowed",), "transient", text="attached"),
    Row(("OperationNotAllowed",), "transient", text="another operation"),
    Row(("OperationNotAllowed",), "transient", text="in progress"),
    Row(("OperationNotAllowed",), "transient", text="being deleted"),
    Row(("OperationNotAllowed",), "invalid"),
    # Throttling.
    Row(
        (
            "429",
            "TooManyRequests",
            "SubscriptionRequestsThrottled",
            "OperationThrottled",
            "ServerBusy",
        ),
        "throttled",
    ),
    # Credentials, permissions and the account.
    Row(
        (
            "AuthenticationFailed",
            "AuthenticationFailedMissingToken",
            "InvalidAuthenticationToken*",
            "ExpiredAuthenticationToken",
            "AADSTS*",
        ),
        "auth",
        advice=CREDENTIALS,
    ),
    Row(("AuthorizationFailed", "LinkedAuthorizationFailed"), "auth", advice=PERMISSION),
    Row(
        (
            "ReadOnlyDisabledSubscription",
            "SubscriptionDisabled",
            "SubscriptionNotFound",
            "InvalidSubscriptionId",
            "DisallowedOperation",
        ),
        "auth",
        advice=SUBSCRIPTION,
    ),
    Row(("MissingSubscriptionRegistration", "NoRegisteredProviderFound"), "auth", advice=REGISTER),
    # In the wrong order: what uses it is still going.
    Row(
        (
            "NicReservedForAnotherVm",
            "NicInUse",
            "InUseSubnetCannotBeDeleted",
            "InUseNetworkSecurityGroupCannotBeDeleted",
            "PublicIPAddressCannotBeDeleted",
            "NetworkSecurityGroup*CannotBeDeleted*",
        ),
        "transient",
        DELETE,
    ),
    Row(("ResourceGroupBeingDeleted",), "transient", CREATE | DELETE),
    Row(
        ("PrivateIPAddressIsAllocated", "ReferencedResourceNotProvisioned"),
        "transient",
        CREATE,
    ),
    # What passes.
    Row(
        (
            "AnotherOperationInProgress",
            "CanceledAndSupersededDueToAnotherOperation",
            "Conflict",
            "OperationPreempted",
            "RetryableError",
            "InternalExecutionError",
            "InternalOperationError",
            "InternalServerError",
            "TransientFailure",
            "408",
            "5??",
        ),
        "transient",
    ),
    Row((PROVISIONING_TIMEOUT, *STILLBORN), "transient"),
    # What the user has to change.
    Row(("RequestDisallowedByPolicy",), "invalid", advice=POLICY),
    Row(("ScopeLocked",), "invalid", advice=LOCK),
    Row(("PropertyChangeNotAllowed",), "invalid", advice=SAME_NAME),
    Row(
        TERMS_NOT_ACCEPTED,
        "invalid",
        advice=TERMS,
    ),
    Row(("ResourceGroupNotFound",), "invalid", CREATE, advice=NO_GROUP),
    Row(("ImageNotFound", "PlatformImageNotFound"), "invalid", advice="check `os` in the target"),
    Row(("BadRequest",), "invalid", text="hypervisor generation", advice=GENERATION),
    Row(
        (
            "InvalidParameter",
            "BadRequest",
            "InvalidTemplate",
            "InvalidRequestFormat",
            "InvalidRequestContent",
            "InvalidResourceReference",
            "NetcfgInvalidSubnet",
            "InvalidResourceLocation",
            "InvalidResourceName",
            "LocationNotAvailableForResourceType",
            "LocationNotAvailableForResourceGroup",
            "InvalidResourceGroupLocation",
            "400",
            *NOT_FOUND,
        ),
        "invalid",
    ),
)
