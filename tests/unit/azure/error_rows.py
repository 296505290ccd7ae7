"""Section 4 of the taxonomy, row by row, as far as it is not of one place only.

codes, HTTP status, phase, age, message, class, scope. A status of 200 is that of a long-running
operation that failed.
"""

from __future__ import annotations

from providers.contract.classify import AlreadyDone, Phase
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    InvalidRequestError,
    QuotaError,
    ThrottledError,
    TransientError,
    UnknownCloudError,
)

CORES = (
    "Operation could not be completed as it results in exceeding approved {} quota. Additional "
    "details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 100, Current "
    "Usage: 96, Additional Required: 64"
)
SAID = "it said"

Case = tuple[tuple[str, ...], int, Phase, float | None, str, type[CloudError], str | None]

TABLE: tuple[Case, ...] = (
    (
        ("ZonalAllocationFailed", "OverconstrainedZonalAllocationRequest"),
        200, "create", None, SAID, CapacityError, "zone",
    ),
    (
        ("AllocationFailed", "OverconstrainedAllocationRequest"),
        200, "create", None, SAID, CapacityError, "region",
    ),
    (
        ("SkuNotAvailable", "AllocationFailed", "NotAvailableForSubscription"),
        409, "create", None, SAID, CapacityError, "region",
    ),
    (
        ("OperationNotAllowed",),
        409, "create", None, CORES.format("standardDASv5Family Cores"), QuotaError, None,
    ),
    (
        ("OperationNotAllowed",),
        409, "create", None, CORES.format("LowPriorityCores"), QuotaError, None,
    ),
    (
        ("OperationNotAllowed",),
        409, "create", None, CORES.format("Total Regional Cores"), QuotaError, None,
    ),
    (
        ("OperationNotAllowed",),
        409, "delete", None, "Disk x is attached to VM y.", TransientError, None,
    ),
    (
        ("OperationNotAllowed",),
        409, "create", None, "Another operation on this VM is in progress.", TransientError, None,
    ),
    (
        ("OperationNotAllowed",),
        409, "create", None, "It cannot be done to this VM.", InvalidRequestError, None,
    ),
    (
        (
            "QuotaExceeded",
            "ResourceQuotaExceeded",
            "PublicIPCountLimitReached",
            "IPv4StandardSkuPublicIpCountLimitReached",
            "IPv4BasicSkuPublicIpCountLimitReached",
            "StaticPublicIPCountLimitReached",
        ),
        400, "create", None, SAID, QuotaError, None,
    ),
    (
        ("TooManyRequests", "SubscriptionRequestsThrottled", "OperationThrottled", "429"),
        429, "read", None, SAID, ThrottledError, None,
    ),
    (
        ("SomethingNew", "OperationNotAllowed", "RetryableError"),
        429, "create", None, SAID, ThrottledError, None,
    ),
    (("ServerBusy",), 503, "read", None, SAID, ThrottledError, None),
    (
        (
            "AuthenticationFailed",
            "InvalidAuthenticationToken",
            "InvalidAuthenticationTokenTenant",
            "ExpiredAuthenticationToken",
            "AADSTS700082",
            "SomethingNew",
        ),
        401, "read", None, SAID, AuthError, None,
    ),
    (
        ("AuthorizationFailed", "LinkedAuthorizationFailed"),
        403, "create", None, SAID, AuthError, None,
    ),
    (
        ("ReadOnlyDisabledSubscription", "SubscriptionDisabled", "DisallowedOperation"),
        409, "create", None, SAID, AuthError, None,
    ),
    (("SubscriptionNotFound",), 404, "read", None, SAID, AuthError, None),
    (
        ("MissingSubscriptionRegistration", "NoRegisteredProviderFound"),
        409, "create", None, SAID, AuthError, None,
    ),
    (("RequestDisallowedByPolicy",), 403, "create", None, SAID, InvalidRequestError, None),
    (("ScopeLocked",), 409, "delete", None, SAID, InvalidRequestError, None),
    (
        (
            "InvalidParameter",
            "BadRequest",
            "InvalidTemplate",
            "InvalidRequestFormat",
            "InvalidResourceReference",
            "NetcfgInvalidSubnet",
            "InvalidResourceLocation",
        ),
        400, "create", None, SAID, InvalidRequestError, None,
    ),
    (("PropertyChangeNotAllowed",), 409, "create", None, SAID, InvalidRequestError, None),
    (
        ("ImageNotFound", "PlatformImageNotFound", "MarketplacePurchaseEligibilityFailed"),
        400, "create", None, SAID, InvalidRequestError, None,
    ),
    (
        ("BadRequest",),
        400, "create", None, "... Hypervisor Generation '2' ...", InvalidRequestError, None,
    ),
    (("PrivateIPAddressIsAllocated",), 400, "create", None, SAID, TransientError, None),
    (
        (
            "NicReservedForAnotherVm",
            "NicInUse",
            "InUseSubnetCannotBeDeleted",
            "InUseNetworkSecurityGroupCannotBeDeleted",
            "PublicIPAddressCannotBeDeleted",
        ),
        400, "delete", None, SAID, TransientError, None,
    ),
    (("ResourceGroupBeingDeleted",), 409, "create", None, SAID, TransientError, None),
    (("ResourceGroupBeingDeleted",), 409, "delete", None, SAID, TransientError, None),
    (
        ("CanceledAndSupersededDueToAnotherOperation",),
        200, "create", None, SAID, TransientError, None,
    ),
    (
        ("AnotherOperationInProgress", "Conflict", "OperationPreempted"),
        409, "create", None, SAID, TransientError, None,
    ),
    (
        (
            "RetryableError",
            "InternalExecutionError",
            "InternalOperationError",
            "InternalServerError",
            "TransientFailure",
            "SomethingNew",
        ),
        500, "create", None, SAID, TransientError, None,
    ),
    (("408",), 408, "read", None, SAID, TransientError, None),
    (("502",), 502, "create", None, SAID, TransientError, None),
    (("504",), 504, "delete", None, SAID, TransientError, None),
    (
        ("OSProvisioningTimedOut", "OSProvisioningInternalError", "VMStartTimedOut"),
        200, "create", None, SAID, TransientError, None,
    ),
    (
        ("ResourceNotFound", "ResourceGroupNotFound", "ParentResourceNotFound", "404"),
        404, "delete", None, SAID, AlreadyDone, None,
    ),
    (("ResourceNotFound",), 404, "create", 10.0, SAID, TransientError, None),
    (("InvalidResourceReference",), 400, "create", 10.0, SAID, TransientError, None),
    (("ResourceNotFound",), 404, "create", 31.0, SAID, InvalidRequestError, None),
    (("ResourceNotFound",), 404, "create", None, SAID, InvalidRequestError, None),
    (("ResourceNotFound", "ResourceGroupNotFound"), 404, "read", None, SAID,
     InvalidRequestError, None),
    (("PreconditionFailed",), 412, "create", None, SAID, AlreadyDone, None),
    (("SomethingNew",), 409, "create", None, SAID, UnknownCloudError, None),
    (("SomethingNew",), 400, "create", None, SAID, UnknownCloudError, None),
    (("SomethingNew",), 403, "create", None, SAID, UnknownCloudError, None),
    (("SomethingNew",), 200, "create", None, SAID, UnknownCloudError, None),
)  # fmt: skip
