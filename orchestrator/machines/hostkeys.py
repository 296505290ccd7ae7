"""SSH host keys: made here before the machine exists, pinned by fingerprint.

The pin is the lower-case unpadded base32 of SHA-256 over the raw key blob: 52 characters,
so it fits a GCE label value (at most 63, lower-case).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

KEY_TYPE = "ssh-ed25519"
"""The only host key type that is made and the only one that is negotiated."""
PIN = re.compile(r"[a-z2-7]{52}")
OPENSSH = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
"""A fingerprint as OpenSSH prints it: unpadded base64 of the same digest."""


@dataclass(frozen=True)
class HostKey:
    """An ed25519 host key; `public` is one line in authorized_keys form."""

    private_openssh: str = field(repr=False)
    public: str

    @property
    def pin(self) -> str:
        return fingerprint(self.public)


def generate_host_key(comment: str) -> HostKey:
    """A fresh ed25519 key in OpenSSH's format, without a passphrase.

    `comment` must be one word; it is kept in the public line only.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    if not re.fullmatch(r"[\w.@+-]+", comment):
        raise ValueError(f"a key comment is one word, not {comment!r}")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return HostKey(private.decode(), f"{public.decode()} {comment}")


def fingerprint(public: str) -> str:
    """The pin of a public key line such as `ssh-ed25519 AAAA... comment`.

    Raises ValueError when the line is not a public key.
    """
    fields = public.split()
    if len(fields) < 2:
        raise ValueError(f"not a public key line: {public[:40]!r}")
    try:
        blob = base64.b64decode(fields[1], validate=True)
    except binascii.Error as error:
        raise ValueError(f"not a public key line: {public[:40]!r}") from error
    name = fields[0].encode()
    if not blob.startswith(len(name).to_bytes(4, "big") + name):
        raise ValueError(f"the key is not of the type its line says: {fields[0]!r}")
    return blob_fingerprint(blob)


def blob_fingerprint(blob: bytes) -> str:
    """The pin of a raw key blob, as the server sends it in the key exchange."""
    digest = base64.b32encode(hashlib.sha256(blob).digest())
    return digest.decode().rstrip("=").lower()


def pin_of(openssh: str) -> str:
    """The pin of a fingerprint in OpenSSH's form, `SHA256:...`. Raises ValueError when it is
    not one."""
    if not OPENSSH.fullmatch(openssh):
        raise ValueError(f"not an OpenSSH fingerprint: {openssh[:60]!r}")
    digest = base64.b64decode(f"{openssh.removeprefix('SHA256:')}=")
    return base64.b32encode(digest).decode().rstrip("=").lower()


def openssh_fingerprint(pin: str) -> str:
    """A pin as `ssh-keygen -l` prints it, for people who compare the two."""
    digest = base64.b32decode(f"{pin.upper()}====")
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
