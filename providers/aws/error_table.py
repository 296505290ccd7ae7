"""Which class each EC2, SSM and STS error code becomes, by phase. Data only.

Follows section 2 of the project's cloud error taxonomy. Rows are tried from the top; the
first whose code, phase, message text and age fit decides. Codes are shell patterns.
"""

from __future__ import annotations

from providers.contract.classify import CREATE, DELETE, FRESH, ErrorClass, Row

SETTLING = 60.0
"""Seconds within which EC2 may not find what it has just made (eventual consistency)."""

CLOCK = "check this machine's clock, then the access key"
CREDENTIALS = "check the credentials: `aws sts get-caller-identity` must work in this shell"
PERMISSION = (
    "grant the calling identity this action; an encoded message is made readable by "
    "`aws sts decode-authorization-message`"
)
RAISE_LIMIT = "ask AWS for a higher limit (Service Quotas, Amazon EC2) or use another region"

ROWS: tuple[Row, ...] = (
    # Nothing left to do.
    Row(
        (
            "InvalidGroup.Duplicate",
            "InvalidKeyPair.Duplicate",
            "InvalidPermission.Duplicate",
            "InvalidPlacementGroup.Duplicate",
        ),
        "ok",
    ),
    Row(("DryRunOperation",), "ok"),
    Row(("Invalid*.NotFound", "InvalidPermission.NotFound"), "ok", DELETE),
    # Eventual consistency right after our own create.
    Row(
        ("InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound", "InvalidGroupId.NotFound"),
        "transient",
        FRESH,
        within=SETTLING,
    ),
    Row(
        (
            "InvalidInstanceID.NotFound",
            "InvalidNetworkInterfaceID.NotFound",
            "InvalidSpotInstanceRequestID.NotFound",
        ),
        "transient",
        frozenset({"poll"}),
        within=SETTLING,
    ),
    Row(
        ("InvalidParameterValue",),
        "transient",
        CREATE,
        text="invalid iam instance profile",
        within=30.0,
    ),
    # Capacity.
    Row(
        (
            "InsufficientInstanceCapacity",
            "InsufficientCapacity",
            "InsufficientHostCapacity",
            "InsufficientCapacityOnHost",
            "InsufficientReservedInstanceCapacity",
            "ReservationCapacityExceeded",
            "UnfulfillableCapacity",
        ),
        "capacity_zone",
    ),
    Row(
        (
            "Unsupported",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientVolumeCapacity",
            "VolumeTypeNotAvailableInZone",
            "SpotMaxPriceTooLow",
            # Zones the user names are checked when offers are made, so one refused here
            # was chosen from EC2's own listing.
            "InvalidAvailabilityZone",
            "InvalidZone.NotFound",
        ),
        "capacity_zone",
        CREATE,
    ),
    Row(("InsufficientAddressCapacity",), "capacity_region"),
    Row(("InvalidInstanceType",), "capacity_region", CREATE),
    Row(("InvalidParameterValue",), "capacity_region", CREATE, text="instancetype"),
    # Quota.
    Row(
        (
            "VcpuLimitExceeded",
            "InstanceLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            "MaxSpotFleetRequestCountExceeded",
            "MaxFleetCountExceeded",
        ),
        "quota",
        advice=RAISE_LIMIT,
    ),
    # What every machine takes, of whatever type.
    Row(
        (
            "AddressLimitExceeded",
            "VolumeLimitExceeded",
            "MaxIOPSLimitExceeded",
            "SnapshotLimitExceeded",
            "SecurityGroupLimitExceeded",
            "RulesPerSecurityGroupLimitExceeded",
            "SecurityGroupsPerInterfaceLimitExceeded",
            "SecurityGroupsPerInstanceLimitExceeded",
            "NetworkInterfaceLimitExceeded",
            "PrivateIpAddressLimitExceeded",
            "AttachmentLimitExceeded",
            "VpcLimitExceeded",
            "SubnetLimitExceeded",
            "InternetGatewayLimitExceeded",
            "KeyPairLimitExceeded",
            "HostLimitExceeded",
            "ResourceLimitExceeded",
            "ResourceCountExceeded",
        ),
        "quota_region",
        advice=RAISE_LIMIT,
    ),
    Row(
        ("PendingVerification",),
        "quota_region",
        advice="AWS is still verifying this account; it may clear within hours, or another "
        "region may work now",
    ),
    Row(("TagLimitExceeded",), "invalid", advice="the resource has all the tags EC2 allows (50)"),
    # Throttling.
    Row(
        (
            "RequestLimitExceeded",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "TooManyRequestsException",
            "EC2ThrottledException",
            "BandwidthLimitExceeded",
            "LimitExceededException",
            "ProvisionedThroughputExceededException",
            "TransactionInProgressException",
            "SlowDown",
            "PriorRequestNotComplete",
            "ConcurrentTagAccess",
        ),
        "throttled",
    ),
    # Credentials and permissions.
    Row(
        ("AuthFailure.ServiceLinkedRoleCreationNotPermitted",),
        "auth",
        advice="spot needs a service-linked role once per account: `aws iam "
        "create-service-linked-role --aws-service-name spot.amazonaws.com`; on-demand works "
        "without it",
    ),
    Row(
        ("AuthFailure",),
        "auth",
        advice="check the credentials and the region's name, and that the account has the region "
        "enabled",
    ),
    Row(
        ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException"),
        "auth",
        advice=PERMISSION,
    ),
    Row(
        ("SignatureDoesNotMatch", "InvalidSignatureException"),
        "auth",
        text="scoped to a valid region",
        advice="check `region` in the target",
    ),
    Row(
        ("RequestExpired", "SignatureDoesNotMatch", "InvalidSecurity.RequestHasExpired"),
        "auth",
        advice=CLOCK,
    ),
    Row(
        ("ExpiredToken", "ExpiredTokenException"),
        "auth",
        advice="sign in again: the session has expired",
    ),
    Row(
        (
            "InvalidClientTokenId",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "InvalidUserID.*",
        ),
        "auth",
        advice=CREDENTIALS,
    ),
    Row(
        ("OptInRequired",),
        "auth",
        advice="subscribe to the service or accept the image's terms, or enable the region",
    ),
    Row(("Blocked",), "auth", advice="AWS has blocked the account: contact AWS Support"),
    # Order of deletion, and states that pass.
    Row(
        (
            "DependencyViolation",
            "InvalidGroup.InUse",
            "InvalidNetworkInterface.InUse",
            "InvalidParameterValue.InUse",
            "InvalidIPAddress.InUse",
            "VolumeInUse",
        ),
        "transient",
        DELETE,
    ),
    Row(("IncorrectInstanceState", "IncorrectState"), "transient"),
    Row(
        (
            "InternalError",
            "InternalFailure",
            "ServiceUnavailable",
            "Unavailable",
            "ServerInternal",
            "RequestTimeout",
            "RequestTimeoutException",
        ),
        "transient",
    ),
    Row(("IdempotentInstanceTerminated",), "token_spent"),
    # Requests that cannot work.
    Row(
        ("IdempotentParameterMismatch",),
        "invalid",
        advice="the same token came with another request, which is a fault of Longshore: "
        "please report it",
    ),
    Row(
        ("OperationNotPermitted",),
        "invalid",
        advice="termination or stop protection may be on; switch it off and try again",
    ),
    Row(
        ("InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "InvalidAMIID.Unavailable"),
        "invalid",
        advice="the image is gone from this region: run again so that it is resolved anew",
    ),
    Row(
        ("DefaultVpcDoesNotExist", "VPCIdNotSpecified"),
        "invalid",
        advice="make a default VPC (`aws ec2 create-default-vpc`) or name a `subnet` in the target",
    ),
    Row(
        (
            "InvalidParameter",
            "InvalidParameterValue",
            "InvalidParameterCombination",
            "MissingParameter",
            "UnknownParameter",
            "ValidationError",
            "ValidationException",
            "InvalidBlockDeviceMapping",
            "UnknownVolumeType",
            "UnsupportedTenancy",
            "UnsupportedHostConfiguration",
            "InvalidTagKey.Malformed",
            "UnsupportedOperation",
            "Unsupported",
            "VolumeIOPSLimit",
            "InvalidInstanceType",
            "InvalidAvailabilityZone",
            "InvalidKeyPair.Format",
            "InvalidKey.Format",
            "InvalidUserData.Malformed",
            "ParameterNotFound",
            "Invalid*.Malformed",
            "Invalid*.NotFound",
        ),
        "invalid",
    ),
)


STATE_REASONS: tuple[tuple[str, ErrorClass, str], ...] = (
    ("Server.InsufficientInstanceCapacity", "capacity_zone", ""),
    ("Server.SpotInstanceTermination", "capacity_zone", ""),
    ("Server.InternalError", "token_spent", ""),
    ("Client.VolumeLimitExceeded", "quota", RAISE_LIMIT),
    (
        "Client.InternalError",
        "invalid",
        "the root disk could not be encrypted: check the key policy of the account's default "
        "EBS key",
    ),
)
"""Why an instance died in pending (code, class, advice). Its token died with it, so what the
taxonomy calls transient is a spent token here: the next try needs a new one."""
