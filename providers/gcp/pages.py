"""Lists, read to the last page, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from providers.contract.errors import TransientError
from providers.gcp.errors import PROVIDER
from providers.gcp.names import in_region, last

PAGE = 500
"""Resources a page, the most that the API gives."""

NOTHING_HERE = "NO_RESULTS_ON_PAGE"
"""The warning of a zone that has nothing on this page: no failure."""
INCOMPLETE = frozenset({"UNREACHABLE", "PARTIAL_SUCCESS", "LIST_OVERHEAD_QUOTA_EXCEED"})
"""The warnings of a whole page that say that something is missing from it (discovery
document)."""


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
S_co = TypeVar("S_co", bound=Scoped, covariant=True)
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


class Page(Scoped, Protocol[Item_co]):
    """One answer of a list."""

    @property
    def items(self) -> Sequence[Item_co]: ...


class AggregatedPage(Scoped, Protocol[S_co]):
    """One answer of an aggregated list."""

    @property
    def items(self) -> Mapping[str, S_co]: ...

    @property
    def unreachables(self) -> Sequence[str]: ...


def whole(pages: Iterable[Page[Item]], operation: str) -> Iterator[Item]:
    """The items of a list. Raises TransientError when the cloud says that some are missing."""
    for page in pages:
        _check(page.warning, operation)
        yield from page.items


def everywhere(pages: Iterable[AggregatedPage[S]], operation: str) -> Iterator[S]:
    """All parts of an aggregated list. Raises TransientError when the cloud could not answer
    for one of the zones."""
    for page in pages:
        for scope in page.unreachables:
            raise _missing(last(scope), "UNREACHABLE", operation)
        _check(page.warning, operation)
        for scope, part in page.items.items():
            yield _answered(last(scope), part, operation)


def of_region(pages: Iterable[AggregatedPage[S]], region: str, operation: str) -> Iterator[S]:
    """The parts of an aggregated list (`zones/us-central1-a`, its part) that are the region's.

    Raises TransientError when the cloud could not answer for one of its zones: what is left
    out of such a list is not gone. What is missing elsewhere is no matter here.
    """
    for page in pages:
        for scope in page.unreachables:
            if in_region(last(scope), region):
                raise _missing(last(scope), "UNREACHABLE", operation)
        if not page.unreachables:
            _check(page.warning, operation)
        for scope, part in page.items.items():
            if in_region(last(scope), region):
                yield _answered(last(scope), part, operation)


def _answered(zone: str, part: S, operation: str) -> S:
    code = part.warning.code
    if code and code != NOTHING_HERE:
        raise _missing(zone, code, operation, part.warning.message)
    return part


def _check(warning: _Warning, operation: str) -> None:
    if warning.code in INCOMPLETE:
        raise _missing("some of it", warning.code, operation, warning.message)


def _missing(what: str, code: str, operation: str, said: str = "") -> TransientError:
    return TransientError(
        f"there is no answer for {what}: {said or code}",
        provider=PROVIDER,
        operation=operation,
        code=code,
        advice="run again once the zone answers",
    )
