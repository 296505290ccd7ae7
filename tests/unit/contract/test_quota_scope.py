"""Which limits another family of types gets around, on each cloud."""

from __future__ import annotations

import pytest

from providers.aws.error_table import ROWS as AWS
from providers.azure.error_table import ROWS as AZURE
from providers.contract.classify import Row, build_error, find_row
from providers.contract.errors import QuotaError
from providers.gcp.error_table import ROWS as GCP

FAMILY = "exceeding approved standardDSv5Family Cores quota"
TOTAL = "exceeding approved Total Regional Cores quota"
SPOT = "exceeding approved LowPriorityCores quota"


@pytest.mark.parametrize(
    ("rows", "code", "message", "whole_region"),
    [
        (AWS, "VcpuLimitExceeded", "You have requested more vCPU capacity", False),
        (AWS, "AddressLimitExceeded", "The maximum number of addresses", True),
        (AWS, "PendingVerification", "Your request is pending verification", True),
        (AZURE, "OperationNotAllowed", FAMILY, False),
        (AZURE, "OperationNotAllowed", TOTAL, True),
        (AZURE, "OperationNotAllowed", SPOT, True),
        (AZURE, "PublicIPCountLimitReached", "Cannot create more than 10", True),
        (GCP, "QUOTA_EXCEEDED", "Quota 'N2_CPUS' exceeded. Limit: 8.0 in region r.", False),
        (GCP, "QUOTA_EXCEEDED", "Quota 'CPUS_ALL_REGIONS' exceeded. Limit: 12 globally.", True),
        (GCP, "quotaExceeded", "Quota 'IN_USE_ADDRESSES' exceeded. Limit: 4.0 in r.", True),
    ],
)
def test_how_far_a_limit_reaches(
    rows: tuple[Row, ...], code: str, message: str, whole_region: bool
) -> None:
    row = find_row(rows, code, "create", message)
    assert row is not None
    error = build_error(row.becomes, message, provider="any", operation="any", code=code)
    assert isinstance(error, QuotaError)
    assert error.whole_region is whole_region
