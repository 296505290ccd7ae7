"""Where a target's machines may be: `provider` and `region`, each one word or a list."""

from __future__ import annotations

from itertools import zip_longest

from orchestrator.spec import project_shape as words
from orchestrator.spec.access import check_provider
from orchestrator.spec.hosts import SERVERS
from orchestrator.spec.tree import Findings, ListNode, MapNode, Node, Scalar
from providers.contract.types import Place


def build_places(written: MapNode, sound: MapNode, findings: Findings) -> tuple[Place, ...]:
    """The places in the order to try them; empty when something is wrong with them, which is
    noted by then. `sound` is what is right of the target that is `written`.

    One provider with several regions is each region in order. Several providers with as many
    regions are pairs, in order.
    """
    providers, regions = _scalars(sound.get("provider")), _scalars(sound.get("region"))
    for node in providers:
        check_provider(node.place, node.text, node.written, findings)
    if len(providers) < _length(written.get("provider")):
        return ()  # what is missing here was not right, and is noted
    for node in providers:
        if node.text == SERVERS:
            findings.add(
                node.place,
                "servers that are there already cannot stand in for a cloud's machines",
                "make a target of its own for them",
            )
            return ()
    if not providers or not regions or len(regions) < _length(written.get("region")):
        return ()
    if len(providers) not in (1, len(regions)):
        findings.add(
            sound.at("region"),
            f"there are {len(providers)} providers and {len(regions)} "
            f"region{'' if len(regions) == 1 else 's'}, so nobody can say which region is whose",
            f"write {_example(providers, regions)}: a region for each provider, in the same order",
        )
        return ()
    pairs = zip_longest(providers, regions, fillvalue=providers[0])
    places = [
        (Place(words.PROVIDER.read(provider), words.REGION.read(region)), region)
        for provider, region in pairs
    ]
    return _once_each(places, findings)


def check_one_place(
    sound: MapNode, places: tuple[Place, ...], *, size_is_type: bool, findings: Findings
) -> None:
    """Note the keys that mean something in one place only, or with one provider."""
    if len(places) < 2:
        return
    for key, whose in (("zone", "a zone"), ("subnet", "a subnet")):
        if key in sound.entries:
            findings.add(
                sound.at(key),
                f"{whose} belongs to one place, and this target may be in {len(places)}",
                "remove it, or make a target for each place",
            )
    names = list(dict.fromkeys(place.provider for place in places))
    if size_is_type and len(names) > 1:
        size = sound.get("size")
        findings.add(
            size.place if size else sound.place,
            f"a machine type is one provider's word, and this target has {' and '.join(names)}",
            "write the size as {cpu: 2, memory: 4GiB}",
        )


def _once_each(places: list[tuple[Place, Scalar]], findings: Findings) -> tuple[Place, ...]:
    found: list[Place] = []
    for place, region in places:
        if place in found:
            findings.add(region.place, f"{place} is named twice", "remove one of them")
            return ()
        found.append(place)
    return tuple(found)


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    if isinstance(node, ListNode):
        return tuple(item for item in node.items if isinstance(item, Scalar))
    return (node,) if isinstance(node, Scalar) else ()


def _length(node: Node | None) -> int:
    return len(node.items) if isinstance(node, ListNode) else 1


def _example(providers: tuple[Scalar, ...], regions: tuple[Scalar, ...]) -> str:
    """What to write: as many regions as providers, those that are there first."""
    shown = [region.written for region in regions[: len(providers)]]
    shown += ["..."] * (len(providers) - len(shown))
    names = ", ".join(provider.written for provider in providers)
    return f"provider: [{names}], region: [{', '.join(shown)}]"
