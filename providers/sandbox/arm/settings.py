"""What a test may set while the emulated cloud runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from providers.sandbox.faults import Fault


@dataclass
class Settings:
    """How the emulated cloud behaves.

    `change`: seconds that a change of a resource takes; machines take as long as they take.
    `retry_after`: seconds that callers are told to wait between questions about an operation.
    `page`: entries on one page of a list. `lag`: how old, in seconds, a resource is before
    lists show it. `limits`: quotas by `location/usage`. `down`: places without capacity, as
    `location` or `location/zone`. `denied`: actions that the caller may not do, such as
    `Microsoft.Compute/virtualMachines/write`.
    """

    change: float = 0.3
    retry_after: int = 1
    page: int = 200
    lag: float = 0.0
    limits: dict[str, int] = field(default_factory=dict)
    down: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def take(self, document: object) -> None:
        """Set what the document names and everything else as it is at first. Raises ValueError
        with what is wrong."""
        known = [one.name for one in fields(self)]
        if not isinstance(document, dict) or set(document) - set(known):
            raise ValueError(f"expected an object with {', '.join(known)}")
        first = Settings()
        fresh = Settings(
            change=float(document.get("change", first.change)),
            retry_after=int(document.get("retry_after", first.retry_after)),
            page=int(document.get("page", first.page)),
            lag=float(document.get("lag", first.lag)),
            limits={
                str(key): int(value) for key, value in dict(document.get("limits", {})).items()
            },
            down=frozenset(map(str, document.get("down", ()))),
            denied=frozenset(str(one).lower() for one in document.get("denied", ())),
        )
        for name in known:
            setattr(self, name, getattr(fresh, name))

    def shortage(self, location: str, zones: Sequence[str]) -> Fault | None:
        """What the making of a machine ends in where there is no capacity."""
        if location in self.down and not zones:
            code = "AllocationFailed"
        elif location in self.down or {f"{location}/{zone}" for zone in zones} & self.down:
            code = "ZonalAllocationFailed"
        else:
            return None
        return Fault("*", "operation", 200, code, f"Allocation failed. {_SHORTAGE}", 1)


_SHORTAGE = (
    "We do not have sufficient capacity for the requested VM size in this region. Read more "
    "about improving likelihood of allocation success at http://aka.ms/allocation-guidance"
)
