"""Lists that span zones, read to the last page, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from providers.contract.errors import TransientError
from providers.gcp.errors import PROVIDER
from providers.gcp.names import in_region, last

PAGE = 500
"""Resources a page, the most that the API gives."""

NOTHING_HERE = "NO_RESULTS_ON_PAGE"
"""The warning of a zone that has nothing on this page: no failure."""


class _Warning(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def message(self) -> str: ...


class Scoped(Protocol):
    """What an aggregated answer has for one zone."""

    @property
    def warning(self) -> _Warning: ...


S = TypeVar("S", bound=Scoped)


def of_region(pages: Iterable[tuple[str, S]], region: str, operation: str) -> Iterator[S]:
    """The parts of an aggregated list (`zones/us-central1-a`, its part) that are the region's.

    Raises TransientError when the cloud could not answer for one of its zones: what is left
    out of such a list is not gone.
    """
    for scope, part in pages:
        zone = last(scope)
        if not in_region(zone, region):
            continue
        code = part.warning.code
        if code and code != NOTHING_HERE:
            raise TransientError(
                f"there is no answer for {zone}: {part.warning.message or code}",
                provider=PROVIDER,
                operation=operation,
                code=code,
                advice="run again once the zone answers",
            )
        yield part
