"""The key pair of one environment: named for its key, so that another key is another pair."""

from __future__ import annotations

import hashlib

from providers.aws.calls import Calls
from providers.aws.errors import PROVIDER
from providers.aws.tags import check_owner, from_aws, specification, where
from providers.contract.classify import AlreadyDone
from providers.contract.errors import TransientError
from providers.contract.public_key import public_key_blob
from providers.contract.types import Owner

FINGERPRINT_DIGITS = 10


def key_name(owner: Owner, public_key: str) -> str:
    """`longshore-<project>-<environment>-<fingerprint>`.

    The fingerprint is the start of the SHA-256 of the key itself; the comment does not
    count. Raises InvalidRequestError for what is not an OpenSSH public key.
    """
    blob = public_key_blob(public_key, provider=PROVIDER, operation="ImportKeyPair")
    return f"{owner.prefix}-{hashlib.sha256(blob).hexdigest()[:FINGERPRINT_DIGITS]}"


def ensure_key_pair(calls: Calls, owner: Owner, public_key: str) -> str:
    """The name of the key pair, imported when it is missing. Safe to call twice.

    Raises ForeignResourceError when a pair of that name is not the owner's.
    """
    name = key_name(owner, public_key)
    if _adopt(calls, owner, name):
        return name
    try:
        calls.repeatable(
            "ImportKeyPair",
            "create",
            lambda: calls.clients.ec2.import_key_pair(
                KeyName=name,
                PublicKeyMaterial=public_key.strip().encode(),
                TagSpecifications=[specification("key-pair", owner.tags)],
            ),
        )
    except AlreadyDone as duplicate:
        # Someone was faster, or our own first answer was lost: adopt it if it is ours.
        if not _adopt(calls, owner, name):
            raise TransientError(
                f"key pair {name} exists and does not show yet",
                provider=PROVIDER,
                operation="ImportKeyPair",
                code=duplicate.code,
                advice="run again",
            ) from duplicate
    return name


def _adopt(calls: Calls, owner: Owner, name: str) -> bool:
    # By filter, not by name: a missing name is then an empty answer, not an error.
    found = calls.read(
        "DescribeKeyPairs",
        lambda: calls.clients.ec2.describe_key_pairs(Filters=[where("key-name", name)]),
    )
    for pair in found.get("KeyPairs", []):
        check_owner(f"key pair {name}", from_aws(pair.get("Tags", [])), owner, "DescribeKeyPairs")
        return True
    return False
