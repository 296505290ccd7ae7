"""Rules for labels and metadata (Compute Engine, "Organize resources using labels", "About VM
metadata")."""

from __future__ import annotations

import re
from collections.abc import Mapping

from providers.sandbox.gce.errors import condition_not_met, invalid
from providers.sandbox.gce.stamps import fingerprint
from providers.sandbox.rest.message import Json

LABEL_KEY = re.compile(r"[a-z][-_a-z0-9]{0,62}")
LABEL_VALUE = re.compile(r"[-_a-z0-9]{0,63}")
MOST_LABELS = 64
METADATA_KEY = re.compile(r"[-_a-zA-Z0-9]{1,128}")
VALUE_LIMIT = 256 * 1024  # bytes of one metadata value
METADATA_LIMIT = 512 * 1024  # bytes of all of an instance's
FORMAT = (
    "can only contain lowercase letters, numeric characters, underscores and dashes. The {what} "
    "can be at most 63 characters long. International characters are allowed."
)


def check_labels(labels: Json, field: str) -> dict[str, Json]:
    """The labels of a request. Raises RestRefusal."""
    assert labels is None or isinstance(labels, dict)
    found = labels or {}
    if len(found) > MOST_LABELS:
        raise invalid(field, "", f"The number of labels exceeds the limit of {MOST_LABELS}.")
    for key, value in found.items():
        if not LABEL_KEY.fullmatch(key):
            raise invalid(
                field,
                "",
                f"Label key '{key}' violates format constraints. The key must start with a "
                f"lowercase letter. The key {FORMAT.format(what='key')}",
            )
        if not LABEL_VALUE.fullmatch(str(value)):
            raise invalid(
                field,
                "",
                f"Label value '{value}' violates format constraints. "
                f"The value {FORMAT.format(what='value')}",
            )
    return found


def set_labels(document: dict[str, Json], body: Mapping[str, Json], what: str) -> None:
    """Change a resource's labels. The fingerprint in the body must be the present one."""
    labels = check_labels(body.get("labels"), "labels")
    if body.get("labelFingerprint") != document["labelFingerprint"]:
        raise condition_not_met(
            f"{what} fingerprint either invalid or resource labels have changed"
        )
    put_labels(document, labels)


def put_labels(document: dict[str, Json], labels: dict[str, Json]) -> None:
    """Give a resource these labels; without any, it has no such member."""
    document.pop("labels", None)
    if labels:
        document["labels"] = labels
    document["labelFingerprint"] = fingerprint({"labels": labels})


def check_metadata(body: Json, field: str) -> dict[str, str]:
    """The items of a request. Raises RestRefusal."""
    found: dict[str, str] = {}
    items = body.get("items") if isinstance(body, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else []):
        assert isinstance(item, dict)
        key, value = str(item.get("key", "")), str(item.get("value", ""))
        place = f"{field}.items[{index}]"
        if not METADATA_KEY.fullmatch(key):
            raise invalid(f"{place}.key", key, f"Must be a match of regex '{METADATA_KEY.pattern}'")
        if key in found:
            raise invalid(field, "", f"Metadata has duplicate key: {key}")
        if len(value.encode()) > VALUE_LIMIT:
            raise invalid(
                f"{place}.value",
                f"{value[:20]}...",
                f"The value is too large: it must be at most {VALUE_LIMIT} bytes.",
            )
        found[key] = value
    if sum(len(key) + len(value.encode()) for key, value in found.items()) > METADATA_LIMIT:
        raise invalid(field, "", f"Metadata must be at most {METADATA_LIMIT} bytes in total.")
    return found


def metadata_document(items: Mapping[str, str]) -> dict[str, Json]:
    """The Metadata resource."""
    pairs: list[Json] = [{"key": key, "value": value} for key, value in items.items()]
    document: dict[str, Json] = {
        "kind": "compute#metadata",
        "fingerprint": fingerprint({"metadata": pairs}),
    }
    if pairs:
        document["items"] = pairs
    return document
