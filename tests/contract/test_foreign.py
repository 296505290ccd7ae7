"""What is not ours: seen, never touched, and ours once it carries all of our tags."""

from __future__ import annotations

from providers.contract.types import Resource, ResourceKind
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage

SEEN: tuple[ResourceKind, ...] = ("machine", "disk", "firewall")
"""The kinds that `Provider.foreign` lists, where the provider has them."""


def _is_foreign(stage: Stage, resource: Resource) -> bool:
    """Whether it is seen as foreign. A firewall that consists of rules is seen rule by rule,
    each of an id that begins with the firewall's own."""
    found = {each.id for each in stage.provider.foreign(stage.owner)}
    return resource.id in found or any(id.startswith(f"{resource.id}-") for id in found)


@machines(1)
def test_what_is_ours_is_not_foreign(stage: Stage) -> None:
    stage.machine()
    for resource in stage.listing().resources:
        assert not _is_foreign(stage, resource), resource


@needs("outside")
@machines(1)
def test_what_loses_our_tags_is_foreign_until_it_is_handed_back(stage: Stage) -> None:
    stage.machine()
    # A machine's parts may be its owner's by the machine that has them, so they go together.
    with_machine = [kind for kind in stage.facts.made_with_machine if kind in SEEN]
    others = [kind for kind in SEEN if kind in stage.facts.network_of]
    for kinds in (with_machine, others):
        lost = [stage.some(kind)[0] for kind in kinds]
        for resource in lost:
            stage.emulator.disown(resource)
        try:
            listed = {resource.id for resource in stage.listing().resources}
            for resource in lost:
                assert _is_foreign(stage, resource), resource.kind
                assert resource.id not in listed
        finally:
            for resource in lost:
                stage.emulator.hand_back(resource)
        listed = {resource.id for resource in stage.listing().resources}
        for resource in lost:
            assert not _is_foreign(stage, resource), resource.kind
            assert resource.id in listed
    machine = stage.one("machine")
    stage.destroy(machine)
    assert not _is_foreign(stage, machine)


@needs("calls")
def test_looking_at_it_changes_nothing(stage: Stage) -> None:
    assert stage.changes(lambda: stage.provider.foreign(stage.owner)) == []
