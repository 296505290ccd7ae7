"""Which host keys a server may show, and which kinds of key it is asked for.

A machine that Longshore made has one ed25519 key. A server that was there already has
whatever its administrator made, and the person may know its RSA key alone: so what is
negotiated follows from what is known, as in OpenSSH.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.machines.hostkeys import KEY_TYPE

ALGORITHMS = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}
"""Type of a key to the signature algorithms it is negotiated by (RFC 8332: never SHA-1), the
types in the order of preference."""
ANY_TYPE = tuple(ALGORITHMS)


@dataclass(frozen=True)
class HostTrust:
    """`pins` are the fingerprints a server may show, all of them keys of `key_types`; with
    no types, nothing but the fingerprint is known, and every type is tried until one fits.
    A key in `revoked` is refused whatever else is known. `source` says where the pins come
    from, for people; empty for machines that Longshore made.
    """

    pins: frozenset[str]
    key_types: tuple[str, ...] = (KEY_TYPE,)
    revoked: frozenset[str] = frozenset()
    source: str = ""

    @property
    def rounds(self) -> tuple[tuple[str, ...], ...]:
        """The types to offer, one exchange of keys after the other. A server shows one key in
        each, and which one is its own choice among those offered."""
        if self.key_types:
            return (self.key_types,)
        return tuple((kind,) for kind in ANY_TYPE)


def trust_of(pins: frozenset[str] | HostTrust) -> HostTrust:
    """Pins alone are those of a machine that Longshore made."""
    return pins if isinstance(pins, HostTrust) else HostTrust(pins)


def algorithms(key_types: tuple[str, ...]) -> tuple[str, ...]:
    """What to offer for keys of these types; types that nobody should use are left out."""
    return tuple(name for kind in key_types for name in ALGORITHMS.get(kind, ()))
