"""Where ingress comes from, in the one form that clouds show it in."""

from __future__ import annotations

from ipaddress import ip_network

from providers.contract.errors import InvalidRequestError


def network_of(source: str, *, provider: str, operation: str) -> str:
    """The network of a rule's source, `203.0.113.0/24` of `203.0.113.4/24`.

    Raises InvalidRequestError for what is no CIDR.
    """
    try:
        return str(ip_network(source, strict=False))
    except ValueError as error:
        raise InvalidRequestError(
            f"{source!r} is not a network such as 203.0.113.4/32",
            provider=provider,
            operation=operation,
            advice="check `ssh_from`",
        ) from error
