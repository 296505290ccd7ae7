"""The sign-in key as it comes to an adapter: one line, checked before anything is made of it."""

from __future__ import annotations

import base64
import binascii

from providers.contract.errors import InvalidRequestError


def public_key_blob(line: str, *, provider: str, operation: str) -> bytes:
    """The key itself of an OpenSSH public key line (`ssh-ed25519 AAAA... comment`).

    Raises InvalidRequestError for what is no such line: a cloud that takes the key as
    metadata would take anything, and nobody could sign in.
    """
    words = line.split()
    try:
        blob = base64.b64decode(words[1], validate=True)
    except (IndexError, binascii.Error) as error:
        raise _no_key(provider, operation) from error
    # RFC 4253, 6.6: the blob begins with the length and the name of the key's kind.
    if blob[4 : 4 + int.from_bytes(blob[:4], "big")] != words[0].encode() or not words[0]:
        raise _no_key(provider, operation)
    return blob


def _no_key(provider: str, operation: str) -> InvalidRequestError:
    return InvalidRequestError(
        "the SSH key is not an OpenSSH public key (`ssh-ed25519 AAAA... comment`)",
        provider=provider,
        operation=operation,
        advice="check `ssh.key`",
    )
