"""What went wrong with TLS: the other end is not to be trusted, or it went away."""

from __future__ import annotations

import ssl

GONE = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""The connection ended while keys were being agreed on: a network that failed, a server or
something in between that is too busy. Nothing was sent."""


def is_hang_up(error: BaseException) -> bool:
    """Whether a TLS failure is a connection that was cut, which may pass; otherwise it is a
    certificate, a protocol or a setting that is wrong, which does not. The SDKs wrap the
    cause in errors of their own, as argument or as cause: it is looked for in there."""
    seen: set[int] = set()
    looking: list[object] = [error]
    while looking:
        found = looking.pop()
        if id(found) in seen or not isinstance(found, BaseException):
            continue
        seen.add(id(found))
        if isinstance(found, GONE):
            return True
        looking += [*found.args, found.__cause__, found.__context__]
        looking.append(getattr(found, "reason", None))
    return False
