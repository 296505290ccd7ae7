"""Host keys and their pins."""

from __future__ import annotations

import base64
import hashlib

import pytest

from orchestrator.machines.hostkeys import PIN, blob_fingerprint, fingerprint, generate_host_key

KNOWN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDozt1t1dYyAR6vBFjVGvpEhZ4ZHZ+Xvl6SBsyUjVJkE"


def test_a_pin_is_lower_case_unpadded_base32_of_sha256_of_the_blob() -> None:
    digest = hashlib.sha256(base64.b64decode(KNOWN.split()[1])).digest()
    expected = base64.b32encode(digest).decode().rstrip("=").lower()
    assert fingerprint(KNOWN) == fingerprint(f"{KNOWN} a comment\n") == expected
    assert PIN.fullmatch(expected)
    assert blob_fingerprint(base64.b64decode(KNOWN.split()[1])) == expected


def test_keys_are_fresh_and_their_private_half_hidden() -> None:
    first, second = generate_host_key("us-1"), generate_host_key("us-1")
    assert first.private_openssh != second.private_openssh
    assert first.private_openssh.startswith("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert first.public.startswith("ssh-ed25519 AAAA")
    assert first.public.endswith(" us-1")
    assert "PRIVATE" not in repr(first)
    assert first.pin == fingerprint(first.public)


@pytest.mark.parametrize("comment", ["", "two words", "a\nb"])
def test_a_comment_is_one_word(comment: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        generate_host_key(comment)


@pytest.mark.parametrize(
    "line", ["", "ssh-ed25519", "ssh-ed25519 !!!", KNOWN.replace("ssh-ed25519", "ssh-rsa")]
)
def test_what_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="key"):
        fingerprint(line)
