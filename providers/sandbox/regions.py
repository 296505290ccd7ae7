"""Regions that do not exist: AWS refuses a signature that names one, in each service's words."""

from __future__ import annotations

from collections.abc import Collection

from providers.sandbox.exchange import Request

REFUSALS = {
    "ec2": (401, "AuthFailure"),
    "ssm": (400, "InvalidSignatureException"),
    "sts": (403, "SignatureDoesNotMatch"),
}


def outside(request: Request, regions: Collection[str]) -> tuple[int, str, str] | None:
    """Status, code and message for a request whose signature is for none of `regions`; None
    for one that may go on, such as one without a signature."""
    if not request.region or request.region in regions:
        return None
    status, code = REFUSALS.get(request.service, (403, "SignatureDoesNotMatch"))
    message = f"Credential should be scoped to a valid region, not '{request.region}'."
    return status, code, message
