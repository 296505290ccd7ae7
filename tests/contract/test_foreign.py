"""What is not ours: seen, never touched, and ours once it carries all of our tags."""

from __future__ import annotations

from providers.contract.types import ResourceKind
from tests.contract.needs import machines, needs
from tests.contract.stage import Stage

SEEN: tuple[ResourceKind, ...] = ("machine", "disk", "firewall")
"""The kinds that `Provider.foreign` lists, where the provider has them."""


def _foreign(stage: Stage) -> set[str]:
    return {resource.id for resource in stage.provider.foreign(stage.owner)}


@machines(1)
def test_what_is_ours_is_not_foreign(stage: Stage) -> None:
    stage.machine()
    ours = {resource.id for resource in stage.listing().resources}
    assert ours.isdisjoint(_foreign(stage))


@needs("outside")
@machines(1)
def test_what_loses_our_tags_is_foreign_until_it_is_handed_back(stage: Stage) -> None:
    machine = stage.machine()
    for kind in SEEN:
        for resource in stage.some(kind)[:1]:
            stage.emulator.disown(resource)
            try:
                assert resource.id in _foreign(stage), kind
                assert resource.id not in {each.id for each in stage.some(kind)}
            finally:
                stage.emulator.hand_back(resource)
            assert resource.id not in _foreign(stage), kind
            assert resource.id in {each.id for each in stage.some(kind)}
    stage.destroy(stage.one("machine"))
    assert machine.id not in _foreign(stage)


@needs("calls")
def test_looking_at_it_changes_nothing(stage: Stage) -> None:
    assert stage.changes(lambda: stage.provider.foreign(stage.owner)) == []
