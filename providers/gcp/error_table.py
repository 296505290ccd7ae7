"""Which class each Compute Engine error code becomes, by phase. Data only.

Follows section 3 of the project's cloud error taxonomy, as corrected in docs/errors.md. Codes
come in two spellings: `quotaExceeded` is the reason in an HTTP answer, `QUOTA_EXCEEDED` the
code in a long-running operation. Rows are tried from the top; the first whose code, phase and
message text fit decides. Codes are shell patterns.
"""

from __future__ import annotations

from providers.contract.classify import CREATE, DELETE, FRESH, ErrorClass, Row

CREDENTIALS = (
    "sign in: `gcloud auth application-default login`, or name a service account's file in "
    "GOOGLE_APPLICATION_CREDENTIALS"
)
PERMISSION = "grant the calling identity the role in docs/permissions.md"
RAISE_LIMIT = (
    "ask Google for a higher limit (IAM & Admin, Quotas & System Limits) or use another region"
)
ENABLE = "enable the API: `gcloud services enable compute.googleapis.com`"

WHOLE_REGION = ("in_use_addresses", "static_addresses", "ssd_total_gb", "disks_total_gb")
"""Metrics of a region's quota that every machine takes from, of whatever family."""

ROWS: tuple[Row, ...] = (
    # Nothing left to do.
    Row(("alreadyExists", "RESOURCE_ALREADY_EXISTS"), "ok", CREATE),
    Row(("notFound", "RESOURCE_NOT_FOUND"), "ok", DELETE),
    # A machine that may publish nothing has published nothing.
    Row(("*",), "ok", DELETE, text="guest attributes endpoint access is disabled"),
    # Capacity. The suffix form comes as often as the bare one: patterns, not names.
    Row(
        (
            "ZONE_RESOURCE_POOL_EXHAUSTED*",
            "RESOURCE_POOL_EXHAUSTED*",
            "insufficientCapacity",
            "requestExceedsCapacity",
            "VM_MIN_COUNT_NOT_REACHED",
        ),
        "capacity_zone",
    ),
    Row(("*IP_SPACE_EXHAUSTED*",), "capacity_region"),
    Row(("*",), "capacity_zone", text="does not have enough resources available"),
    Row(("*",), "capacity_zone", text="stockout"),
    Row(("*",), "transient", CREATE, text="requires reservation to be in ready state"),
    Row(
        ("*",),
        "capacity_zone",
        CREATE,
        text="does not have available resources for the request",
    ),
    Row(
        ("*",),
        "capacity_zone",
        CREATE,
        text="no available resources in specified reservations",
    ),
    Row(("*",), "invalid", CREATE, text="specified reservation"),
    # A spot machine that was preempted while it was being made.
    Row(("UNSUPPORTED_OPERATION",), "capacity_zone", CREATE),
    Row(("*",), "capacity_zone", text="is not found or access is unauthorized"),
    Row(("notFound", "invalid"), "capacity_zone", CREATE, text="machinetype"),
    # A machine that went while it was being made: taken away again for want of room.
    Row(("notFound", "RESOURCE_NOT_FOUND"), "capacity_zone", CREATE, text="/instances/"),
    # Throttling: before quota, since one of its codes holds the word.
    Row(
        (
            "rateLimitExceeded",
            "RATE_LIMIT_EXCEEDED",
            "userRateLimitExceeded",
            "CONCURRENT_OPERATIONS_QUOTA_EXCEEDED",
            "concurrentOperationsQuotaExceeded",
            "RESOURCE_OPERATION_RATE_EXCEEDED",
            "operationRateExceeded",
            "resourceOperationRateExceeded",
        ),
        "throttled",
    ),
    # Quota.
    Row(("*QUOTA*", "quotaExceeded"), "quota_region", text="all_regions", advice=RAISE_LIMIT),
    *(
        Row(("*QUOTA*", "quotaExceeded"), "quota_region", text=metric, advice=RAISE_LIMIT)
        for metric in WHOLE_REGION
    ),
    Row(("*QUOTA*", "quotaExceeded", "limitExceeded"), "quota", advice=RAISE_LIMIT),
    # Credentials and permissions.
    Row(
        ("accessNotConfigured", "SERVICE_DISABLED"),
        "auth",
        advice=ENABLE,
    ),
    Row(
        ("BILLING_DISABLED", "billingNotEnabled"),
        "auth",
        advice="link the project to a billing account",
    ),
    Row(
        ("forbidden",),
        "auth",
        text="billing",
        advice="link the project to a billing account",
    ),
    Row(
        ("SERVICE_ACCOUNT_ACCESS_DENIED", "serviceAccountAccessDenied"),
        "auth",
        advice="grant the calling identity roles/iam.serviceAccountUser",
    ),
    Row(("authError", "UNAUTHENTICATED", "invalid_grant"), "auth", advice=CREDENTIALS),
    Row(
        (
            "forbidden",
            "PERMISSION_DENIED",
            "IAM_PERMISSION_DENIED",
            "PERMISSIONS_ERROR",
            "insufficientPermissions",
            "ACCESS_DENIED",
        ),
        "auth",
        advice=PERMISSION,
    ),
    # The organisation says no, and says where.
    Row(
        ("conditionNotMet", "CONDITION_NOT_MET"),
        "transient",
        text="fingerprint",
    ),
    Row(
        ("conditionNotMet", "CONDITION_NOT_MET"),
        "invalid",
        text="constraint",
        advice="an organisation policy forbids it: have the project exempted, or change what is "
        "asked for",
    ),
    # States that pass.
    Row(
        (
            "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE",
            "resourceInUseByAnotherResource",
            "RESOURCE_IN_USE",
        ),
        "transient",
        DELETE,
    ),
    Row(("RESOURCE_NOT_READY", "resourceNotReady"), "transient"),
    Row(
        (
            "backendError",
            "internalError",
            "INTERNAL_ERROR",
            "INTERNAL",
            "UNAVAILABLE",
            "DEADLINE_EXCEEDED",
            "ABORTED",
            "TIMEOUT",
            "SERVICE_UNAVAILABLE",
        ),
        "transient",
    ),
    # Requests that cannot work.
    Row(
        ("VPC_NOT_FOUND", "SUBNET_NOT_FOUND_FOR_VPC"),
        "invalid",
        advice="check `subnet` in the target",
    ),
    Row(
        ("*",),
        "invalid",
        CREATE,
        text="disk size cannot be smaller than the image size",
        advice="ask for a larger `disk`",
    ),
    Row(
        (
            "invalid",
            "INVALID_*",
            "invalidParameter",
            "INVALID",
            "required",
            "badRequest",
            "BAD_REQUEST",
            "parseError",
            "conditionNotMet",
            "CONDITION_NOT_MET",
            "CPU_PLATFORM_MISMATCH",
            "resourceInUseByAnotherResource",
            "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE",
            "UNSUPPORTED_OPERATION",
            "unsupportedOperation",
            "fieldNotSupported",
            "alreadyExists",
            "RESOURCE_ALREADY_EXISTS",
        ),
        "invalid",
    ),
    Row(("notFound", "RESOURCE_NOT_FOUND"), "invalid"),
)

VANISHED = Row(("RESOURCE_NOT_FOUND",), "capacity_zone", FRESH)
"""A machine whose insert ended well and that is not there: taken away again for want of room."""

WEIGHT: tuple[ErrorClass | None, ...] = (
    "capacity_zone",
    "capacity_region",
    "quota_region",
    "quota",
    "auth",
    "throttled",
    "transient",
    "ok",
    "invalid",
    None,
)
"""An operation can end in several errors at once; the first of these classes decides (None is
a code that no row knows)."""
