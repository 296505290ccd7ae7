"""HTTP statuses of EC2's errors; moto answers every one with 400.

EC2 API reference, "Error codes": client errors are 400, server errors 500 and 503. The others
here are what botocore's recordings and public code bases show.
"""

from __future__ import annotations

STATUSES = {
    "RequestLimitExceeded": 503,
    "Unavailable": 503,
    "ServiceUnavailable": 503,
    "InternalError": 500,
    "InternalFailure": 500,
    "UnauthorizedOperation": 403,
    "Blocked": 403,
    "AuthFailure": 401,
    "OptInRequired": 401,
    "DryRunOperation": 412,
}


def status_for(service: str, code: str, given: int) -> int:
    """The status that the real service sends with this code."""
    if service != "ec2" or not code:
        return given
    if code.startswith("Insufficient") and code.endswith("Capacity"):
        return 500
    return STATUSES.get(code, given)
