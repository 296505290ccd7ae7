"""The sandbox's own certificate authority, for APIs that are asked over TLS only.

Made once for a home: who trusts `ca.pem` keeps trusting every later server of that home. The
keys are readable by the owner only; the authority signs nothing but loopback names.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from providers.sandbox.home import write_private

if TYPE_CHECKING:
    import ssl

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

LIFE = timedelta(days=3650)
FRESH = timedelta(days=30)
"""A server certificate that ends sooner is made again."""
LIFE_OF_SERVER = timedelta(days=365)
ADDRESS = "127.0.0.1"
NAMES = ("localhost",)


@dataclass(frozen=True)
class Authority:
    """The files of the authority and of the server's certificate in one folder."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The authority's certificate (PEM): what callers have to trust."""
        return self.folder / "ca.pem"

    @property
    def chain(self) -> Path:
        """The server's certificate and key (PEM)."""
        return self.folder / "server.pem"

    @property
    def _key(self) -> Path:
        return self.folder / "ca-key.pem"

    def ensure(self) -> None:
        """Make whatever is missing or about to expire; calling twice is safe."""
        if not self.certificate.exists() or not self._key.exists():
            self._make_authority()
            self.chain.unlink(missing_ok=True)
        if not self.chain.exists() or _ends(self.chain) < datetime.now(UTC) + FRESH:
            self._make_server()

    def server_context(self) -> ssl.SSLContext:
        """What a server needs to speak TLS with this certificate."""
        import ssl

        self.ensure()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.chain)
        return context

    def _make_authority(self) -> None:
        from cryptography import x509

        key, name = _new_key(), _name("Longshore sandbox authority")
        allowed = x509.NameConstraints(
            permitted_subtrees=[
                *(x509.DNSName(one) for one in NAMES),
                x509.IPAddress(ipaddress.IPv4Network(f"{ADDRESS}/32")),
            ],
            excluded_subtrees=None,
        )
        certificate = (
            _builder(key, LIFE)
            .subject_name(name)
            .issuer_name(name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(allowed, critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        write_private(self._key, _pem_key(key))
        write_private(self.certificate, _signed(certificate, key))

    def _make_server(self) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        signer = load_pem_private_key(self._key.read_bytes(), None)
        assert isinstance(signer, EllipticCurvePrivateKey)
        authority = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        key = _new_key()
        names = x509.SubjectAlternativeName(
            [
                *(x509.DNSName(one) for one in NAMES),
                x509.IPAddress(ipaddress.IPv4Address(ADDRESS)),
            ]
        )
        certificate = (
            _builder(key, LIFE_OF_SERVER)
            .subject_name(_name("Longshore sandbox"))
            .issuer_name(authority.subject)
            .add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
                critical=False,
            )
        )
        write_private(self.chain, _signed(certificate, signer) + _pem_key(key))


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _name(text: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, text)])


def _builder(key: EllipticCurvePrivateKey, life: timedelta) -> x509.CertificateBuilder:
    from cryptography import x509

    start = datetime.now(UTC) - timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.serialization import Encoding

    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _pem_key(key: EllipticCurvePrivateKey) -> str:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _ends(chain: Path) -> datetime:
    from cryptography import x509

    return x509.load_pem_x509_certificate(chain.read_bytes()).not_valid_after_utc
