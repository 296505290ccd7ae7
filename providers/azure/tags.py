"""Our tags on Azure's resources, and the check of ownership.

Azure compares the names of tags without regard to case and need not give them back as they
were written (Azure Resource Manager, "Use tags to organize your Azure resources"), so ours are
read in any spelling. Values are compared as they are.
"""

from __future__ import annotations

from collections.abc import Mapping

from providers.azure.errors import PROVIDER
from providers.contract import ownership
from providers.contract.types import Owner

OURS = "longshore-"
"""What the names of our tags begin with; they are in lower case."""


def read_tags(found: Mapping[str, str] | None) -> dict[str, str]:
    """All tags of a resource, ours under the names that we give them."""
    return {
        key.lower() if key.lower().startswith(OURS) else key: value
        for key, value in (found or {}).items()
    }


def check_owner(what: str, found: Mapping[str, str] | None, owner: Owner, operation: str) -> None:
    """Raise ForeignResourceError unless `found` holds the owner's tags."""
    tags = read_tags(found)
    ownership.check_owner(what, tags, owner, provider=PROVIDER, operation=operation)


def is_owned(found: Mapping[str, str] | None, owner: Owner) -> bool:
    """Whether the tags are there, and the owner's."""
    return ownership.is_owned(read_tags(found), owner)
