"""Which sizes meet a requirement, and in which zones. No prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from providers.azure.errors import PROVIDER
from providers.azure.sizes import FORBIDDEN, REGIONAL, Size, Sizes
from providers.contract.errors import CapacityError, InvalidRequestError
from providers.contract.types import Offer, Requirement

OPERATION = "skus.list"


def survey(
    sizes: Sizes, region: str, requirement: Requirement, zone: str | None
) -> Sequence[Offer]:
    """Offers, smallest first.

    Raises InvalidRequestError when a named size or zone does not exist here, or a named size
    cannot do what is asked; CapacityError for a named size that is not sold to the
    subscription in the region. An empty answer means that nothing is large enough.
    """
    return choose(sizes.all().values(), region, requirement, zone)


def choose(
    sizes: Iterable[Size], region: str, requirement: Requirement, zone: str | None
) -> Sequence[Offer]:
    """Decide, from the list of sizes, what is offered. Pure; errors as `survey`."""
    known = list(sizes)
    if not known:
        raise _invalid(f"Azure has no sizes in {region!r}", "check `region` in the target")
    zones = sorted({name for size in known for name in size.zones})
    if zone is not None and zone not in (*zones, REGIONAL):
        raise _invalid(f"there is no zone {zone!r} in {region}", f"zones: {', '.join(zones)}")
    if requirement.type is not None:
        candidates = [_named(known, region, requirement, zone)]
    else:
        candidates = [size for size in known if _fits(size, requirement)]
    offers = []
    for size in sorted(candidates, key=lambda candidate: candidate.rank):
        usable = _usable(size, zone)
        if usable:
            offers.append(
                Offer(
                    provider=PROVIDER,
                    region=region,
                    zones=usable,
                    type=size.name,
                    cpu=size.cpu,
                    memory=size.memory,
                    arch=size.arch,
                    market=requirement.market,
                    family="lowPriorityCores" if requirement.market == "spot" else size.family,
                )
            )
    return tuple(offers)


def _usable(size: Size, zone: str | None) -> tuple[str, ...]:
    if zone is None:
        return size.zones
    if zone == REGIONAL:
        return (REGIONAL,)  # Every size can be had in no zone.
    return tuple(name for name in size.zones if name == zone)


def _fits(size: Size, requirement: Requirement) -> bool:
    return (
        size.arch == requirement.arch
        and size.name.startswith("Standard_")
        and size.generation2
        # Most sizes for arm64 have no secure boot, and most images for them.
        and (size.trusted or size.arch == "arm64")
        and not size.special
        and not size.restricted
        and (requirement.market == "on-demand" or size.spot)
        and size.cpu >= (requirement.cpu or 0)
        and size.memory >= (requirement.memory or 0)
    )


def _named(known: Sequence[Size], region: str, requirement: Requirement, zone: str | None) -> Size:
    name = requirement.type or ""
    for size in known:
        if size.name.lower() == name.lower():
            _check(size, region, requirement, zone)
            return size
    raise _invalid(f"there is no size {name!r} in {region}", "check `type` in the target's size")


def _check(size: Size, region: str, requirement: Requirement, zone: str | None) -> None:
    if size.arch != requirement.arch:
        raise _invalid(
            f"size {size.name} is {size.arch}, not {requirement.arch}",
            "change `arch` or the type in the target's size",
        )
    if not size.generation2:
        raise _invalid(
            f"size {size.name} runs no generation 2 images",
            "choose another type: all images here are of generation 2",
        )
    if requirement.market == "spot" and not size.spot:
        raise _invalid(f"size {size.name} cannot be had as spot", "change `market` or the type")
    if size.restricted:
        raise CapacityError(
            f"size {size.name} is not sold to this subscription in {region}",
            provider=PROVIDER,
            operation=OPERATION,
            code=FORBIDDEN,
            advice="choose another type or region, or ask Azure support for access to it",
        ).widen("region")
    if not _usable(size, zone):
        raise _invalid(
            f"size {size.name} is not offered in zone {zone}",
            f"it is offered in {', '.join(size.zones)}",
        )


def _invalid(message: str, advice: str) -> InvalidRequestError:
    return InvalidRequestError(message, provider=PROVIDER, operation=OPERATION, advice=advice)
