"""Every row of the taxonomy, from EC2's XML with its status code to the contract's class."""

from __future__ import annotations

import pytest

from providers.aws.error_table import Phase
from providers.aws.errors import AlreadyDone
from providers.contract.errors import (
    AuthError,
    CapacityError,
    CloudError,
    InvalidRequestError,
    QuotaError,
    ThrottledError,
    TokenSpentError,
    TransientError,
    UnknownCloudError,
)
from tests.unit.aws.canned import Canned, ec2_error

ZONE, REGION = "zone", "region"
OLD = 3600.0  # seconds since our own create: no longer settling
NEW = 1.0

# (codes, HTTP status, phase, seconds since our create, message, class, scope)
TABLE: list[tuple[tuple[str, ...], int, Phase, float | None, str, type[CloudError], str | None]] = [
    (
        (
            "InsufficientInstanceCapacity",
            "Server.InsufficientInstanceCapacity",
            "InsufficientCapacity",
            "InsufficientHostCapacity",
            "InsufficientCapacityOnHost",
            "InsufficientReservedInstanceCapacity",
            "ReservationCapacityExceeded",
            "UnfulfillableCapacity",
        ),
        500,
        "create",
        None,
        "There is no room.",
        CapacityError,
        ZONE,
    ),
    (
        (
            "Unsupported",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientVolumeCapacity",
            "VolumeTypeNotAvailableInZone",
            "SpotMaxPriceTooLow",
            "InvalidAvailabilityZone",
            "InvalidZone.NotFound",
        ),
        400,
        "create",
        None,
        "Not in this zone.",
        CapacityError,
        ZONE,
    ),
    (
        ("Unsupported", "InvalidAvailabilityZone", "InvalidZone.NotFound"),
        400,
        "read",
        None,
        "No such zone.",
        InvalidRequestError,
        None,
    ),
    (
        ("InsufficientAddressCapacity", "InvalidInstanceType"),
        400,
        "create",
        None,
        "No.",
        CapacityError,
        REGION,
    ),
    (
        ("InvalidParameterValue",),
        400,
        "create",
        None,
        "Invalid value 'x9.small' for InstanceType.",
        CapacityError,
        REGION,
    ),
    (("InvalidInstanceType",), 400, "read", None, "No such type.", InvalidRequestError, None),
    (
        (
            "VcpuLimitExceeded",
            "InstanceLimitExceeded",
            "MaxSpotInstanceCountExceeded",
            "MaxSpotFleetRequestCountExceeded",
            "MaxFleetCountExceeded",
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
            "PendingVerification",
        ),
        400,
        "create",
        None,
        "You have requested more than your limit.",
        QuotaError,
        None,
    ),
    (("TagLimitExceeded",), 400, "create", None, "Too many.", InvalidRequestError, None),
    (
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
        503,
        "read",
        None,
        "Slow down.",
        ThrottledError,
        None,
    ),
    (("SomethingWith429",), 429, "read", None, "Slow down.", ThrottledError, None),
    (
        (
            "AuthFailure",
            "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
            "UnauthorizedOperation",
            "AccessDenied",
            "AccessDeniedException",
            "InvalidClientTokenId",
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationToken",
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "InvalidUserID.NotFound",
            "InvalidUserID.Malformed",
            "InvalidSecurity.RequestHasExpired",
            "OptInRequired",
            "Blocked",
        ),
        403,
        "create",
        None,
        "You may not.",
        AuthError,
        None,
    ),
    (
        (
            "OperationNotPermitted",
            "InvalidParameter",
            "InvalidParameterValue",
            "InvalidParameterCombination",
            "MissingParameter",
            "UnknownParameter",
            "ValidationError",
            "InvalidBlockDeviceMapping",
            "UnknownVolumeType",
            "UnsupportedTenancy",
            "UnsupportedHostConfiguration",
            "InvalidTagKey.Malformed",
            "UnsupportedOperation",
            "VolumeIOPSLimit",
            "InvalidAMIID.NotFound",
            "InvalidAMIID.Malformed",
            "InvalidAMIID.Unavailable",
            "InvalidSubnetID.NotFound",
            "InvalidVpcID.NotFound",
            "VPCIdNotSpecified",
            "DefaultVpcDoesNotExist",
            "InvalidKeyPair.NotFound",
            "InvalidKeyPair.Format",
            "IdempotentParameterMismatch",
        ),
        400,
        "create",
        None,
        "That cannot be.",
        InvalidRequestError,
        None,
    ),
    (
        ("InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"),
        400,
        "create",
        NEW,
        "Does not exist.",
        TransientError,
        None,
    ),
    (
        ("InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"),
        400,
        "create",
        OLD,
        "Does not exist.",
        InvalidRequestError,
        None,
    ),
    (
        ("InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"),
        400,
        "create",
        None,
        "Does not exist.",
        InvalidRequestError,
        None,
    ),
    (
        (
            "InvalidInstanceID.NotFound",
            "InvalidNetworkInterfaceID.NotFound",
            "InvalidSpotInstanceRequestID.NotFound",
        ),
        400,
        "poll",
        NEW,
        "Does not exist.",
        TransientError,
        None,
    ),
    (
        ("InvalidInstanceID.NotFound", "InvalidNetworkInterfaceID.NotFound"),
        400,
        "poll",
        OLD,
        "Does not exist.",
        InvalidRequestError,
        None,
    ),
    (
        ("InvalidParameterValue",),
        400,
        "create",
        NEW,
        "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile "
        "name",
        TransientError,
        None,
    ),
    (
        (
            "InternalError",
            "InternalFailure",
            "ServiceUnavailable",
            "Unavailable",
            "ServerInternal",
            "RequestTimeout",
            "RequestTimeoutException",
            "NeverHeardOf",
        ),
        500,
        "create",
        None,
        "An internal error has occurred.",
        TransientError,
        None,
    ),
    (("NeverHeardOf",), 502, "read", None, "Bad gateway.", TransientError, None),
    (("NeverHeardOf",), 504, "delete", None, "Gateway timeout.", TransientError, None),
    (("IdempotentInstanceTerminated",), 400, "create", None, "It is gone.", TokenSpentError, None),
    (
        (
            "InvalidGroup.Duplicate",
            "InvalidKeyPair.Duplicate",
            "InvalidPermission.Duplicate",
            "InvalidPlacementGroup.Duplicate",
        ),
        400,
        "create",
        None,
        "It exists.",
        AlreadyDone,
        None,
    ),
    (
        (
            "DependencyViolation",
            "InvalidGroup.InUse",
            "InvalidNetworkInterface.InUse",
            "InvalidIPAddress.InUse",
            "VolumeInUse",
        ),
        400,
        "delete",
        None,
        "Something uses it.",
        TransientError,
        None,
    ),
    (
        ("IncorrectInstanceState", "IncorrectState"),
        400,
        "create",
        None,
        "Not now.",
        TransientError,
        None,
    ),
    (
        (
            "InvalidInstanceID.NotFound",
            "InvalidGroup.NotFound",
            "InvalidAllocationID.NotFound",
            "InvalidAddressID.NotFound",
            "InvalidAddress.NotFound",
            "InvalidVolume.NotFound",
            "InvalidKeyPair.NotFound",
            "InvalidNetworkInterfaceID.NotFound",
            "InvalidPermission.NotFound",
        ),
        400,
        "delete",
        None,
        "Does not exist.",
        AlreadyDone,
        None,
    ),
    (("DryRunOperation",), 412, "create", None, "Would have succeeded.", AlreadyDone, None),
    (("NeverHeardOf", "Invalid"), 400, "create", None, "What?", UnknownCloudError, None),
    (("NeverHeardOf",), 403, "read", None, "What?", UnknownCloudError, None),
]

CASES = [
    pytest.param(code, *rest, id=f"{code}-{rest[1]}-{rest[2]}-{rest[0]}-{index}")
    for index, (codes, *rest) in enumerate(TABLE)
    for code in codes
]


@pytest.mark.parametrize(("code", "status", "phase", "age", "message", "expected", "scope"), CASES)
def test_row(
    code: str,
    status: int,
    phase: Phase,
    age: float | None,
    message: str,
    expected: type[CloudError],
    scope: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    canned = Canned(DescribeInstances=[ec2_error(code, message, status)])
    monkeypatch.setattr("providers.aws.calls.time.monotonic", lambda: 10_000.0)
    with pytest.raises(CloudError) as caught:
        canned.calls.once(
            "DescribeInstances",
            phase,
            canned.calls.clients.ec2.describe_instances,
            born=None if age is None else 10_000.0 - age,
        )
    error = caught.value
    assert type(error) is expected
    assert getattr(error, "scope", None) == scope
    assert error.code == code.removeprefix("Server.")
    assert error.message == message
    assert error.request_id == "ea966190-f9aa-478e-9ede-example"
    assert error.operation == "DescribeInstances"
    assert len(canned.sent) == 1, "the SDK must not repeat calls by itself"


@pytest.mark.parametrize(
    "code",
    [
        "AuthFailure",
        "UnauthorizedOperation",
        "ExpiredToken",
        "SignatureDoesNotMatch",
        "VcpuLimitExceeded",
        "OptInRequired",
        "DefaultVpcDoesNotExist",
    ],
)
def test_what_the_user_can_mend_comes_with_advice(code: str) -> None:
    canned = Canned(DescribeInstances=[ec2_error(code, "No.", 400)])
    with pytest.raises(CloudError) as caught:
        canned.calls.once("X", "create", canned.calls.clients.ec2.describe_instances)
    assert caught.value.advice


def test_a_wrong_clock_is_hinted_at() -> None:
    canned = Canned(DescribeInstances=[ec2_error("RequestExpired", "Expired.", 400)])
    with pytest.raises(AuthError) as caught:
        canned.calls.once("X", "read", canned.calls.clients.ec2.describe_instances)
    assert "clock" in caught.value.advice


def test_ssm_says_it_in_json() -> None:
    text = '{"__type":"ParameterNotFound","message":"Parameter /a not found."}'
    canned = Canned(GetParameter=[(400, text)])
    with pytest.raises(InvalidRequestError) as caught:
        canned.calls.once(
            "GetParameter", "read", lambda: canned.calls.clients.ssm.get_parameter(Name="/a")
        )
    assert caught.value.code == "ParameterNotFound"


def test_sts_says_it_in_another_form() -> None:
    text = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender'
        "</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the "
        "request is invalid.</Message></Error><RequestId>q-1</RequestId></ErrorResponse>"
    )
    canned = Canned(GetCallerIdentity=[(403, text)])
    with pytest.raises(AuthError) as caught:
        canned.calls.once("GetCallerIdentity", "read", canned.calls.clients.sts.get_caller_identity)
    assert (caught.value.code, caught.value.request_id) == ("InvalidClientTokenId", "q-1")


def test_a_gateways_page_is_a_server_error() -> None:
    canned = Canned(DescribeInstances=[(503, "<html><body>503 busy</body></html>")])
    with pytest.raises(TransientError):
        canned.calls.once("X", "create", canned.calls.clients.ec2.describe_instances)


def test_half_an_answer_is_transient() -> None:
    canned = Canned(DescribeInstances=[(200, "<DescribeInstancesResponse><reser")])
    with pytest.raises(TransientError):
        canned.calls.once("X", "read", canned.calls.clients.ec2.describe_instances)
